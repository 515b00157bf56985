"""Votes of a member on several cases at once."""

from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pages.forms import attempt, done, form_page
from programmes.clock import today
from selection import services
from selection.access import posted, seat_or_404, session_or_404
from selection.forms import VotesForm
from selection.models import Session
from selection.own_packet import packet_of
from selection.views.ground import crumbs_of


@require_http_methods(["GET", "POST"])
def vote(request, ref):
    """One form for all cases that wait for the member's vote."""
    session = session_or_404(request.user, ref)
    seat_or_404(session, request.user)
    packet = packet_of(session, request.user)
    cases = [line.case for line in packet.left_to_vote()]
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
        context={"session": session, "cases": cases, "sitting": session.state == Session.State.SITTING},
    )
