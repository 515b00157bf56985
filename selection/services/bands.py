"""The mandate of a committee: which amounts are its own to decide, and how many votes for them they need."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked
from ledger.money import Money
from programmes.models import Window


def ask_mandate(session, application):
    """Raises Blocked when the amount that is asked for is another committee's to decide."""
    sentence = _("%(ref)s asks for %(amount)s; from %(least)s on the window %(window)s goes to: %(committees)s.")
    asked, currency = application.asked_amount, application.currency
    _ask_band(session, application.window, asked, currency, application.ref, sentence)


def ask_motion_mandate(session, applications, amounts, ref):
    """How many votes for it an approval of the amounts (currency -> minor units) needs; 0 where no band says.

    Each currency's whole sum is held against the bands of every window that one of its applications (a queryset) came
    by: all must be this committee's, and the most votes that one of them asks are needed.

    Raises Blocked when it is another committee's to decide.
    """
    sentence = _("%(ref)s is about %(amount)s; from %(least)s on the window %(window)s goes to: %(committees)s.")
    needed = 0
    pairs = applications.order_by().values_list("window", "currency").distinct()
    windows = Window.objects.in_bulk({window for window, _currency in pairs})
    for window, currency in sorted(pairs):
        band = _ask_band(session, windows[window], amounts.get(currency, 0), currency, ref, sentence)
        needed = max(needed, band.approvals if band else 0)
    return needed


def _ask_band(session, window, amount, currency, ref, sentence):
    """The AmountBand of the window that the amount (minor units) falls into, or None."""
    band = window.band_for(amount)
    owners = list(band.committees.all()) if band else []
    if owners and session.committee_id not in [owner.pk for owner in owners]:
        raise Blocked(
            sentence
            % {
                "ref": ref,
                "amount": Money(amount, currency),
                "least": Money(band.from_amount, currency),
                "window": window,
                "committees": ", ".join(str(owner) for owner in owners),
            }
        )
    return band
