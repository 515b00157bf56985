"""When a loan is not repaid as agreed: a new schedule, a write-off (still claimed), or forgiveness (debt gone)."""

from dataclasses import replace

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from audit.moves import advance
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from ledger import postings
from ledger.money import Money
from ledger.services import post
from loans.conditions_tranches import not_in_payment
from loans.early import Reshaped
from loans.models import Instalment, Loan, ScheduleVersion, Waiver
from loans.schedule import RateChange, ScheduleError, build_schedule, request_from_json
from loans.schedule.periods import ONE_DAY
from loans.schedule_words import in_words
from loans.services.access import demand, lock_loan, need_after_last_money, need_state, need_text
from loans.services.agreement import days_off_of, instalments_of, unspread
from loans.services.restating import restate
from loans.services.security import let_go
from loans.services.versions import built, continue_version
from loans.terms import first_days_shared, instalments_in, month_after, pay_outs_since, rates_since, rows_for, rows_of
from programmes.clock import today
from programmes.services import check_date

NEEDS_COMMITTEE = _("This needs a decision of the committee. Ask for it on the page of the loan.")
SECOND_PERSON = _("Another person than the adviser and the officer of this loan must do this.")


def _prepare(loan, *, reason, decision_ref, on, by, version):
    """Lock, ask who and when, and reckon everything up to `on`. Returns (loan, standing)."""
    loan = lock_loan(loan)
    if version is not None and int(version) != loan.version:
        raise Stale()
    demand("loans.relieve", by, loan, SECOND_PERSON)
    need_state(loan, Loan.State.ACTIVE)
    on_its_way = [row for row in loan.tranches.open() if not_in_payment.missing(row)]
    if on_its_way:
        raise Blocked(_("A payment of tranche %(number)s is on its way.") % {"number": on_its_way[0].number})
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
    advance(
        loan,
        "forgive",
        by=by,
        on=on,
        reason=reason,
        body={"decision": decision_ref, "principal": amount, "currency": loan.currency},
        decision_ref=decision_ref,
        amount=amount,
    )
    let_go(loan, day=on, on=on, by=by)
    return loan


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
    check_first_due(first_due_on, on)
    owed = unpaid_parts(standing, loan, on)
    capital = owed["interest"] if capitalise else 0
    if capital:
        loan.capitalised_amount += capital
        event_key = f"capitalise:{loan.ref}:{loan.current_version + 1}"
        _post(loan, "interest_capitalised", event_key, postings.interest_capitalised, capital, on, by, reason)
    _begin_version(
        loan,
        standing,
        owed | {"capital": capital},
        on=on,
        reason=reason,
        decision_ref=decision_ref,
        first_due=first_due_on,
        number=instalments_number,
        grace=instalments_in(grace_months, loan),
        free_months=free_months,
    )
    loan.ever_rescheduled = True
    loan.save()
    record(
        "loan.reschedule",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={
            "version": loan.current_version,
            "decision": decision_ref,
            "principal": loan.principal_amount,
            "capitalised": capital,
            "instalments": instalments_number,
            "first_due": first_due_on,
        },
        reason=reason,
    )
    return loan


def check_first_due(first_due_on, on):
    """Raises Invalid unless a new schedule made on `on` may begin with that due date."""
    if first_due_on <= on:
        raise Invalid(_("The first new instalment falls due after the day of rescheduling."), field="first_due_on")
    if first_due_on > month_after(on, 12):
        raise Invalid(_("The first new instalment falls due within a year."), field="first_due_on")


@service
def change_rate(*, loan, annual_rate_pct, decision_ref, reason, on, by, request=None, version=None, key=None):
    """Another rate from `on` on, that day included, by a decision: a schedule version that goes on with the one before.

    What fell due stays due on its day, with what is paid of it, and is no less late. The loan is not marked as
    rescheduled. `request`: the ReliefRequest that is put in force with it.
    """
    loan, standing = _prepare(loan, reason=reason, decision_ref=decision_ref, on=on, by=by, version=version)
    before, other = loan.annual_rate_pct, request_at_rate(loan, standing, annual_rate_pct, on)
    if request is None:
        _need_own_decision(loan, "rate", decision_ref)
        if waiver_limit(loan) is not None:
            raise Blocked(NEEDS_COMMITTEE)
    continue_version(loan, other, on=on, reason=reason, decision_ref=decision_ref)
    loan.annual_rate_pct = annual_rate_pct
    record(
        "loan.change_rate",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={"version": loan.current_version, "decision": decision_ref, "rate": annual_rate_pct, "before": before},
        reason=reason,
    )
    restate(loan, through=max(on, today(loan.programme)), on=on, by=by, reason=reason)
    return loan


