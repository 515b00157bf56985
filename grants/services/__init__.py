"""All writes of grants. Callers import from here."""

from grants.services.amendments import approve_amendment, propose_amendment, refuse_amendment, withdraw_amendment
from grants.services.assets import clawback_due, dispose_asset, hand_over_asset, hand_over_purchase, register_asset
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
from grants.services.buying import enter_invoice, match_purchase, order_purchase, receive_goods
from grants.services.cofinancing import (
    accept_contribution,
    evidence_contribution,
    pledge_cofinancing,
)
from grants.services.purchases import (
    answer_flag,
    approve_purchase,
    cancel_purchase,
    choose_quote,
    enter_quote,
    request_purchase,
    send_purchase_back,
    waive_quotes,
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
    "answer_flag",
    "approve_amendment",
    "approve_purchase",
    "cancel_award",
    "cancel_purchase",
    "certify_tranche",
    "choose_quote",
    "clawback_due",
    "close_award",
    "declare_aid",
    "dispose_asset",
    "enter_expense",
    "enter_invoice",
    "enter_quote",
    "evidence_contribution",
    "give_up_recovery",
    "hand_over_asset",
    "hand_over_purchase",
    "keep_signed_scan",
    "make_awards",
    "match_purchase",
    "meet_conditions",
    "order_purchase",
    "order_tranche",
    "plan_tranches",
    "pledge_cofinancing",
    "propose_amendment",
    "receive_goods",
    "receive_recovery",
    "recovery_due",
    "refuse_amendment",
    "register_asset",
    "request_purchase",
    "request_tranche",
    "resume_award",
    "return_tranche",
    "send_purchase_back",
    "set_budget",
    "settle_tranche",
    "show_deliverable",
    "sign_award",
    "suspend_award",
    "terminate_award",
    "waive_quotes",
    "waive_visibility",
    "withdraw_amendment",
    "write_agreement_text",
]
