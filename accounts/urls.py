from django.contrib.auth.decorators import login_not_required
from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("accounts/preferences/", views.preferences, name="preferences"),
    # An administrator gives e-mail addresses and accounts; nobody adds their own.
    path("accounts/email/", login_not_required(views.no_page)),
    path("accounts/signup/", login_not_required(views.no_page)),
    path("accounts/confirm-email/", login_not_required(views.no_page)),
    path("users/", views.users, name="users"),
    path("users/new/", views.new_user, name="new_user"),
    path("users/<int:pk>/", views.user_page, name="user"),
    path("users/<int:pk>/second-step/", views.reset_second_factor, name="reset_second_factor"),
]
