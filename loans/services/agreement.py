"""From the committee's approval to the money in the borrower's hands."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from loans.models import Instalment, Loan, LoanProduct, ScheduleVersion
from loans.schedule import ScheduleError
from loans.services.access import demand, lock_loan, need_state
from loans.terms import fee_of, first_due_after, month_after, rows_for
from payments.models import PaymentOrder
from payments.services import prepare_payment
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
    cycle = Loan.objects.lent_to(application.applicant).exclude(application=application).count() + 1
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
        "instalments_number": months,
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
        "annual_rate_pct": product.annual_rate_pct,
        "method": product.method,
        "day_count": product.day_count,
        "penalty_pct": product.penalty_pct,
        "allocation_order": product.allocation_order,
        "prepay": product.prepay,
    }


@service
def withdraw_approval(*, loan, decision, on, by):
    """The session was opened again and decided otherwise; the money was released there."""
    return advance(loan, "withdraw_approval", by=by, on=on, body={"decision": decision.ref})


@service
def set_terms(*, loan, on, by, version=None, instalments_number=None, grace_months=None):
    """Months and months without principal, before the contract is signed. None leaves a term as it is."""
    loan = lock_loan(loan)
    demand("loans.set_terms", by, loan)
    need_state(loan, Loan.State.APPROVED)
    check_date(on=on, programme=loan.programme, by=by)
    product = loan.product
    if instalments_number is not None:
        if not product.least_months <= instalments_number <= product.most_months:
            raise Invalid(
                _("%(months)s months are outside the product's %(least)s to %(most)s.")
                % {"months": instalments_number, "least": product.least_months, "most": product.most_months},
                field="instalments_number",
            )
        loan.instalments_number = instalments_number
    if grace_months is not None:
        if not 0 <= grace_months <= min(product.grace_months, loan.instalments_number - 1):
            raise Invalid(
                _("The product allows %(most)s months without principal.") % {"most": product.grace_months},
                field="grace_months",
            )
        loan.grace_months = grace_months
    save_edit(loan, version)
    record(
        "loan.set_terms",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={"instalments": loan.instalments_number, "grace": loan.grace_months},
    )
    return loan


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
    make_first_version(loan, starts_on=on, made_on=on)
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
    return loan


def make_first_version(loan, *, starts_on, made_on):
    """Schedule version 1 from that pay-out day. Nothing is paid on it yet, so an earlier one is replaced."""
    try:
        request, rows = rows_for(
            loan,
            principal=loan.amount,
            starts_on=starts_on,
            first_due=loan.first_due_on,
            number=loan.instalments_number,
            grace=loan.grace_months,
        )
    except ScheduleError as wrong:
        raise Invalid(wrong.sentence, field="first_due_on") from wrong
    ScheduleVersion.objects.update_or_create(
        loan=loan, number=1, defaults={"starts_on": starts_on, "made_on": made_on, "request": request}
    )
    loan.instalments.filter(version=1).delete()
    Instalment.objects.bulk_create(instalments_of(loan, 1, rows))
    loan.current_version = 1
    loan.matures_on = rows[-1].due


def instalments_of(loan, version, rows):
    """Unsaved Instalments of a schedule version from its rows; a row in which nothing falls due is settled."""
    return [
        Instalment(
            loan=loan,
            version=version,
            number=row.no,
            due_on=row.due,
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
    if PaymentOrder.objects.live().filter(source_ref=loan.ref).exists():
        raise Blocked(_("The payment of %(ref)s is prepared already.") % {"ref": loan.ref})
    if loan.application.window.modality == "cash" and account.party_id not in (loan.borrower_id, loan.business_id):
        raise Invalid(_("This account is not the borrower's."), field="account")
    order = prepare_payment(
        application=loan.application,
        kind=PaymentOrder.Kind.LOAN,
        source_ref=loan.ref,
        payee=account.party,
        account=account,
        lines=[
            {
                "line": loan.line,
                "debit_code": "1100",
                "subject": loan.ref,
                "amount": loan.amount,
                "fee_amount": loan.fee_amount,
            }
        ],
        on=on,
        by=by,
    )
    loan.payee_order_ref = order.ref
    loan.save(update_fields=["payee_order_ref"])
    return order


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
        loan.first_due_on = first_due_after(loan.first_due_on, on)
        make_first_version(loan, starts_on=on, made_on=loan.signed_on)
        loan.contract = None
    loan.principal_amount = loan.amount
    loan.payee_order_ref = order.ref
    loan.reckoned_on = on
    use(case_ref=loan.application.ref, parts={loan.line_id: loan.amount}, by=by, on=on)
    return advance(
        loan, "activate", by=by, on=on, disbursed_on=on, body={"order": order.ref, "first_due": loan.first_due_on}
    )


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
    advance(loan, "cancel", by=by, on=on, reason=reason, version=version)
    release(case_ref=loan.application.ref, by=by, on=on)
    return loan


def live_loan_of(application):
    """The loan of an application that is not cancelled, or None."""
    return Loan.objects.filter(~Q(state=Loan.State.CANCELLED), application=application).first()
