"""What payments show on the pages of the register."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applicants.panels import Panel, PanelRow, register
from ledger.money import Money
from pages.states import shape_of
from payments.models import SCREENING_ROLES, Match, PayeeAccount, PaymentOrder, Screening
from payments.words import SCREENING_SHAPES
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


def screening_rows(user, party):
    """The party's last screening in each programme whose screenings the user sees, and what holds it."""
    for row in Screening.objects.visible_to(user).filter(party=party).newest().select_related("programme"):
        held = Match.objects.filter(screening=row).open().first() or row.matches.exclude(decision="other").first()
        yield PanelRow(
            title=_("Screened on %(date)s") % {"date": f"{row.on:%d.%m.%Y}"},
            url=held.get_absolute_url() if held else "",
            why=row.programme.name,
            state=row.get_outcome_display(),
            state_class=SCREENING_SHAPES[row.outcome],
        )


def _screens(user, row):
    return any(held.role in SCREENING_ROLES for held in held_by(user))


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
register(Panel("party", _("Sanctions lists"), rows=screening_rows, permission=_screens, order=62))
register(Panel("application", _("Payments"), rows=order_rows, permission=_pays, order=60))
