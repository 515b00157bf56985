"""Permissions on reports, asked through `rules`."""

import rules

from programmes.models import Role
from programmes.roles import has_role

is_manager = has_role(Role.MANAGER)
is_monitoring = has_role(Role.MONITORING)

rules.add_rule("reports.draft", is_manager | is_monitoring)
rules.add_rule("reports.publish", is_manager)
rules.add_rule("reports.link", is_manager)
rules.add_rule("reports.set_target", is_manager)
rules.add_rule("reports.set_agreement", is_manager)
rules.add_rule("reports.read", is_manager | is_monitoring | has_role(Role.FINANCE))
rules.add_rule("reports.audit", is_manager | has_role(Role.DATA_PROTECTION))
rules.add_rule("reports.read_warnings", is_manager | is_monitoring | has_role(Role.DATA_PROTECTION))
rules.add_rule("reports.answer_warning", is_manager | is_monitoring)
