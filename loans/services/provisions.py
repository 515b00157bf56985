"""The programme's provisioning rates: a table in force from a day."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid
from audit.services import record, service
from loans.models import ProvisionRate
from loans.portfolio import BUCKETS
from loans.services.access import demand


@service
def set_provision_rates(*, programme, rates, effective_from, on, by, key=None):
    """`rates`: {bucket: percent} for every age bucket, in force from a day on; earlier tables stay to be seen.

    Returns the programme. Raises Invalid, Blocked, NotAllowed.
    """
    demand("loans.set_provisions", by, programme)
    if set(rates) != set(BUCKETS):
        raise Invalid(_("Give a percentage for every group of lateness."))
    least = Decimal(0)
    for bucket in BUCKETS:
        if not 0 <= rates[bucket] <= 100:
            raise Invalid(_("A rate lies between 0 and 100 percent."), field=field_of(bucket))
        if rates[bucket] < least:
            raise Invalid(_("A later group is not provided for by less than an earlier one."), field=field_of(bucket))
        least = rates[bucket]
    if ProvisionRate.objects.filter(programme=programme, effective_from__gte=effective_from).exists():
        raise Blocked(_("There is a table in force from that day or later. Choose a later day."))
    ProvisionRate.objects.bulk_create(
        ProvisionRate(programme=programme, bucket=bucket, percent=rates[bucket], effective_from=effective_from)
        for bucket in BUCKETS
    )
    record(
        "provisions.set",
        programme.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"from": effective_from, "rates": {bucket: str(rates[bucket]) for bucket in BUCKETS}},
    )
    return programme


def field_of(bucket):
    """The name of a bucket's field on the form."""
    return "rate_" + bucket.replace("-", "_").replace(" ", "_")
