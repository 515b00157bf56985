"""All writes of grants. Callers import from here."""

from grants.services.amendments import approve_amendment, propose_amendment, refuse_amendment, withdraw_amendment
from grants.services.awards import (
    cancel_award,
    close_award,
    make_awards,
    meet_conditions,
    recovery_due,
    resume_award,
    sign_award,
    suspend_award,
    terminate_award,
)
from grants.services.budget import (
    accept_expense,
    declare_aid,
    enter_expense,
    keep_signed_scan,
    set_budget,
    waive_visibility,
)
from grants.services.cofinancing import (
    accept_contribution,
    evidence_contribution,
    hand_over_asset,
    pledge_cofinancing,
    register_asset,
)
from grants.services.recoveries import give_up_recovery, receive_recovery
from grants.services.texts import write_agreement_text
from grants.services.tranches import (
    accept_deliverable,
    certify_tranche,
    order_tranche,
    plan_tranches,
    request_tranche,
    return_tranche,
    settle_tranche,
    show_deliverable,
)

__all__ = [
    "accept_contribution",
    "accept_deliverable",
    "accept_expense",
    "approve_amendment",
    "cancel_award",
    "certify_tranche",
    "close_award",
    "declare_aid",
    "enter_expense",
    "evidence_contribution",
    "give_up_recovery",
    "hand_over_asset",
    "keep_signed_scan",
    "make_awards",
    "meet_conditions",
    "order_tranche",
    "plan_tranches",
    "pledge_cofinancing",
    "propose_amendment",
    "receive_recovery",
    "recovery_due",
    "refuse_amendment",
    "register_asset",
    "request_tranche",
    "resume_award",
    "return_tranche",
    "set_budget",
    "settle_tranche",
    "show_deliverable",
    "sign_award",
    "suspend_award",
    "terminate_award",
    "waive_visibility",
    "withdraw_amendment",
    "write_agreement_text",
]
