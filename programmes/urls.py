from django.urls import path

from programmes import views, views_set_up

app_name = "programmes"

urlpatterns = [
    path("programmes/", views.programmes, name="programmes"),
    path("programmes/new/", views_set_up.new, name="new"),
    path("programmes/contacts/", views.contacts, name="office_contacts"),
    path("programmes/contacts/<int:pk>/end/", views.end_named_contact, name="end_contact"),
    path("programmes/<slug:key>/contacts/", views.contacts, name="contacts"),
    path("programmes/<slug:key>/", views.programme, name="programme"),
    path("programmes/<slug:key>/set-up/", views_set_up.set_up, name="set_up"),
    path("programmes/<slug:key>/set-up/basics/", views_set_up.basics, name="basics"),
    path("programmes/<slug:key>/set-up/places/", views_set_up.places, name="places"),
    path("programmes/<slug:key>/set-up/call/<int:pk>/check/", views_set_up.check, name="check_call"),
    path("programmes/<slug:key>/set-up/call/<int:pk>/copy/", views_set_up.copy, name="copy_call"),
    path("programmes/<slug:key>/set-up/<slug:kind>/new/", views_set_up.new_part, name="new_part"),
    path("programmes/<slug:key>/set-up/<slug:kind>/<int:pk>/", views_set_up.edit_part, name="edit_part"),
    path("programmes/<slug:key>/set-up/<slug:kind>/<int:pk>/remove/", views_set_up.remove, name="remove_part"),
    path("programmes/<slug:key>/roles/grant/", views.grant, name="grant"),
    path("programmes/roles/<int:pk>/end/", views.end, name="end"),
    path("programmes/<slug:key>/cover/", views.ask_cover, name="ask_cover"),
    path("programmes/cover/<int:pk>/approve/", views.approve_cover, name="approve_cover"),
    path("programmes/<slug:key>/rates/", views.rate, name="rate"),
]
