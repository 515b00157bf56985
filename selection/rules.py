"""Permissions of the committee, asked through `rules`. Rows are a Committee or a Session (each has a programme)."""

import rules

from programmes.models import Role
from programmes.roles import has_role

rules.add_rule("selection.found_committee", has_role(Role.MANAGER))
rules.add_rule("selection.keep_session", has_role(Role.SECRETARY))
rules.add_rule("selection.read_session", has_role(Role.SECRETARY, Role.MANAGER))
# A secretary never votes, whatever other role they hold.
rules.add_rule("selection.vote", has_role(Role.MEMBER) & ~has_role(Role.SECRETARY))
