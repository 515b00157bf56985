"""What grants hold about a person."""

from applicants.personal import declare, declare_references
from grants.models import (
    AidReceived,
    Amendment,
    Asset,
    Award,
    Bid,
    BudgetLine,
    Certificate,
    Contribution,
    Defect,
    Deliverable,
    Expense,
    FlagAnswer,
    Purchase,
    Quote,
    Tender,
    Tranche,
    Variation,
    WorksContract,
)


def connect():
    declare(Award, "applicant", conditions_text="")
    declare(Tranche, "award__applicant")
    declare(Deliverable, "tranche__award__applicant", text="-")
    declare(Contribution, "award__applicant", supplier="-", invoice_number="-")
    declare(BudgetLine, "award__applicant", label="-")
    declare(Expense, "award__applicant", supplier="-", invoice_number="-")
    declare(AidReceived, "award__applicant", giver="-")
    declare(Amendment, "award__applicant", why="-")
    declare(Asset, "award__applicant", label="-", serial_number="", supplier="")
    declare(
        Purchase, "award__applicant", what="-", waiver="-", choice_reason="-", invoice_number="-", serial_numbers=[]
    )
    declare(Quote, "purchase__award__applicant")
    declare(FlagAnswer, "purchase__award__applicant", inside=True, answer="-")
    declare_references(lambda parties: Award.objects.filter(applicant__in=parties).values_list("ref", flat=True))
    declare_references(
        lambda parties: Tranche.objects.filter(award__applicant__in=parties).values_list("ref", flat=True)
    )
    declare_references(
        lambda parties: Purchase.objects.filter(award__applicant__in=parties).values_list("ref", flat=True)
    )
    _connect_works()


def _connect_works():
    """The grantee's works. A bidder is an enterprise; one that is a person's has their bids and contracts."""
    case = "award__applicant"
    declare(Tender, case, subject="-", why_not_lowest="")
    declare(WorksContract, case, present="")
    declare(Bid, "bidder", reason="-")
    declare(Variation, f"contract__{case}", text="-")
    declare(Defect, f"contract__{case}", text="-")
    declare(Certificate, f"contract__{case}")
    for model, path in ((Tender, case), (WorksContract, case), (Certificate, f"contract__{case}")):
        declare_references(
            lambda parties, model=model, path=path: model.objects.filter(**{f"{path}__in": parties}).values_list(
                "ref", flat=True
            )
        )
