"""Questions of the committee to the adviser of a case. An answer explains the plan; scores and revision stay."""

import rules
from django.utils.translation import gettext_lazy as _

from applicants.models import Part
from applicants.services import claim_part
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.services import check_date
from selection.models import Case, Clarification, Decision, Session
from selection.services.locks import ask, ask_state, fresh_session, lock_applications, with_applications

MOST_QUESTION, MOST_ANSWER = 500, 4000
ASKED_IN = (Session.State.OPEN, Session.State.SITTING)


@service
def ask_clarification(*, case, question, on, by):
    """A question to the adviser, by a voting member who may judge the case or by the secretary.

    Returns the Clarification. Raises Blocked once the case is decided or gone, NotAllowed for everybody else.
    """
    session, case = _locked(case, by, on)
    if not Case.objects.readable_by(by).filter(pk=case.pk).exists() or not _has_a_say(session, by):
        raise NotAllowed(_("The members who judge this case ask the adviser, and the secretary."))
    question = question.strip()
    if not question:
        raise Invalid(_("Write what the committee wants to know."), field="question")
    if len(question) > MOST_QUESTION:
        raise Invalid(_("There is room for %(room)s letters.") % {"room": MOST_QUESTION}, field="question")
    if case.clarifications.filter(question=question).exists():
        raise Blocked(_("This question is asked already."))
    asked = Clarification.objects.create(case=case, question=question, asked_on=on, asked_by=by)
    _note("clarification.ask", asked, session, on, by)
    return asked


@service
def answer_clarification(*, clarification, answer, on, by):
    """The adviser of the case (or who covers the leave) answers, once. Cards and votes stay as they are."""
    session, case = _locked(clarification.case, by, on)
    ask("selection.answer_clarification", by, case.application)
    claim_part(application=case.application, user=by, part=Part.Name.ADVISER, on=on)
    answer = answer.strip()
    if not answer:
        raise Invalid(_("Write the answer."), field="answer")
    if len(answer) > MOST_ANSWER:
        raise Invalid(_("There is room for %(room)s letters.") % {"room": MOST_ANSWER}, field="answer")
    waiting = Clarification.objects.filter(pk=clarification.pk, answered_on=None)
    if not waiting.update(answer=answer, answered_on=on, answered_by=by):
        raise Blocked(_("This question is answered already."))
    clarification.refresh_from_db()
    _note("clarification.answer", clarification, session, on, by)
    return clarification


def _locked(case, by, on):
    """(fresh session, case) with the application locked; raises Blocked when the case is not before the committee."""
    applications = lock_applications([case.application_id])
    session = fresh_session(case.session)
    ask_state(session, *ASKED_IN)
    check_date(on=on, programme=session.programme, by=by)
    case = next(row for row in with_applications(session, applications) if row.pk == case.pk)
    if case.removed_on or case.application.state != case.application.State.UNDER_REVIEW:
        raise Blocked(_("%(ref)s is not before the committee any more.") % {"ref": case.application.ref})
    if Decision.objects.live().filter(case=case).exists():
        raise Blocked(_("%(ref)s is decided already.") % {"ref": case.application.ref})
    return session, case


def _has_a_say(session, user):
    """A manager and an observer read; they do not ask for the committee."""
    seats = session.committee.seats.held_on(session.sits_on).voting()
    return rules.test_rule("selection.keep_session", user, session) or seats.filter(user=user).exists()


def _note(kind, row, session, on, by):
    record(
        kind,
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={"case": row.case.application.ref, "question": row.pk},
    )
