"""The live state of a sitting: attendance, quorum, decisions and money as they are now, for those who are in it."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from selection.access import keeps, seat_or_404, session_or_404
from selection.board import Board, quorum_words
from selection.models import Session
from selection.own_packet import member_live, packet_of
from selection.views.ground import crumbs_of


@require_safe
def live(request, ref):
    """Only the live part for a page that refreshes itself; a page of its own for whoever opens the address."""
    session = session_or_404(request.user, ref)
    if session.state != Session.State.SITTING:
        if not request.htmx:
            raise Http404
        # The sitting is over: the page that asks becomes the page of the closed session.
        return HttpResponse(headers={"HX-Refresh": "true"})
    if keeps(session, request.user):
        part, context = "selection/_live.html", kept_context(Board(session, request.user))
    else:
        seat_or_404(session, request.user)
        part, context = "selection/_live_member.html", member_context(session, request.user)
    template = part if request.htmx else "selection/live.html"
    frame = {"title": str(session.committee), "session": session, "part": part, "crumbs": crumbs_of(session)}
    return render(request, template, {**frame, **context})


def kept_context(board):
    """What _live.html prints."""
    following = board.next_row
    return {
        "board": board,
        "lines": board.lines(),
        "progress": board.progress(),
        "next": following,
        "quorum": quorum_words(following) if following else "",
        "without_quorum": sum(not row.room.could_decide for row in board.open_rows),
    }


def member_context(session, user, packet=None):
    """What _live_member.html prints; it tells nothing of cases that are not the member's."""
    packet = packet or packet_of(session, user)
    return {"packet": packet, "live": member_live(session, packet)}
