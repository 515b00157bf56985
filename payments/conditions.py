"""Facts that a payment's moves ask for."""

from django.utils.translation import gettext_lazy as _

from audit.moves import fact


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


@fact(_("Money went out with this line."))
def money_went_out(line):
    return None if line.amount < 0 else _("Money came in with this line; a payment of ours goes out.")


@fact(_("Money came in with this line."))
def money_came_in(line):
    return None if line.amount > 0 else _("Money went out with this line; a payment that came back comes in.")
