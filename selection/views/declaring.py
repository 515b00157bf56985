"""Declarations of interest: over names alone, before anything of a case can be opened; and interests for good."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from audit.refusals import NotAllowed
from pages.forms import SeedbedForm, attempt, done, form_page
from programmes.clock import today
from selection import services
from selection.access import committees_of, posted, seat_or_404, session_or_404
from selection.forms import DeclareForm, StandingInterestForm
from selection.models import Declaration, Session, StandingInterest
from selection.naming import Naming
from selection.own_packet import packet_of, parties_named_to
from selection.quorum import other_parts
from selection.views.ground import crumbs_of


@require_http_methods(["GET", "POST"])
def declare(request, ref):
    """One act over all the names: conflicts are chosen, the rest is free of interest. Or single interests only.

    In a blind call the names stand in the order of the alphabet and without numbers, so that they do not tell which
    case is whose.
    """
    session = session_or_404(request.user, ref)
    seat_or_404(session, request.user)
    blind = Naming(session, request.user).blind
    everything = request.POST.get("what") == "confirm"
    form = DeclareForm(
        posted(request),
        cases=_cases(session, request.user, by_name=blind),
        declared=_declared(session, request.user),
        blind=blind,
        everything=everything,
    )
    if request.method == "POST":
        service = services.confirm_interests if everything else services.declare_interests
        if attempt(form, service, session=session, on=today(session.programme), by=request.user) is not None:
            return done(request, _("Your declarations are recorded."), _next(session, request.user))
    return form_page(
        request,
        form,
        title=_("Declare your interests"),
        back=session.get_absolute_url(),
        crumbs=crumbs_of(session),
        template="selection/declare.html",
        context={"session": session, "sitting": session.state == Session.State.SITTING, "blind": blind},
    )


def _next(session, user):
    """Whoever has declared goes on to the first case that waits for their scores, else back to the session."""
    packet = packet_of(session, user)
    waiting = packet.where_stopped() if session.rules["criteria"] and not packet.undeclared else None
    return waiting.case if waiting else session


def _cases(session, user, by_name):
    cases = list(
        session.cases.on_agenda()
        .select_related("application__applicant__village", "application__business")
        .prefetch_related("application__parts")
    )
    for case in cases:
        case.session = session
    cases = [case for case in cases if user.pk not in other_parts(case)]
    return sorted(cases, key=lambda case: (case.application.applicant.name, case.pk)) if by_name else cases


def _declared(session, user):
    mine = Declaration.objects.live().filter(case__session=session, member=user)
    return {row.case_id: row for row in mine}


@require_http_methods(["GET", "POST"])
def interests(request):
    """A member's own interests for good: every case of these parties is a conflict of theirs."""
    day = today()
    committees = committees_of(request.user, day)
    if not committees:
        raise NotAllowed(_("Members of a committee declare their interests here."))
    form = StandingInterestForm(posted(request), told=parties_named_to(request.user), committees=committees)
    declare_it = services.declare_standing_interest
    if request.method == "POST" and attempt(form, declare_it, on=day, by=request.user) is not None:
        return done(request, _("The interest stands from today, in every session."), "selection:interests")
    mine = StandingInterest.objects.filter(member=request.user).select_related("party", "committee")
    return form_page(
        request,
        form,
        title=_("My standing interests"),
        submit=_("Declare it for good"),
        crumbs=crumbs_of(),
        template="selection/interests.html",
        context={"interests": mine.order_by("ends_on", "party__name")},
    )


@require_http_methods(["GET", "POST"])
def end_interest(request, pk):
    rows = StandingInterest.objects.filter(member=request.user, ends_on=None)
    row = get_object_or_404(rows.select_related("party", "committee__programme"), pk=pk)
    form = SeedbedForm(posted(request))
    if request.method == "POST":
        given = {"interest": row, "on": today(row.committee.programme), "by": request.user}
        if attempt(form, services.end_standing_interest, **given) is not None:
            return done(request, _("The interest has ended. What it declared stays declared."), "selection:interests")
    return form_page(
        request,
        form,
        title=_("End this interest"),
        lead=f"{row.party}, {row.get_kind_display()}",
        submit=_("End it today"),
        back=reverse("selection:interests"),
        crumbs=[*crumbs_of(), (_("My standing interests"), reverse("selection:interests"))],
    )
