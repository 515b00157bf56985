"""Which purchases wait for whom."""

import rules
from django.utils.translation import gettext as _

from grants.conditions_purchases import enough_quotes
from grants.models import Award, Purchase
from grants.models.awards import GRANT_ROLES
from pages.queues import QueueItem
from pages.states import shape_of
from programmes.roles import rows_for

MOST = 10
READ = 60


def purchases_for(user):
    """The oldest purchases whose next act is this user's, as far as permission and second person go."""
    mine = rows_for(user, GRANT_ROLES, programme="award__programme", region="award__region")
    rows = Purchase.objects.filter(mine, award__state=Award.State.ACTIVE).unfinished()
    items = []
    for row in rows.select_related("award__applicant", "award__programme", "award__window").order_by("pk")[:READ]:
        rule, verb = _waits(row)
        if rules.test_rule(rule, user, row):
            items.append(_item(row, verb))
    return items[:MOST]


def _waits(purchase):
    """(permission, what is to be done) of the act that the purchase waits for."""
    states = Purchase.State
    if purchase.state == states.REQUESTED:
        if enough_quotes.missing(purchase):
            return "grants.quote", _("Enter quotes")
        return "grants.choose_quote", _("Choose a quote")
    if purchase.state == states.RECEIVED and purchase.invoice_amount is None:
        return "grants.quote", _("Enter the invoice")
    return {
        states.CHOSEN: ("grants.approve_purchase", _("Approve a purchase")),
        states.APPROVED: ("grants.order_purchase", _("Order")),
        states.ORDERED: ("grants.receive_goods", _("Record what arrived")),
        states.RECEIVED: ("grants.match_purchase", _("Match order, goods and invoice")),
    }[purchase.state]


def _item(purchase, verb):
    applicant = purchase.award.applicant
    return QueueItem(
        verb_text=verb,
        why=f"{applicant.name} · {purchase.ref} · {purchase.what}",
        url=purchase.get_absolute_url(),
        state_class=shape_of("purchase", purchase.state),
        state_text=purchase.state_label,
        due=purchase.requested_on,
        script=applicant.name_script,
        script_lang=applicant.script_language,
    )
