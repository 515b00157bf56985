from django.urls import path

from programmes import views

app_name = "programmes"

urlpatterns = [
    path("programmes/", views.programmes, name="programmes"),
    path("programmes/<slug:key>/", views.programme, name="programme"),
    path("programmes/<slug:key>/roles/grant/", views.grant, name="grant"),
    path("programmes/roles/<int:pk>/end/", views.end, name="end"),
    path("programmes/<slug:key>/cover/", views.ask_cover, name="ask_cover"),
    path("programmes/cover/<int:pk>/approve/", views.approve_cover, name="approve_cover"),
    path("programmes/<slug:key>/rates/", views.rate, name="rate"),
]
