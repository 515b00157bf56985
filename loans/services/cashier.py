"""Cash from borrowers: a numbered receipt for each repayment, the count of the day by two people, deposits at the bank.

Locks: the dossier of the loan, the day of the cash box, then the Book and the counter of the receipts.
"""

import rules
from django.utils.translation import gettext_lazy as _

from applicants.models import Application
from applicants.services import lock_application
from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, Refusal
from audit.services import record, service
from ledger import postings
from ledger.models import Account, Leg
from ledger.money import Money
from ledger.services import post, reverse
from loans.denominations import denominations_of
from loans.models import CashDay, CashDeposit, CashPiece, CashReceipt, Repayment, till_of
from loans.services.access import demand, need_text
from loans.services.repayments import record_repayment
from payments.models import OwnAccount, StatementLine
from programmes.services import check_date, take_reference

DIFFERENCE = "cash_difference"

# What is read with a day, to know whether its difference was found since.
BOOKED = ("difference_entry__book", "difference_entry__reversed_by")


@service
def take_cash(*, loan, amount, on, by, key=None, reason=""):
    """The borrower paid `amount` minor units in cash: a repayment with the next receipt number. Returns the receipt.

    Raises Blocked once the cash of that day is counted, and what record_repayment raises.
    """
    lock_application(loan.application)
    demand("loans.take_cash", by, loan)
    day = _open_day(loan.programme, loan.currency, on, by)
    repayment = record_repayment(
        loan=loan,
        amount=amount,
        on=on,
        by=by,
        means=Repayment.Means.CASH,
        purse=till_of(loan.programme, loan.currency),
        reason=reason,
    )
    repayment.reference = take_reference(f"R{loan.programme_id}", on.year)
    repayment.save(update_fields=["reference"])
    receipt = CashReceipt.objects.create(
        ref=repayment.reference, programme=loan.programme, day=day, repayment=repayment, issued_by=by
    )
    record(
        "receipt.issue",
        receipt.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={"loan": loan.ref, "amount": amount, "currency": loan.currency},
    )
    return receipt


@service
def collect_cash(*, programme, rows, counted_amount, on, by, sheet="", reason=""):
    """A collection sheet paid in cash: (loan, minor units) for each, all or none. Returns the receipts.

    The rows add up to the cash that was counted, else Invalid says by how much they differ.
    """
    rows = list(rows)
    if not rows:
        raise Invalid(_("The sheet is empty: enter at least one amount."))
    currency = rows[0][0].currency
    total = sum(amount for _loan, amount in rows)
    if total != counted_amount:
        raise Invalid(
            _("The sheet adds up to %(total)s and %(counted)s was counted. Correct an amount, or count again.")
            % {"total": Money(total, currency), "counted": Money(counted_amount, currency)},
            field="counted_amount",
        )
    wanted = [loan.application_id for loan, _amount in rows]
    for application in Application.objects.filter(pk__in=wanted).order_by("pk"):
        lock_application(application)
    receipts = []
    for number, (loan, amount) in enumerate(rows):
        if (loan.programme_id, loan.currency) != (programme.pk, currency):
            raise Invalid(_("%(ref)s is not a loan of this sheet.") % {"ref": loan.ref})
        key = f"{sheet}:{number}:{loan.pk}" if sheet else None
        try:
            receipts.append(take_cash(loan=loan, amount=amount, on=on, by=by, key=key, reason=reason))
        except Refusal as refusal:
            refusal.sentence = _("%(ref)s: %(sentence)s") % {"ref": loan.ref, "sentence": refusal.sentence}
            raise
    return receipts


def _open_day(programme, currency, on, by):
    """The locked day of the cash box, begun with its first money. Raises Blocked once it is counted."""
    day, is_new = CashDay.objects.get_or_create(
        programme=programme, currency=currency, on=on, defaults={"ref": f"box:{programme.pk}:{currency}:{on:%Y-%m-%d}"}
    )
    if is_new:
        begin(day, by=by, on=on)
    day = CashDay.objects.select_for_update().get(pk=day.pk)
    if day.state != CashDay.State.OPEN:
        raise Blocked(
            _("The cash of %(day)s is counted already. Take the money on another day, or have the count sent back.")
            % {"day": f"{on:%d.%m.%Y}"}
        )
    return day


def till_balance(programme, currency, as_of=None):
    """Minor units in the cash box by the ledger: now, or at the end of the day `as_of`."""
    subject = till_of(programme, currency)
    if as_of is None:
        accounts = Account.objects.filter(book__key=programme.key, code=postings.BANK, subject=subject)
        return sum(accounts.values_list("balance_amount", flat=True))
    legs = Leg.objects.filter(account__book__key=programme.key, account__subject=subject, entry__value_on__lte=as_of)
    return legs.total_amount()


