"""A loan that is paid out in parts: planned, shown and confirmed, ordered, settled, returned, or given up.

Each pay-out makes a schedule version that holds all instalments from the beginning: what fell due before the day of
the tranche is the same, and money of an earlier day that is entered later finds its place (see continue_version).
"""

from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from audit.moves import advance
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from ledger.money import Money
from loans.conditions_tranches import missing_for_payment
from loans.models import Loan, LoanTranche
from loans.schedule import request_from_json
from loans.services.access import demand, lock_loan, need_state, need_text
from loans.services.agreement import (
    check_payee,
    fees_of,
    first_schedule,
    line_of,
    move_first_due,
    pay_outs_of,
    save_edit,
)
from loans.services.restating import restate
from loans.services.versions import built, continue_version
from loans.terms import grace_until, paid_out_in, paid_out_otherwise
from payments.models import PaymentOrder
from payments.services import prepare_payment
from programmes.clock import today
from programmes.services import check_date, release, use


@service
def plan_tranches(*, loan, parts, on, by, version=None, key=None):
    """How a loan will be paid out, before its contract is signed: [(minor units, day, what must be shown)].

    No parts: all at once. Returns the Loan. Raises Invalid.
    """
    loan = lock_loan(loan)
    demand("loans.set_terms", by, loan)
    need_state(loan, Loan.State.APPROVED)
    check_date(on=on, programme=loan.programme, by=by)
    if parts:
        _check_plan(loan, parts, on)
    loan.tranche_plan = [
        {"amount": amount, "on": day.isoformat(), "condition": condition.strip()[:300]}
        for amount, day, condition in parts
    ]
    save_edit(loan, version)
    body = {"amounts": [part["amount"] for part in loan.tranche_plan], "days": [p["on"] for p in loan.tranche_plan]}
    record("loan.plan_tranches", loan.ref, by=by, on=on, programme=loan.programme.key, body=body)
    return loan


def _check_plan(loan, parts, on):
    most = loan.product.most_tranches
    if not 2 <= len(parts) <= most:
        raise Invalid(
            _("%(product)s is paid out in %(most)s tranches at most, and in two at least where it is not at once.")
            % {"product": loan.product, "most": most}
            if most > 1
            else _("%(product)s is paid out at once.") % {"product": loan.product}
        )
    if any(amount <= 0 for amount, _day, _condition in parts):
        raise Invalid(_("A tranche is more than zero."))
    whole = sum(amount for amount, _day, _condition in parts)
    if whole != loan.amount:
        raise Invalid(
            _("The tranches add up to %(planned)s, the loan is %(loan)s.")
            % {"planned": Money(whole, loan.currency), "loan": Money(loan.amount, loan.currency)}
        )
    days = [day for _amount, day, _condition in parts]
    if days[0] < on:
        raise Invalid(_("The first tranche cannot be planned for a day that is over."))
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise Invalid(_("Each tranche is planned for a later day than the one before it."))
    if not all(condition.strip() for _amount, _day, condition in parts[1:]):
        raise Invalid(_("Say what must be shown before each tranche after the first."))
    amounts = [amount for amount, _day, _condition in parts]
    if any(fee >= amount for fee, amount in zip(fees_of(loan, amounts), amounts, strict=True)):
        raise Invalid(_("The fee would take a whole tranche. Make the tranches larger."))


def lock_tranche(tranche):
    """The tranche as it is now, its dossier and its loan locked."""
    loan = lock_loan(tranche.loan)
    fresh = LoanTranche.objects.select_for_update(of=("self",)).get(pk=tranche.pk)
    fresh.loan = loan
    return fresh


@service
def ask_tranche(*, tranche, shown, on, by, version=None, key=None):
    """Somebody says that what the tranche asks for was shown, and what it was; a second person confirms it."""
    tranche = lock_tranche(tranche)
    check_date(on=on, programme=tranche.programme, by=by)
    need_text(shown, "shown", _("Say what was shown."))
    return advance(tranche, "ask", by=by, on=on, version=version, shown=shown)


@service
def confirm_tranche(*, tranche, on, by, version=None, key=None):
    tranche = lock_tranche(tranche)
    check_date(on=on, programme=tranche.programme, by=by)
    return advance(tranche, "confirm", by=by, on=on, version=version)


@service
def send_back_tranche(*, tranche, reason, on, by, version=None, key=None):
    tranche = lock_tranche(tranche)
    check_date(on=on, programme=tranche.programme, by=by)
    need_text(reason, "reason", _("Say why."))
    return advance(tranche, "send_back", by=by, on=on, version=version, reason=reason)


