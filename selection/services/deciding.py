"""Decisions: computed from the votes by the frozen rules; the money is reserved when they are recorded."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Application
from audit.moves import advance
from audit.refusals import Blocked
from audit.services import record, service
from programmes.models import Commitment
from programmes.services import available_on, check_date, lock_lines, release, reserve
from selection.models import Case, Decision, Session
from selection.ruling import Ruling, rulings_of
from selection.services.letters import withdraw_letters
from selection.services.locks import ask, ask_state, lock_agenda, lock_applications, lock_session, with_applications
from selection.signals import decisions_effective

APPROVE, RESERVE = Decision.Outcome.APPROVE, Decision.Outcome.RESERVE


@service
def decide_case(*, case, on, by, reserve_list=False, reason=""):
    """Record what the votes decide, and reserve the money of an approval.

    Raises Blocked below the quorum, without the scores that are due, and when an approval finds the line short; then
    `reserve_list` places the case on the reserve list instead.
    """
    session = lock_session(case.session)
    ask("selection.keep_session", by, session)
    cases = with_applications(session, lock_applications([case.application_id]))
    _ask_sitting(session, on, by, reason)
    ruling = rulings_of(session, Case.objects.filter(pk=case.pk))[0]
    return _decide(session, cases[0], ruling, reserve_list, on, by)


@service
def decide_all(*, session, on, by, reserve_list=True, reason=""):
    """Decide every open case: by rank where there are scores, else in agenda order.

    Once the line is short, approvals go to the reserve list (or are refused without `reserve_list`). All or none.
    """
    session, cases = lock_agenda(session)
    ask("selection.keep_session", by, session)
    _ask_sitting(session, on, by, reason)
    by_pk = {case.pk: case for case in cases}
    rulings = sorted(rulings_of(session, session.cases.undecided()), key=Ruling.rank)
    if not rulings:
        raise Blocked(_("Every case is decided already."))
    lock_lines(*{by_pk[ruling.case.pk].application.window.line.key for ruling in rulings})
    for ruling in rulings:
        _decide(session, by_pk[ruling.case.pk], ruling, reserve_list, on, by)
    return session


def _ask_sitting(session, on, by, reason):
    ask_state(session, Session.State.SITTING)
    check_date(on=on, programme=session.programme, by=by, reason=reason)


def _decide(session, case, ruling, reserve_list, on, by):
    application = case.application
    if case.removed_on or application.state != Application.State.UNDER_REVIEW:
        raise Blocked(_("%(ref)s is not before the committee any more.") % {"ref": application.ref})
    if Decision.objects.live().filter(case=case).exists():
        raise Blocked(_("%(ref)s is decided already.") % {"ref": application.ref})
    if ruling.missing:
        raise Blocked(_("%(ref)s cannot be decided yet.") % {"ref": application.ref}, [ruling.missing])
    outcome, tally = ruling.outcome, ruling.tally
    if outcome == APPROVE:
        outcome = _take_money(application, ruling.amount, reserve_list, on, by)
        if outcome == RESERVE:
            tally = {**tally, "rule": "short"}
    decision = Decision.objects.create(
        ref=case.ref,
        case=case,
        application=application,
        outcome=outcome,
        amount=ruling.amount if outcome in (APPROVE, RESERVE) else None,
        currency=case.currency,
        conditions=ruling.conditions if outcome in (APPROVE, RESERVE) else "",
        reason=ruling.reason,
        tally=tally,
        decided_on=on,
    )
    _note("decision.record", decision, session, by, on)
    return decision


def _take_money(application, amount, reserve_list, on, by):
    """APPROVE with the money reserved under the line's lock, or RESERVE when the line is short and that is asked."""
    line = application.window.line
    if reserve_list and amount > available_on(lock_lines(line.key)[line.key]):
        return RESERVE
    reserve(
        line=line,
        window=application.window,
        applicant_ref=application.applicant.ref,
        case_ref=application.ref,
        amount=amount,
        by=by,
        on=on,
    )
    return APPROVE


