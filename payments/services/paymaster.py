"""The paymaster's run: cash is advanced, carried to a village, paid before a witness, and accounted for to the cent.

Locks: the dossiers of a sheet's payments by their keys, then the sheet, then the advance, then FundingLines and Book.
"""

import rules
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from applicants.services import add_evidence
from audit.moves import advance as move
from audit.moves import begin
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import service
from ledger import postings
from ledger.money import Money
from ledger.services import post
from payments.cash import in_hand, loose_cash
from payments.conditions import why_no_witness
from payments.models import CashAdvance, CashReturn, MoneyRule, PayeeAccount, PaymentOrder, PaySheet, PaySheetRow
from payments.services.orders import lock_all, lock_orders, return_payment, send_locked, settle_payment
from programmes.models import Role
from programmes.roles import holds
from programmes.services import bank_on, check_date, lock_lines, take_reference

# Who may carry money: staff of the programme who decide nothing on its cases.
CARRIERS = (Role.FINANCE, Role.FIELD_AGENT, Role.LOAN_OFFICER, Role.MANAGER, Role.ADVISER)


def _demand(rule, by, row, sentence=None):
    if not rules.test_rule(rule, by, row):
        raise NotAllowed(sentence)


def _lock(row):
    """An advance as it is now, locked."""
    return (
        CashAdvance.objects.select_for_update(of=("self",))
        .select_related("programme", "line", "paymaster")
        .get(pk=row.pk)
    )


@service
def prepare_advance(*, line, paymaster, amount, on, by, key=None, reason=""):
    """The maker asks for cash of a line (minor units of its currency) for a paymaster. Nothing leaves the bank yet."""
    programme = line.programme
    _demand("payments.prepare_advance", by, line)
    check_date(on=on, programme=programme, by=by, reason=reason)
    if paymaster.pk == by.pk:
        raise Invalid(_("Nobody prepares an advance to themselves."), field="paymaster")
    if not paymaster.is_active or not holds(paymaster, CARRIERS, programme.pk):
        raise Invalid(_("This person cannot carry money of the programme."), field="paymaster")
    most = MoneyRule.objects.advance_amount(programme.pk, line.currency)
    if not 0 < amount <= most:
        raise Invalid(_("A paymaster carries at most %(most)s.") % {"most": Money(most, line.currency)}, field="amount")
    # Two advances prepared at once wait here for each other; the constraint is the last reader.
    get_user_model().objects.select_for_update(no_key=True).get(pk=paymaster.pk)
    earlier = CashAdvance.objects.live().filter(paymaster=paymaster).first()
    if earlier is not None:
        raise Blocked(
            _("%(who)s has not accounted for the advance %(ref)s yet.") % {"who": paymaster, "ref": earlier.ref}
        )
    row = CashAdvance.objects.create(
        ref=take_reference("CA", on.year),
        programme=programme,
        line=line,
        paymaster=paymaster,
        amount=amount,
        currency=line.currency,
        prepared_by=by,
        prepared_on=on,
    )
    body = {"line": line.key, "amount": amount, "currency": line.currency, "paymaster": paymaster.pk}
    return begin(row, by=by, on=on, body=body)


@service
def pay_out_advance(*, advance, bank_reference, on, by, version=None, key=None, reason=""):
    """The checker pays it out: cash leaves the bank account and stands in the ledger in the paymaster's hands."""
    advance = _lock(advance)
    line = lock_lines(advance.line.key)[advance.line.key]
    bank_reference = bank_reference.strip()[:60]
    if not bank_reference:
        raise Invalid(_("Enter the bank's reference."), field="bank_reference")
    body = {"amount": advance.amount, "currency": advance.currency}
    move(advance, "pay_out", by=by, on=on, version=version, body=body, bank_reference=bank_reference)
    check_date(on=on, programme=advance.programme, by=by, reason=reason)
    if on < advance.prepared_on:
        raise Invalid(_("It cannot be paid out before it was prepared."), field="on")
    if bank_on(line) < advance.amount:
        raise Blocked(
            _("The line %(line)s has %(left)s in the bank.")
            % {"line": line.name, "left": Money(max(bank_on(line), 0), line.currency)}
        )
    legs = postings.cash_advanced(advance.amount, line=line.key, purse=advance.purse)
    _post(advance, "cash_advanced", f"advance:{advance.ref}", legs, on, by, reason)
    return advance


def _post(advance, kind, event_key, legs, on, by, reason=""):
    return post(
        book_key=advance.programme.key,
        kind=kind,
        event_key=event_key,
        legs=legs,
        currency=advance.currency,
        value_on=on,
        by=by,
        reason=reason,
    )


@service
def cancel_advance(*, advance, reason, on, by, version=None):
    """Prepared and not paid out: nothing left the bank."""
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    advance = _lock(advance)
    return move(advance, "cancel", by=by, on=on, version=version, reason=reason)


