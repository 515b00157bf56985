"""Addresses of the register and of applications."""

from applicants import application_urls

app_name = "applicants"
urlpatterns = [*application_urls.urlpatterns]
