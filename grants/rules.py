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
    return award is None or award.ended_by_id != user.pk


rules.add_rule("grants.sign", is_manager)
rules.add_rule("grants.manage", is_manager)
rules.add_rule("grants.give_up", has_role(Role.MANAGER, Role.FINANCE) & did_not_end)
rules.add_rule("grants.plan", prepares)
rules.add_rule("grants.evidence", prepares)
rules.add_rule("grants.accept", examines)
rules.add_rule("grants.request_tranche", prepares)
rules.add_rule("grants.certify_tranche", has_role(Role.MANAGER, Role.MONITORING) & did_not_request)
rules.add_rule("grants.order_payment", has_role(Role.FINANCE))
rules.add_rule("grants.hand_over", has_role(Role.ADVISER, Role.MANAGER, Role.MONITORING))
rules.add_rule("grants.propose_amendment", prepares)
rules.add_rule("grants.decide_amendment", has_role(Role.MANAGER, Role.FINANCE) & did_not_propose)
rules.add_rule("grants.prepare_works", prepares)
rules.add_rule("grants.manage_works", is_manager)
rules.add_rule("grants.open_bids", has_role(Role.ADVISER, Role.MANAGER, Role.FINANCE))
rules.add_rule("grants.decide_tender", has_role(Role.MANAGER, Role.FINANCE) & did_not_choose)
rules.add_rule("grants.measure_works", has_role(Role.ADVISER, Role.MONITORING))
rules.add_rule("grants.certify_works", has_role(Role.MANAGER, Role.MONITORING) & did_not_measure)
rules.add_rule("grants.approve_variation", has_role(Role.MANAGER, Role.FINANCE) & did_not_propose)
