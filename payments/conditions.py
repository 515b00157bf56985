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
