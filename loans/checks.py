"""What must always be true of loans (INVARIANTS N1 to N12), read from the tables: what `verify` asks."""

from datetime import date

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from ledger import postings
from ledger.models import Account, Leg
from loans.cash_checks import cash_checks
from loans.checks_people import people_faults
from loans.checks_requests import request_faults
from loans.fund import fund_statement
from loans.models import (
    Allocation,
    Instalment,
    Loan,
    LoanContact,
    LoanTranche,
    ProvisionRate,
    Recall,
    Refund,
    Reminder,
    Repayment,
    ScheduleVersion,
    open_part,
)
from loans.portfolio import BUCKETS, portfolios
from loans.services.restating import still_claimed
from loans.standings import standing_faults
from payments.clearance import first_list_on, was_cleared
from programmes.clock import today
from programmes.models import Commitment, FundingLine, Programme

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
ENTRY_CODES = {
    "penalty_amount": postings.PENALTIES,
    "fee_amount": postings.FEES,
    "interest_amount": postings.INTEREST,
    "principal_amount": postings.PRINCIPAL,
    "overpaid_amount": postings.OVERPAYMENTS,
    "recovered_amount": postings.RECOVERED,
}
LENT = ("active", "overpaid", "closed", "written_off")


def checks():
    """Yield a sentence for each fault, naming the row."""
    yield from principal_faults()
    yield from tranche_faults()
    yield from end_faults()
    yield from request_faults()
    yield from schedule_faults()
    yield from allocation_faults()
    yield from entry_faults()
    yield from recall_faults()
    yield from portfolio_faults()
    yield from standing_faults()
    yield from fund_faults()
    yield from arrears_faults()
    yield from screening_faults()
    yield from people_faults()
    yield from cash_checks()


def _sum(queryset, field="amount", per="loan"):
    """A subquery that adds `field` up for each `per`; 0 where there is no row."""
    rows = queryset.order_by().values(per).annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(rows), 0)


def _balance(code):
    accounts = Account.objects.filter(subject=OuterRef("ref"), code=code, book__key=OuterRef("programme__key"))
    return _sum(accounts, "balance_amount", per="subject")


def _used(component):
    """What is owed anew of a component because money that had been held was taken back after it was used."""
    column = f"{component}_amount"
    own = Case(
        When(repayment__recalled=True, then=F(f"repayment__{column}")), default=0, output_field=BigIntegerField()
    )
    return _sum(Recall.objects.filter(loan=OuterRef("pk")).annotate(used=F(column) - own), "used")


def principal_faults():
    """N3: outstanding = balance of 1100 = lent + capitalised - repaid - written off - forgiven, and what was taken back
    of money held; 2000 is held money."""
    repaid = Repayment.objects.live().filter(loan=OuterRef("pk"))
    loans = Loan.objects.annotate(
        ledger_principal=_balance(postings.PRINCIPAL),
        ledger_held=_balance(postings.OVERPAYMENTS),
        repaid_total=_sum(repaid, "principal_amount"),
        held_total=_sum(repaid, "overpaid_amount"),
        applied_total=_sum(repaid.filter(means=Repayment.Means.HELD), "amount"),
        refunded_total=_sum(Refund.objects.filter(loan=OuterRef("pk"), returned_on=None)),
        used_principal=_used("principal"),
        used_interest=_used("interest"),
        used_fee=_used("fee"),
        used_penalty=_used("penalty"),
        in_tranches=Exists(LoanTranche.objects.filter(loan=OuterRef("pk"))),
        tranches_paid=_sum(LoanTranche.objects.paid().filter(loan=OuterRef("pk"))),
    )
    for loan in loans.order_by("pk").iterator(chunk_size=2000):
        lent = loan.tranches_paid if loan.in_tranches else loan.amount if loan.state in LENT else 0
        left = lent + loan.capitalised_amount - loan.repaid_total - loan.written_off_amount - loan.forgiven_amount
        left += loan.used_principal
        used = loan.used_principal + loan.used_interest + loan.used_fee + loan.used_penalty
        if loan.principal_amount != loan.ledger_principal:
            yield f"loans_loan {loan.ref} says {loan.principal_amount} is owed, the ledger {loan.ledger_principal}"
        if loan.principal_amount != left:
            yield f"loans_loan {loan.ref} says {loan.principal_amount} is owed, its money {left}"
        if loan.overpaid_amount != -loan.ledger_held:
            yield f"loans_loan {loan.ref} holds {loan.overpaid_amount}, the ledger {-loan.ledger_held}"
        if loan.overpaid_amount != loan.held_total - loan.applied_total - loan.refunded_total + used:
            yield f"loans_loan {loan.ref} holds {loan.overpaid_amount}, which its money does not explain"