@service
def ask_to_give_up(*, tranche, reason, on, by, version=None, key=None):
    """The rest is not needed, or what was asked for will not come. Another person gives it up."""
    tranche = lock_tranche(tranche)
    check_date(on=on, programme=tranche.programme, by=by)
    need_text(reason, "reason", _("Say why the tranche is given up."))
    return advance(tranche, "ask_to_give_up", by=by, on=on, version=version, reason=reason, why=reason)


@service
def keep_tranche(*, tranche, on, by, version=None, key=None):
    tranche = lock_tranche(tranche)
    check_date(on=on, programme=tranche.programme, by=by)
    return advance(tranche, "keep", by=by, on=on, version=version)


@service
def give_up_tranche(*, tranche, on, by, version=None, key=None):
    """The second person: the tranche will not be paid out, its money goes back to the line, the schedule is anew."""
    tranche = lock_tranche(tranche)
    loan = tranche.loan
    check_date(on=on, programme=loan.programme, by=by)
    reason = tranche.end_reason
    advance(tranche, "give_up", by=by, on=on, version=version, body={"amount": tranche.amount})
    release(case_ref=loan.application.ref, by=by, on=on, amount=tranche.amount)
    if loan.state == Loan.State.SIGNED:
        parts = [(row.planned_on, row.amount) for row in loan.tranches.open()]
        anchor = move_first_due(loan, parts[0][0])
        more = pay_outs_of(loan, parts, last=parts[-1][0]) | anchor
        request, _rows = built(lambda: first_schedule(loan, parts[0][0], **more))
        continue_version(loan, request_from_json(request), on=on, reason=reason, starts_on=parts[0][0])
        loan.save()
    elif loan.state == Loan.State.ACTIVE:
        request = _request_in_force(loan)
        other = paid_out_otherwise(loan, request, paid_out_in(loan, request), grace_left(loan, request, on))
        continue_version(loan, other, on=on, reason=reason)
        restate(loan, through=max(on, today(loan.programme)), on=on, by=by, reason=reason)
    return tranche


@service
def order_tranche(*, tranche, account, on, by, key=None):
    """The finance maker prepares the payment of the tranche that is next. The bank pays it less its part of the fee."""
    tranche = lock_tranche(tranche)
    loan = tranche.loan
    demand("loans.order_disbursement", by, loan)
    missing = missing_for_payment(tranche)
    if missing:
        raise Blocked(_("This tranche cannot be paid out yet."), missing)
    if tranche.state in LoanTranche.OVER or tranche.state == LoanTranche.State.GIVING_UP:
        raise Blocked(_("This tranche is in the state “%(state)s”.") % {"state": tranche.state_label})
    if PaymentOrder.objects.live().filter(source_ref=tranche.source_ref).exists():
        raise Blocked(_("The payment of %(ref)s is prepared already.") % {"ref": tranche.ref})
    check_payee(loan, account)
    order = prepare_payment(
        application=loan.application,
        kind=PaymentOrder.Kind.LOAN,
        source_ref=tranche.source_ref,
        payee=account.party,
        account=account,
        lines=[line_of(loan, tranche.amount, tranche.fee_amount)],
        on=on,
        by=by,
    )
    loan.payee_order_ref = order.ref
    loan.save(update_fields=["payee_order_ref"])
    return order


def tranche_of(order):
    """The LoanTranche that an order pays, or None for an order that pays a whole loan."""
    ref, colon, number = order.source_ref.partition(":")
    if not colon:
        return None
    return LoanTranche.objects.select_related("loan__application").get(loan__ref=ref, number=int(number))


