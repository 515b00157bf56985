"""Permissions on programmes, asked through `rules`."""

import rules

from programmes.models import Role
from programmes.roles import has_role, roles_of

is_manager = has_role(Role.MANAGER)
is_finance = has_role(Role.FINANCE)


@rules.predicate
def is_administrator(user, row=None):
    return Role.ADMINISTRATOR in roles_of(user)


rules.add_rule("programmes.set_up", is_manager | is_administrator)
rules.add_rule("programmes.set_rules", is_manager)
rules.add_rule("programmes.found", is_administrator)
rules.add_rule("programmes.backdate", has_role(Role.MANAGER, Role.SECRETARY, Role.FINANCE, Role.LOAN_OFFICER))
rules.add_rule("accounts.manage_users", is_administrator)
rules.add_rule("programmes.grant_role", is_administrator)
rules.add_rule("programmes.approve_delegation", is_manager | is_administrator)
rules.add_rule("programmes.enter_rate", is_finance)
rules.add_rule("programmes.close_period", is_finance)


@rules.predicate
def manages(user, programme=None):
    """The manager of this programme; of the whole office (no programme) nobody is."""
    return programme is not None and is_manager(user, programme)


rules.add_rule("programmes.name_contact", manages | is_administrator)
