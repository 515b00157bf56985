"""The mandate of a committee: which amounts are its own to decide, and how many votes for them they need."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked
from ledger.money import Money


def ask_mandate(session, application):
    """Raises Blocked when the amount that is asked for is another committee's to decide."""
    sentence = _("%(ref)s asks for %(amount)s; from %(least)s on the window %(window)s goes to: %(committees)s.")
    _ask_band(session, application, application.asked_amount, application.ref, sentence)


def ask_motion_mandate(session, application, amount, ref):
    """How many votes for it an approval of the amount (minor units) needs; 0 where the band does not say.

    Raises Blocked when it is another committee's to decide.
    """
    sentence = _("%(ref)s is about %(amount)s; from %(least)s on the window %(window)s goes to: %(committees)s.")
    band = _ask_band(session, application, amount, ref, sentence)
    return band.approvals if band else 0


def _ask_band(session, application, amount, ref, sentence):
    """The AmountBand of the application's window that the amount falls into, or None."""
    band = application.window.band_for(amount)
    owners = list(band.committees.all()) if band else []
    if owners and session.committee_id not in [owner.pk for owner in owners]:
        raise Blocked(
            sentence
            % {
                "ref": ref,
                "amount": Money(amount, application.currency),
                "least": Money(band.from_amount, application.currency),
                "window": application.window,
                "committees": ", ".join(str(owner) for owner in owners),
            }
        )
    return band
