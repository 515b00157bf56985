"""What payments show on the pages of the register."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applicants.panels import Panel, PanelRow, register
from ledger.money import Money
from pages.states import shape_of
from payments.models import PayeeAccount, PaymentOrder
from programmes.models import Role
from programmes.roles import held_by


def _pays(user, row):
    return any(held.role in (Role.FINANCE, Role.MANAGER) for held in held_by(user))


def account_rows(user, party):
    """The party's accounts in the programmes whose money the user sees, and the way to a new one for finance."""
    accounts = PayeeAccount.objects.visible_to(user).open().filter(party=party).without_number()
    for account in accounts:
        confirmed = account.is_confirmed
        yield PanelRow(
            title=str(account),
            url=account.get_absolute_url(),
            why=f"{account.bank} {account.currency}".strip(),
            state=_("Confirmed") if confirmed else _("Waits for a second person"),
            state_class="done" if confirmed else "wait",
        )
    finance = {held.programme_id for held in held_by(user) if held.role == Role.FINANCE}
    if party.enrolments.filter(programme__in=finance).exists():
        yield PanelRow(title=_("Enter an account"), url=f"{reverse('payments:enter_account')}?party={party.ref}")


def order_rows(user, application):
    orders = PaymentOrder.objects.visible_to(user).filter(application=application).order_by("-pk")[:20]
    for order in orders:
        yield PanelRow(
            title=order.ref,
            url=order.get_absolute_url(),
            why=order.source_ref,
            state=order.state_label,
            state_class=shape_of("paymentorder", order.state),
            figure=str(Money(order.amount, order.currency)),
        )


register(Panel("party", _("Payee accounts"), rows=account_rows, permission=_pays, order=60))
register(Panel("application", _("Payments"), rows=order_rows, permission=_pays, order=60))