# The day -------------------------------------------------------------------------------------------------------------


@service
def count_cash(*, day, pieces, on, by, explanation="", version=None):
    """The cash box was counted: `pieces` is {minor units of a denomination: how many}. Returns the day.

    Raises Invalid for a denomination that the currency does not have, and for a difference without an explanation.
    """
    day = CashDay.objects.select_for_update().select_related("programme").get(pk=day.pk)
    pieces = {value: number for value, number in pieces.items() if number}
    known = denominations_of(day.currency, day.programme)
    for value, number in pieces.items():
        if value not in known or number < 0:
            raise Invalid(_("%(value)s is no note or coin.") % {"value": Money(value, day.currency)})
    expected = till_balance(day.programme, day.currency, day.on)
    counted = sum(value * number for value, number in pieces.items())
    explanation = explanation.strip()[:300]
    if counted != expected and not explanation:
        raise Invalid(
            _("%(counted)s is counted and %(expected)s should be there: %(difference)s. Say why.")
            % {
                "counted": Money(counted, day.currency),
                "expected": Money(expected, day.currency),
                "difference": Money(counted - expected, day.currency),
            },
            field="explanation",
        )
    day.pieces.all().delete()
    CashPiece.objects.bulk_create(
        [CashPiece(day=day, denomination_amount=value, number=number) for value, number in pieces.items()]
    )
    body = {"expected": expected, "counted": counted, "currency": day.currency}
    facts = {"expected": expected, "counted": counted, "explanation": explanation if counted != expected else ""}
    return advance(day, "count", by=by, on=on, version=version, body=body, reason=explanation, **facts)


@service
def close_cash_day(*, day, on, by, version=None, reason="", key=None):
    """A second person found the count right. Returns the day.

    A difference is booked with their `reason`, so that the ledger has in the box what was counted: what is missing is
    a cost of the line, what is over waits as a receipt that nobody claimed. Raises Blocked when money of that day was
    entered or taken back since it was counted.
    """
    day = _lock_day(day)
    entry = None
    if day.state == CashDay.State.COUNTED and rules.test_rule("loans.close_day", by, day):
        expected = till_balance(day.programme, day.currency, day.on)
        if expected != day.expected_amount:
            raise Blocked(
                _("By now %(now)s should be in the box, and %(then)s when it was counted. Have it counted again.")
                % {"now": Money(expected, day.currency), "then": Money(day.expected_amount, day.currency)}
            )
        if day.difference_amount:
            need_text(reason, "reason", _("Say what you found about the difference."))
            entry = _book_difference(day, by, reason)
    body = {"difference": day.difference_amount, "currency": day.currency} if entry else None
    return advance(day, "close", by=by, on=on, version=version, reason=reason, body=body, difference_entry=entry)


def _book_difference(day, by, reason):
    """The Entry of what is missing or over in the box, on the funding lines whose money lies there."""
    purse, left = till_of(day.programme, day.currency), -day.difference_amount
    held = Account.objects.select_for_update().filter(
        book__key=day.programme.key, code=postings.BANK, subject=purse, currency=day.currency
    )
    held = sorted(held, key=lambda account: (-account.balance_amount, account.pk))
    legs = [] if left > 0 else postings.cash_found(-left, line=held[0].line, purse=purse, receipt=day.ref)
    for account in held if left > 0 else ():
        part = min(max(account.balance_amount, 0), left)
        left -= part
        legs += postings.cash_lost(part, line=account.line, purse=purse) if part else []
    if left > 0:
        raise Blocked(_("The box holds less today than is missing. Have it counted again."))
    return post(
        book_key=day.programme.key,
        kind=DIFFERENCE,
        event_key=f"difference:{day.ref}",
        legs=legs,
        currency=day.currency,
        value_on=day.on,
        by=by,
        reason=reason,
    )


@service
def find_difference(*, day, reason, on, by, key=None):
    """What was missing came back, or it was found whose the rest is: the entry of the difference is reversed.

    Money that was over is then taken for its loan, with a receipt. Returns the day.
    """
    day = _lock_day(day)
    demand("loans.close_day", by, day)
    need_text(reason, "reason", _("Say what was found."))
    check_date(on=on, programme=day.programme, by=by, reason=reason)
    if day.difference_entry is None or day.is_found:
        raise Blocked(_("No difference of this day is booked."))
    if on < day.on:
        raise Invalid(_("It cannot be found before it was missing."), field="on")
    # It moves on the day on which it was found, which is then counted with it: the earlier count stays true.
    _open_day(day.programme, day.currency, on, by)
    reverse(entry=day.difference_entry, reason=reason, by=by, on=on, value_on=on)
    body = {"difference": day.difference_amount, "currency": day.currency}
    record("cashday.find_difference", day.ref, by=by, on=on, programme=day.programme.key, body=body, reason=reason)
    return day


