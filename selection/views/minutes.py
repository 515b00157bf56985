"""The minutes: as a page, and as the PDF that is drawn when it is first read."""

import rules
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from applicants.models import Party
from applicants.services.evidence import path_of
from pages.pdf import pdf
from programmes.clock import today
from selection import services
from selection.access import keeps, seat_of, session_or_404
from selection.minutes import body_of, told
from selection.minutes_words import attendance, cases_told, corrections, head, motions_told, named_in, proofs
from selection.models import Declaration, Session
from selection.motions import own_motions
from selection.papers import minutes_paper


def _readable_or_404(user, ref, states):
    """The session in one of `states`, for those who keep it and those who hold a seat.

    The minutes tell of every case; a member with an interest gets the page without theirs, and no PDF.
    """
    session = session_or_404(user, ref)
    if session.state not in states:
        raise Http404
    if not keeps(session, user) and (seat_of(session, user) is None or session.state != Session.State.CLOSED):
        raise Http404
    return session


def _hidden(session, user):
    """References of the applications whose case is no business of the user's."""
    if keeps(session, user):
        cases = session.cases.filter(declarations__member=user, declarations__superseded_on=None).exclude(
            declarations__kind=Declaration.Kind.NONE
        )
        return set(cases.values_list("application__ref", flat=True))
    readable = session.cases.readable_by(user).values("pk")
    return set(session.cases.exclude(pk__in=readable).values_list("application__ref", flat=True))


def _hidden_motions(session, user):
    """Numbers of the requests that are no business of the user's."""
    if keeps(session, user):
        return set()
    own = {standing.motion.number for standing, _declared, _vote in own_motions(session, user)}
    return set(session.motions.values_list("number", flat=True)) - own


@require_safe
def minutes(request, ref):
    """The frozen minutes; while the committee sits, for its keepers, what they would say if it closed now."""
    session = _readable_or_404(request.user, ref, (Session.State.SITTING, Session.State.CLOSED))
    is_draft = session.state == Session.State.SITTING
    body = told(session, body_of(session, closed_on=today(session.programme)) if is_draft else None)
    hidden = _hidden(session, request.user)
    names = dict(Party.objects.filter(ref__in=named_in(body)).values_list("ref", "name"))
    hidden_motions = _hidden_motions(session, request.user)
    requests = [one for one in motions_told(body, names) if one.row["number"] not in hidden_motions]
    cases = [case for case in cases_told(body, names) if case.row["application"] not in hidden]
    here = attendance(body)
    return render(
        request,
        "selection/minutes.html",
        {
            "title": _("Minutes of %(ref)s") % {"ref": session.ref},
            "session": session,
            "head": [row for row in head(body) if not is_draft or row[0] != _("Closed on")],
            "attendance": here,
            "timed": any(times for _member, _seat, _here, times in here),
            "cases": [case for case in cases if not case.on_consent],
            "consent": [case for case in cases if case.on_consent],
            "corrections": list(corrections(body)),
            "proofs": list(proofs(session, body)),
            "requests": requests,
            "is_draft": is_draft,
            "gone": len(body["cases"]) - len(cases),
            "requests_gone": len(body.get("motions", ())) - len(requests),
            "crumbs": [
                (_("Committee sessions"), reverse("selection:sessions")),
                (session.ref, session.get_absolute_url()),
            ],
        },
    )


@require_safe
def minutes_pdf(request, ref):
    """The paper, as a file. Whoever may keep files of the programme draws and keeps it; others get it drawn."""
    session = _readable_or_404(request.user, ref, (Session.State.CLOSED,))
    if _hidden(session, request.user) or _hidden_motions(session, request.user):
        raise Http404
    if session.minutes_id:
        content = path_of(session.minutes.sha256).read_bytes()
    elif rules.test_rule("applicants.add_evidence", request.user, session):
        evidence = services.draw_minutes(session=session, on=today(session.programme), by=request.user)
        content = path_of(evidence.sha256).read_bytes()
    else:
        content = minutes_paper(session)
    return pdf(content, f"minutes-{session.ref}.pdf")
