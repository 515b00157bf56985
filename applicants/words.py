"""How states and events of applications are shown: told to the pages when the app is ready."""

from django.utils.translation import gettext_lazy as _

from pages import states
from pages.history import register_words

STATES = {
    "application": {
        "draft": "start",
        "submitted": "moving",
        "returned": "wait",
        "eligible": "moving",
        "ineligible": "no",
        "under_review": "moving",
        "approved": "done",
        "reserve": "wait",
        "rejected": "no",
        "withdrawn": "over",
    },
    "complaint": {
        "received": "wait",
        "acknowledged": "moving",
        "answered": "done",
        "referred": "wait",
        "passed_on": "over",
    },
}
EVENTS = {
    "application.create": _("Draft started"),
    "application.edit": _("Facts changed"),
    "application.submit": _("Submitted"),
    "application.return_for_revision": _("Returned to the adviser"),
    "application.run_checks": _("Checks run"),
    "application.answer_check": _("Check answered"),
    "application.confirm_failure": _("Failure confirmed"),
    "application.pass_checks": _("Found eligible"),
    "application.fail_checks": _("Found not eligible"),
    "application.verify_in_field": _("Visited"),
    "application.give_opinion": _("Opinion given"),
    "application.waive": _("Training waived"),
    "application.open_review": _("Put before the committee"),
    "application.approve": _("Approved"),
    "application.place_on_reserve": _("Placed on the reserve list"),
    "application.defer": _("Deferred"),
    "application.reject": _("Rejected"),
    "application.lapse": _("Lapsed"),
    "application.uphold_appeal": _("Eligible again by an appeal"),
    "application.withdraw": _("Withdrawn"),
    "application.reopen_review": _("Decision reopened"),
    "plan.write": _("Plan text written"),
    "plan.investments": _("Investment list saved"),
    "plan.cash_flow": _("Cash flow saved"),
    "plan.finance": _("Sources of finance saved"),
    "plan.jobs": _("Jobs saved"),
    "plan.document": _("Document added"),
    "plan.document_remove": _("Document removed"),
    "party.register": _("Put on the register"),
    "party.enrol": _("Added to the programme"),
    "party.edit": _("Facts changed"),
    "party.member": _("Person added"),
    "party.ownership": _("Who owns and leads it"),
    "party.member_end": _("Person left"),
    "caseload.hand_over": _("Caseload handed over"),
    "consent.give": _("Consent recorded"),
    "consent.withdraw": _("Consent withdrawn"),
    "identity.record": _("Number stored"),
    "identity.read": _("Number read"),
    "group.confirm": _("Target group confirmed"),
    "group.read": _("Target groups read"),
    "complaint.create": _("Received"),
    "complaint.name_handler": _("Handler named"),
    "complaint.name_complained": _("People kept out"),
    "complaint.acknowledge": _("Acknowledged"),
    "complaint.give_answer": _("Answered"),
    "complaint.refer": _("Referred"),
    "complaint.pass_on": _("Passed on"),
    "complaint.read": _("Read"),
    "complaint.erase": _("Words erased"),
    "duplicate.answer": _("Compared with a likely double"),
    "duplicate.confirm": _("Second person agrees: the same person"),
    "duplicate.withdraw": _("Answer about a double taken back"),
    "vulnerability.confirm": _("Confirmed for the committee"),
    "evidence.add": _("File added"),
    "evidence.withdraw": _("File withdrawn"),
}


def register():
    states.register(STATES)
    register_words(EVENTS)
