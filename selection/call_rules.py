"""The rules of a call as a session freezes them: plain values with a version number and a hash.

Whatever decides about a case later reads them from here, never from the call, so that a change of the call reaches no
session that is open.
"""

import hashlib
import json

from django.utils.translation import gettext_lazy as _

from programmes.models import AmountBand, Call, EligibilityRule

PLAIN = (
    "method",
    "quorum_number",
    "quorum_share_pct",
    "majority_pct",
    "odd_number",
    "tie_rule",
    "assessors",
    "third_assessor_pct",
    "reasoned_values",
    "blind",
    "total_threshold_pct",
    "consent_repeats",
    "recheck_selected",
    "verification_days",
    "appeal_days",
    "appeal_answer_days",
)
LABELS = {
    **{name: Call._meta.get_field(name).verbose_name for name in PLAIN},
    "criteria": _("the evaluation grid"),
    "bands": _("the amount bands"),
    "checks": _("the checks of eligibility"),
}


def rules_of_call(call, version=0):
    """The call's rules as version `version` (dict of plain values; 0 while nothing has frozen them)."""
    return {
        "version": version,
        "call": call.key,
        **{name: getattr(call, name) for name in PLAIN},
        "criteria": _grid(call),
        "bands": _bands(call),
        "checks": _checks(call),
    }


def _grid(call):
    if call.method != Call.Method.SCORED:
        return []
    return [
        {
            "code": criterion.code,
            "section": criterion.section,
            "question": criterion.question,
            "guidance": criterion.guidance,
            "weight": criterion.weight,
            "top": criterion.top,
            "section_threshold": criterion.section_threshold,
        }
        for criterion in call.criteria.all()
    ]


def _bands(call):
    rows = AmountBand.objects.filter(window__call=call).order_by("window__key", "from_amount")
    return [
        {
            "window": band.window.key,
            "from_amount": band.from_amount,
            "assessors": band.assessors,
            "approvals": band.approvals,
            "consent": band.consent,
        }
        for band in rows.select_related("window")
    ]


def _checks(call):
    rows = EligibilityRule.objects.filter(call=call)
    return [
        {"code": rule.code, "kind": rule.kind, "question": rule.question, "parameters": rule.parameters}
        for rule in rows
    ]


def rules_of(session):
    """The frozen rules of the session, or, before the packet is sent, those of its call as they are now."""
    return session.rules or rules_of_call(session.call)


def band_of(rules, window_key, amount):
    """The frozen band (dict) that `amount` (minor units) of the window falls into, or None."""
    found = [band for band in rules.get("bands", ()) if band["window"] == window_key and band["from_amount"] <= amount]
    return max(found, key=lambda band: band["from_amount"], default=None)


def assessors_for(rules, window_key, amount):
    """How many members must score such a case: by its band, else by the call; none without a grid."""
    if not rules["criteria"]:
        return 0
    band = band_of(rules, window_key, amount)
    return band["assessors"] if band else rules["assessors"]


def changed_rules(older, newer):
    """Names (lazy strings) of the rules that differ between two frozen versions."""
    return [label for name, label in LABELS.items() if older.get(name) != newer.get(name)]


def frozen_hash(body):
    """SHA-256 of the canonical JSON of `body`, in hex: of rules and of minutes."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
