"""The minutes: as a page, and as the PDF that is drawn when it is first read."""

import rules
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from applicants.models import Party
from applicants.services.evidence import path_of
from ledger.money import Money
from programmes.clock import today
from selection import services
from selection.access import keeps, seat_of, session_or_404
from selection.minutes import body_of
from selection.models import Declaration, Seat, Session
from selection.papers import minutes_paper
from selection.wording import outcome_sentence, undone_sentence, votes_sentence


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


@require_safe
def minutes(request, ref):
    """The frozen minutes; while the committee sits, for its keepers, what they would say if it closed now."""
    session = _readable_or_404(request.user, ref, (Session.State.SITTING, Session.State.CLOSED))
    is_draft = session.state == Session.State.SITTING
    body = body_of(session, closed_on=today(session.programme)) if is_draft else session.minutes_body
    hidden = _hidden(session, request.user)
    names = dict(Party.objects.filter(ref__in=[row["applicant"] for row in body["cases"]]).values_list("ref", "name"))
    cases = [_shown(row, names) for row in body["cases"] if row["application"] not in hidden]
    return render(
        request,
        "selection/minutes.html",
        {
            "title": _("Minutes of %(ref)s") % {"ref": session.ref},
            "session": session,
            "body": body,
            "present": [(row["member"], Seat.Role(row["role"]).label) for row in body["present"]],
            "absent": [(row["member"], Seat.Role(row["role"]).label) for row in body["absent"]],
            "cases": cases,
            "is_draft": is_draft,
            "gone": len(body["cases"]) - len(cases),
            "crumbs": [
                (_("Committee sessions"), reverse("selection:sessions")),
                (session.ref, session.get_absolute_url()),
            ],
        },
    )


def _shown(row, names):
    removed = row["tally"].get("rule") == "removed"
    return {
        **row,
        "name": names.get(row["applicant"], row["applicant"]),
        "asked": Money(row["asked_amount"], row["currency"]),
        "sentence": outcome_sentence(row),
        "votes": votes_sentence(row["tally"]) if row["tally"] and not removed else "",
        "interests": [{**one, "kind": Declaration.Kind(one["kind"]).label} for one in row["interests"]],
        "undone": [undone_sentence(one, row["currency"]) for one in row["undone"]],
    }


@require_safe
def minutes_pdf(request, ref):
    """The paper, as a file. Whoever may keep files of the programme draws and keeps it; others get it drawn."""
    session = _readable_or_404(request.user, ref, (Session.State.CLOSED,))
    if _hidden(session, request.user):
        raise Http404
    if session.minutes_id:
        content = path_of(session.minutes.sha256).read_bytes()
    elif rules.test_rule("applicants.add_evidence", request.user, session):
        evidence = services.draw_minutes(session=session, on=today(session.programme), by=request.user)
        content = path_of(evidence.sha256).read_bytes()
    else:
        content = minutes_paper(session)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="minutes-{session.ref}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
