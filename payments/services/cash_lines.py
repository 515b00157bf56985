"""A line of a bank statement that is a paymaster's cash: an advance that left the account, or cash that came back.

Locks: the line of the statement, then the advance, then FundingLines and Book as the advance's own services take them.
"""

from django.utils.translation import gettext_lazy as _

from audit.moves import advance as move
from audit.refusals import Blocked, Invalid
from audit.services import service
from ledger.models import Entry
from ledger.money import Money
from payments.models import CashAdvance, StatementLine
from payments.services.paymaster import bring_back_cash, pay_out_advance
from payments.services.statements import lock_statement_line


@service
def book_line_as_cash(*, line, advance, on, by, key=None, version=None, reason=""):
    """The line is cash of this advance. Money that went out pays it out, and money that came in brings it back, on the
    line's value date, where that is not recorded yet; else the line names the entry that was made of it.
    """
    row = lock_statement_line(line, on, by, version)
    if row.state != StatementLine.State.OPEN:
        raise Blocked(_("This line is used already: %(state)s.") % {"state": row.state_label})
    # Only once it is locked does its state say whether the entry exists.
    advance = CashAdvance.objects.select_for_update(of=("self",)).select_related("line").get(pk=advance.pk)
    if not row.own_account.lines.filter(pk=advance.line_id).exists():
        raise Invalid(_("This advance is not paid from the account of the statement."), field="choice")
    entry = _paid_out(row, advance, by, reason) if row.amount < 0 else _brought_back(row, advance, by, reason)
    body = {"entry": str(entry.pk), "line": advance.line.key, "for": advance.ref}
    return move(row, "book", by=by, on=on, body=body, entry=entry)


def _paid_out(row, advance, by, reason):
    if advance.amount != -row.amount:
        raise Invalid(
            _("The line is %(line)s and the advance %(advance)s.")
            % {"line": Money(-row.amount, row.currency), "advance": Money(advance.amount, row.currency)},
            field="choice",
        )
    if advance.state == CashAdvance.State.PREPARED:
        pay_out_advance(advance=advance, bank_reference=row.bank_reference, on=row.value_on, by=by, reason=reason)
    entry = Entry.objects.live().filter(book__key=row.programme.key, event_key=f"advance:{advance.ref}").first()
    if entry is None or StatementLine.objects.filter(entry=entry).exists():
        raise Blocked(_("The advance %(ref)s waits for no line of the bank.") % {"ref": advance.ref})
    return entry


def _brought_back(row, advance, by, reason):
    """The deposit that was recorded and stands on no statement yet, else the line is the bank's slip itself."""
    waiting = advance.returns.on_no_statement().filter(amount=row.amount)
    if not waiting.exists():
        facts = {"reference": row.bank_reference, "on": row.value_on, "by": by, "reason": reason}
        bring_back_cash(advance=advance, amount=row.amount, **facts)
    return waiting.order_by("pk").first().entry
