"""From the committee's approval to the money in the borrower's hands."""

from copy import copy
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from ledger.money import Money, to_major
from loans.cycles import cycle_of
from loans.models import Instalment, Loan, LoanProduct, LoanTerms, LoanTranche, ScheduleVersion
from loans.schedule import ScheduleError, request_from_json
from loans.schedule_words import in_words
from loans.services.access import demand, lock_loan, need_state
from loans.terms import (
    disbursements_of,
    fee_of,
    first_due_after,
    grace_until,
    instalments_in,
    interest_grace_of,
    limits_of,
    month_after,
    repaid_at_once,
    rows_for,
    step_after,
    step_of,
)
from payments.models import PaymentOrder
from payments.services import prepare_payment
from programmes.models import Holiday
from programmes.services import check_date, commit, release, take_reference, use


@service
def approve_loan(*, decision, on, by):
    """The committee approved: the loan of that application, new or with the amount decided now."""
    application = decision.application
    product = product_for(application, decision.months)
    if decision.amount <= fee_of(decision.amount, product.fee_pct):
        raise Blocked(_("The fee of %(product)s takes the whole loan.") % {"product": product})
    loan = Loan.objects.filter(application=application, state=Loan.State.APPROVED).first()
    born = loan is None
    loan = loan or Loan(application=application)
    cycle = cycle_of(application.applicant, application.programme, application)
    for name, value in facts_of(application, product, decision, on, cycle).items():
        setattr(loan, name, value)
    if born:
        loan.ref = take_reference("L", on.year)
        loan.save()
        return begin(loan, by=by, on=on, body={"decision": decision.ref, "amount": loan.amount})
    loan.save()
    record(
        "loan.approve_again",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={"decision": decision.ref, "amount": loan.amount},
    )
    return loan


def ask_months(application, months):
    """Raises Invalid unless a product of the application's window allows these months to repay."""
    products = LoanProduct.objects.filter(windows=application.window, currency=application.currency)
    if not products.filter(least_months__lte=months, most_months__gte=months).exists():
        spans = ", ".join(f"{row.least_months} to {row.most_months}" for row in products.order_by("pk"))
        raise Invalid(
            _("No loan of the window %(window)s has %(months)s months: its products allow %(spans)s.")
            % {"window": application.window, "months": months, "spans": spans or "-"},
            field="months",
        )


def product_for(application, months):
    """The product of the application's window that allows `months`; the first one where none does.

    Raises Blocked when the window has no product in that currency.
    """
    products = list(
        LoanProduct.objects.filter(windows=application.window, currency=application.currency).order_by("pk")
    )
    if not products:
        raise Blocked(
            _("The window %(window)s has no loan product in %(currency)s. Set one up first.")
            % {"window": application.window, "currency": application.currency}
        )
    fitting = [product for product in products if months and product.least_months <= months <= product.most_months]
    return (fitting or products)[0]


def facts_of(application, product, decision, on, cycle):
    """The facts of an approved loan, with the months of the decision as far as the product allows them.

    One at a time and in bulk they are the same.
    """
    months = min(max(decision.months or product.most_months, product.least_months), product.most_months)
    return {
        "programme": application.programme,
        "product": product,
        "region": application.region,
        "borrower": application.applicant,
        "business": application.business,
        "line": application.window.line,
        "amount": decision.amount,
        "currency": application.currency,
        "instalments_number": instalments_in(months, product),
        "instalment_amount": None,
        "grace_months": 0,
        "cycle": cycle,
        "decision_ref": decision.ref,
        "approved_on": on,
        **terms_of_product(product, decision.amount),
    }


def terms_of_product(product, amount):
    """What a contract takes over from its product; later changes of the product do not touch it."""
    return {
        "fee_amount": fee_of(amount, product.fee_pct),
        **{name: getattr(product, name) for name in LoanTerms.names()},
    }


@service
def withdraw_approval(*, loan, decision, on, by):
    """The session was opened again and decided otherwise; the money was released there."""
    return advance(loan, "withdraw_approval", by=by, on=on, body={"decision": decision.ref})


