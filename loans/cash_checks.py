"""What must always be true of money that came by bank line or in cash: what `verify` asks of receipts and the box."""

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from applicants.models import Application
from applicants.services.earlier import EARLIER
from audit.models import Event
from ledger import postings
from ledger.models import Account, Entry, Leg
from loans.matching import RECEIPT
from loans.models import CashDay, CashDeposit, CashReceipt, Loan, Repayment
from loans.services.cashier import BOOKED, DIFFERENCE
from payments.models import StatementLine


def cash_checks():
    """Yield a sentence for each fault, naming the row."""
    yield from claim_faults()
    yield from unclaimed_faults()
    yield from receipt_faults()
    yield from day_faults()
    yield from difference_faults()
    yield from deposit_faults()
    yield from earlier_faults()


def claim_faults():
    """A live repayment that was claimed is its line: amount, currency, value date and reference of the bank."""
    lines = StatementLine.objects.filter(ref=OuterRef("receipt"), state="booked", entry__kind=RECEIPT)
    same = lines.filter(
        amount=OuterRef("amount"),
        currency=OuterRef("currency"),
        value_on=OuterRef("value_on"),
        bank_reference=OuterRef("reference"),
    )
    claimed = Repayment.objects.live().exclude(receipt="").annotate(line=Subquery(same.values("pk")[:1]))
    for repayment in claimed.filter(line=None)[:5]:
        yield f"loans_repayment {repayment.pk} was claimed from {repayment.receipt}, which is no such receipt"


def unclaimed_faults():
    """2100 holds of each receipt all of it, or nothing once a loan has claimed it; of a day of the cash box what was
    over, until it is found whose it is; and nothing of other subjects."""
    held = dict(
        Account.objects.filter(code=postings.UNCLAIMED)
        .order_by()
        .values_list("subject")
        .annotate(total=Sum("balance_amount"))
        .exclude(total=0)
    )
    claimed = set(Repayment.objects.live().exclude(receipt="").values_list("receipt", flat=True))
    kept = StatementLine.objects.filter(state="booked", entry__kind=RECEIPT)
    for ref, amount in kept.values_list("ref", "amount").iterator():
        wanted, found = (0 if ref in claimed else -amount), held.pop(ref, 0)
        if found != wanted:
            yield f"payments_statementline {ref}: the ledger holds {-found} of it as not claimed, not {-wanted}"
    for day in CashDay.objects.exclude(difference_entry=None).select_related(*BOOKED):
        wanted, found = (-max(day.difference_amount, 0) if not day.is_found else 0), held.pop(day.ref, 0)
        if found != wanted:
            yield f"loans_cashday {day.ref}: the ledger holds {-found} of it as not claimed, not {-wanted}"
    for subject, total in held.items():
        yield f"ledger_account 2100 {subject}: {-total} is not claimed, and no line of a statement brought it"


def receipt_faults():
    """The numbers of the cash receipts of a programme and year have no gap, and each is its repayment in the box."""
    for year in sorted({ref.split("-")[1] for ref in CashReceipt.objects.values_list("ref", flat=True).distinct()}):
        rows = CashReceipt.objects.filter(ref__contains=f"-{year}-").values("programme")
        for row in rows.annotate(number=Count("pk")).values_list("programme", "number"):
            last = CashReceipt.objects.filter(programme=row[0], ref__contains=f"-{year}-").order_by("-ref").first()
            if int(last.ref.rpartition("-")[2]) != row[1]:
                yield f"loans_cashreceipt {last.ref}: {row[1]} receipts of {year} are there, a number is missing"
    wrong = CashReceipt.objects.exclude(repayment__reference=F("ref"), repayment__means=Repayment.Means.CASH)
    for receipt in wrong[:5]:
        yield f"loans_cashreceipt {receipt.ref} is not what its repayment {receipt.repayment_id} says"
    alone = Repayment.objects.exclude(purse="").filter(cash_receipt=None)
    for repayment in alone[:5]:
        yield f"loans_repayment {repayment.pk} lies in the cash box without a receipt"


def day_faults():
    """A counted day is the sum of its notes and coins."""
    counted = Coalesce(Sum(F("pieces__denomination_amount") * F("pieces__number")), 0)
    days = CashDay.objects.exclude(state=CashDay.State.OPEN).annotate(made=counted)
    for day in days.exclude(made=F("counted_amount"))[:5]:
        yield f"loans_cashday {day.ref}: {day.counted_amount} was counted, its notes and coins make {day.made}"


def difference_faults():
    """The entry of a day's difference moved the cash box from what should have been there to what was counted."""
    moved = Leg.objects.filter(entry=OuterRef("difference_entry"), account__code=postings.BANK).order_by()
    moved = moved.values("entry").annotate(total=Sum("amount")).values("total")
    days = CashDay.objects.annotate(moved=Coalesce(Subquery(moved), 0), less=F("counted_amount") - F("expected_amount"))
    wrong = days.filter(state=CashDay.State.CLOSED).exclude(moved=F("less"))
    for day in wrong.order_by("pk")[:5]:
        yield f"loans_cashday {day.ref}: its difference is {day.less}, the ledger booked {day.moved}"
    entries = Entry.objects.filter(kind=DIFFERENCE, reverses=None)
    for entry in entries.exclude(pk__in=CashDay.objects.exclude(difference_entry=None).values("difference_entry"))[:5]:
        yield f"ledger_entry {entry.pk} books a difference of the cash box that no day has"


def deposit_faults():
    """A deposit is its entry and, once it arrived, its line of the statement."""
    moved = (
        Leg.objects.filter(entry=OuterRef("entry"), account__code=postings.BANK, account__subject="")
        .order_by()
        .values("entry")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    wrong = CashDeposit.objects.annotate(moved=Coalesce(Subquery(moved), 0)).filter(
        ~Q(moved=F("amount")) | (Q(line__isnull=False) & (~Q(line__amount=F("amount")) | ~Q(line__entry=F("entry"))))
    )
    for deposit in wrong[:5]:
        yield f"loans_cashdeposit {deposit.pk}: {deposit.amount} was deposited, the bank says otherwise"


def earlier_faults():
    """A case decided before this program was used has a loan of that decision, which an import brought."""
    cases = Application.objects.filter(state="approved", decision_ref__startswith=EARLIER)
    same = Loan.objects.filter(application=OuterRef("pk"), decision_ref=OuterRef("decision_ref"))
    for case in cases.exclude(Exists(same))[:5]:
        yield f"applicants_application {case.ref} says {case.decision_ref}, and no such loan was imported"
    if cases.exists() and not Event.objects.filter(kind="portfolio.import").exists():
        yield "applicants_application: cases of earlier decisions are here, and no portfolio was imported"