@service
def send_count_back(*, day, reason, on, by, version=None):
    """The count was not right: it is counted again. Returns the day."""
    return advance(_lock_day(day), "send_back", by=by, on=on, version=version, reason=reason)


def _lock_day(day):
    return CashDay.objects.select_for_update(of=("self",)).select_related("programme", *BOOKED).get(pk=day.pk)


# The bank ------------------------------------------------------------------------------------------------------------


@service
def deposit_cash(*, own_account, amount, slip, on, by, key=None, reason=""):
    """Cash of the box was carried to the bank: `amount` minor units with the bank's slip. Returns the CashDeposit.

    It leaves the box of the funding lines that the account pays, in their order. Raises Blocked for more than is there.
    """
    account = OwnAccount.objects.select_for_update().select_related("programme").get(pk=own_account.pk)
    demand("loans.deposit", by, account.programme)
    check_date(on=on, programme=account.programme, by=by, reason=reason)
    if amount <= 0:
        raise Invalid(_("The amount must be above zero."), field="amount")
    if not slip.strip():
        raise Invalid(_("Enter the number of the slip."), field="slip")
    earlier = CashDeposit.objects.filter(own_account=account, slip=slip.strip()).first()
    if earlier is not None:
        raise Invalid(
            _("The slip %(slip)s is entered already, of %(day)s.")
            % {"slip": earlier.slip, "day": f"{earlier.deposited_on:%d.%m.%Y}"},
            field="slip",
        )
    counted = CashDay.objects.filter(
        programme=account.programme, currency=account.currency, state=CashDay.State.COUNTED, on__gte=on
    ).first()
    if counted is not None:
        raise Blocked(
            _("The cash of %(day)s is counted and waits for a second person. Have the day closed first.")
            % {"day": f"{counted.on:%d.%m.%Y}"}
        )
    deposit = CashDeposit.objects.create(
        programme=account.programme,
        own_account=account,
        amount=amount,
        currency=account.currency,
        deposited_on=on,
        slip=slip.strip(),
        deposited_by=by,
    )
    deposit.entry = post(
        book_key=account.programme.key,
        kind="cash_brought_back",
        event_key=f"deposit:{deposit.pk}",
        legs=_deposit_legs(account, amount),
        currency=account.currency,
        value_on=on,
        by=by,
        reason=reason,
    )
    deposit.save(update_fields=["entry"])
    record(
        "deposit.enter",
        f"deposit:{deposit.pk}",
        by=by,
        on=on,
        programme=account.programme.key,
        body={"amount": amount, "currency": account.currency, "account": account.pk},
    )
    return deposit


def _deposit_legs(account, amount):
    purse, legs, left = till_of(account.programme, account.currency), [], amount
    held = Account.objects.select_for_update().filter(
        book__key=account.programme.key, code=postings.BANK, subject=purse, line__in=account.lines.values("key")
    )
    for row in held.order_by("pk"):
        part = min(max(row.balance_amount, 0), left)
        left -= part
        if part:
            legs += postings.cash_brought_back(part, line=row.line, purse=purse)
    if left:
        raise Blocked(
            _("Only %(held)s of this account's money is in the cash box.")
            % {"held": Money(amount - left, account.currency)}
        )
    return legs


def lines_of_deposit(deposit):
    """Open credit lines of the deposit's account with its amount."""
    rows = StatementLine.objects.open().filter(own_account=deposit.own_account_id, amount=deposit.amount)
    return rows.filter(value_on__gte=deposit.deposited_on).order_by("value_on", "pk")


@service
def match_deposit(*, deposit, line, on, by, key=None):
    """The deposit arrived with this line of a bank statement. Returns the deposit."""
    deposit = (
        CashDeposit.objects.select_for_update(of=("self",)).select_related("programme", "entry").get(pk=deposit.pk)
    )
    line = StatementLine.objects.select_for_update(of=("self",)).select_related("statement__programme").get(pk=line.pk)
    demand("loans.deposit", by, deposit.programme)
    check_date(on=on, programme=deposit.programme, by=by)
    if deposit.line_id:
        raise Blocked(_("The slip %(slip)s stands on the statement already.") % {"slip": deposit.slip})
    if (line.own_account_id, line.amount) != (deposit.own_account_id, deposit.amount):
        raise Invalid(
            _("The line is %(line)s and the slip %(slip)s. They are of one account and the same to the cent.")
            % {"line": Money(line.amount, line.currency), "slip": Money(deposit.amount, deposit.currency)}
        )
    deposit.line = advance(line, "receive", by=by, on=on, body={"entry": str(deposit.entry_id)}, entry=deposit.entry)
    deposit.save(update_fields=["line"])
    return deposit