@service
def set_terms(*, loan, on, by, version=None, instalments_number=None, grace_months=None, instalment_amount=None):
    """Months and months without principal, before the contract is signed. None leaves a term as it is.

    With an instalment agreed as an amount, in minor units, the number of instalments follows from it; 0 takes it back.
    """
    loan = lock_loan(loan)
    demand("loans.set_terms", by, loan)
    need_state(loan, Loan.State.APPROVED)
    check_date(on=on, programme=loan.programme, by=by)
    product = loan.product
    if instalments_number is not None:
        least, most = limits_of(product)
        if not least <= instalments_number <= most:
            raise Invalid(
                _("%(number)s instalments are outside the product's %(least)s to %(most)s.")
                % {"number": instalments_number, "least": least, "most": most},
                field="instalments_number",
            )
        loan.instalments_number = instalments_number
    if grace_months is not None:
        whole = instalments_in(grace_months, product) < loan.instalments_number
        if not (0 <= grace_months <= product.grace_months and whole):
            raise Invalid(
                _("The product allows %(most)s months without principal.") % {"most": product.grace_months},
                field="grace_months",
            )
        loan.grace_months = grace_months
    if instalment_amount is not None:
        loan.instalment_amount = instalment_amount or None
    if loan.instalment_amount:
        loan.instalments_number = _number_of(loan, on)
    save_edit(loan, version)
    body = {"instalments": loan.instalments_number, "grace": loan.grace_months}
    if product.instalment_given:
        body["instalment"] = loan.instalment_amount
    record("loan.set_terms", loan.ref, by=by, on=on, programme=loan.programme.key, body=body)
    return loan


def _number_of(loan, on):
    """How many instalments of the amount that is agreed repay the loan, paid out on `on`. Raises Invalid."""
    product = loan.product
    if not product.instalment_given:
        raise Invalid(_("Of this product the instalment is calculated."), field="instalment_amount")
    trial = copy(loan)
    for name, value in terms_of_product(product, loan.amount).items():
        setattr(trial, name, value)
    trial.first_due_on = step_after(on, trial)
    try:
        _request, rows = first_schedule(trial, on)
    except ScheduleError as wrong:
        raise Invalid(
            _("This does not repay the loan: it is no more than the interest of an instalment."),
            field="instalment_amount",
        ) from wrong
    least, most = limits_of(product)
    if not least <= len(rows) <= most:
        raise Invalid(
            _("This repays the loan in %(number)s instalments. The product allows %(least)s to %(most)s.")
            % {"number": len(rows), "least": least, "most": most},
            field="instalment_amount",
        )
    return len(rows)


def save_edit(loan, version):
    """Save an edit made on the version that the form was opened with; Stale when it is no longer the row's."""
    if version is not None:
        loan._version_read = int(version)
    loan.save()


@service
def sign_loan(*, loan, first_due_on, on, by, version=None, key=None, reason=""):
    """The contract is signed: terms are frozen, the money is committed, schedule version 1 is made.

    The schedule reckons with a pay-out on the day of signing; it is made anew when the money leaves another day.
    """
    loan = lock_loan(loan)
    check_date(on=on, programme=loan.programme, by=by, reason=reason)
    write_contract(loan, first_due_on=first_due_on, on=on)
    advance(
        loan,
        "sign",
        by=by,
        on=on,
        version=version,
        reason=reason,
        body={"first_due": first_due_on, "instalments": loan.instalments_number, "amount": loan.amount},
    )
    commit(case_ref=loan.application.ref, by=by, on=on)
    begin_tranches(loan, on=on, by=by)
    return loan


def write_contract(loan, *, first_due_on, on):
    """What a contract of that day says: the terms of the product as they are now, and schedule version 1.

    Raises Invalid or Blocked where there can be no such schedule.
    """
    if first_due_on <= on:
        raise Invalid(_("The first instalment falls due after the day of signing."), field="first_due_on")
    if first_due_on > month_after(on, 12):
        raise Invalid(_("The first instalment falls due within a year."), field="first_due_on")
    if on < loan.approved_on:
        raise Invalid(
            _("The loan was approved on %(date)s.") % {"date": loan.approved_on.strftime("%d.%m.%Y")}, field="on"
        )
    for name, value in terms_of_product(loan.product, loan.amount).items():
        setattr(loan, name, value)
    loan.first_due_on = first_due_on
    starts_on, more = planned_pay_outs(loan, on)
    make_first_version(loan, starts_on=starts_on, made_on=on, **more)
    need_spread(loan)


def planned_pay_outs(loan, on):
    """(day from which interest runs, settings of the request) of a loan signed on `on`: at once, or as it was planned.

    Raises Invalid when a tranche was planned for a day that is over.
    """
    if not loan.tranche_plan:
        return on, {}
    parts = [(date.fromisoformat(part["on"]), part["amount"]) for part in loan.tranche_plan]
    if parts[0][0] < on:
        raise Invalid(
            _("The first tranche is planned for %(day)s, before the contract is signed. Plan the tranches anew.")
            % {"day": f"{parts[0][0]:%d.%m.%Y}"}
        )
    return parts[0][0], pay_outs_of(loan, parts, last=parts[-1][0])


