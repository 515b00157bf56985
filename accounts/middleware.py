"""Language of the person, and the second step at sign-in for those who touch money or votes."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.second_factor import required_for

# Pages that lead to a second step, or out.
OPEN = ("/accounts/", "/i18n/", "/healthz", "/static/")


class LanguageMiddleware:
    """Without a choice made on this device, a person reads the language of their preferences."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and request.user.is_authenticated:
            known = dict(settings.LANGUAGES)
            if request.user.language in known:
                translation.activate(request.user.language)
                request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


class SecondFactorMiddleware:
    """Who must have a second step goes no further without one. Relaxed in the demo, where the banner says so."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if (
            settings.SECOND_FACTOR_REQUIRED
            and not request.path.startswith(OPEN)
            and request.user.is_authenticated
            and required_for(request.user)
            and not is_mfa_enabled(request.user)
        ):
            messages.warning(request, _("Your work touches money or votes: set up a second step before you go on."))
            return redirect("mfa_activate_totp")
        return self.get_response(request)
