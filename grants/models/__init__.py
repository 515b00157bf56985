"""Award, tranches, budget, costs, purchases, works, own part, amendments, recoveries, assets."""

from grants.models.amendments import Amendment
from grants.models.assets import Asset
from grants.models.awards import GRANT_ROLES, AidReceived, Award
from grants.models.budget import BudgetLine, Expense, Vat
from grants.models.own_part import Contribution
from grants.models.papers import CountedPaper
from grants.models.purchases import FlagAnswer, Purchase, Quote
from grants.models.recoveries import Recovery
from grants.models.tenders import Bid, Tender
from grants.models.texts import AgreementText
from grants.models.tranches import Deliverable, Tranche
from grants.models.works import Certificate, Defect, Variation, WorksContract

__all__ = [
    "GRANT_ROLES",
    "AgreementText",
    "AidReceived",
    "Amendment",
    "Asset",
    "Award",
    "Bid",
    "BudgetLine",
    "Certificate",
    "Contribution",
    "CountedPaper",
    "Defect",
    "Deliverable",
    "Expense",
    "FlagAnswer",
    "Purchase",
    "Quote",
    "Recovery",
    "Tender",
    "Tranche",
    "Variation",
    "Vat",
    "WorksContract",
]