def pay_outs_of(loan, parts, *, last, promised=0):
    """Settings of the first request for pay-outs [(day, minor units)], the last of all planned for the day `last`.

    `promised`: minor units that are to come beside them.
    """
    grace = grace_until(loan, last, loan.first_due_on) if loan.interest_only else None
    principal = sum(amount for _day, amount in parts)
    approved = {}
    if loan.on_disbursement == LoanTerms.OnDisbursement.APPROVED:
        whole = to_major(principal + promised, loan.currency)
        approved = {"on_disbursement": str(loan.on_disbursement), "approved_amount": whole}
    return {
        "principal": principal,
        "disbursements": disbursements_of(loan, parts),
        **approved,
        **({} if grace is None else {"grace": grace}),
    }


def begin_tranches(loan, *, on, by):
    """What was planned is promised now: a LoanTranche for each part, with its part of the fee."""
    for tranche in planned_tranches(loan):
        tranche.save()
        begin(
            tranche,
            by=by,
            on=on,
            body={"amount": tranche.amount, "currency": loan.currency, "planned": tranche.planned_on},
        )


def planned_tranches(loan):
    """A LoanTranche, not saved, for each part of the plan."""
    fees = fees_of(loan, [part["amount"] for part in loan.tranche_plan])
    return [
        LoanTranche(
            ref=f"{loan.ref}-{number}",
            loan=loan,
            number=number,
            amount=part["amount"],
            fee_amount=fee,
            planned_on=part["on"],
            condition=part["condition"],
        )
        for number, (part, fee) in enumerate(zip(loan.tranche_plan, fees, strict=True), 1)
    ]


