"""Tranches that wait for somebody: for the officer, for a second person, for finance."""

from datetime import timedelta

from django.utils.translation import gettext as _

from ledger.money import Money
from loans.conditions_tranches import missing_for_payment
from loans.models import Loan, LoanTranche
from pages.queues import QueueItem
from pages.states import shape_of
from payments.models import PaymentOrder
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of, rows_for

# An officer hears of a tranche so many days before the day that is planned for it.
AHEAD = timedelta(days=14)
MOST = 10


def _open(user, *roles):
    mine = rows_for(user, roles, programme="loan__programme", region="loan__region")
    rows = LoanTranche.objects.open().filter(mine, loan__state__in=[Loan.State.SIGNED, Loan.State.ACTIVE])
    parents = ("loan__programme", "loan__region", "loan__application", "loan__borrower__village")
    return rows.select_related(*parents).order_by("planned_on", "pk")


def tranches_to_pay(user):
    """Tranches that finance can pay today and has no payment of."""
    rows = [
        row
        for row in _open(user, Role.FINANCE).exclude(state=LoanTranche.State.GIVING_UP)
        if not missing_for_payment(row)
    ]
    ordered = set(
        PaymentOrder.objects.live()
        .filter(source_ref__in=[row.source_ref for row in rows])
        .values_list("source_ref", flat=True)
    )
    return [row for row in rows if row.source_ref not in ordered]


def tranches_waiting(user):
    """Officers and managers: what is planned for these days and not shown, and what a second person must decide."""
    roles = roles_of(user) & {Role.LOAN_OFFICER, Role.MANAGER}
    if not roles:
        return []
    rows = _open(user, *roles)
    second = [
        *rows.filter(state=LoanTranche.State.ASKED).exclude(asked_by=user)[:MOST],
        *rows.filter(state=LoanTranche.State.GIVING_UP).exclude(end_asked_by=user)[:MOST],
    ]
    items = [_item(row, _second_step(row)) for row in second]
    if Role.LOAN_OFFICER in roles:
        due = rows.filter(state=LoanTranche.State.PLANNED, planned_on__lte=today() + AHEAD).exclude(condition="")
        items += [_item(row, _("Ask what was shown before the next tranche")) for row in due[:MOST]]
    return items


def _second_step(row):
    giving_up = row.state == LoanTranche.State.GIVING_UP
    return _("Give up a tranche, or keep it") if giving_up else _("Confirm what was shown before a tranche")


def _item(tranche, verb):
    loan = tranche.loan
    planned = _("planned for %(day)s") % {"day": f"{tranche.planned_on:%d.%m.%Y}"}
    amount = Money(tranche.amount, loan.currency)
    return QueueItem(
        verb_text=verb,
        why=f"{loan.borrower.name} · {tranche.ref} · {amount} · {planned}",
        url=tranche.get_absolute_url(),
        state_class=shape_of("loantranche", tranche.state),
        state_text=tranche.state_label,
        due=tranche.planned_on,
        script=loan.borrower.name_script,
        script_lang=loan.borrower.script_language,
    )
