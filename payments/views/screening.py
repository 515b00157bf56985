"""Screening: the lists that are loaded, who was compared with them, and the page on which a second person decides."""

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.lists import Column, ListPage
from payments.clearance import old_lists, people_behind
from payments.filters import ScreeningFilter
from payments.forms import DecideMatchForm, SanctionsListForm, ScreenForm
from payments.models import SCREENING_ROLES, Match, Screening, ScreeningList
from payments.services import decide_match, load_list, screen_many, screen_staff
from payments.services.screening import staff_of
from payments.views.access import chosen, day_of, for_screening_roles, match_or_404, order_or_404
from payments.words import SCREENING_SHAPES, screening_reasons
from programmes.clock import today
from programmes.models import Programme
from programmes.roles import held_by


def _crumbs(*more):
    return ((_("Payments"), reverse("payments:queue")), *more)


def _screening():
    return _("Screening"), reverse("payments:screenings")


class Screenings(ListPage):
    """Everybody who was compared; above it the lists, and the possible matches that wait."""

    key = "screenings"
    title = gettext_lazy("Screening")
    lead = gettext_lazy("Who was compared with the sanctions lists, and what came of it.")
    noun = (gettext_lazy("%(count)s screening"), gettext_lazy("%(count)s screenings"))
    template = "payments/screenings.html"
    filterset = ScreeningFilter
    empty = gettext_lazy("Nobody is screened yet. Open an award, a loan or a payment that waits for it.")
    columns = [
        Column(
            "party",
            gettext_lazy("Name"),
            value="who.name",
            head=True,
            link=lambda row: row.party.get_absolute_url() if row.party_id else "",
            small=lambda row: row.party.ref if row.party_id else _("Staff"),
        ),
        Column("ref", gettext_lazy("Reference"), value="who_ref", only="file"),
        Column("programme", gettext_lazy("Programme"), value="programme.name"),
        Column("on", gettext_lazy("Screened"), small=lambda row: row.by.name),
        Column("oldest_list_on", gettext_lazy("Oldest list")),
        Column("outcome", gettext_lazy("Outcome"), value=lambda row: row.get_outcome_display()),
        Column("clear_on", gettext_lazy("Clear since")),
    ]


@for_screening_roles
@require_GET
def screenings(request):
    """The list, as a page and as files."""
    rows = chosen(request, Screening.objects.visible_to(request.user)).select_related(
        "party", "staff", "programme", "by"
    )
    holds = Match.objects.visible_to(request.user).open().for_pages().order_by("pk")
    if request.desk.programme:
        holds = holds.filter(screening__programme=request.desk.programme)
    may_load = rules.test_rule("payments.load_list", request.user, None)
    context = {
        "lists": ScreeningList.objects.newest(today()),
        "holds": holds[:50],
        "may_load": may_load,
    }
    buttons = [(_("Load a list"), reverse("payments:load_list"), "primary")] if may_load else []
    one = request.desk.programme
    if one and rules.test_rule("payments.screen", request.user, Screening(programme=one)):
        buttons.append((_("Screen the staff"), reverse("payments:screen_staff", args=[one.key]), "plain"))
    return Screenings(request, rows, context=context, buttons=buttons, crumbs=_crumbs()).response()


@for_screening_roles
def load(request):
    """Finance or a manager loads a list; it counts for the whole house."""
    if not rules.test_rule("payments.load_list", request.user, None):
        raise NotAllowed()
    last = ScreeningList.objects.first()
    form = SanctionsListForm(request.POST or None, request.FILES or None, initial={"name": last.name if last else ""})
    if request.method == "POST":
        row = attempt(form, load_list, on=today(), by=request.user)
        if row is not None:
            count = row.entries_number
            said = ngettext("%(count)s entry is loaded.", "%(count)s entries are loaded.", count) % {"count": count}
            return done(request, said, reverse("payments:screenings"))
    return form_page(
        request,
        form,
        title=_("Load a sanctions list"),
        submit=_("Load the list"),
        back=reverse("payments:screenings"),
        crumbs=_crumbs(_screening()),
        lead=_("From now on everybody is compared with it. What was screened before stays valid for its days."),
    )


