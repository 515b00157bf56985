"""Facts that a payment's moves ask for."""

from datetime import timedelta

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from audit.moves import fact
from payments.clearance import missing, old_lists
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


@fact(_("The sanctions lists are new enough."))
def lists_new_enough(row):
    """Of an award, a loan or a payment, on the day of its move, by the days of its call (INVARIANTS C3)."""
    move = getattr(row, "move", None)
    on = move.on if move and move.on else today(row.programme)
    for old in old_lists(on, row.application.call.list_days):
        return _("The list “%(name)s” of %(date)s is too old. Load a newer one under Payments, Screening.") % {
            "name": old,
            "date": f"{old.listed_on:%d.%m.%Y}",
        }
    return None


@fact(_("The payee's account has not changed in the last days."))
def account_cooled(order):
    """A changed account waits some days (payments.MoneyRule), so that a false change is noticed before money follows.

    An account beside an older one of the same payee counts as a change. Cash has none: who takes it is looked at.
    """
    account = order.account
    if account.kind == "cash" or not order.move.on:
        return None
    rule = apps.get_model("payments", "MoneyRule")
    days = rule.objects.cooling_days(account.programme_id, account.currency)
    opens_on = account.entered_on + timedelta(days=days)
    if order.move.on >= opens_on or not (account.was_changed or account.replaces_another()):
        return None
    return _("The payee's account changed on %(date)s. A payment to it can be approved from %(opens)s on.") % {
        "date": f"{account.entered_on:%d.%m.%Y}",
        "opens": f"{opens_on:%d.%m.%Y}",
    }


def same_name(one, other):
    """True for one name written twice, whatever the capitals, the spaces and the order of its words."""
    return sorted(one.casefold().split()) == sorted(other.casefold().split())


@fact(_("Each payment was seen by a witness who has no part in it."))
def rows_witnessed(sheet):
    for row in sheet.rows.filter(result="paid").select_related("order__application__adviser"):
        refused = why_no_witness(row.witness_name, sheet.advance.paymaster, row.order.application.adviser)
        if refused:
            return f"{row.order.payee}: {refused}"
    return None


def why_no_witness(name, paymaster, adviser):
    """Why this person cannot be the witness of a payment, or None."""
    if same_name(name, paymaster.name):
        return _("The paymaster cannot be the witness as well.")
    if adviser is not None and same_name(name, adviser.name):
        return _("The adviser of the case cannot be its witness.")
    return None


@fact(_("Money went out with this line."))
def money_went_out(line):
    return None if line.amount < 0 else _("Money came in with this line; a payment of ours goes out.")


@fact(_("Money came in with this line."))
def money_came_in(line):
    return None if line.amount > 0 else _("Money went out with this line; a payment that came back comes in.")
