"""Pages about users: one's own preferences, and for administrators the accounts."""

import django_filters
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

from accounts import services
from accounts.forms import NewUserForm, PreferencesForm, ResetSecondFactorForm, UserForm
from accounts.models import User
from pages.days import today
from pages.forms import attempt, done, form_page
from pages.lists import Column, ListPage


@login_not_required
def choose_language(request):
    """Django's own choice of a language, kept in the preferences of whoever is signed in."""
    response = set_language(request)
    code = request.POST.get("language", "")
    if request.method == "POST" and request.user.is_authenticated and code in dict(settings.LANGUAGES):
        services.set_preferences(
            user=request.user,
            language=code,
            theme=request.user.theme,
            phone=request.user.phone,
            on=today(),
            by=request.user,
        )
    return response


def preferences(request):
    """What a person chooses for themselves."""
    user = request.user
    initial = {"language": user.language, "theme": user.theme, "phone": user.phone}
    form = PreferencesForm(request.POST or None, initial=initial)
    if request.method == "POST" and attempt(form, services.set_preferences, user=user, on=today(), by=user):
        translation.activate(user.language)
        response = done(request, _("Your preferences are saved."), "accounts:preferences")
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
        return response
    return form_page(request, form, title=_("Preferences"), template="accounts/preferences.html")


class UserFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, e-mail or staff number"), method="matching")
    is_active = django_filters.ChoiceFilter(
        label=_("May sign in"),
        choices=[("True", _("Yes")), ("False", _("No"))],
        empty_label=_("Either"),
        widget=forms.Select,
    )

    class Meta:
        model = User
        fields = ["q", "is_active"]

    def matching(self, users, _name, text):
        return users.filter(Q(name__icontains=text) | Q(email__icontains=text) | Q(staff_number__icontains=text))


class UserList(ListPage):
    key = "users"
    title = _("Users")
    noun = (_("%(count)s user"), _("%(count)s users"))
    columns = (
        Column("name", _("Name"), head=True, sort="name", link=lambda user: reverse("accounts:user", args=[user.pk])),
        Column("email", _("Work e-mail"), sort="email"),
        Column("staff_number", _("Staff number"), sort="staff_number"),
        Column("is_active", _("May sign in")),
        Column("last_login", _("Last sign-in"), number=True),
    )
    filterset = UserFilter
    ordering = "name"


def users(request):
    services.demand_manager(request.user)
    buttons = [(_("New user"), reverse("accounts:new_user"), "primary")]
    return UserList(request, User.objects.all(), buttons=buttons).response()


def new_user(request):
    services.demand_manager(request.user)
    form = NewUserForm(request.POST or None)
    if request.method == "POST":
        user = attempt(form, services.create_user, on=today(), by=request.user)
        if user is not None:
            return done(
                request,
                _("%(name)s has an account. The first password is set through “I cannot sign in”.")
                % {"name": user.name},
                "accounts:user",
                user.pk,
            )
    return form_page(
        request,
        form,
        title=_("New user"),
        submit=_("Make the account"),
        back=reverse("accounts:users"),
        lead=_("One person, one account. Roles are given in each programme afterwards."),
        crumbs=[(_("Users"), reverse("accounts:users"))],
    )


def user_page(request, pk):
    services.demand_manager(request.user)
    user = get_object_or_404(User, pk=pk)
    initial = {name: getattr(user, name) for name in ("name", "email", "phone", "is_active")}
    form = UserForm(request.POST or None, instance=user, initial=initial)
    if request.method == "POST" and attempt(form, services.edit_user, user=user, on=today(), by=request.user):
        return done(request, _("The account is saved."), "accounts:user", user.pk)
    return form_page(
        request,
        form,
        title=user.name,
        back=reverse("accounts:users"),
        crumbs=[(_("Users"), reverse("accounts:users"))],
        template="accounts/user.html",
        context={"person": user, "held": user.memberships.select_related("programme", "region", "donor")},
    )


def reset_second_factor(request, pk):
    services.demand_manager(request.user)
    user = get_object_or_404(User, pk=pk)
    form = ResetSecondFactorForm(request.POST or None)
    if request.method == "POST" and attempt(form, services.reset_second_factor, user=user, on=today(), by=request.user):
        return done(
            request, _("The second step is taken away. A new one is set at the next sign-in."), "accounts:user", pk
        )
    return form_page(
        request,
        form,
        title=_("Take the second step away"),
        submit=_("Take it away"),
        back=reverse("accounts:user", args=[pk]),
        lead=_("For %(name)s, who lost the phone with the codes. Make sure that it is them.") % {"name": user.name},
        crumbs=[(_("Users"), reverse("accounts:users")), (user.name, reverse("accounts:user", args=[pk]))],
    )


def no_page(request):
    """Addresses of the sign-in library that this house does not use."""
    return render(request, "404.html", status=404)