@service
def make_sheet(*, advance, orders, on, by, key=None):
    """Approved cash payments of one village go on a sheet, and out as one batch. All or none. Returns the PaySheet."""
    fresh = lock_all(orders)
    advance = _lock(advance)
    _demand("payments.make_sheet", by, advance)
    check_date(on=on, programme=advance.programme, by=by)
    if advance.state != CashAdvance.State.OPEN:
        raise Blocked(_("The advance %(ref)s is not in the paymaster's hands.") % {"ref": advance.ref})
    if not fresh:
        raise Invalid(_("Choose at least one payment."))
    villages = {order.payee.village_id for order in fresh}
    if len(villages) > 1 or None in villages:
        raise Invalid(_("A sheet holds the payees of one village."))
    for order in fresh:
        _check_payable(order, advance)
    total = sum(order.amount for order in fresh)
    if total > loose_cash(advance):
        raise Blocked(
            _("The payments are %(total)s, and the advance has %(left)s left for them.")
            % {"total": Money(total, advance.currency), "left": Money(loose_cash(advance), advance.currency)}
        )
    batch = send_locked(fresh, on=on, by=by, own_account=None)
    sheet = PaySheet.objects.create(
        ref=take_reference("CS", on.year),
        programme=advance.programme,
        advance=advance,
        village=fresh[0].payee.village,
        batch=batch,
        made_by=by,
        made_on=on,
    )
    PaySheetRow.objects.bulk_create(
        PaySheetRow(sheet=sheet, number=number, order=order) for number, order in enumerate(fresh, 1)
    )
    body = {"advance": advance.ref, "batch": batch.ref, "orders": [order.ref for order in fresh], "amount": total}
    return begin(sheet, by=by, on=on, body=body)


def _check_payable(order, advance):
    """Raises Invalid or Blocked for a payment that cannot be made out of this advance."""
    if order.account.kind != PayeeAccount.Kind.CASH:
        raise Invalid(_("%(ref)s is not paid in cash.") % {"ref": order.ref})
    if set(order.lines.values_list("line", flat=True)) != {advance.line_id}:
        raise Invalid(_("%(ref)s is not paid from the line of the advance.") % {"ref": order.ref})
    if advance.paymaster_id in order.application.parts.values_list("user", flat=True):
        raise Blocked(_("The paymaster has a part on the dossier of %(ref)s.") % {"ref": order.ref})
    if order.application.adviser_id == advance.paymaster_id:
        raise Blocked(_("The paymaster is the adviser of %(ref)s.") % {"ref": order.ref})


def _locked_sheet(sheet, version=None):
    """The sheet as it is now with its payments' dossiers, itself and its advance locked: (sheet, rows)."""
    lock_orders(list(PaymentOrder.objects.filter(pay_row__sheet=sheet)))
    fresh = PaySheet.objects.select_for_update(of=("self",)).select_related("programme", "batch").get(pk=sheet.pk)
    fresh.advance = _lock(fresh.advance)
    if version is not None and int(version) != fresh.version:
        raise Stale()
    rows = list(fresh.rows.select_related("order__application__adviser", "order__payee"))
    for row in rows:
        row.sheet = fresh
    return fresh, rows


@service
def record_run(*, sheet, results, on, by, version=None, key=None, reason=""):
    """The paymaster says of each row what happened on the day `on`. All rows are answered, or nothing is kept.

    `results`: {number: dict of result, identity_checked, mark, witness_name, witness_role, why_unpaid}.
    """
    sheet, rows = _locked_sheet(sheet, version)
    move(sheet, "record", by=by, on=on, reason=reason, body={"rows": _told(results)})
    check_date(on=on, programme=sheet.programme, by=by, reason=reason)
    if on < sheet.made_on:
        raise Invalid(_("Nobody was paid before the sheet was made."), field="on")
    for row in rows:
        _answer(row, results.get(row.number) or {})
    names = ("result", "identity_checked", "mark", "witness_name", "witness_role", "why_unpaid")
    PaySheetRow.objects.bulk_update(rows, names)
    if loose_cash(sheet.advance) < 0:
        raise Blocked(_("More was paid than the paymaster has in hand: some of the advance was brought back already."))
    return sheet


def _told(results):
    return [[number, results[number].get("result", "")] for number in sorted(results)]


