"""Permissions on visits, asked through `rules`."""

import rules

from programmes.models import Role
from programmes.roles import has_role, held_by


@rules.predicate
def made_it(user, visit):
    return visit is not None and visit.made_by_id == user.pk


@rules.predicate
def agent_of_the_village(user, visit):
    """The user is the field agent of the applicant's village."""
    if visit is None:
        return False
    village = visit.application.applicant.village_id
    return any(
        held.role == Role.FIELD_AGENT and held.programme_id == visit.programme_id and village in held.village_ids
        for held in held_by(user)
    )


rules.add_rule("monitoring.plan", has_role(Role.ADVISER, Role.MONITORING, Role.MANAGER))
rules.add_rule("monitoring.record", has_role(Role.ADVISER, Role.MONITORING, Role.LOAN_OFFICER) | agent_of_the_village)
rules.add_rule("monitoring.verify", has_role(Role.MONITORING) & ~made_it)
rules.add_rule("monitoring.record_workers", has_role(Role.ADVISER, Role.MONITORING, Role.MANAGER))
rules.add_rule("monitoring.verify_workers", has_role(Role.MONITORING, Role.MANAGER))