def _note(kind, decision, session, by, on, reason=""):
    record(
        kind,
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={
            "decision": decision.ref,
            "case": decision.application.ref,
            "outcome": decision.outcome,
            "amount": decision.amount,
            "currency": decision.currency,
            "undone_by": decision.undone_by,
        },
        reason=reason,
    )


def undo(decision, why, *, on, by, reason=""):
    """A decision is undone by a new event; money that was only reserved goes back to the line.

    The caller holds the lock of the Application. Raises Blocked when the money is committed by a contract.
    """
    if decision.outcome == APPROVE and why != Decision.Undone.RESERVE:
        ask_only_reserved(decision)
        release(case_ref=decision.application.ref, by=by, on=on)
    decision.undone_on = on
    decision.undone_by = why
    decision.save(update_fields=["undone_on", "undone_by"])
    withdraw_letters(decision.application, decision_ref=decision.ref, on=on, by=by)
    _note("decision.undo", decision, decision.case.session, by, on, reason)
    return decision


def ask_only_reserved(decision):
    """Raises Blocked unless the money of an approval is reserved and nothing more: no contract stands on it."""
    live = Commitment.objects.live().filter(case_ref=decision.application.ref).first()
    if live is None or live.state != Commitment.State.RESERVED:
        raise Blocked(
            _("The decision on %(ref)s stands: its contract is signed or its money is gone.")
            % {"ref": decision.application.ref}
        )


def take_effect(decision, *, on, by):
    """Move the application as the decision says. The caller holds its lock and sends the signal."""
    verbs = {
        Decision.Outcome.APPROVE: ("approve", {"amount": decision.amount, "conditions_text": decision.conditions}),
        Decision.Outcome.RESERVE: ("place_on_reserve", {}),
        Decision.Outcome.DEFER: ("defer", {}),
        Decision.Outcome.REJECT: ("reject", {}),
    }
    verb, facts = verbs[decision.outcome]
    body = {"decision": decision.ref, "amount": decision.amount, "currency": decision.currency}
    advance(decision.application, verb, by=by, on=on, body=body, decision_ref=decision.ref, **facts)
    decision.effective_on = on
    decision.save(update_fields=["effective_on"])
    return decision


@service
def approve_reserve(*, application, on, by, reason="", key=None):
    """Money came free: the case on the reserve list is approved, for the amount that the committee voted.

    Returns the new Decision. Raises Blocked when the application is not on the reserve list or the line is short.
    """
    waiting = Decision.objects.live().filter(application=application, outcome=RESERVE, effective_on__isnull=False)
    listed = waiting.select_related("case__session").last()
    if listed is None:
        raise Blocked(_("%(ref)s is not on a reserve list.") % {"ref": application.ref})
    session = lock_session(listed.case.session)
    ask("selection.keep_session", by, session)
    check_date(on=on, programme=session.programme, by=by, reason=reason)
    application = lock_applications([application.pk])[application.pk]
    listed = waiting.select_related("case__session", "application").last()
    if listed is None or application.state != Application.State.RESERVE or session.state != Session.State.CLOSED:
        raise Blocked(_("%(ref)s is not on a reserve list.") % {"ref": application.ref})
    listed.application = application
    _take_money(application, listed.amount, False, on, by)
    undo(listed, Decision.Undone.RESERVE, on=on, by=by, reason=reason)
    decision = Decision.objects.create(
        ref=listed.ref,
        case=listed.case,
        application=application,
        outcome=APPROVE,
        amount=listed.amount,
        currency=listed.currency,
        conditions=listed.conditions,
        reason=listed.reason,
        tally={**listed.tally, "rule": "reserve_list"},
        decided_on=on,
    )
    _note("decision.record", decision, session, by, on, reason)
    take_effect(decision, on=on, by=by)
    decisions_effective.send(sender=Session, session=session, decisions=[decision], by=by, on=on)
    return decision
