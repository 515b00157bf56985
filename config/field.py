"""The field app: what an adviser or field agent takes along where there is no network.

The forms are the ordinary ones. The phone keeps their pages and the answers, sealed under a code that only the person
knows, and sends the answers to the ordinary addresses when there is a network again: the same checks, services and
idempotency keys as at the desk, so that an answer sent twice has one effect.
"""

import hashlib
import json

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from config.desk import offers
from programmes.models import Role

FIELD_ROLES = {Role.ADVISER, Role.FIELD_AGENT}
SHELL = ("vendor/bootstrap/bootstrap.min.css", "css/seedbed.css", "js/field.js", "js/menus.js", "img/seed.svg")
MOST_FORMS = 120


def _demand(request):
    if not request.desk.roles & FIELD_ROLES:
        raise NotAllowed(_("Advisers and field agents take forms along."))


@login_required
@require_GET
def field(request):
    """The page itself. It holds no person's data: it is kept on the phone as it is."""
    _demand(request)
    return render(request, "field/field.html", {"title": _("Without a network")})


@login_required
@require_GET
def packing(request):
    """What to take along: the addresses of the forms, whose they are, and a token for sending."""
    _demand(request)
    forms = [one for module in offers() for one in getattr(module, "to_take_along", _nothing)(request.user)]
    rows = [
        {
            "url": one.url,
            "title": str(one.title),
            "why": one.why,
            "due": one.due.isoformat() if one.due else "",
            "repeat": one.repeat,
        }
        for one in forms[:MOST_FORMS]
    ]
    answer = {"owner": request.user.ref, "token": get_token(request), "at": timezone.now().isoformat(), "forms": rows}
    return JsonResponse(answer)


def _nothing(_user):
    return []


@login_required
@require_GET
def worker(request):
    """The service worker: keeps the shell of /field/ and nothing else. Its text changes when the shell does."""
    addresses = [static(name) for name in SHELL]
    stamp = hashlib.sha256("".join([*addresses, *_contents()]).encode()).hexdigest()[:16]
    script = render(request, "field/worker.js", {"stamp": stamp, "addresses": json.dumps(addresses)})
    return HttpResponse(script.content, content_type="text/javascript; charset=utf-8")


def _contents():
    for name in SHELL:
        path = finders.find(name)
        if path:
            with open(path, "rb") as file:
                yield hashlib.sha256(file.read()).hexdigest()
