"""What happens to the committee's papers each day: packets that nobody fetched are thrown away."""

from datetime import timedelta

from selection.models import PacketFile
from selection.services.packets import drop_packets, drop_strays

KEPT = timedelta(days=3)


def daily(on):
    """Throw away packets that were drawn more than three days before `on`, and bytes whose row is gone.

    A second run finds nothing.
    """
    drop_packets(PacketFile.objects.filter(asked_on__lt=on - KEPT))
    drop_strays()
