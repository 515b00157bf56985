"""When a loan is not repaid as agreed: a new schedule, a write-off (still claimed), or forgiveness (debt gone)."""

from django.utils.translation import gettext_lazy as _

from audit.moves import advance
from audit.refusals import Blocked, Invalid, Stale
from audit.services import record, service
from ledger import postings
from ledger.services import post
from loans.models import Instalment, Loan, ScheduleVersion
from loans.schedule import ScheduleError
from loans.services.access import demand, lock_loan, need_after_last_money, need_state, need_text
from loans.services.agreement import instalments_of
from loans.services.restating import restate
from loans.standing import Row
from loans.terms import month_after, rows_for
from programmes.services import check_date

SECOND_PERSON = _("Another person than the adviser and the officer of this loan must do this.")


def _prepare(loan, *, reason, decision_ref, on, by, version):
    """Lock, ask who and when, and reckon everything up to `on`. Returns (loan, standing)."""
    loan = lock_loan(loan)
    if version is not None and int(version) != loan.version:
        raise Stale()
    demand("loans.relieve", by, loan, SECOND_PERSON)
    need_state(loan, Loan.State.ACTIVE)
    check_date(on=on, programme=loan.programme, by=by, reason=reason)
    need_text(decision_ref, "decision_ref", _("Name the decision of the committee."))
    need_text(reason, "reason", _("Say why."))
    need_after_last_money(loan, on)
    if loan.reckoned_on and loan.reckoned_on > on:
        loan.reckoned_on = on
    return loan, restate(loan, through=on, on=on, by=by)


@service
def write_off_loan(*, loan, decision_ref, reason, on, by, version=None, key=None):
    """The principal is taken off the books by a decision; it is still claimed, and what comes later is a recovery."""
    loan, standing = _prepare(loan, reason=reason, decision_ref=decision_ref, on=on, by=by, version=version)
    _nothing_held(loan)
    amount = standing.principal
    if amount:
        _post(loan, "loan_written_off", f"write_off:{loan.ref}", postings.principal_written_off, amount, on, by, reason)
    return advance(
        loan,
        "write_off",
        by=by,
        on=on,
        reason=reason,
        body={"decision": decision_ref, "principal": amount, "currency": loan.currency},
        decision_ref=decision_ref,
        amount=amount,
    )


@service
def forgive_loan(*, loan, decision_ref, reason, on, by, version=None, key=None):
    """The debt is gone by a decision: the principal is forgiven and nothing is claimed any more."""
    loan, standing = _prepare(loan, reason=reason, decision_ref=decision_ref, on=on, by=by, version=version)
    _nothing_held(loan)
    amount = standing.principal
    if amount:
        _post(loan, "loan_forgiven", f"forgive:{loan.ref}", postings.principal_forgiven, amount, on, by, reason)
    return advance(
        loan,
        "forgive",
        by=by,
        on=on,
        reason=reason,
        body={"decision": decision_ref, "principal": amount, "currency": loan.currency},
        decision_ref=decision_ref,
        amount=amount,
    )


def _nothing_held(loan):
    if loan.overpaid_amount:
        raise Blocked(_("Money is held for the borrower. Refund it first, or wait until it is applied."))


def _post(loan, kind, event_key, legs, amount, on, by, reason):
    return post(
        book_key=loan.programme.key,
        kind=kind,
        event_key=event_key,
        legs=legs(amount, line=loan.line.key, loan=loan.ref),
        currency=loan.currency,
        value_on=on,
        by=by,
        reason=reason,
    )


