"""Votes of a member: on several cases at once, and on the whole consent agenda in one act."""

from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from audit.refusals import NotAllowed
from pages.forms import SeedbedForm, attempt, done, form_page
from programmes.clock import today
from selection import services
from selection.access import keeps, posted, seat_or_404, session_or_404
from selection.consent_list import consent_lines
from selection.forms import VotesForm
from selection.models import Session
from selection.own_packet import packet_of
from selection.views.ground import crumbs_of


@require_http_methods(["GET", "POST"])
def vote(request, ref):
    """One form for all cases that wait for the member's single vote."""
    session = session_or_404(request.user, ref)
    seat_or_404(session, request.user)
    packet = packet_of(session, request.user)
    cases = [line.case for line in packet.left_to_vote() if not line.case.votes_by_consent]
    form = VotesForm(posted(request), cases=cases)
    if request.method == "POST":
        result = attempt(form, services.cast_votes, session=session, on=today(session.programme), by=request.user)
        if result is not None:
            return done(request, _("Your votes are cast."), session)
    return form_page(
        request,
        form,
        title=_("Vote"),
        submit=_("Cast my votes"),
        back=session.get_absolute_url(),
        crumbs=crumbs_of(session),
        template="selection/vote.html",
        context={
            "session": session,
            "cases": cases,
            "terms": any(case.proposed_months for case in cases),
            "consent": len(packet.left_to_consent()),
            "sitting": session.state == Session.State.SITTING,
        },
    )


class ConsentForm(SeedbedForm):
    """One act over everything that is left on the consent agenda, as the member read it."""

    versioned = True
    keyed = True


@require_http_methods(["GET", "POST"])
def consent(request, ref):
    """The consent agenda: a line for each case, what can be lifted out, and one vote for the rest."""
    session = session_or_404(request.user, ref)
    kept = keeps(session, request.user)
    if not kept:
        seat_or_404(session, request.user)
    form = ConsentForm(posted(request), instance=session)
    if request.method == "POST":
        if kept:
            raise NotAllowed(_("The members of the committee vote."))
        given = {"session": session, "on": today(session.programme), "by": request.user}
        if attempt(form, services.cast_consent_votes, **given) is not None:
            return done(request, _("Your vote for the consent agenda is cast."), session)
    lines = consent_lines(session, request.user, kept)
    refused = form.is_bound and bool(form.errors)
    return render(
        request,
        "selection/consent.html",
        {
            "title": _("Consent agenda"),
            "session": session,
            "form": form,
            "refused": refused,
            "lines": lines,
            "kept": kept,
            "mine": [line for line in lines if line.waits],
            "sitting": session.state == Session.State.SITTING,
            "crumbs": crumbs_of(session),
        },
        status=form.status if refused else 200,
    )
