"""Every address. An app's own addresses are in its urls.py, whole, and included at the root."""

from importlib.util import find_spec

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from accounts.views import choose_language
from config import desk, field, views

desk_patterns = [
    path("", views.home, name="home"),
    path("search/", views.find, name="search"),
    path("programme/", views.choose_programme, name="programme"),
    path("field/", field.field, name="field"),
    path("field/packing.json", field.packing, name="packing"),
    path("field/worker.js", field.worker, name="field_worker"),
]

# The administration has a door of its own that asks for no second step: it leads to the door of the house instead.
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", include((desk_patterns, "desk"))),
    path("healthz", views.healthz, name="healthz"),
    path("i18n/setlang/", choose_language, name="set_language"),
    *[path("", include(f"{app}.urls")) for app in desk.APPS if find_spec(f"{app}.urls")],
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