def _answer(row, given):
    """Put what was said on the row. Raises Invalid at the field of the row that lacks something."""
    payee, paid = row.order.payee, given.get("result") == PaySheetRow.Result.PAID
    row.result = given.get("result", "")
    row.identity_checked = paid and bool(given.get("identity_checked"))
    row.mark = given.get("mark", "") if paid else ""
    row.witness_name = " ".join(given.get("witness_name", "").split())[:160] if paid else ""
    row.witness_role = " ".join(given.get("witness_role", "").split())[:80] if paid else ""
    row.why_unpaid = "" if paid else " ".join(given.get("why_unpaid", "").split())[:200]
    wrong = None
    if row.result not in (PaySheetRow.Result.PAID, PaySheetRow.Result.UNPAID):
        wrong = _("say whether the money was paid.")
    elif not paid and not row.why_unpaid:
        wrong = _("say why the money was not paid.")
    elif paid and not row.identity_checked:
        wrong = _("money is paid only to who has shown an identity document.")
    elif paid and row.mark not in PaySheetRow.Mark.values:
        wrong = _("say whether there is a signature or a thumb mark.")
    elif paid and not (row.witness_name and row.witness_role):
        wrong = _("name the witness and who that is.")
    elif paid:
        wrong = why_no_witness(row.witness_name, row.sheet.advance.paymaster, row.order.application.adviser)
    if wrong:
        raise Invalid(
            _("Row %(number)s, %(payee)s: %(wrong)s") % {"number": row.number, "payee": payee, "wrong": wrong}
        )


@service
def give_back_sheet(*, sheet, reason, on, by, version=None):
    """The record is not what the signed sheet says: the paymaster records it anew."""
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    sheet, _rows = _locked_sheet(sheet, version)
    sheet.rows.update(result="")
    return move(sheet, "give_back", by=by, on=on, reason=reason)


@service
def confirm_run(*, sheet, content, name, on, by, version=None, key=None, reason=""):
    """A second person has compared the signed sheet, kept as evidence: what was paid settles, the rest returns.

    `on` is today; payments settle on the day of the run out of the advance, with the sheet and row as their reference.
    An unpaid payment is returned, so that what it was for can be ordered again.
    """
    sheet, rows = _locked_sheet(sheet, version)
    scan = None
    if sheet.state == PaySheet.State.RECORDED:
        facts = {"programme": sheet.programme, "case_ref": sheet.ref, "purpose": "pay_sheet"}
        scan = add_evidence(**facts, content=content, name=name, on=on, by=by, reason=reason)
    move(sheet, "confirm", by=by, on=on, body={"sha256": scan.sha256 if scan else ""}, scan=scan)
    check_date(on=on, programme=sheet.programme, by=by, reason=reason)
    lock_lines(sheet.advance.line.key)
    purse = {"purse": sheet.advance.purse, "on": sheet.paid_on, "by": by}
    for row in rows:
        if row.result == PaySheetRow.Result.PAID:
            settle_payment(order=row.order, bank_reference=row.ref, reason=reason, **purse)
        else:
            return_payment(order=row.order, reason=row.why_unpaid, **purse)
    _close_when_empty(sheet.advance, on, by)
    return sheet


def _close_when_empty(advance, on, by):
    if in_hand(advance) == 0 and not advance.sheets.live().exists():
        move(advance, "close", by=by, on=on)


@service
def bring_back_cash(*, advance, amount, reference, on, by, key=None, reason=""):
    """Cash that was not paid is in the bank again, by the bank's slip. `amount` in minor units."""
    reference = reference.strip()[:60]
    if not reference:
        raise Invalid(_("Enter the bank's reference."), field="reference")
    return _take_back(advance, CashReturn.Kind.DEPOSIT, amount, reference, on, by, reason)


@service
def count_loss(*, advance, amount, reason, on, by, key=None):
    """A manager decides that cash is lost: a cost of the line, with the reason."""
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    return _take_back(advance, CashReturn.Kind.LOSS, amount, "", on, by, reason)


def _take_back(advance, kind, amount, reference, on, by, reason):
    deposit = kind == CashReturn.Kind.DEPOSIT
    advance = _lock(advance)
    _demand("payments.bring_back_cash" if deposit else "payments.count_loss", by, advance)
    check_date(on=on, programme=advance.programme, by=by, reason=reason)
    line = lock_lines(advance.line.key)[advance.line.key]
    if advance.state != CashAdvance.State.OPEN:
        raise Blocked(_("The advance %(ref)s is not in the paymaster's hands.") % {"ref": advance.ref})
    if on < advance.paid_on:
        raise Invalid(
            _("The money cannot come back before it went out."),
            field="on",
        )
    if not 0 < amount <= loose_cash(advance):
        raise Invalid(
            _("Of this advance %(left)s stand on no sheet that waits.")
            % {"left": Money(loose_cash(advance), advance.currency)},
            field="amount",
        )
    posting = postings.cash_brought_back if deposit else postings.cash_lost
    number = advance.returns.count() + 1
    event_key = f"cash-back:{advance.ref}:{number}"
    legs = posting(amount, line=line.key, purse=advance.purse)
    entry = _post(advance, "cash_brought_back" if deposit else "cash_lost", event_key, legs, on, by, reason)
    CashReturn.objects.create(advance=advance, kind=kind, amount=amount, on=on, reference=reference, entry=entry, by=by)
    _close_when_empty(advance, on, by)
    return advance
