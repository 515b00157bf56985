"""Decisions: computed from the votes by the frozen rules; the money is reserved when they are recorded."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applicants.models import Application
from audit.moves import advance
from audit.refusals import Blocked
from audit.services import record, service
from programmes.models import Commitment
from programmes.services import check_date, lines_short, lock_lines, release, reserve
from programmes.shares import parts_of, weights_of
from selection.models import Case, Decision, Session
from selection.ruling import Ruling, rulings_of
from selection.services.bench import day_of
from selection.services.findings import Found, findings_against, frozen_checks, keeping_findings
from selection.services.letters import withdraw_letters
from selection.services.locks import ask, ask_state, lock_agenda, lock_applications, lock_session, with_applications
from selection.signals import decisions_effective

APPROVE, RESERVE = Decision.Outcome.APPROVE, Decision.Outcome.RESERVE


def decide_case(*, case, on, by, reserve_list=False, put_off_failing=False, reason=""):
    """Record what the votes decide, and reserve the money of an approval. Returns the Decision.

    Raises Blocked below the quorum, without the scores that are due, and when an approval finds the line short; then
    `reserve_list` places the case on the reserve list instead. Where the rules say so, the checks are run again before
    an approval: one that fails blocks it, or with `put_off_failing` puts the case off. What was found is kept.
    """
    with keeping_findings(on=on, by=by):
        return record_decision(
            case=case,
            on=on,
            by=by,
            reserve_list=reserve_list,
            put_off_failing=put_off_failing,
            reason=reason,
        )


@service
def record_decision(*, case, on, by, reserve_list=False, put_off_failing=False, reason=""):
    """decide_case() without keeping what was found about a case that is blocked."""
    session = lock_session(case.session)
    ask("selection.keep_session", by, session)
    cases = with_applications(session, lock_applications([case.application_id]))
    _ask_sitting(session, on, by, reason)
    ruling = rulings_of(session, Case.objects.filter(pk=case.pk))[0]
    decision, against = _decide(session, cases[0], ruling, reserve_list, put_off_failing, on, by)
    if against:
        raise _not_approved([(cases[0].application, against)], session)
    return decision


def decide_all(*, session, on, by, reserve_list=True, put_off_failing=False, reason=""):
    """Decide every open case: by rank where there are scores, else in agenda order. Returns the Session.

    Once the line is short, approvals go to the reserve list (or are refused without `reserve_list`). All or none: a
    check that fails now blocks them all, unless `put_off_failing` puts that case off. What was found is kept.
    """
    with keeping_findings(on=on, by=by):
        return record_decisions(
            session=session,
            on=on,
            by=by,
            reserve_list=reserve_list,
            put_off_failing=put_off_failing,
            reason=reason,
        )


@service
def record_decisions(*, session, on, by, reserve_list=True, put_off_failing=False, reason=""):
    """decide_all() without keeping what was found about cases that are blocked."""
    session, cases = lock_agenda(session)
    ask("selection.keep_session", by, session)
    _ask_sitting(session, on, by, reason)
    by_pk = {case.pk: case for case in cases}
    rulings = sorted(rulings_of(session, session.cases.undecided()), key=Ruling.rank)
    if not rulings:
        raise Blocked(_("Every case is decided already."))
    windows = {by_pk[ruling.case.pk].application.window for ruling in rulings}
    lock_lines(*{line.key for window in windows for line in weights_of(window)})
    failing = []
    for ruling in rulings:
        case = by_pk[ruling.case.pk]
        _decision, against = _decide(session, case, ruling, reserve_list, put_off_failing, on, by)
        if against:
            failing.append((case.application, against))
    if failing:
        raise _not_approved(failing, session)
    return session


def _not_approved(failing, session):
    """The refusal that names each check that failed; `failing`: (application, sentences)."""
    return Found(
        _("The checks were run again, and what they found stops the approval."),
        [sentence for _application, sentences in failing for sentence in sentences],
        [(application, frozen_checks(session.rules)) for application, _sentences in failing],
    )


def _ask_sitting(session, on, by, reason):
    ask_state(session, Session.State.SITTING)
    check_date(on=on, programme=session.programme, by=by, reason=reason)


def _decide(session, case, ruling, reserve_list, put_off_failing, on, by):
    """(Decision, []) as the ruling says; or (None, sentences) of the checks that fail now and block an approval."""
    application = case.application
    _ask_open(session, case, ruling, on)
    outcome, amount, months = ruling.outcome, ruling.amount, ruling.months
    tally, why = dict(ruling.tally), ruling.reason
    if outcome == APPROVE and session.rules.get("recheck_selected"):
        against = findings_against(application, session.rules, on=on, by=by)
        if against and not put_off_failing:
            return None, against
        tally["checked_on"] = on.isoformat()
        if against:
            outcome, amount, tally["rule"] = Decision.Outcome.DEFER, None, "failing"
            why = "\n".join(str(sentence) for sentence in against)
    if outcome == APPROVE:
        outcome = _take_money(application, amount, reserve_list, on, by)
        if outcome == RESERVE:
            tally["rule"] = "short"
    decision = Decision.objects.create(
        ref=case.ref,
        case=case,
        application=application,
        outcome=outcome,
        amount=amount if outcome in (APPROVE, RESERVE) else None,
        months=months if outcome in (APPROVE, RESERVE) else None,
        currency=case.currency,
        conditions=ruling.conditions if outcome in (APPROVE, RESERVE) else "",
        reason=why,
        tally=tally,
        decided_on=on,
    )
    _note("decision.record", decision, session, by, on)
    return decision, []


def _ask_open(session, case, ruling, on):
    """Raises Blocked unless the case is before the committee, not decided, and nothing is missing that it waits for."""
    ref = case.application.ref
    if case.removed_on or case.application.state != Application.State.UNDER_REVIEW:
        raise Blocked(_("%(ref)s is not before the committee any more.") % {"ref": ref})
    if Decision.objects.live().filter(case=case).exists():
        raise Blocked(_("%(ref)s is decided already.") % {"ref": ref})
    missing = ruling.missing or _still_voting(session, ruling, on)
    if missing:
        raise Blocked(_("%(ref)s cannot be decided yet.") % {"ref": ref}, [missing])


def _still_voting(session, ruling, on):
    """In the written procedure everybody has until the last day: what is missing before it, or ""."""
    if not session.is_written or on > session.votes_due_on:
        return ""
    waiting = len(ruling.room.unconflicted - {vote.member_id for vote in ruling.votes})
    if not waiting:
        return ""
    return ngettext(
        "%(count)s member can vote until %(date)s.", "%(count)s members can vote until %(date)s.", waiting
    ) % {"count": waiting, "date": day_of(session.votes_due_on)}


def _take_money(application, amount, reserve_list, on, by):
    """APPROVE with the money reserved under its lines' locks, or RESERVE when one is short and that is asked."""
    if reserve_list and lines_short(parts_of(application.window, amount)):
        return RESERVE
    reserve(
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
            "months": decision.months,
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
    live = Commitment.objects.live().filter(case_ref=decision.application.ref)
    if {row.state for row in live} != {Commitment.State.RESERVED}:
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


def approve_reserve(*, application, on, by, reason="", key=None):
    """Money came free: the case on the reserve list is approved, for the amount that the committee voted.

    Returns the new Decision. Raises Blocked when the application is not on the reserve list, the line is short, or a
    check that is run again fails; what was found is kept.
    """
    with keeping_findings(on=on, by=by):
        return take_from_reserve(application=application, on=on, by=by, reason=reason, key=key)


@service
def take_from_reserve(*, application, on, by, reason="", key=None):
    """approve_reserve() without keeping what was found about a case that is blocked."""
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
    tally = {**listed.tally, "rule": "reserve_list"}
    if session.rules.get("recheck_selected"):
        against = findings_against(application, session.rules, on=on, by=by)
        if against:
            raise _not_approved([(application, against)], session)
        tally["checked_on"] = on.isoformat()
    _take_money(application, listed.amount, False, on, by)
    undo(listed, Decision.Undone.RESERVE, on=on, by=by, reason=reason)
    decision = Decision.objects.create(
        ref=listed.ref,
        case=listed.case,
        application=application,
        outcome=APPROVE,
        amount=listed.amount,
        months=listed.months,
        currency=listed.currency,
        conditions=listed.conditions,
        reason=listed.reason,
        tally=tally,
        decided_on=on,
    )
    _note("decision.record", decision, session, by, on, reason)
    take_effect(decision, on=on, by=by)
    decisions_effective.send(sender=Session, session=session, decisions=[decision], by=by, on=on)
    return decision