def request_at_rate(loan, standing, annual_rate_pct, on):
    """The ScheduleRequest in force with that rate from `on` on. Raises Invalid, or Blocked where it cannot be."""
    if not 0 <= annual_rate_pct <= 100:
        raise Invalid(_("A rate is from 0 to 100 percent."), field="annual_rate_pct")
    if annual_rate_pct == loan.annual_rate_pct:
        raise Invalid(_("This is the rate already."), field="annual_rate_pct")
    if not any(row.owes and row.due > on and not row.settled_on for row in standing.rows):
        raise Blocked(_("No instalment is to come: there is no interest left to change."))
    request = request_from_json(loan.versions.get(number=loan.current_version).request)
    changes = [change for change in request.rate_changes if change.from_ != on]
    other = first_days_shared(replace(request, rate_changes=(*changes, RateChange(on, annual_rate_pct))))
    _need_same_past(loan, request, other, on)
    return other


def waiver_limit(loan):
    """Minor units that are waived of the loan without the committee; None where a decision is only named."""
    rules = getattr(loan.product, "lending_rules", None)
    return rules.waiver_limit_amount if rules else None


def _need_own_decision(loan, kind, decision_ref):
    """Raises Invalid for the committee's decision on a request: it is put in force once, with the terms it approved."""
    if loan.relief_requests.filter(kind=kind, decision_ref__iexact=decision_ref.strip()).exists():
        raise Invalid(
            _("The committee decided %(ref)s on a request. It is put in force once, on the page of the request.")
            % {"ref": decision_ref.strip()},
            field="decision_ref",
        )


def _need_same_past(loan, request, other, on):
    """Raises Blocked where the rate of the days to come would change what fell due: a remainder that is spread over
    all instalments, or put into the first, hangs on those to come as well."""
    was, rows = (built(lambda asked=asked: rows_of(build_schedule(asked), loan.currency)) for asked in (request, other))
    if [row for row in was if row.due <= on] != [row for row in rows if row.due <= on]:
        raise Blocked(
            _("What rounding leaves is in instalments that fell due already. Ask the committee for a new schedule.")
        )


def new_rows(loan, standing, owed, on, *, free_months=0, **facts):
    """(starts_on, request, rows) of a new schedule over what is owed: what is shown is what is booked.

    `owed` as of unpaid_parts, with the `capital` that becomes principal: what fell due before stands in the first
    instalment. Interest begins `free_months` later. `facts` as for `loans.terms.request_for`. Raises Invalid.
    """
    starts_on = month_after(interest_paid_to(standing, loan, on), free_months)
    if not free_months and starts_on >= facts["first_due"]:
        # Interest that is paid would be asked for a second time.
        raise Invalid(
            _("Interest is paid to %(day)s. Choose a first due date after it.") % {"day": f"{starts_on:%d.%m.%Y}"},
            field="first_due_on",
        )
    starts_on = min(starts_on, facts["first_due"] - ONE_DAY)
    principal = standing.principal + owed["capital"]
    if not principal:
        raise Invalid(_("The principal is repaid: nothing is left to make a schedule of."), field="instalments_number")
    before = request_from_json(loan.versions.get(number=loan.current_version).request)
    # Interest that is not paid yet was agreed at the rates of its days.
    rate, changes = rates_since(before, starts_on)
    try:
        request, rows = rows_for(
            loan,
            principal=principal,
            starts_on=starts_on,
            anew=True,
            rate=rate,
            rate_changes=changes,
            disbursements=pay_outs_since(loan, before, starts_on, principal),
            holidays=days_off_of(loan, starts_on),
            **facts,
        )
    except ScheduleError as wrong:
        if wrong.field == "grace_principal":
            raise Invalid(
                _("At least one instalment repays principal: choose fewer months without it."), field="grace_months"
            ) from wrong
        raise Invalid(in_words(wrong), field="instalments_number") from wrong
    fault = unspread(loan, request)
    if fault:
        raise Invalid(fault, field="instalments_number")
    rows = list(_less_paid_ahead(rows, owed["paid_ahead"]))
    interest = rows[0].interest + owed["interest"] - owed["capital"]
    rows[0] = replace(rows[0], interest=interest, fee=owed["fee"], penalty=owed["penalty"])
    return starts_on, request, rows


