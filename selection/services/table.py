"""Many cards of one member at once."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid
from audit.services import service
from selection.services.judging import save_review
from selection.services.locks import lock_applications


@service
def save_reviews(*, session, cards, on, by):
    """Keep or hand in several cards (dicts of what save_review takes besides on and by). All of them or none.

    Returns the Session. The Applications are locked at once and in order, so that two members with the same packet
    wait for each other instead of locking each other out.
    """
    if not cards:
        raise Invalid(_("Nothing was typed."))
    lock_applications([card["case"].application_id for card in cards])
    for card in cards:
        save_review(**card, on=on, by=by)
    return session
