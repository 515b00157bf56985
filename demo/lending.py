"""From an approved loan to its last instalment: contract, pay-out, monthly collection sheet of the programme."""

from datetime import date, timedelta

from demo.granting import pay
from ledger.money import split
from loans.models import Instalment, Loan
from loans.services import (
    ask_tranche,
    confirm_tranche,
    order_disbursement,
    order_tranche,
    plan_tranches,
    record_collections,
    sign_loan,
)

COLLECTION_DAY = 28


def next_collection(day, months=1):
    """The collection day `months` months after the month of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, COLLECTION_DAY)


class Lending:
    """One loan on its way. `found(lending, day)` is called when the money is out."""

    def __init__(self, agenda, cast, plan, *, found=None, stop=""):
        self.agenda, self.cast, self.plan, self.found, self.stop = agenda, cast, plan, found, stop

    @property
    def loan(self):
        return Loan.objects.select_related("application", "programme", "product").get(application=self.plan.application)

    def begin(self, day):
        self.agenda.at(day + timedelta(days=3), self.sign)

    def sign(self, day):
        if self.stop == "approved":
            return
        loan = self.loan
        self.cast.screen(day, loan.borrower, loan.business, by=self.cast["loan_officer"])
        first = next_collection(day, 1 if day.day <= 20 else 2)
        sign_loan(loan=loan, first_due_on=first, on=day, by=self.cast["loan_officer"])
        if self.stop != "signed":
            self.agenda.at(day + timedelta(days=1), self.order)

    def order(self, day):
        account = self.cast.account(day, self.plan.applicant)
        order = order_disbursement(loan=self.loan, account=account, on=day, by=self.cast["finance_1"])
        if self.stop != "ordered":
            self.agenda.at(day + timedelta(days=1), pay, self.cast, order.pk)
            self.agenda.at(day + timedelta(days=2), self.out)

    def out(self, day):
        if self.found:
            self.found(self, day)


class InTranches(Lending):
    """A loan that is paid out in parts: (percent of it, day, what must be shown). The first asks for nothing.

    What the last one asks for was shown, and waits for somebody to confirm it.
    """

    def __init__(self, agenda, cast, plan, *, parts, found=None):
        super().__init__(agenda, cast, plan, found=found)
        self.parts = parts

    def sign(self, day):
        loan = self.loan
        amounts = split(loan.amount, [percent for percent, _on, _shown in self.parts])
        parts = [(amount, on, shown) for amount, (_percent, on, shown) in zip(amounts, self.parts, strict=True)]
        plan_tranches(loan=loan, parts=parts, on=day, by=self.cast["loan_officer"])
        super().sign(day)
        for number, (_percent, on, _shown) in enumerate(self.parts[1:], 2):
            self.agenda.at(on - timedelta(days=21), self.show, number)

    def show(self, day, number):
        tranche = self.loan.tranches.get(number=number)
        tranche = ask_tranche(tranche=tranche, shown="Seen on the spot.", on=day, by=self.cast["loan_officer"])
        if number < len(self.parts):
            self.agenda.at(day + timedelta(days=2), self.confirm, number)

    def confirm(self, day, number):
        confirm_tranche(tranche=self.loan.tranches.get(number=number), on=day, by=self.cast["manager"])
        self.agenda.at(self.parts[number - 1][1] - timedelta(days=1), self.order)

    def order(self, day):
        account = self.cast.account(day, self.plan.applicant)
        tranche = self.loan.tranches.exclude(state="paid").earliest("number")
        order = order_tranche(tranche=tranche, account=account, on=day, by=self.cast["finance_1"])
        self.agenda.at(day + timedelta(days=1), pay, self.cast, order.pk)
        if tranche.number == 1:
            self.agenda.at(day + timedelta(days=2), self.out)


class Collections:
    """The collection sheet of each month: everybody pays what is due, but for those who are told to be late.

    `late` maps an applicant's pk to (from, to): days between which nothing is paid.
    """

    def __init__(self, agenda, cast, first, last):
        self.cast = cast
        self.late = {}
        day = next_collection(first, 0)
        while day <= last:
            agenda.at(day, self.collect)
            day = next_collection(day)

    def collect(self, day):
        owed = {}
        rows = Instalment.objects.filter(
            loan__programme=self.cast.programme, loan__state="active", due_on__lte=day, settled_on=None
        ).select_related("loan__programme")
        for row in rows.order_by("loan_id", "number"):
            if row.version == row.loan.current_version and not self._waits(row.loan, day):
                owed.setdefault(row.loan_id, [row.loan, 0])[1] += row.due_amount - row.paid_amount
        sheet = [(loan, amount, f"SHEET-{day:%Y%m}") for loan, amount in owed.values() if amount > 0]
        if sheet:
            record_collections(
                programme=self.cast.programme,
                rows=sheet,
                on=day,
                by=self.cast["loan_officer"],
                sheet=f"{self.cast.programme.key}-{day:%Y-%m}",
            )

    def _waits(self, loan, day):
        start, end = self.late.get(loan.borrower_id, (None, None))
        return start is not None and start <= day <= end
