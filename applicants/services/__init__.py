"""All writes of the register and of applications."""

from applicants.services.application import (
    claim_part,
    edit_application,
    lapse_application,
    lock_application,
    return_application,
    start_application,
    submit_application,
    waive_training,
    withdraw_application,
)
from applicants.services.checks import (
    answer_check,
    confirm_failure,
    fail_checks,
    give_opinion,
    pass_checks,
    run_checks,
    verify_in_field,
)
from applicants.services.consent import (
    confirm_group,
    give_consent,
    read_groups,
    read_identity,
    record_identity,
    withdraw_consent,
)
from applicants.services.doubles import answer_duplicate, confirm_duplicate, withdraw_duplicate
from applicants.services.evidence import add_evidence, withdraw_evidence
from applicants.services.forgetting import anonymise_party, note_export
from applicants.services.imports import (
    confirm_import,
    prepare_import,
    write_import,
)
from applicants.services.plan import (
    attach_document,
    remove_document,
    set_cash_flow,
    set_finance,
    set_investments,
    set_jobs,
    write_plan,
)
from applicants.services.referral import answer_referral, record_referral
from applicants.services.register import (
    add_member,
    edit_party,
    end_member,
    enrol_party,
    hand_over_caseload,
    register_business,
    register_party,
    register_person,
)
from applicants.services.training import enrol_on_course, plan_course, record_attendance, record_outcomes
from applicants.services.vulnerability import confirm_vulnerability

__all__ = [
    "add_evidence",
    "add_member",
    "anonymise_party",
    "answer_check",
    "answer_duplicate",
    "answer_referral",
    "attach_document",
    "claim_part",
    "confirm_duplicate",
    "confirm_failure",
    "confirm_group",
    "confirm_import",
    "confirm_vulnerability",
    "edit_application",
    "edit_party",
    "end_member",
    "enrol_on_course",
    "enrol_party",
    "fail_checks",
    "give_consent",
    "give_opinion",
    "hand_over_caseload",
    "lapse_application",
    "lock_application",
    "note_export",
    "pass_checks",
    "plan_course",
    "prepare_import",
    "read_groups",
    "read_identity",
    "record_attendance",
    "record_identity",
    "record_outcomes",
    "record_referral",
    "register_business",
    "register_party",
    "register_person",
    "remove_document",
    "return_application",
    "run_checks",
    "set_cash_flow",
    "set_finance",
    "set_investments",
    "set_jobs",
    "start_application",
    "submit_application",
    "verify_in_field",
    "waive_training",
    "withdraw_application",
    "withdraw_consent",
    "withdraw_duplicate",
    "withdraw_evidence",
    "write_import",
    "write_plan",
]
