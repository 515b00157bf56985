"""All writes of the register and of applications."""

from applicants.services.consent import (
    confirm_group,
    give_consent,
    read_groups,
    read_identity,
    record_identity,
    withdraw_consent,
)
from applicants.services.evidence import add_evidence, withdraw_evidence
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

__all__ = [
    "add_evidence",
    "add_member",
    "answer_referral",
    "confirm_group",
    "edit_party",
    "end_member",
    "enrol_on_course",
    "enrol_party",
    "give_consent",
    "hand_over_caseload",
    "plan_course",
    "read_groups",
    "read_identity",
    "record_attendance",
    "record_identity",
    "record_outcomes",
    "record_referral",
    "register_business",
    "register_party",
    "register_person",
    "withdraw_consent",
    "withdraw_evidence",
]