def tranche_faults():
    """The tranches of a signed loan are the loan; each pay-out is one entry; a loan that is over has none open."""
    tranches = LoanTranche.objects.filter(loan=OuterRef("pk"))
    loans = Loan.objects.filter(Exists(tranches)).annotate(
        promised=_sum(tranches),
        still_open=Exists(tranches.open()),
        paid=_sum(tranches.paid()),
        fees=_sum(tranches, "fee_amount"),
        booked=_sum(
            Leg.objects.filter(
                account__subject=OuterRef("ref"),
                account__code=postings.PRINCIPAL,
                account__book__key=OuterRef("programme__key"),
                entry__kind="loan_disbursed",
            ),
            per="account__subject",
        ),
        used=_sum(Commitment.objects.filter(case_ref=OuterRef("application__ref")), "used_amount", per="case_ref"),
    )
    for loan in loans.order_by("pk"):
        if (loan.promised, loan.fees) != (loan.amount, loan.fee_amount):
            yield f"loans_loan {loan.ref}: its tranches are {loan.promised} with fees of {loan.fees}, not the loan"
        if not loan.paid == loan.booked == loan.used:
            said = f"tranches of {loan.paid} are paid, {loan.booked} is booked, {loan.used} of the promise used"
            yield f"loans_loan {loan.ref}: {said}"
        if loan.still_open and loan.state not in ("signed", "active"):
            yield f"loans_loan {loan.ref} is {loan.state}, and a tranche is open"
        if (loan.paid > 0) != (loan.state in LENT):
            yield f"loans_loan {loan.ref} is {loan.state} with tranches of {loan.paid} paid out"
    early = LoanTranche.objects.filter(paid_on__lt=F("loan__disbursed_on"))
    for tranche in early[:5]:
        yield f"loans_loantranche {tranche.ref} was paid out before the loan began"
    unplanned = Loan.objects.exclude(state="approved").exclude(tranche_plan=[]).filter(tranches=None)
    for loan in unplanned.exclude(state="cancelled")[:5]:
        yield f"loans_loan {loan.ref} was planned in tranches and has none"


def end_faults():
    """N9: a repaid loan owes nothing on its schedule; an active one owes something; both dates and states agree."""
    current = Instalment.objects.filter(loan=OuterRef("pk"), version=OuterRef("current_version"))
    open_rows = Loan.objects.annotate(open_part=_sum(current.annotate(left=open_part()), "left"))
    repaid = open_rows.filter(state__in=["closed", "overpaid"], forgiven_on=None).exclude(open_part=0)
    for loan in repaid[:5]:
        yield f"loans_loan {loan.ref} is {loan.state} and still owes {loan.open_part}"
    for loan in open_rows.filter(state="active", open_part=0)[:5]:
        yield f"loans_loan {loan.ref} is active and owes nothing"
    for loan in Loan.objects.filter(state="overpaid", overpaid_amount=0)[:5]:
        yield f"loans_loan {loan.ref} is overpaid and holds nothing"
    for loan in Loan.objects.filter(state="closed", overpaid_amount__gt=0)[:5]:
        yield f"loans_loan {loan.ref} is closed and holds {loan.overpaid_amount}"
    recovering = Exists(Repayment.objects.live().filter(loan=OuterRef("pk"), recovered_amount__gt=0))
    for loan in Loan.objects.filter(recovering):
        claimed, recovered = still_claimed(loan) if loan.state == Loan.State.WRITTEN_OFF else (-1, 0)
        if claimed < 0:
            yield f"loans_loan {loan.ref} recovered {recovered}, {-claimed} more than was claimed"


