"""Addresses of complaints; the first two are open to anybody."""

from django.urls import path

from applicants.views import complaint_box, complaints

urlpatterns = [
    path("complaints/", complaint_box.box, name="complaint_box"),
    path("complaints/status/", complaint_box.standing, name="complaint_standing"),
    path("complaints/work/", complaints.complaints, name="complaints"),
    path("complaints/enter/", complaints.enter, name="enter_complaint"),
    path("complaints/<str:ref>/", complaints.complaint, name="complaint"),
    path("complaints/<str:ref>/handler/", complaints.handler, name="complaint_handler"),
    path("complaints/<str:ref>/about/", complaints.complained, name="complained"),
    path("complaints/<str:ref>/do/<slug:verb>/", complaints.move, name="move_complaint"),
]
