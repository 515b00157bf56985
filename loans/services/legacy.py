"""An older portfolio written, all or none: borrowers, cases, loans, pay-outs and repayments on their value dates."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Enrolment
from applicants.services import prepare_import, write_import
from applicants.services.earlier import record_earlier_case
from applicants.services.imports import file_of
from audit.moves import begin
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from ledger import postings
from ledger.money import Money
from ledger.services import post
from loans.cycles import cycle_of
from loans.models import Loan
from loans.services.access import demand
from loans.services.agreement import make_first_version
from loans.services.repayments import unsaved_repayment
from loans.services.restating import restate
from programmes.services import cash_on, lock_lines, take_reference

KIND = "loans"


@service
def keep_portfolio(*, programme, portfolio, content, name, on, by):
    """Keep a workbook without errors until its maker confirms it, with its totals. Returns the Import."""
    demand("loans.import_portfolio", by, programme)
    return prepare_import(
        programme=programme,
        kind=KIND,
        name=name,
        content=content,
        rows_total=portfolio.plan.total,
        totals=portfolio.totals(),
        on=on,
        by=by,
    )


@service
def import_portfolio(*, programme, portfolio, content, name, on, by, batch=None, key=None):
    """Write a Portfolio (loans/legacy.py) that has no error. Returns the Programme.

    `batch` is the Import that was confirmed on its page; without it one is made.

    What was lent and repaid is booked with its own value dates in the open period. Raises Invalid for a portfolio with
    errors, Blocked when a funding line would be short of cash: then the donor's capital is not entered yet.
    """
    demand("loans.import_portfolio", by, programme)
    if portfolio.errors or portfolio.plan.more_errors:
        raise Invalid(_("The file has errors. Nothing was written."))
    if not portfolio.loans:
        raise Invalid(_("The file has no loan."))
    known = {one.loan.decision_ref for one in portfolio.loans}
    twice = Loan.objects.filter(programme=programme, decision_ref__in=known).values_list("decision_ref", flat=True)
    if twice:
        raise Blocked(_("%(ref)s is here already: the file was imported before.") % {"ref": sorted(twice)[0]})
    if batch is None:
        batch = keep_portfolio(programme=programme, portfolio=portfolio, content=content, name=name, on=on, by=by)
        file_of(batch).unlink(missing_ok=True)
    write_import(batch=batch, plan=portfolio.people, on=on, by=by)
    lines = lock_lines(*{one.loan.line.key for one in portfolio.loans})
    # In the order of the pay-outs, so that a borrower's cycles and the references follow it.
    for one in sorted(portfolio.loans, key=lambda one: (one.loan.disbursed_on, one.row)):
        _write_loan(one, on, by)
    for line in lines.values():
        if cash_on(line) < 0:
            raise Blocked(
                _("The line %(line)s would be short of %(amount)s. Enter the capital that the donor gave first.")
                % {"line": line.name, "amount": Money(-cash_on(line), line.currency)}
            )
    record(
        "portfolio.import",
        programme.key,
        by=by,
        on=on,
        programme=programme.key,
        body={"sha256": batch.sha256, "sums": portfolio.sums},
    )
    return programme


def _write_loan(one, on, by):
    loan, party = one.loan, one.borrower.party
    enrolment = Enrolment.objects.select_related("region", "adviser").get(programme=loan.programme, party=party)
    loan.application = record_earlier_case(
        window=one.window,
        region=enrolment.region,
        applicant=party,
        adviser=one.borrower.adviser,
        title=one.purpose,
        amount=loan.amount,
        months=loan.instalments_number,
        decision_ref=loan.decision_ref,
        decided_on=loan.disbursed_on,
        on=on,
        by=by,
    )
    loan.borrower, loan.region = party, enrolment.region
    loan.cycle = cycle_of(party, loan.programme)
    loan.ref = take_reference("L", loan.disbursed_on.year)
    loan.save()
    make_first_version(loan, starts_on=loan.disbursed_on, made_on=loan.disbursed_on)
    loan.save()
    begin(loan, by=by, on=on, body={"decision": loan.decision_ref, "amount": loan.amount})
    post(
        book_key=loan.programme.key,
        kind="loan_disbursed",
        event_key=f"earlier:{loan.ref}",
        legs=postings.loan_disbursed(loan.amount, loan.fee_amount, line=loan.line.key, loan=loan.ref),
        currency=loan.currency,
        value_on=loan.disbursed_on,
        by=by,
    )
    added = [
        unsaved_repayment(loan, amount=amount, on=day, by=by, reference=reference)
        for day, amount, reference in one.repayments
    ]
    restate(loan, through=on, on=on, by=by, added=added)
