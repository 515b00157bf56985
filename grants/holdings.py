"""What grants hold about a person."""

from applicants.personal import declare, declare_references
from grants.models import (
    AidReceived,
    Amendment,
    Asset,
    Award,
    BudgetLine,
    Contribution,
    Deliverable,
    Expense,
    FlagAnswer,
    Purchase,
    Quote,
    Tranche,
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