def _less_paid_ahead(rows, ahead):
    """The rows without the interest that was paid ahead: what a short first period does not bear, the next ones do."""
    for row in rows:
        less = min(ahead, row.interest)
        ahead -= less
        yield replace(row, interest=row.interest - less)


def _begin_version(loan, standing, owed, *, on, reason, decision_ref, **facts):
    """The next schedule version over what is owed, with what fell due before in its first instalment; saves no loan."""
    starts_on, request, rows = new_rows(loan, standing, owed, on, **facts)
    loan.current_version += 1
    ScheduleVersion.objects.create(
        loan=loan,
        number=loan.current_version,
        made_on=on,
        starts_on=starts_on,
        held_amount=standing.overpaid,
        request=request,
        reason=reason[:300],
        decision_ref=decision_ref,
    )
    Instalment.objects.bulk_create(instalments_of(loan, loan.current_version, rows))
    loan.principal_amount = standing.principal + owed["capital"]
    loan.matures_on = rows[-1].due


@service
def waive(*, loan, component, amount, decision_ref, reason, on, by, request=None, version=None, key=None):
    """Interest or penalties that fell due by `on` are not asked for any more, by a decision. Returns the Waiver.

    No money moves. Money of an earlier day that is entered later pays first, and less is waived then. Above the
    product's limit for all waivers of a loan together, the decision is the committee's on a request: `request` is the
    ReliefRequest that is put in force with it.
    """
    loan, standing = _prepare(loan, reason=reason, decision_ref=decision_ref, on=on, by=by, version=version)
    need_unpaid(loan, standing, component, amount, on)
    limit = waiver_limit(loan)
    if request is None:
        _need_own_decision(loan, "waive", decision_ref)
    if request is None and limit is not None:
        decided = loan.relief_requests.filter(kind="waive", state="in_force").values("decision_ref")
        before = loan.waivers.live().exclude(decision_ref__in=decided).aggregate(total=Sum("amount", default=0))
        if before["total"] + amount > limit:
            raise Blocked(NEEDS_COMMITTEE)
    waiver = Waiver.objects.create(
        loan=loan,
        version=loan.current_version,
        component=component,
        amount=amount,
        value_on=on,
        decision_ref=decision_ref,
        reason=reason[:300],
        recorded_by=by,
    )
    record(
        "loan.waive",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={"decision": decision_ref, "component": component, "amount": amount, "currency": loan.currency},
        reason=reason,
    )
    restate(loan, through=max(on, today(loan.programme)), on=on, by=by, reason=reason)
    return waiver


def need_unpaid(loan, standing, component, amount, on):
    """Raises Invalid unless so much of the component fell due by `on` and is not paid."""
    if component not in Waiver.Component.values:
        raise Invalid(_("Choose interest or penalties."), field="component")
    unpaid = sum(row.open_part(component) for row in standing.rows if row.due <= on)
    if not 0 < amount <= unpaid:
        raise Invalid(
            _("%(amount)s of it fell due and is not paid; only that can be waived.")
            % {"amount": Money(unpaid, loan.currency)},
            field="amount",
        )