def schedule_faults():
    """N1, N2: the principals of the schedule in force add up, early money or not; their open part is outstanding."""
    current = Instalment.objects.filter(loan=OuterRef("pk"), version=OuterRef("current_version"))
    scheduled = current.filter(recalled=False)
    loans = Loan.objects.filter(current_version__gt=0).annotate(
        planned=_sum(scheduled, "principal_amount"),
        left=_sum(current.annotate(left=F("principal_amount") - F("principal_paid_amount")), "left"),
        first_planned=_sum(scheduled, "planned_principal_amount"),
    )
    for loan in loans.exclude(planned=F("first_planned"))[:5]:
        yield f"loans_loan {loan.ref}: its instalments repay {loan.planned}, {loan.first_planned} was planned"
    for loan in loans.filter(current_version=1).exclude(planned=F("amount"))[:5]:
        yield f"loans_loan {loan.ref}: its schedule repays {loan.planned} of {loan.amount}"
    running = loans.filter(state__in=["active", "overpaid"], forgiven_on=None)
    for loan in running.exclude(left=F("principal_amount"))[:5]:
        yield f"loans_loan {loan.ref}: its schedule leaves {loan.left}, and {loan.principal_amount} is owed"
    previous = Instalment.objects.filter(
        loan=OuterRef("loan"), version=OuterRef("version"), number=OuterRef("number") - 1
    ).values("due_on")[:1]
    backwards = (
        Instalment.objects.filter(recalled=False).annotate(before=Subquery(previous)).filter(due_on__lt=F("before"))
    )
    for row in backwards[:5]:
        yield f"loans_instalment {row.pk} falls due on {row.due_on}, before the one before it"


def allocation_faults():
    """N4: the allocations of a live repayment are its parts, and the instalments' paid columns are their sums."""
    columns = {name: f"{name}_amount" for name in Allocation.Component.values}
    counted = Q(repayment__reversed_on=None) | Q(repayment__recalled=True)
    for component, column in columns.items():
        shares = (
            Allocation.objects.filter(repayment=OuterRef("pk"), component=component)
            .order_by()
            .values("repayment")
            .annotate(total=Sum("amount"))
            .values("total")
        )
        wrong = Repayment.objects.live().annotate(shared=Coalesce(Subquery(shares), 0)).exclude(shared=F(column))
        for repayment in wrong[:5]:
            part = getattr(repayment, column)
            yield f"loans_repayment {repayment.pk}: its {component} is {part}, its allocations {repayment.shared}"
        paid = (
            Allocation.objects.filter(counted, instalment=OuterRef("pk"), component=component)
            .order_by()
            .values("instalment")
            .annotate(total=Sum("amount"))
            .values("total")
        )
        live = Instalment.objects.exclude(_copied())
        wrong = live.annotate(shared=Coalesce(Subquery(paid), 0)).exclude(shared=F(f"{component}_paid_amount"))
        for row in wrong[:5]:
            yield f"loans_instalment {row.pk}: {component} paid does not equal its allocations of {row.shared}"


def _copied():
    """Is the instalment a copy that is kept to be seen?"""
    copied = ScheduleVersion.objects.kept_to_be_seen()
    return Exists(copied.filter(loan=OuterRef("loan"), number=OuterRef("version")))


def entry_faults():
    """Each live repayment has a live entry with its parts as legs; each reversed one has none."""
    reversed_yet = Repayment.objects.live().filter(Q(entry=None) | Q(entry__reversed_by__isnull=False))
    for repayment in reversed_yet[:5]:
        yield f"loans_repayment {repayment.pk} counts, and no live entry stands behind it"
    still = Repayment.objects.exclude(reversed_on=None).filter(entry__reversed_by__isnull=True)
    for repayment in still[:5]:
        yield f"loans_repayment {repayment.pk} is reversed, and its entry is not"
    for column, code in ENTRY_CODES.items():
        legs = (
            Leg.objects.filter(entry=OuterRef("entry"), account__code=code, amount__lt=0)
            .order_by()
            .values("entry")
            .annotate(total=-Sum("amount"))
            .values("total")
        )
        wrong = Repayment.objects.live().annotate(booked=Coalesce(Subquery(legs), 0)).exclude(booked=F(column))
        for repayment in wrong[:5]:
            yield f"loans_repayment {repayment.pk}: {getattr(repayment, column)} on {code}, booked {repayment.booked}"


