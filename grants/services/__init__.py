"""All writes of grants. Callers import from here."""

from grants.services.awards import (
    cancel_award,
    close_award,
    make_awards,
    mark_screened,
    meet_conditions,
    recovery_due,
    resume_award,
    sign_award,
    suspend_award,
    terminate_award,
)
from grants.services.cofinancing import (
    accept_contribution,
    evidence_contribution,
    hand_over_asset,
    pledge_cofinancing,
    register_asset,
)
from grants.services.recoveries import give_up_recovery, receive_recovery
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
    "cancel_award",
    "certify_tranche",
    "close_award",
    "evidence_contribution",
    "give_up_recovery",
    "hand_over_asset",
    "make_awards",
    "mark_screened",
    "meet_conditions",
    "order_tranche",
    "plan_tranches",
    "pledge_cofinancing",
    "receive_recovery",
    "recovery_due",
    "register_asset",
    "request_tranche",
    "resume_award",
    "return_tranche",
    "settle_tranche",
    "show_deliverable",
    "sign_award",
    "suspend_award",
    "terminate_award",
]
