"""The desk: what waits for whom, where each role can go, the search, the choice of a programme.

It composes what each app offers in its `queues.py`: `queue_for(user) -> list[QueueItem]` and
`search_for(user, q) -> list[(title, why, url)]` (or Hit).
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from pages.queues import AGENDA, LATER, TODAY, Hit
from programmes.models import Programme, Role
from programmes.roles import held_by, roles_of

APPS = ("applicants", "selection", "payments", "grants", "loans", "monitoring", "reports", "programmes", "accounts")
MOST_HITS = 20
MOST_ITEMS = 50

# Where things are: a name or a path each; the first that leads somewhere is taken.
PLACES = {
    "today": (_("Today"), "desk:home"),
    "people": (_("People"), "applicants:parties"),
    "applications": (_("Applications"), "applicants:applications"),
    "visits": (_("Visits"), "monitoring:visits"),
    "trainings": (_("Trainings"), "applicants:courses", "/trainings/"),
    "committee": (_("Committee"), "selection:sessions", "/committee/"),
    "grants": (_("Grants"), "grants:awards"),
    "loans": (_("Loans"), "loans:loans"),
    "collections": (_("Collections"), "loans:collections", "/loans/collections/"),
    "fund": (_("Fund"), "loans:funds", "payments:lines", "/money/lines/"),
    "money": (_("Money"), "payments:money"),
    "monitoring": (_("Monitoring"), "monitoring:visits"),
    "reports": (_("Reports"), "reports:issues"),
    "complaints": (_("Complaints"), "applicants:complaints"),
    "users": (_("Users"), "accounts:users"),
    "programmes": (_("Programmes"), "programmes:programmes", "/programmes/"),
    "settings": (_("Settings"), "programmes:settings", "/settings/"),
}

MOST_PLACES = 6
# In this order a person with several roles gets the places of each, up to six.
NAVIGATION = {
    Role.MANAGER: ("today", "applications", "grants", "loans", "monitoring", "reports"),
    Role.SECRETARY: ("today", "applications", "committee"),
    Role.LOAN_OFFICER: ("today", "loans", "collections", "applications"),
    Role.FINANCE: ("today", "money", "grants", "loans", "fund"),
    Role.MEMBER: ("today", "committee"),
    Role.MONITORING: ("today", "monitoring", "grants", "reports"),
    Role.ADVISER: ("today", "people", "applications", "visits", "trainings"),
    Role.FIELD_AGENT: ("today", "people", "visits", "trainings"),
    Role.DATA_PROTECTION: ("today", "people", "applications", "complaints", "reports"),
    Role.ADMINISTRATOR: ("today", "users", "programmes", "settings"),
    Role.DONOR: ("reports",),
}
# What a role starts most often: buttons on the home page.
STARTS = {
    Role.ADVISER: (
        (_("New application"), "applicants:new_application", "/applications/new/"),
        (_("Register a person"), "applicants:register_person", "/applicants/new/"),
        (_("Without a network"), "desk:field", "/field/"),
    ),
    Role.FIELD_AGENT: ((_("Without a network"), "desk:field", "/field/"),),
    Role.MANAGER: (
        (_("Programmes and their set-up"), "programmes:programmes", "/programmes/"),
        (_("Payments"), "payments:money"),
    ),
}
# Roles that go about with a phone: their navigation becomes the bottom bar.
BAR_ROLES = {Role.ADVISER, Role.FIELD_AGENT}
ICONS = {"today", "people", "applications", "visits", "trainings"}
SEARCHING = set(Role.values) - {Role.DONOR, Role.ADMINISTRATOR}


@dataclass(frozen=True)
class Place:
    label: str
    url: str
    current: bool
    icon: str
    count: int = 0


@lru_cache(maxsize=64)
def address(*candidates):
    """The first of these names or paths that leads somewhere; empty when none does."""
    for candidate in candidates:
        try:
            if candidate.startswith("/"):
                resolve(candidate)
                return candidate
            return reverse(candidate)
        except (NoReverseMatch, Resolver404):
            continue
    return ""


@lru_cache(maxsize=1)
def offers():
    """The `queues` modules of the apps that have one."""
    return [import_module(f"{app}.queues") for app in APPS if find_spec(f"{app}.queues")]


def queue_for(user):
    """Everything that waits for `user`: {section: [QueueItem]} with what is due first on top."""
    found = {TODAY: [], LATER: [], AGENDA: []}
    for module in offers():
        for item in getattr(module, "queue_for", _nothing)(user):
            found[item.section].append(item)
    for items in found.values():
        items.sort(key=lambda item: (item.due or date.max, str(item.why)))
    return found


def search(user, text):
    """At most MOST_HITS rows that `user` may see, for a name, a reference or a village."""
    hits = []
    for module in offers():
        for hit in getattr(module, "search_for", _nothing)(user, text):
            if not isinstance(hit, Hit):
                title, why, url = hit
                hit = Hit(title=title, why=why, url=url)
            hits.append(hit)
            if len(hits) == MOST_HITS:
                return hits
    return hits


def _nothing(*_arguments):
    return []


def places(roles, path):
    """The navigation of somebody with these roles, on the page `path`: at most six places that exist."""
    keys = dict.fromkeys(key for role, found in NAVIGATION.items() if role in roles for key in found)
    chosen = []
    for key in keys:
        label, *candidates = PLACES[key]
        url = address(*candidates)
        if url and url not in {place[1] for place in chosen}:
            chosen.append((key, url, label))
    chosen = chosen[:MOST_PLACES]
    current = max((url for _key, url, _label in chosen if _inside(path, url)), key=len, default="")
    return [Place(label, url, url == current, f"icons/{key}.svg" if key in ICONS else "") for key, url, label in chosen]


def _inside(path, url):
    return path == url or (url != "/" and path.startswith(url))


def starts(roles):
    """Buttons of the home page: (label, url)."""
    found = []
    for role, buttons in STARTS.items():
        if role in roles:
            found += [(label, address(*names)) for label, *names in buttons]
    return [(label, url) for label, url in found if url]


class DeskMiddleware:
    """`request.desk`: roles, programmes, and the programme that pages show (`request.desk.programme`, or None for all).

    It is the one chosen in the top bar; on a page whose address says ?programme= it is that one, and the choice stays.
    It asks the database only when a page looks at it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.desk = SimpleLazyObject(lambda: Desk(request))
        return self.get_response(request)


class Desk:
    """The frame of one request: programmes, the chosen one, roles."""

    all_programmes = _("All my programmes")

    def __init__(self, request):
        user = request.user
        self.roles = roles_of(user) if user.is_authenticated else set()
        ids = {held.programme_id for held in held_by(user)} - {None} if user.is_authenticated else set()
        self.programmes = list(Programme.objects.filter(pk__in=ids).order_by("name")) if ids else []
        known = {one.key: one for one in self.programmes}
        chosen = known.get(request.session.get("programme", "")) if ids else None
        self.programme = known.get(request.GET.get("programme", ""), chosen)
        self.bar = bool(self.roles) and not (self.roles - BAR_ROLES)
        self.may_search = bool(self.roles & SEARCHING)

    @property
    def roles_text(self):
        return ", ".join(str(Role(role).label) for role in Role.values if role in self.roles)


def frame(request):
    """Context processor: what the frame of every page needs. A page without a user asks the database nothing."""
    context = {"demo": settings.DEMO, "office_name": settings.OFFICE_NAME}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not hasattr(request, "desk"):
        return context
    return {**context, "desk": request.desk, "navigation": places(request.desk.roles, request.path)}
