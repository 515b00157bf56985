"""What every answer goes through: refusals become pages, private pages are not kept, headers that Django lacks."""

from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid, Refusal

TITLES = {
    400: _("This cannot be accepted"),
    403: _("This is not yours to do"),
    409: _("Nothing was changed"),
    422: _("This was sent before"),
    429: _("Too many attempts"),
}

HEADERS = {
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def refusal_page(request, refusal):
    """The page of a Refusal that no form caught: its sentence, what is missing, its status."""
    return render(
        request,
        "errors/refusal.html",
        {"title": TITLES.get(refusal.status, TITLES[409]), "refusal": refusal},
        status=refusal.status,
    )


class RefusalMiddleware:
    """Turns a Refusal that left a view into a page with its status."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None


class PlainTextMiddleware:
    """Refuses a request with the character NUL: nobody types it, and PostgreSQL stores and seeks no such text."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if "\0" in request.path or _holds_nul(request.GET) or _holds_nul(request.POST):
            return refusal_page(request, Invalid(_("This request holds a character that is no text.")))
        return None


def _holds_nul(given):
    return any("\0" in name or any("\0" in value for value in values) for name, values in given.lists())


class PrivacyMiddleware:
    """Pages of people who are signed in are kept by no cache; a few headers on every answer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers["Cache-Control"] = "no-store"
        return response
