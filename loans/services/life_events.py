"""The borrower died or moved abroad: the fact, who pays, and what was decided."""

from django.utils.translation import gettext as _

from audit.refusals import Blocked, Invalid
from audit.services import record, service
from loans.models import LifeEvent, Loan, ReliefRequest
from loans.services.access import demand, lock_loan, need_state, need_text
from loans.services.restating import restate
from programmes.services import check_date


@service
def record_life_event(*, loan, kind, happened_on, evidence, on, by, payer=None, attorney=None, key=None):
    """From `happened_on` penalties rest, reminders stop, and the loan waits for a decision. Returns the LifeEvent."""
    loan = lock_loan(loan)
    demand("loans.life_event", by, loan)
    need_state(loan, Loan.State.ACTIVE)
    check_date(on=on, programme=loan.programme, by=by)
    if not loan.disbursed_on <= happened_on <= on:
        raise Invalid(_("It happened after the pay-out, and today or before."), field="happened_on")
    if loan.life_events.filter(decided_on=None).exists():
        raise Blocked(_("This loan waits for a decision already."))
    if loan.life_events.filter(decided_on__gt=happened_on).exists():
        raise Invalid(_("The last event of this kind was decided after that day."), field="happened_on")
    if payer is not None and payer.pk == loan.borrower_id and kind == LifeEvent.Kind.DEATH:
        raise Invalid(_("Somebody else pays now."), field="payer")
    event = LifeEvent.objects.create(
        loan=loan,
        kind=kind,
        happened_on=happened_on,
        evidence=evidence,
        payer=payer,
        attorney=attorney,
        recorded_on=on,
        recorded_by=by,
    )
    body = {"event": event.pk, "kind": kind, "happened": happened_on, "payer": payer.ref if payer else None}
    _rest(loan, on=on, by=by)
    record("loan.life_event", loan.ref, by=by, on=on, programme=loan.programme.key, body=body)
    return event


@service
def decide_life_event(*, event, outcome, on, by, decision_ref="", payer=None, version=None, key=None):
    """Another person than who recorded it, and than adviser and signer, says what follows: penalties run again.

    A new schedule, a write-off or forgiveness follows only when the committee has approved a request for it since the
    event; the decision is that one. It is put in force by its own act, with its money. Raises Invalid, Blocked.
    """
    loan = lock_loan(event.loan)
    event = LifeEvent.objects.select_for_update(of=("self",)).select_related("payer").get(pk=event.pk)
    demand("loans.decide_life_event", by, event)
    check_date(on=on, programme=loan.programme, by=by)
    if event.decided_on:
        raise Blocked(_("This was decided already."))
    if on < event.recorded_on:
        raise Invalid(_("It was recorded after that day."), field="on")
    payer = payer or event.payer
    if outcome == LifeEvent.Outcome.CONTINUE:
        need_text(decision_ref, "decision_ref", _("Name the decision."))
        if payer is None:
            raise Invalid(_("Say who pays from now on."), field="payer")
    else:
        decision_ref = _approved_since(event, outcome)
    event.outcome, event.decision_ref, event.payer = outcome, decision_ref.strip(), payer
    event.decided_on, event.decided_by = on, by
    event.save()
    _rest(loan, on=on, by=by)
    body = {"event": event.pk, "outcome": outcome, "decision": decision_ref, "payer": payer.ref if payer else None}
    record("loan.decide_life_event", loan.ref, by=by, on=on, programme=loan.programme.key, body=body)
    return event


def _approved_since(event, outcome):
    """The committee's decision that approved such relief after the event. Raises Blocked where there is none."""
    approved = (ReliefRequest.State.APPROVED, ReliefRequest.State.IN_FORCE)
    asked = event.loan.relief_requests.filter(kind=outcome, state__in=approved, asked_on__gte=event.happened_on)
    found = asked.order_by("number").last()
    if found is None:
        raise Blocked(_("The committee decides that. Ask for it on the page of the loan, and come back when it has."))
    return found.decision_ref


@service
def end_attorney(*, event, reason, on, by, version=None, key=None):
    """Nobody acts or pays for the borrower abroad any more: from `on` the borrower does. Returns the event."""
    loan = lock_loan(event.loan)
    event = LifeEvent.objects.select_for_update(of=("self",)).select_related("payer").get(pk=event.pk)
    demand("loans.life_event", by, loan)
    need_text(reason, "reason", _("Say why it ends."))
    check_date(on=on, programme=loan.programme, by=by)
    if event.decided_on is None:
        raise Blocked(_("Decide first what follows."))
    if not event.is_acted_for:
        raise Blocked(_("Nobody acts for the borrower of %(ref)s.") % {"ref": loan.ref})
    if on < event.decided_on:
        raise Invalid(_("It was decided after that day."), field="on")
    event.attorney_ended_on, event.attorney_ended_by, event.attorney_end_reason = on, by, reason.strip()[:300]
    event.save()
    body = {"event": event.pk, "payer": event.payer.ref if event.payer else None}
    record("loan.end_attorney", loan.ref, by=by, on=on, programme=loan.programme.key, body=body, reason=reason)
    return event


def pauses_of(loan):
    """The days without penalties by the loan's life events, as the column `penalty_pauses` keeps them."""
    return [
        [first.isoformat(), last.isoformat() if last else None]
        for first, last in loan.life_events.order_by("happened_on", "pk").values_list("happened_on", "decided_on")
    ]


def _rest(loan, *, on, by):
    """Keep the pauses on the loan, also where it ended before, and reckon the penalties of an active one anew."""
    loan.penalty_pauses = pauses_of(loan)
    loan.save()
    if loan.state == Loan.State.ACTIVE:
        restate(loan, through=on, on=on, by=by)
