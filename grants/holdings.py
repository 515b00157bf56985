"""What grants hold about a person."""

from applicants.personal import declare, declare_references
from grants.models import AidReceived, Amendment, Asset, Award, BudgetLine, Contribution, Deliverable, Expense, Tranche


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
    declare_references(lambda parties: Award.objects.filter(applicant__in=parties).values_list("ref", flat=True))
    declare_references(
        lambda parties: Tranche.objects.filter(award__applicant__in=parties).values_list("ref", flat=True)
    )
