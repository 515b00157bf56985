"""Programmes as data: who pays, for whom, where, under which rules."""

from programmes.models.calls import (
    AmountBand,
    Call,
    Criterion,
    EligibilityRule,
    RequiredDocument,
    TrainingRule,
    Window,
)
from programmes.models.contacts import SafeguardingContact
from programmes.models.money import Commitment, Donor, ExchangeRate, FundingLine, LineShare
from programmes.models.programme import (
    Counter,
    Definition,
    District,
    Holiday,
    Programme,
    Region,
    TargetGroup,
    Village,
)
from programmes.models.roles import Delegation, Membership, Role

__all__ = [
    "AmountBand",
    "Call",
    "Commitment",
    "Counter",
    "Criterion",
    "Definition",
    "Delegation",
    "District",
    "Donor",
    "EligibilityRule",
    "ExchangeRate",
    "FundingLine",
    "Holiday",
    "LineShare",
    "Membership",
    "Programme",
    "Region",
    "RequiredDocument",
    "Role",
    "SafeguardingContact",
    "TargetGroup",
    "TrainingRule",
    "Village",
    "Window",
]
