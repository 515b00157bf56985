"""What must be true of promised money, for `verify`."""

from django.db.models import F

from programmes.models import Commitment, FundingLine, Membership
from programmes.services import available_on


def checks():
    for line in FundingLine.objects.select_related("programme"):
        left = available_on(line)
        if left < 0:
            yield f"programmes_fundingline {line.key} is promised beyond its money by {-left} {line.currency}"
    for row in Commitment.objects.exclude(currency=F("line__currency"))[:5]:
        yield f"programmes_commitment {row.pk} ({row.case_ref}) is in another currency than its line"
    for row in Membership.objects.filter(granted_by=F("user"))[:5]:
        yield f"programmes_membership {row.pk} was granted by its holder"
