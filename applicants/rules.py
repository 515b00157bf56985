"""Permissions on the register, its trainings and files, asked through `rules`."""

import rules

from applicants import complaint_facts
from applicants.models import Complaint, Part
from programmes.clock import today
from programmes.models import Delegation, Role
from programmes.roles import has_role, held_by, holds


def enrolled_where(*roles):
    """A predicate for a Party: the user holds one of `roles` in a programme and region where it is enrolled."""

    @rules.predicate(f"enrolled_where:{','.join(roles)}")
    def check(user, party):
        return any(holds(user, roles, row.programme_id, row.region_id) for row in party.enrolments.all())

    return check


def covers(user, holder_id, role, programme_id):
    """True when `user` covers that role of `holder_id` in the programme today, approved by a second person."""
    day = today()
    return Delegation.objects.filter(
        delegate=user.pk,
        membership__user=holder_id,
        membership__role=role,
        membership__programme=programme_id,
        approved_by__isnull=False,
        starts_on__lte=day,
        ends_on__gte=day,
    ).exists()


REGISTRARS = (Role.ADVISER, Role.SECRETARY, Role.MANAGER, Role.DATA_PROTECTION)
STAFF = (*REGISTRARS, Role.FIELD_AGENT, Role.LOAN_OFFICER, Role.FINANCE, Role.MONITORING)
IMPORTERS = (Role.SECRETARY, Role.MANAGER)
HANDING_OVER = (Role.MANAGER,)
CONSENTING = (*REGISTRARS, Role.LOAN_OFFICER)
REFERRING = (*REGISTRARS, Role.FIELD_AGENT, Role.LOAN_OFFICER)
TRAINING = (Role.ADVISER, Role.SECRETARY, Role.MANAGER)
KNOWING_GROUPS = (Role.ADVISER, Role.MANAGER, Role.DATA_PROTECTION)

# On an Enrolment, or any row with programme and region.
rules.add_rule("applicants.register", has_role(*REGISTRARS))
rules.add_rule("applicants.clear_hold", has_role(Role.DATA_PROTECTION))
rules.add_rule("applicants.hand_over", has_role(*HANDING_OVER))
rules.add_rule("applicants.import_file", has_role(*IMPORTERS))
rules.add_rule("applicants.consent", has_role(*CONSENTING))
rules.add_rule("applicants.refer", has_role(*REFERRING))
rules.add_rule("applicants.answer_referral", has_role(*REGISTRARS))
rules.add_rule("applicants.train", has_role(*TRAINING))
rules.add_rule("applicants.attend", has_role(*TRAINING, Role.FIELD_AGENT))
rules.add_rule("applicants.add_evidence", has_role(*STAFF))
rules.add_rule("applicants.target_groups", has_role(*KNOWING_GROUPS))

# On a Party. Monitoring officers and field agents never see an identity number.
rules.add_rule("applicants.edit_party", enrolled_where(*REGISTRARS))
rules.add_rule("applicants.record_identity", enrolled_where(*REGISTRARS, Role.LOAN_OFFICER))
rules.add_rule("applicants.read_identity", enrolled_where(*REGISTRARS, Role.LOAN_OFFICER, Role.FINANCE))


@rules.predicate
def advises_party(user, party):
    """The user is the adviser of the party in a programme: whether it is known twice is another person's to say."""
    return (
        any(row.adviser_id == user.pk for row in party.enrolments.all())
        or party.applications.filter(adviser=user.pk).exists()
    )


rules.add_rule("applicants.answer_duplicate", enrolled_where(Role.SECRETARY, Role.DATA_PROTECTION) & ~advises_party)
rules.add_rule(
    "applicants.confirm_duplicate", enrolled_where(Role.SECRETARY, Role.MANAGER, Role.DATA_PROTECTION) & ~advises_party
)
rules.add_rule("applicants.answer_hidden_duplicate", enrolled_where(Role.DATA_PROTECTION) & ~advises_party)


# On an Application.
@rules.predicate
def is_case_adviser(user, application):
    """The adviser of the case, or whoever covers that adviser's leave today."""
    where = (application.programme_id, application.region_id)
    if not holds(user, [Role.ADVISER], *where):
        return False
    return application.adviser_id == user.pk or covers(user, application.adviser_id, Role.ADVISER, where[0])


@rules.predicate
def is_own_case(user, application):
    """The user is, or was, the adviser of the case: its checks are another person's."""
    if application.adviser_id == user.pk:
        return True
    return application.parts.filter(user=user.pk, part=Part.Name.ADVISER).exists()


@rules.predicate
def is_agent_of_the_village(user, application):
    return any(
        held.role == Role.FIELD_AGENT
        and held.programme_id == application.programme_id
        and application.applicant.village_id in held.village_ids
        for held in held_by(user)
    )


is_secretary = has_role(Role.SECRETARY)

rules.add_rule("applicants.start", has_role(Role.ADVISER))
rules.add_rule("applicants.edit_application", is_case_adviser)
rules.add_rule("applicants.submit", is_case_adviser)
rules.add_rule("applicants.confirm_vulnerability", has_role(*KNOWING_GROUPS))
rules.add_rule("applicants.give_opinion", is_case_adviser)
rules.add_rule("applicants.verify_in_field", has_role(Role.ADVISER, Role.LOAN_OFFICER) | is_agent_of_the_village)
rules.add_rule("applicants.waive", has_role(Role.SECRETARY, Role.MANAGER) & ~is_own_case)
rules.add_rule("applicants.check", is_secretary & ~is_own_case)
rules.add_rule("applicants.confirm_failure", has_role(Role.SECRETARY, Role.MANAGER) & ~is_own_case)
rules.add_rule("applicants.lapse", is_secretary)
rules.add_rule("applicants.withdraw", is_case_adviser | is_secretary)


# On a Complaint. Everything begins with what the user may know of.
@rules.predicate
def knows_of(user, complaint):
    return Complaint.objects.visible_to(user).filter(pk=complaint.pk).exists()


@rules.predicate
def handles(user, complaint):
    return complaint.handler_id == user.pk


@rules.predicate
def receives(user, complaint):
    """A first receiver of the complaint, by a role: not only because the user was named its handler."""
    return Complaint.objects.received_by(user).filter(pk=complaint.pk).exists()


@rules.predicate
def is_referral_person(user, complaint):
    return complaint_facts.referral_person(complaint) == user


rules.add_rule("applicants.enter_complaint", has_role(*STAFF))
rules.add_rule("applicants.know_complaint", knows_of)
rules.add_rule("applicants.name_handler", knows_of & receives)
rules.add_rule("applicants.name_complained", knows_of & (receives | handles))
rules.add_rule("applicants.acknowledge_complaint", knows_of & (receives | handles))
rules.add_rule("applicants.answer_complaint", knows_of & handles)
rules.add_rule("applicants.refer_complaint", knows_of & (receives | handles))
rules.add_rule("applicants.pass_on_complaint", knows_of & is_referral_person)