def fees_of(loan, amounts):
    """The fee of the loan in the proportion of these amounts, which add up to it; the parts add up to the fee."""
    taken, lent, fees = 0, 0, []
    for amount in amounts:
        lent += amount
        fees.append(loan.fee_amount * lent // loan.amount - taken)
        taken += fees[-1]
    return fees


def make_first_version(loan, *, starts_on, made_on, **more):
    """Schedule version 1 from that pay-out day. Nothing is paid on it yet, so an earlier one is replaced.

    `more` are settings of the request beside the loan's terms.
    """
    try:
        request, rows = first_schedule(loan, starts_on, **more)
    except ScheduleError as wrong:
        raise Invalid(in_words(wrong), field="first_due_on") from wrong
    ScheduleVersion.objects.update_or_create(
        loan=loan, number=1, defaults={"starts_on": starts_on, "made_on": made_on, "request": request}
    )
    loan.instalments.filter(version=1).delete()
    Instalment.objects.bulk_create(instalments_of(loan, 1, rows))
    loan.current_version = 1
    loan.matures_on = rows[-1].due
    if loan.instalment_amount:
        loan.instalments_number = len(rows)


def need_spread(loan):
    """Raises Blocked where rounding to the multiple would leave the whole loan to one instalment, unseen."""
    fault = unspread(loan, loan.versions.get(number=1).request)
    if fault:
        raise Blocked(fault)


def unspread(loan, request):
    """A sentence where the schedule of a request, as stored, leaves the whole principal to one instalment; or ""."""
    asked = request_from_json(request)
    if not repaid_at_once(loan, asked):
        return ""
    sentence = _(
        "In multiples of %(multiple)s, one of the %(number)s instalments would repay the whole loan. Agree on other"
        " instalments, or offer a product with a smaller multiple."
    )
    return sentence % {"multiple": Money(loan.multiple_amount, loan.currency), "number": asked.n}


def first_schedule(loan, starts_on, **more):
    """(request as stored, rows) of the loan paid out on `starts_on`, or from that day on. Raises ScheduleError."""
    facts = {"principal": loan.amount, "grace": instalments_in(loan.grace_months, loan), **more}
    return rows_for(
        loan,
        starts_on=starts_on,
        first_due=loan.first_due_on,
        number=loan.instalments_number,
        instalment=loan.instalment_amount,
        holidays=days_off_of(loan, starts_on),
        **interest_grace_of(loan),
        **facts,
    )


def days_off_of(loan, starts_on):
    """The holidays of the programme's country that a schedule from `starts_on` may meet; none where dates stay."""
    if loan.days_off == LoanTerms.DaysOff.STAY:
        return ()
    rows = Holiday.objects.filter(country=loan.programme.country, on__gte=starts_on).order_by("on")
    return tuple(rows.values_list("on", flat=True))


def instalments_of(loan, version, rows):
    """Unsaved Instalments of a schedule version from its rows; a row in which nothing falls due is settled."""
    return [
        Instalment(
            loan=loan,
            version=version,
            number=row.no,
            due_on=row.due,
            planned_principal_amount=row.principal,
            planned_interest_amount=row.interest,
            principal_amount=row.principal,
            interest_amount=row.interest,
            fee_amount=row.fee,
            penalty_amount=row.penalty,
            penalty_brought_amount=row.penalty,
            settled_on=None if row.principal or row.interest or row.fee or row.penalty else row.due,
        )
        for row in rows
    ]


@service
def order_disbursement(*, loan, account, on, by, key=None):
    """The finance maker prepares the payment of a signed loan. The bank pays the loan less its fee."""
    loan = lock_loan(loan)
    demand("loans.order_disbursement", by, loan)
    need_state(loan, Loan.State.SIGNED)
    if loan.tranches.exists():
        raise Blocked(_("This loan is paid out in tranches. Prepare the payment of the tranche that is next."))
    if PaymentOrder.objects.live().filter(source_ref=loan.ref).exists():
        raise Blocked(_("The payment of %(ref)s is prepared already.") % {"ref": loan.ref})
    check_payee(loan, account)
    order = prepare_payment(
        application=loan.application,
        kind=PaymentOrder.Kind.LOAN,
        source_ref=loan.ref,
        payee=account.party,
        account=account,
        lines=[line_of(loan, loan.amount, loan.fee_amount)],
        on=on,
        by=by,
    )
    loan.payee_order_ref = order.ref
    loan.save(update_fields=["payee_order_ref"])
    return order


def check_payee(loan, account):
    """Raises Invalid where the money would go to somebody else than the borrower or the business."""
    if loan.application.window.modality == "cash" and account.party_id not in (loan.borrower_id, loan.business_id):
        raise Invalid(_("This account is not the borrower's."), field="account")


def line_of(loan, amount, fee_amount):
    """What a payment of the loan's money books, for prepare_payment."""
    return {
        "line": loan.line,
        "debit_code": "1100",
        "subject": loan.ref,
        "amount": amount,
        "fee_amount": fee_amount,
    }


@service
def activate_loan(*, order, on, by):
    """The disbursement settled on the value date `on`: the principal is owed from that day."""
    loan = lock_loan(Loan.objects.select_related("application").get(ref=order.source_ref))
    if on < loan.signed_on:
        raise Blocked(
            _("The contract was signed on %(date)s; the money cannot leave before.")
            % {"date": loan.signed_on.strftime("%d.%m.%Y")}
        )
    first = loan.versions.get(number=1)
    if first.starts_on != on:
        make_first_version(loan, starts_on=on, made_on=loan.signed_on, **move_first_due(loan, on))
        loan.contract = None
    loan.principal_amount = loan.amount
    loan.payee_order_ref = order.ref
    loan.reckoned_on = on
    use(case_ref=loan.application.ref, parts={loan.line_id: loan.amount}, by=by, on=on)
    return advance(
        loan, "activate", by=by, on=on, disbursed_on=on, body={"order": order.ref, "first_due": loan.first_due_on}
    )


def move_first_due(loan, on):
    """Move the first due date on where it is not after the pay-out of `on`; returns settings that keep its day."""
    agreed = loan.first_due_on
    loan.first_due_on = first_due_after(agreed, on, loan)
    shorter = loan.first_due_on.day < agreed.day and step_of(loan).unit == "month"
    return {"anchor_day": agreed.day} if shorter else {}


@service
def bounce_loan(*, order, on, by):
    """The bank returned the disbursement days after it was settled: the loan waits for its payment again."""
    loan = lock_loan(Loan.objects.select_related("application").get(ref=order.source_ref))
    if loan.state != Loan.State.ACTIVE or loan.repayments.live().exists():
        raise Blocked(
            _("Repayments of %(ref)s are recorded. Reverse them before its disbursement is returned.")
            % {"ref": loan.ref}
        )
    use(case_ref=loan.application.ref, parts={loan.line_id: -loan.amount}, by=by, on=on)
    return advance(loan, "bounce", by=by, on=on, body={"order": order.ref})


@service
def cancel_loan(*, loan, reason, on, by, version=None):
    """Nothing will be lent: the money goes back to the line."""
    loan = lock_loan(loan)
    check_date(on=on, programme=loan.programme, by=by, reason=reason)
    if not reason.strip():
        raise Invalid(_("Say why the loan is cancelled."), field="reason")
    for tranche in loan.tranches.open():
        tranche.loan = loan
        advance(tranche, "drop", by=by, on=on, reason=reason)
    advance(loan, "cancel", by=by, on=on, reason=reason, version=version)
    release(case_ref=loan.application.ref, by=by, on=on)
    return loan


def live_loan_of(application):
    """The loan of an application that is not cancelled, or None."""
    return Loan.objects.filter(~Q(state=Loan.State.CANCELLED), application=application).first()
