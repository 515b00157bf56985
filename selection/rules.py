"""Permissions of the committee, asked through `rules`. Rows are a Committee or a Session (each has a programme)."""

import rules

from applicants.rules import is_case_adviser
from programmes.models import Role
from programmes.roles import has_role

rules.add_rule("selection.found_committee", has_role(Role.MANAGER))
rules.add_rule("selection.keep_session", has_role(Role.SECRETARY))
rules.add_rule("selection.read_session", has_role(Role.SECRETARY, Role.MANAGER))
# A secretary never votes, whatever other role they hold.
rules.add_rule("selection.vote", has_role(Role.MEMBER) & ~has_role(Role.SECRETARY))
# On an Application: what the committee asks, its adviser answers.
rules.add_rule("selection.answer_clarification", is_case_adviser)
# On an Application, and on an Appeal; that nobody answers for their own decision, the service asks of the record.
rules.add_rule("selection.record_appeal", has_role(Role.SECRETARY) | is_case_adviser)
rules.add_rule("selection.answer_appeal", has_role(Role.SECRETARY, Role.MANAGER))
rules.add_rule("selection.write_letters", has_role(Role.SECRETARY, Role.MANAGER))