@service
def reverse_waiver(*, waiver, reason, on, by, key=None):
    """A waiver is taken back: it stays to be seen, and the loan is as if it had not been. Returns the Waiver.

    Asked for by somebody who could have waived; what the committee approved, by another than who put it in force.
    Raises Blocked once a new schedule or an end came after it.
    """
    loan = lock_loan(waiver.loan)
    waiver = Waiver.objects.select_for_update().get(pk=waiver.pk)
    demand("loans.relieve", by, loan, SECOND_PERSON)
    decided = loan.relief_requests.filter(kind="waive", decision_ref=waiver.decision_ref)
    if waiver.recorded_by_id == by.pk and decided.exists():
        raise NotAllowed(_("The committee approved this. Another person than who put it in force takes it back."))
    need_text(reason, "reason", _("Say why it is taken back."))
    check_date(on=on, programme=loan.programme, by=by, reason=reason)
    if waiver.reversed_on:
        raise Blocked(_("This was taken back already."))
    if on < waiver.value_on:
        raise Invalid(_("It cannot be taken back before the day on which it was waived."), field="on")
    if loan.forgiven_on or loan.state == Loan.State.WRITTEN_OFF or waiver.version != loan.current_version:
        raise Blocked(_("The loan was rescheduled or ended by a decision after this."))
    waiver.reversed_on, waiver.reversed_by, waiver.reversal_reason = on, by, reason[:300]
    waiver.save(update_fields=["reversed_on", "reversed_by", "reversal_reason"])
    record(
        "loan.reverse_waiver",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={
            "waiver": waiver.pk,
            "component": waiver.component,
            "amount": waiver.amount,
            "currency": loan.currency,
        },
        reason=reason,
    )
    restate(loan, through=max(on, today(loan.programme)), on=on, by=by, reason=reason)
    return waiver


def unpaid_parts(standing, loan, on):
    """What fell due by `on` and was not paid, in minor units, and the interest that was paid ahead for later days.

    Interest that a grace has deferred so far counts as fallen due: the new schedule knows no grace of the old one. So
    does what was borne until money lowered the principal: the new schedule knows only what is left of it.
    """
    due = [row for row in standing.rows if row.due <= on]
    coming = [row for row in standing.rows if row.due > on]
    request = request_from_json(loan.versions.get(number=loan.current_version).request)
    reshaped = standing.reshaped or Reshaped(request, None)
    brought, ahead = _brought_on(loan, reshaped.planned, [row for row in coming if not _interest_paid(row)])
    accrued = 0
    lowered = any(_lowered_to(row) for row in coming)
    in_grace = request.grace_interest_kind == "deferred" and coming and coming[0].row.no <= request.grace_interest + 1
    # The interest of the instalment to which it was deferred may be paid ahead: then all of it is.
    deferred = in_grace and not any(map(_all_interest_came, coming))
    if lowered or deferred:
        # What early money lowered bore less, also in a month of the grace that has fallen due.
        accrued = reshaped.interest_on(coming[0].row.no, interest_paid_to(standing, loan, on), "date")
    return {
        "interest": sum(row.open_part("interest") for row in due) + brought + accrued,
        "fee": sum(row.open_part("fee") for row in standing.rows),
        "penalty": sum(row.open_part("penalty") for row in standing.rows),
        "paid_ahead": ahead,
    }


def _interest_paid(row):
    """Is the interest of an instalment paid to its day, or to the day on which it was closed?"""
    return bool(row.closed_on or _all_interest_came(row))


def _all_interest_came(row):
    """Did an instalment ask for interest, and was all of it paid?"""
    return bool(row.paid["interest"] and not row.open_part("interest"))


def _brought_on(loan, own, rows):
    """(unpaid interest, interest paid ahead) that an earlier schedule left in these instalments, which are to come.

    A schedule that is made anew before its first instalment falls due hands on what it was handed. `own` is (principal,
    interest) of the schedule itself, by number.
    """
    planned = dict(
        loan.instalments.filter(version=loan.current_version).values_list("number", "planned_interest_amount")
    )
    unpaid = ahead = 0
    for row in rows:
        brought = planned[row.row.no] - own.get(row.row.no, (0, 0))[1]
        unpaid += max(brought - row.paid["interest"], 0)
        ahead += max(row.paid["interest"] - brought, 0) if brought > 0 else row.paid["interest"] - brought
    return unpaid, ahead


def interest_paid_to(standing, loan, on):
    """The day from which the new schedule bears interest: the last due date, past or paid ahead, or the start; a later
    day on which money lowered the principal.

    When all has fallen due it is `on`: overdue principal bears penalties and no interest, as the payoff says too.
    """
    if all(row.due <= on for row in standing.scheduled):
        return on
    start = loan.versions.get(number=loan.current_version).starts_on
    days = [row.closed_on or row.due for row in standing.scheduled if row.due <= on or _interest_paid(row)]
    return max([start, *days, *filter(None, map(_lowered_to, standing.scheduled))])


def _lowered_to(row):
    """The last day on which money lowered the principal of an instalment, its interest still to be paid; or None."""
    return row.lowered_on if row.open_part("interest") or not row.paid["interest"] else None
