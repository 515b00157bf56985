"""How much cash a paymaster holds, and by when it is due back. Reads only; amounts in minor units."""

from datetime import timedelta

from django.db.models import Sum

from payments.models import CashAdvance, PayeeAccount, PaymentOrder, PaySheetRow
from programmes.models import Holiday


def _sum(rows, name="amount"):
    return rows.aggregate(total=Sum(name, default=0))["total"]


def in_hand(advance):
    """What was paid out, less what payees got and what came back or was lost; 0 before it is paid out."""
    if advance.state in (CashAdvance.State.PREPARED, CashAdvance.State.CANCELLED):
        return 0
    return advance.amount - _sum(paid_rows(advance), "order__amount") - _sum(advance.returns.all())


def paid_rows(advance):
    """Rows of confirmed sheets on which the payee got the money."""
    return PaySheetRow.objects.filter(sheet__advance=advance, sheet__state="confirmed", result="paid")


def loose_cash(advance):
    """What is in hand and promised to nobody: neither on a sheet under way nor recorded as paid."""
    rows = PaySheetRow.objects.filter(sheet__advance=advance).exclude(sheet__state="confirmed")
    return in_hand(advance) - _sum(rows.exclude(result="unpaid"), "order__amount")


def due_back_on(advance):
    """The working day after the last run: by then what was not paid lies in the bank. None while nobody is back."""
    days = [sheet.paid_on for sheet in advance.sheets.all()]
    if advance.state != CashAdvance.State.OPEN or not days or None in days:
        return None
    return next_working_day(max(days), advance.programme.country)


def next_working_day(day, country):
    """The first day after `day` that is no Saturday, Sunday or holiday of the country."""
    closed = set(Holiday.objects.filter(country=country, on__gt=day).values_list("on", flat=True)[:60])
    day += timedelta(days=1)
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return day


def payable(advance):
    """Approved cash payments of the advance's line that stand on no sheet yet, with their village."""
    orders = PaymentOrder.objects.in_state("approved").filter(
        programme=advance.programme_id, currency=advance.currency, account__kind=PayeeAccount.Kind.CASH, pay_row=None
    )
    orders = orders.filter(lines__line=advance.line_id).exclude(payee__village=None).distinct()
    return orders.for_pages().select_related("payee__village").order_by("payee__village__name", "pk")