def recall_faults():
    """What is taken back is conserved: owed anew, less held, or filling a refund; its row asks what it says."""
    recalls = Recall.objects.select_related("loan", "repayment", "instalment")
    for recall in recalls.iterator(chunk_size=500):
        repayment, row = recall.repayment, recall.instalment
        whole = repayment.amount if repayment.recalled else 0
        if recall.owed_amount - recall.held_amount != whole:
            yield f"loans_recall {recall.pk}: {recall.owed_amount} is owed anew of {whole} taken back"
        if repayment.reversed_on is None:
            yield f"loans_recall {recall.pk}: its repayment {repayment.pk} counts still"
        if row is None and not recall.loan.forgiven_on:
            yield f"loans_recall {recall.pk} stands in no schedule"
        if row and recall.parts != row.parts_planned:
            yield f"loans_recall {recall.pk} is {recall.parts}, its instalment asks {row.parts_planned}"
    for repayment in Repayment.objects.filter(recalled=True, recall=None)[:5]:
        yield f"loans_repayment {repayment.pk} was taken back, and nobody owes it anew"
    for row in Instalment.objects.filter(recalled=True, recall=None).exclude(_copied())[:5]:
        yield f"loans_instalment {row.pk} is owed anew of no money"


def portfolio_faults():
    """N10: PAR90 <= PAR30 <= PAR1 <= portfolio, and the ageing buckets add up to it."""
    for programme in Programme.objects.filter(loans__isnull=False).distinct():
        for currency, found in portfolios(Loan.objects.filter(programme=programme), today(programme)).items():
            risks = [found.at_risk[bound] for bound in (90, 30, 1)]
            if [*risks, found.principal] != sorted([*risks, found.principal]):
                yield f"programmes_programme {programme.key}: portfolio at risk in {currency} is out of order"
            if sum(amount for _number, amount in found.buckets.values()) != found.principal:
                yield f"programmes_programme {programme.key}: the ageing in {currency} does not add up"


def arrears_faults():
    """A contact lies in the life of its loan, a reminder is about its own loan, a provisioning table is whole."""
    for contact in LoanContact.objects.filter(on__lt=F("loan__disbursed_on"))[:5]:
        yield f"loans_loancontact {contact.pk} is dated before the loan was paid out"
    for reminder in Reminder.objects.exclude(instalment__loan=F("loan"))[:5]:
        yield f"loans_reminder {reminder.pk} is about an instalment of another loan"
    tables = ProvisionRate.objects.order_by().values_list("programme__key", "effective_from")
    for programme, day, number in tables.annotate(number=Count("pk")).exclude(number=len(BUCKETS)):
        yield f"loans_provisionrate of {programme} from {day}: {number} of {len(BUCKETS)} rates"


def fund_faults():
    """The statement of each line closes; the loans outstanding on it are its balance of 1100."""
    for line in FundingLine.objects.select_related("programme").order_by("pk"):
        statement = fund_statement(line, FIRST_DAY, LAST_DAY)
        if statement.difference or statement.amount_of("other"):
            yield f"programmes_fundingline {line.key}: its statement is off by {statement.difference}"
        owed = Loan.objects.filter(line=line).total_principal_amount()
        held = Account.objects.filter(book__key=line.programme.key, code=postings.PRINCIPAL, line=line.key)
        booked = held.aggregate(total=Sum("balance_amount", default=0))["total"]
        if owed != booked:
            yield f"programmes_fundingline {line.key}: its loans owe {owed}, the ledger says {booked}"


def screening_faults():
    """C3: who signed since there is a sanctions list was clear of it on the day of the contract."""
    first = first_list_on()
    if first is None:
        return
    signed = Loan.objects.filter(signed_on__gte=first)
    for party in ("borrower", "business"):
        rows = signed.exclude(**{party: None}).exclude(was_cleared(party, "programme", "signed_on"))
        for loan in rows.iterator(chunk_size=500):
            yield f"loans_loan {loan.ref} was signed without a clear screening of its {party}"
