"""Permissions on awards, asked through `rules`. Rows are an Award, a Tranche, or an award's own rows."""

import rules

from programmes.models import Role
from programmes.roles import has_role

is_manager = has_role(Role.MANAGER)
prepares = has_role(Role.ADVISER, Role.MANAGER)
examines = has_role(Role.MANAGER, Role.FINANCE, Role.MONITORING)


@rules.predicate
def did_not_request(user, tranche):
    return tranche is None or tranche.requested_by_id != user.pk


@rules.predicate
def did_not_propose(user, amendment):
    return amendment is None or amendment.proposed_by_id != user.pk


@rules.predicate
def did_not_choose(user, tender):
    return tender is None or tender.chosen_by_id != user.pk


@rules.predicate
def did_not_measure(user, certificate):
    return certificate is None or certificate.measured_by_id != user.pk


@rules.predicate
def did_not_end(user, award):
    """Neither ended the award nor decided what is asked back for an asset of it."""
    if award is None:
        return True
    return award.ended_by_id != user.pk and not award.assets.claimed().filter(claimed_by=user.pk).exists()


rules.add_rule("grants.sign", is_manager)
rules.add_rule("grants.manage", is_manager)
rules.add_rule("grants.give_up", has_role(Role.MANAGER, Role.FINANCE) & did_not_end)
rules.add_rule("grants.claw_back", has_role(Role.MANAGER, Role.FINANCE))
rules.add_rule("grants.plan", prepares)
rules.add_rule("grants.evidence", prepares)
rules.add_rule("grants.accept", examines)
rules.add_rule("grants.request_tranche", prepares)
rules.add_rule("grants.certify_tranche", has_role(Role.MANAGER, Role.MONITORING) & did_not_request)
rules.add_rule("grants.order_payment", has_role(Role.FINANCE))
rules.add_rule("grants.hand_over", has_role(Role.ADVISER, Role.MANAGER, Role.MONITORING))
rules.add_rule("grants.propose_amendment", prepares)
rules.add_rule("grants.decide_amendment", has_role(Role.MANAGER, Role.FINANCE) & did_not_propose)


# Purchases -----------------------------------------------------------------------------------------------------------


@rules.predicate
def apart_from_approval(user, purchase):
    """The agency's own purchase is approved by somebody who neither requested nor chose."""
    return purchase is None or not purchase.by_agency or purchase.chosen_by_id != user.pk


@rules.predicate
def apart_from_receipt(user, purchase):
    """Goods are received by another than who ordered; those of the agency by one who had no part in it before."""
    if purchase is None:
        return True
    before = {purchase.ordered_by_id}
    if purchase.by_agency:
        before |= {purchase.requested_by_id, purchase.chosen_by_id, purchase.approved_by_id}
    return user.pk not in before


@rules.predicate
def did_not_bring_invoice(user, purchase):
    return purchase is None or purchase.invoiced_by_id != user.pk


examines_purchase = has_role(Role.MANAGER, Role.FINANCE, Role.MONITORING) & did_not_request
rules.add_rule("grants.request_purchase", prepares)
rules.add_rule("grants.quote", has_role(Role.ADVISER, Role.MANAGER, Role.FINANCE))
rules.add_rule("grants.waive_quotes", is_manager & did_not_request)
rules.add_rule("grants.choose_quote", examines_purchase)
rules.add_rule("grants.answer_flag", examines_purchase)
rules.add_rule("grants.approve_purchase", has_role(Role.MANAGER, Role.FINANCE) & did_not_request & apart_from_approval)
rules.add_rule("grants.order_purchase", has_role(Role.ADVISER, Role.MANAGER, Role.FINANCE))
rules.add_rule("grants.receive_goods", has_role(Role.ADVISER, Role.MANAGER, Role.MONITORING) & apart_from_receipt)
rules.add_rule("grants.match_purchase", examines & did_not_bring_invoice)

# Works ----------------------------------------------------------------------------------------------------------------

rules.add_rule("grants.prepare_works", prepares)
rules.add_rule("grants.manage_works", is_manager)
rules.add_rule("grants.open_bids", has_role(Role.ADVISER, Role.MANAGER, Role.FINANCE))
rules.add_rule("grants.decide_tender", has_role(Role.MANAGER, Role.FINANCE) & did_not_choose)
rules.add_rule("grants.measure_works", has_role(Role.ADVISER, Role.MONITORING))
rules.add_rule("grants.certify_works", has_role(Role.MANAGER, Role.MONITORING) & did_not_measure)
rules.add_rule("grants.approve_variation", has_role(Role.MANAGER, Role.FINANCE) & did_not_propose)
