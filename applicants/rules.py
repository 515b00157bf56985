"""Permissions on the register, its trainings and files, asked through `rules`."""

import rules

from programmes.models import Role
from programmes.roles import has_role, holds


def enrolled_where(*roles):
    """A predicate for a Party: the user holds one of `roles` in a programme and region where it is enrolled."""

    @rules.predicate(f"enrolled_where:{','.join(roles)}")
    def check(user, party):
        return any(holds(user, roles, row.programme_id, row.region_id) for row in party.enrolments.all())

    return check


REGISTRARS = (Role.ADVISER, Role.SECRETARY, Role.MANAGER, Role.DATA_PROTECTION)
STAFF = (*REGISTRARS, Role.FIELD_AGENT, Role.LOAN_OFFICER, Role.FINANCE, Role.MONITORING)

# On an Enrolment, or any row with programme and region.
rules.add_rule("applicants.register", has_role(*REGISTRARS))
rules.add_rule("applicants.clear_hold", has_role(Role.DATA_PROTECTION))
rules.add_rule("applicants.hand_over", has_role(Role.MANAGER))
rules.add_rule("applicants.import_file", has_role(Role.SECRETARY, Role.MANAGER))
rules.add_rule("applicants.consent", has_role(*REGISTRARS, Role.LOAN_OFFICER))
rules.add_rule("applicants.refer", has_role(*REGISTRARS, Role.FIELD_AGENT, Role.LOAN_OFFICER))
rules.add_rule("applicants.answer_referral", has_role(*REGISTRARS))
rules.add_rule("applicants.train", has_role(Role.ADVISER, Role.SECRETARY, Role.MANAGER))
rules.add_rule("applicants.attend", has_role(Role.ADVISER, Role.FIELD_AGENT, Role.SECRETARY, Role.MANAGER))
rules.add_rule("applicants.add_evidence", has_role(*STAFF))
rules.add_rule("applicants.target_groups", has_role(Role.ADVISER, Role.MANAGER, Role.DATA_PROTECTION))

# On a Party. Monitoring officers and field agents never see an identity number.
rules.add_rule("applicants.edit_party", enrolled_where(*REGISTRARS))
rules.add_rule("applicants.record_identity", enrolled_where(*REGISTRARS, Role.LOAN_OFFICER))
rules.add_rule("applicants.read_identity", enrolled_where(*REGISTRARS, Role.LOAN_OFFICER, Role.FINANCE))