@service
def reschedule_loan(
    *,
    loan,
    instalments_number,
    first_due_on,
    decision_ref,
    reason,
    on,
    by,
    grace_months=0,
    capitalise=False,
    free_months=0,
    version=None,
    key=None,
):
    """A new schedule version over the principal outstanding; the old one stays to be seen.

    Interest, fees and penalties that fell due and were not paid are brought into the first new instalment; with
    `capitalise` the interest becomes principal, by an entry of its own. No interest is charged for `free_months`. The
    mark "rescheduled" never goes away.
    """
    loan, standing = _prepare(loan, reason=reason, decision_ref=decision_ref, on=on, by=by, version=version)
    if first_due_on <= on:
        raise Invalid(_("The first new instalment falls due after the day of rescheduling."), field="first_due_on")
    if first_due_on > month_after(on, 12):
        raise Invalid(_("The first new instalment falls due within a year."), field="first_due_on")
    capital = unpaid_parts(standing, on)["interest"] if capitalise else 0
    number = loan.current_version + 1
    if capital:
        loan.capitalised_amount += capital
        _post(
            loan,
            "interest_capitalised",
            f"capitalise:{loan.ref}:{number}",
            postings.interest_capitalised,
            capital,
            on,
            by,
            reason,
        )
    starts_on, request, rows = new_rows(
        loan,
        standing,
        on,
        first_due_on=first_due_on,
        instalments_number=instalments_number,
        grace_months=grace_months,
        capital=capital,
        free_months=free_months,
    )
    ScheduleVersion.objects.create(
        loan=loan,
        number=number,
        made_on=on,
        starts_on=starts_on,
        held_amount=standing.overpaid,
        request=request,
        reason=reason[:300],
        decision_ref=decision_ref,
    )
    Instalment.objects.bulk_create(instalments_of(loan, number, rows))
    loan.current_version = number
    loan.ever_rescheduled = True
    loan.principal_amount = standing.principal + capital
    loan.matures_on = rows[-1].due
    loan.save()
    record(
        "loan.reschedule",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={
            "version": number,
            "decision": decision_ref,
            "principal": loan.principal_amount,
            "capitalised": capital,
            "instalments": instalments_number,
            "first_due": first_due_on,
        },
        reason=reason,
    )
    return loan


def new_rows(loan, standing, on, *, first_due_on, instalments_number, grace_months=0, capital=0, free_months=0):
    """(starts_on, request, rows) of a new schedule over what the standing leaves: what is shown is what is booked.

    `capital` minor units of unpaid interest become principal; interest begins `free_months` later. Raises Invalid.
    """
    owed = unpaid_parts(standing, on)
    starts_on = month_after(interest_paid_to(standing, loan, on), free_months)
    try:
        request, rows = rows_for(
            loan,
            principal=standing.principal + capital,
            starts_on=min(starts_on, first_due_on),
            first_due=first_due_on,
            number=instalments_number,
            grace=grace_months,
        )
    except ScheduleError as wrong:
        raise Invalid(wrong.sentence, field="instalments_number") from wrong
    first = rows[0]
    rows[0] = Row(
        first.no,
        first.due,
        first.principal,
        max(first.interest - owed["paid_ahead"], 0) + owed["interest"] - capital,
        owed["fee"],
        owed["penalty"],
    )
    return starts_on, request, rows


def unpaid_parts(standing, on):
    """What fell due by `on` and was not paid, in minor units, and the interest that was paid ahead for later days."""
    due = [row for row in standing.rows if row.due <= on]
    ahead = [row for row in standing.rows if row.due > on and row.open_part("interest")]
    return {
        "interest": sum(row.open_part("interest") for row in due),
        "fee": sum(row.open_part("fee") for row in standing.rows),
        "penalty": sum(row.open_part("penalty") for row in standing.rows),
        "paid_ahead": sum(row.paid["interest"] for row in ahead),
    }


def interest_paid_to(standing, loan, on):
    """The day from which the new schedule bears interest: the last due date, past or paid ahead, or the start."""
    start = loan.versions.get(number=loan.current_version).starts_on
    days = [
        row.due for row in standing.rows if row.due <= on or (row.paid["interest"] and not row.open_part("interest"))
    ]
    return max([start, *days])