@for_screening_roles
def screen_staff_of(request, key):
    """Compare the names of a programme's staff with the lists of today."""
    held = {row.programme_id for row in held_by(request.user) if row.role in SCREENING_ROLES}
    programme = get_object_or_404(Programme.objects.filter(pk__in=held), key=key)
    on = today(programme)
    people = staff_of(programme, on)
    form = ScreenForm(request.POST or None)
    given = {"programme": programme, "on": on, "by": request.user}
    if request.method == "POST" and attempt(form, screen_staff, **given) is not None:
        waiting = Match.objects.open().filter(screening__programme=programme, screening__staff__in=people).count()
        said = ngettext(
            "The staff is screened: %(count)s possible match waits for a second person.",
            "The staff is screened: %(count)s possible matches wait for a second person.",
            waiting,
        )
        return done(request, said % {"count": waiting}, reverse("payments:screenings"))
    lead = ngettext(
        "The name of %(count)s person is compared with every list that is loaded.",
        "The names of %(count)s people are compared with every list that is loaded.",
        len(people),
    ) % {"count": len(people)}
    return form_page(
        request,
        form,
        title=_("Screen the staff of %(programme)s") % {"programme": programme},
        submit=_("Compare with the lists"),
        back=reverse("payments:screenings"),
        crumbs=_crumbs(_screening()),
        lead=lead,
    )


@login_required
def match(request, pk):
    """The party beside the entry; who did not screen decides."""
    row = match_or_404(request, pk)
    may = rules.test_rule("payments.decide_match", request.user, row)
    if request.method == "POST" and not may:
        raise NotAllowed(_("Another person than the one who screened must decide."))
    form = DecideMatchForm(request.POST or None, instance=row)
    if request.method == "POST":
        decided = attempt(form, decide_match, match=row, on=day_of(row), by=request.user)
        if decided is not None:
            return done(request, _("The decision is recorded."), reverse("payments:screenings"))
    context = {
        "match": row,
        "party": row.screening.who,
        "entry": row.entry,
        "reasons": screening_reasons(row.reasons),
        "may": may and not row.decision,
        "mine": row.screened_by_id == request.user.pk and not row.decision,
        "form": form,
        "title": _("Possible match: %(name)s") % {"name": row.screening.who},
        "crumbs": _crumbs(_screening()),
        "events": history_of(row.ref, row.screening.ref),
    }
    refused = form.is_bound and form.errors
    return render(request, "payments/match.html", context, status=form.status if refused else 200)


def screen_page(request, row, parties, *, crumbs):
    """Compare the parties of an award, a loan or a payment, and the people behind them, with the lists of today."""
    if not rules.test_rule("payments.screen", request.user, row):
        raise NotAllowed()
    on = day_of(row)
    people = people_behind(parties, on)
    form = ScreenForm(request.POST or None)
    if request.method == "POST":
        arguments = {"parties": people, "programme": row.programme, "on": on, "by": request.user}
        if attempt(form, screen_many, **arguments) is not None:
            return done(request, _outcome(people, row.programme, on), row.get_absolute_url())
    latest = Screening.objects.latest(row.programme, people, on)
    return form_page(
        request,
        form,
        title=_("Screening"),
        submit=_("Compare with the lists"),
        back=row.get_absolute_url(),
        crumbs=crumbs,
        template="payments/screen.html",
        lead=_("These names are compared with every list that is loaded."),
        context={
            "people": [
                {"party": party, "last": latest.get(party.pk), "shape": _shape(latest.get(party.pk))}
                for party in people
            ],
            "lists": ScreeningList.objects.newest(on),
            "old": old_lists(on, row.application.call.list_days),
        },
    )


def _shape(row):
    return SCREENING_SHAPES[row.outcome] if row else "start"


def _outcome(people, programme, on):
    rows = Screening.objects.latest(programme, people, on).values()
    held = sum(row.outcome != Screening.Outcome.CLEAR for row in rows)
    if not held:
        return _("Compared with the lists: nobody stands on them.")
    return ngettext(
        "Compared with the lists: %(count)s name is held until a second person decides.",
        "Compared with the lists: %(count)s names are held until a second person decides.",
        held,
    ) % {"count": held}


@login_required
def screen_payee(request, ref):
    """The payee of a payment, and the people behind it."""
    row = order_or_404(request, ref)
    return screen_page(request, row, [row.payee], crumbs=_crumbs((row.ref, row.get_absolute_url())))
