"""An older portfolio from one workbook: borrowers, loans, repayments and the totals that the office states.

Every row is checked and every loan reckoned by the engine before anything is written. Nothing here writes.
Amounts are minor units. The first four sheets of the workbook, in this order:

borrowers: key, and the columns of an import of applicants
loans: loan, borrower, product, amount, paid_out_on, first_due_on, instalments; rate, grace_months, fee, purpose,
    outstanding
repayments: loan, paid_on, amount; reference
totals: currency, loans, lent, repaid, outstanding
"""

import io
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants.importing import Plan, make_plan
from applicants.resources import Day, Whole
from applicants.services.earlier import EARLIER
from audit.refusals import Invalid, Refusal
from ledger.money import Money
from loans.models import Loan, LoanProduct
from loans.schedule import ScheduleError
from loans.schedule_words import in_words
from loans.services.agreement import first_schedule, terms_of_product, unspread
from loans.standing import Receipt, fold
from loans.terms import terms_of
from pages.numbers import parse_amount
from pages.sheets import Row, Table, read_table
from payments.clearance import first_list_on

SHEETS = ("borrowers", "loans", "repayments", "totals")
COLUMNS = {
    "loans": ("loan", "borrower", "product", "amount", "paid_out_on", "first_due_on", "instalments"),
    "repayments": ("loan", "paid_on", "amount"),
    "totals": ("currency", "loans", "lent", "repaid", "outstanding"),
}
MORE = {"loans": ("rate", "grace_months", "fee", "purpose", "outstanding"), "repayments": ("reference",), "totals": ()}
STATED = ("loans", "lent", "repaid", "outstanding")
CHUNK = 200  # loans between two words on the progress


# What goes where, for the template.
ABOUT = {
    "key": gettext_lazy("The number of the borrower in this file; the loans name it."),
    "loan": gettext_lazy("The number of the loan in your books."),
    "borrower": gettext_lazy("The key of the borrower on the first sheet."),
    "product": gettext_lazy("The key of a loan product of the programme."),
    "amount": gettext_lazy("What was lent, or paid. In the currency of the product, such as 1000.00."),
    "paid_out_on": gettext_lazy("The day on which the money left, such as 31.12.2020."),
    "first_due_on": gettext_lazy("The day of the first instalment."),
    "instalments": gettext_lazy("How many instalments were agreed."),
    "rate": gettext_lazy("Percent a year; empty: that of the product."),
    "grace_months": gettext_lazy("Months without principal."),
    "fee": gettext_lazy("The fee that was withheld."),
    "purpose": gettext_lazy("What the loan was for."),
    "outstanding": gettext_lazy("Principal owed today by your books."),
    "paid_on": gettext_lazy("The day on which the money came."),
    "reference": gettext_lazy("The number of the receipt, or of the bank."),
    "currency": gettext_lazy("One row for each currency, such as USD."),
    "loans": gettext_lazy("How many loans of it are in the file."),
    "lent": gettext_lazy("All that was lent."),
    "repaid": gettext_lazy("All that came back, interest and penalties included."),
}


@dataclass
class OldLoan:
    """One loan of the file: an unsaved Loan with its terms, its borrower's row, its repayments (day, amount, text)."""

    row: int
    number: str
    borrower: object
    loan: Loan
    window: object
    purpose: str
    stated: int | None
    repayments: list = field(default_factory=list)
    outstanding: int = 0


@dataclass
class Portfolio:
    """`people`: the plan of the borrowers' import; `plan`: errors of all sheets; `sums` {currency: {name: amount}} of
    the rows that could be read, `stated` the same by the office; amounts are minor units, `loans` a number."""

    plan: Plan
    people: Plan
    loans: list = field(default_factory=list)
    sums: dict = field(default_factory=dict)
    stated: dict = field(default_factory=dict)

    @property
    def errors(self):
        return self.plan.errors

    def totals(self):
        """Rows of what the office states beside what the rows make, None where it says nothing: fit to be kept."""
        return [
            {
                "currency": currency,
                "name": name,
                "stated": self.stated.get(currency, {}).get(name),
                "made": self.sums.get(currency, {}).get(name, 0),
            }
            for currency in sorted({*self.stated, *self.sums})
            for name in STATED
        ]


