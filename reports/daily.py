"""What happens for reports each day: the warnings of each running programme are counted for the queue."""

from django.db.models import Q

from programmes.models import Programme
from reports.warnings.services import count_warnings


def daily(on):
    """Running it twice changes nothing more."""
    for programme in Programme.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on).order_by("pk"):
        count_warnings(programme=programme, on=on)
