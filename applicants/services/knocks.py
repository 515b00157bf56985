"""How often a page that is open to all is used from one address: counted for an hour, and told from no complaint.

The address itself is stored nowhere: only its keyed hash with the hour, in a row of its own.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.encryption import blind_index
from applicants.models import Knock
from audit.refusals import TooOften

HOUR = timedelta(hours=1)
MOST_COMPLAINTS, MOST_QUESTIONS = 10, 30


def knock(*, purpose, address, most):
    """Count one use of `purpose` from `address`; raises TooOften (429) from the one after `most` within an hour.

    Written before it is counted, and in a transaction of its own, so that many at once are counted too.
    """
    now = timezone.now()
    # The index reads letters and figures alone, so the dots of an address are spelt out.
    spelt = address.replace(".", "d").replace(":", "c")
    marks = [blind_index(f"{purpose} {spelt} {moment:%Y%m%d%H}") for moment in (now, now - HOUR)]
    with transaction.atomic():
        Knock.objects.filter(at__lt=now - HOUR).delete()
        Knock.objects.create(purpose=purpose, mark=marks[0])
    if Knock.objects.filter(mark__in=marks, at__gte=now - HOUR).count() > most:
        raise TooOften()
