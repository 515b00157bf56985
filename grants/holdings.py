"""What grants hold about a person."""

from applicants.personal import declare, declare_references
from grants.models import Asset, Award, Contribution, Deliverable, Tranche


def connect():
    declare(Award, "applicant", conditions_text="")
    declare(Tranche, "award__applicant")
    declare(Deliverable, "tranche__award__applicant", text="-")
    declare(Contribution, "award__applicant", supplier="-", invoice_number="-")
    declare(Asset, "award__applicant", label="-", serial_number="", supplier="")
    declare_references(lambda parties: Award.objects.filter(applicant__in=parties).values_list("ref", flat=True))
    declare_references(
        lambda parties: Tranche.objects.filter(award__applicant__in=parties).values_list("ref", flat=True)
    )