@service
def settle_tranche(*, tranche, order, on, by):
    """The bank paid the tranche on the value date `on`. The first one makes the loan active."""
    tranche = lock_tranche(tranche)
    loan = tranche.loan
    if on < loan.signed_on:
        raise Blocked(
            _("The contract was signed on %(date)s; the money cannot leave before.")
            % {"date": loan.signed_on.strftime("%d.%m.%Y")}
        )
    use(case_ref=loan.application.ref, parts={loan.line_id: tranche.amount}, by=by, on=on)
    advance(tranche, "settle", by=by, on=on, body={"order": order.ref, "amount": tranche.amount})
    loan.payee_order_ref = order.ref
    if loan.state == Loan.State.SIGNED:
        return _settle_first(loan, tranche, order, on, by)
    need_state(loan, Loan.State.ACTIVE)
    request = _request_in_force(loan)
    parts = paid_out_in(loan, request)
    version = loan.versions.get(number=loan.current_version)
    if on < max(parts[-1][0], version.made_on):
        raise Blocked(
            _("The tranche before it was paid out, or the loan was rescheduled, on %(date)s; this one comes later.")
            % {"date": f"{max(parts[-1][0], version.made_on):%d.%m.%Y}"}
        )
    if on >= loan.matures_on:
        raise Blocked(
            _("Tranche %(number)s left the bank on %(date)s, and the last instalment falls due on %(last)s.")
            % {"number": tranche.number, "date": f"{on:%d.%m.%Y}", "last": f"{loan.matures_on:%d.%m.%Y}"},
            [
                _(
                    "No instalment is left to repay it. Have the bank send it back, record the payment as returned, and"
                    " ask the committee for a new schedule before it is paid out again."
                )
            ],
        )
    why = str(_("Tranche %(number)s was paid out.") % {"number": tranche.number})
    parts.append((on, tranche.amount))
    other = paid_out_otherwise(loan, request, parts, grace_left(loan, request, on))
    continue_version(loan, other, on=on, reason=why)
    restate(loan, through=max(on, today(loan.programme)), on=on, by=by, reason=why)
    return tranche


def _settle_first(loan, tranche, order, on, by):
    anchor = move_first_due(loan, on)
    last = max([on, *loan.tranches.open().values_list("planned_on", flat=True)])
    promised = sum(loan.tranches.open().values_list("amount", flat=True))
    more = pay_outs_of(loan, [(on, tranche.amount)], last=last, promised=promised)
    request, _rows = built(lambda: first_schedule(loan, on, **more, **anchor))
    why = str(_("Tranche %(number)s was paid out.") % {"number": tranche.number})
    continue_version(loan, request_from_json(request), on=on, reason=why, starts_on=on)
    loan.principal_amount = tranche.amount
    loan.reckoned_on = on
    body = {"order": order.ref, "first_due": loan.first_due_on}
    return advance(loan, "activate", by=by, on=on, disbursed_on=on, body=body)


@service
def bounce_tranche(*, tranche, order, on, by):
    """The bank returned a tranche days after it was settled: the loan is what it would be without it."""
    tranche = lock_tranche(tranche)
    loan, paid_on = tranche.loan, tranche.paid_on
    use(case_ref=loan.application.ref, parts={loan.line_id: -tranche.amount}, by=by, on=on)
    if not loan.tranches.paid().exclude(pk=tranche.pk).exists():
        if loan.state != Loan.State.ACTIVE or loan.repayments.live().exists():
            raise Blocked(
                _("Repayments of %(ref)s are recorded. Reverse them before its disbursement is returned.")
                % {"ref": loan.ref}
            )
        advance(tranche, "bounce", by=by, on=on, body={"order": order.ref})
        return advance(loan, "bounce", by=by, on=on, body={"order": order.ref})
    need_state(loan, Loan.State.ACTIVE, Loan.State.OVERPAID, Loan.State.CLOSED)
    request = _request_in_force(loan)
    parts = paid_out_in(loan, request)
    day = next((row for row in parts[1:] if row[0] == paid_on and row[1] >= tranche.amount), None)
    if day is None:
        raise Blocked(
            _("Tranche %(number)s is the first, or the loan was rescheduled since it was paid out.")
            % {"number": tranche.number},
            [_("Bring the loan back to what it was before: the later tranches first.")],
        )
    parts.remove(day)
    parts += [(paid_on, day[1] - tranche.amount)] if day[1] > tranche.amount else []
    why = str(_("Tranche %(number)s was returned by the bank.") % {"number": tranche.number})
    other = paid_out_otherwise(loan, request, parts, request.grace_principal)
    continue_version(loan, other, on=on, reason=why)
    restate(loan, through=max(on, today(loan.programme)), on=on, by=by, reason=why)
    if loan.state == Loan.State.ACTIVE:
        return advance(tranche, "bounce", by=by, on=on, body={"order": order.ref})
    release(case_ref=loan.application.ref, by=by, on=on, amount=tranche.amount)
    return advance(tranche, "lapse", by=by, on=on, body={"order": order.ref})


def _request_in_force(loan):
    return request_from_json(loan.versions.get(number=loan.current_version).request)


def grace_left(loan, request, on):
    """How many instalments show no principal from now on: those up to the day planned for the last open tranche.

    It never becomes longer: principal that fell due stays due. A new schedule by decision has its own.
    """
    if not loan.interest_only or loan.versions.decided().count() > 1:
        return request.grace_principal
    last = max([on, *loan.tranches.open().values_list("planned_on", flat=True)])
    return min(request.grace_principal, grace_until(loan, last, request.first_due))