def read_portfolio(content, *, programme, by, on, progress=None):
    """The Portfolio of a workbook's bytes. Errors of rows and of totals stand in it; raises Invalid for no workbook.

    `progress(rows done)` is called now and then.
    """
    if not content.startswith(b"PK"):
        raise Invalid(_("Give one workbook (.xlsx) with the sheets %(sheets)s.") % {"sheets": ", ".join(SHEETS)})
    tables = {name: read_table(io.BytesIO(content), sheet=number) for number, name in enumerate(SHEETS)}
    plan = Plan(total=sum(len(table.rows) for table in tables.values()))
    keys, people = _people(tables["borrowers"], plan, programme, by, on)
    found = Portfolio(plan, people)
    reader = _Reader(plan, programme, on)
    heads = [reader.headers(name, tables[name]) for name in COLUMNS]
    if all(heads):
        loans = reader.loans(tables["loans"], keys)
        reader.repayments(tables["repayments"], loans)
        for count, one in enumerate(loans.values(), 1):
            reader.reckon(one)
            if progress and count % CHUNK == 0:
                progress(plan.total * count // len(loans))
        found.loans = list(loans.values())
        found.sums, found.stated = _sums(found.loans), _stated(tables["totals"])
        if not plan.errors and not loans:
            plan.wrong(1, "loans: loan", "", _("No loan stands on this sheet."))
        if not plan.errors:
            reader.totals(tables["totals"], found.sums)
    return found


def _people(table, plan, programme, by, on):
    """({key: Planned borrower}, the plan of the borrowers), read as an import of applicants reads them."""
    if "key" not in table.headers:
        plan.wrong(1, "borrowers: key", "", _("This column is missing."))
        return {}, Plan()
    headers = [header for header in table.headers if header != "key"]
    rows = [Row(row.number, {name: row.cells[name] for name in headers}) for row in table.rows]
    people = make_plan("applicants", Table(headers, rows), programme=programme, by=by, on=on)
    for one in people.errors:
        plan.wrong(one.row, f"borrowers: {one.column}", one.value, one.reason)
    planned, keys = {row.row: row for row in people.rows}, {}
    for row in table.rows:
        key = str(row.cells["key"]).strip()
        if not key or key in keys:
            plan.wrong(row.number, "borrowers: key", key, _("Each borrower has a key of its own."))
        elif row.number in planned:
            keys[key] = planned[row.number]
    return keys, people


def _stated(table):
    """{currency: {name: what the office states}}; what cannot be read is left out here and named among the errors."""
    found = {}
    for row in table.rows:
        currency = str(row.cells.get("currency", "")).strip()
        if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
            continue
        for name in STATED:
            read = Whole().clean if name == "loans" else _amount_in(currency, least=0)
            with suppress(ValueError, Refusal):
                found.setdefault(currency, {})[name] = read(str(row.cells.get(name, "")).strip())
    return found


def _sums(loans):
    sums = defaultdict(lambda: dict.fromkeys(STATED, 0))
    for one in loans:
        row = sums[one.loan.currency]
        row["loans"] += 1
        row["lent"] += one.loan.amount
        row["repaid"] += sum(amount for _day, amount, _text in one.repayments)
        row["outstanding"] += one.outstanding
    return dict(sums)


class _Reader:
    """Reads the sheets of one workbook; what is wrong goes into the plan with sheet, row and column."""

    def __init__(self, plan, programme, on):
        self.plan, self.programme, self.on = plan, programme, on
        products = LoanProduct.objects.filter(programme=programme).prefetch_related("windows__call", "windows__line")
        self.products = {product.key: product for product in products}
        self.first_list = first_list_on()
        self.unread = set()

    def headers(self, sheet, table):
        known = {*COLUMNS[sheet], *MORE[sheet]}
        missing = [name for name in COLUMNS[sheet] if name not in table.headers]
        for name in missing:
            self.plan.wrong(1, f"{sheet}: {name}", "", _("This column is missing."))
        unknown = [name for name in table.headers if name not in known]
        for name in unknown:
            self.plan.wrong(1, f"{sheet}: {name}", name, _("The template has no such column."))
        return not missing and not unknown

    def cell(self, sheet, row, name, read, *, required=True):
        """The cell as `read` makes it, or None with the error noted."""
        value = row.cells.get(name, "")
        said = value.date().isoformat() if hasattr(value, "date") else str(value).strip()
        if not said:
            if required:
                self.plan.wrong(row.number, f"{sheet}: {name}", "", _("This must be filled in."))
            return None
        try:
            return read(said)
        except (ValueError, Refusal) as wrong:
            self.plan.wrong(row.number, f"{sheet}: {name}", said, wrong)
            return None

    def day(self, said):
        found = Day().clean(said)
        if found > self.on:
            raise ValueError(_("This day lies in the future."))
        return found

    def loans(self, table, keys):
        found = {}
        for row in table.rows:
            number = self.cell("loans", row, "loan", str)
            if number in found:
                self.plan.wrong(row.number, "loans: loan", number, _("This loan stands there twice."))
            elif number:
                one = self.one_loan(row, number, keys)
                if one is not None:
                    found[number] = one
                else:
                    self.unread.add(number)
        return found

    def one_loan(self, row, number, keys):
        before = len(self.plan.errors) + self.plan.more_errors
        borrower = self.cell("loans", row, "borrower", _known(keys, _("There is no such key among the borrowers.")))
        product = self.cell("loans", row, "product", _known(self.products, _("There is no such product here.")))
        if product is None:
            return None
        window = next(iter(product.windows.all()), None)
        if window is None:
            self.plan.wrong(row.number, "loans: product", product.key, _("The product belongs to no window."))
        if borrower is not None and borrower.adviser is None:
            self.plan.wrong(row.number, "loans: borrower", number, _("The borrower of a loan needs an adviser."))
        money = _amount_in(product.currency)
        amount = self.cell("loans", row, "amount", money)
        fee = self.cell("loans", row, "fee", money, required=False) or 0
        stated = self.cell("loans", row, "outstanding", _amount_in(product.currency, least=0), required=False)
        lent_on = self.cell("loans", row, "paid_out_on", self.day)
        first_due = self.cell("loans", row, "first_due_on", Day().clean)
        months = self.cell("loans", row, "instalments", Whole().clean)
        grace = self.cell("loans", row, "grace_months", Whole().clean, required=False) or 0
        rate = self.cell("loans", row, "rate", _rate, required=False)
        if lent_on and self.first_list and lent_on >= self.first_list:
            self.plan.wrong(
                row.number,
                "loans: paid_out_on",
                f"{lent_on:%d.%m.%Y}",
                _("Since there is a sanctions list, loans are screened and entered one by one."),
            )
        if amount and window and amount > window.ceiling_amount:
            most = Money(window.ceiling_amount, product.currency)
            sentence = _("The window lends at most %(amount)s.") % {"amount": most}
            self.plan.wrong(row.number, "loans: amount", Money(amount, product.currency), sentence)
        if amount and fee >= amount:
            self.plan.wrong(row.number, "loans: fee", str(row.cells["fee"]), _("The fee takes the whole loan."))
        if len(self.plan.errors) + self.plan.more_errors > before:
            return None
        terms = {**terms_of_product(product, amount), "fee_amount": fee}
        terms |= {"annual_rate_pct": rate} if rate is not None else {}
        loan = Loan(
            programme=self.programme,
            product=product,
            line=window.line,
            amount=amount,
            currency=product.currency,
            instalments_number=months,
            grace_months=grace,
            decision_ref=f"{EARLIER}{number}"[:40],
            approved_on=lent_on,
            signed_on=lent_on,
            disbursed_on=lent_on,
            first_due_on=first_due,
            principal_amount=amount,
            reckoned_on=lent_on,
            state=Loan.State.ACTIVE,
            **terms,
        )
        purpose = str(row.cells.get("purpose", "")).strip()[:200] or _("Loan %(number)s") % {"number": number}
        return OldLoan(row.number, number, borrower, loan, window, purpose, stated)

    def repayments(self, table, loans):
        for row in table.rows:
            # What was paid on a loan whose own row is at fault is not at fault itself.
            known = _known(dict.fromkeys(self.unread) | loans, _("There is no such loan on the sheet of the loans."))
            one = self.cell("repayments", row, "loan", known)
            day = self.cell("repayments", row, "paid_on", self.day)
            if one is None:
                continue
            amount = self.cell("repayments", row, "amount", _amount_in(one.loan.currency))
            if day and day < one.loan.disbursed_on:
                sentence = _("The loan was paid out on %(day)s.") % {"day": f"{one.loan.disbursed_on:%d.%m.%Y}"}
                self.plan.wrong(row.number, "repayments: paid_on", f"{day:%d.%m.%Y}", sentence)
            elif day and amount:
                one.repayments.append((day, amount, str(row.cells.get("reference", "")).strip()[:60]))

    def reckon(self, one):
        """What is outstanding of the loan by the engine; an error where the office says another amount."""
        loan = one.loan
        try:
            request, rows = first_schedule(loan, loan.disbursed_on)
        except ScheduleError as wrong:
            self.plan.wrong(one.row, "loans: first_due_on", one.number, in_words(wrong))
            return
        fault = unspread(loan, request)
        if fault:
            self.plan.wrong(one.row, "loans: instalments", str(loan.instalments_number), fault)
            return
        one.repayments.sort(key=lambda given: given[0])
        receipts = [Receipt(number, day, amount) for number, (day, amount, _text) in enumerate(one.repayments)]
        one.outstanding = fold(rows, receipts, terms_of(loan, request), self.on).principal
        if one.stated is not None and one.stated != one.outstanding:
            said = Money(one.outstanding, loan.currency)
            sentence = _("Its schedule and repayments leave %(amount)s outstanding.") % {"amount": said}
            self.plan.wrong(one.row, "loans: outstanding", Money(one.stated, loan.currency), sentence)

    def totals(self, table, sums):
        """An error for each total that the office states and the rows do not make, and for a currency without one."""
        left = dict(sums)
        for row in table.rows:
            currency = self.cell("totals", row, "currency", _known({key: key for key in left}, _("No loan is in it.")))
            if currency is None:
                continue
            made = left.pop(currency)
            for name in STATED:
                read = Whole().clean if name == "loans" else _amount_in(currency, least=0)
                stated = self.cell("totals", row, name, read)
                if stated is not None and stated != made[name]:
                    self.plan.wrong(row.number, f"totals: {name}", *_difference(name, stated, made[name], currency))
        for currency in left:
            self.plan.wrong(1, "totals: currency", currency, _("The office states no totals for this currency."))


def _difference(name, stated, made, currency):
    """(what was stated, sentence) where the rows make something else."""
    shown = [str(one) if name == "loans" else str(Money(one, currency)) for one in (stated, made, made - stated)]
    sentence = _("The rows make %(made)s, %(difference)s from what is stated. Nothing is written until both agree.")
    return shown[0], sentence % {"made": shown[1], "difference": shown[2]}


def _known(found, sentence):
    def read(said):
        if said not in found:
            raise ValueError(sentence)
        return found[said]

    return read


def _amount_in(currency, least=1):
    def read(said):
        minor = parse_amount(said, currency)
        if minor < least:
            raise Invalid(_("The amount must be above zero.") if least else _("The amount is below zero."))
        return minor

    return read


def _rate(said):
    try:
        rate = Decimal(said.replace(",", "."))
    except InvalidOperation as wrong:
        raise ValueError(_("This is no rate in percent.")) from wrong
    if not rate.is_finite() or not 0 <= rate <= 999:
        raise ValueError(_("This is no rate in percent."))
    return rate
