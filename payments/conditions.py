"""Facts that a payment's moves ask for."""

from django.utils.translation import gettext_lazy as _

from audit.moves import fact
from payments.clearance import missing
from programmes.clock import today


@fact(_("The payee's account is confirmed by a second person."))
def account_confirmed(order):
    if order.account.confirmed_by_id and order.account.closed_on is None:
        return None
    return _("The payee's account is not confirmed by a second person.")


@fact(_("The payee's account is the one that the payment was prepared for."))
def account_unchanged(order):
    if order.account.version == order.account_version:
        return None
    return _("The payee's account changed after this payment was prepared. Prepare it anew.")


@fact(_("The payee's screening is clear and current."))
def payee_clear(order):
    """The payee and the people behind it, on the day of the approval."""
    move = getattr(order, "move", None)
    on = move.on if move and move.on else today(order.programme)
    return missing([order.payee], order.programme, on, order.application.call.screening_days)


@fact(_("Money went out with this line."))
def money_went_out(line):
    return None if line.amount < 0 else _("Money came in with this line; a payment of ours goes out.")


@fact(_("Money came in with this line."))
def money_came_in(line):
    return None if line.amount > 0 else _("Money went out with this line; a payment that came back comes in.")
