"""What must be true of promised money, for `verify`."""

from django.db.models import Count, F, Sum

from programmes.models import Commitment, FundingLine, LineShare, Membership, Window
from programmes.services import available_on
from programmes.shares import WHOLE, split_within


def checks():
    for line in FundingLine.objects.select_related("programme"):
        left = available_on(line)
        if left < 0:
            yield f"programmes_fundingline {line.key} is promised beyond its money by {-left} {line.currency}"
    for row in Commitment.objects.exclude(currency=F("line__currency"))[:5]:
        yield f"programmes_commitment {row.pk} ({row.case_ref}) is in another currency than its line"
    yield from share_faults()
    for row in Membership.objects.filter(granted_by=F("user"))[:5]:
        yield f"programmes_membership {row.pk} was granted by its holder"


def share_faults():
    """The shares of a window are its whole, and what was promised to a case is split by them to the cent."""
    for window in Window.objects.annotate(whole=Sum("shares__weight")).filter(whole__isnull=False).exclude(whole=WHOLE):
        yield f"programmes_window {window.key}: its lines share {window.whole} of {WHOLE}"
    for window in Window.objects.exclude(shares=None).exclude(shares__line=F("line")):
        yield f"programmes_window {window.key}: its own line has no share"
    for share in LineShare.objects.exclude(line__currency=F("window__currency")).select_related("line", "window"):
        yield f"programmes_window {share.window.key} is in another currency than its line {share.line.key}"
    several = Commitment.objects.live().values("case_ref").annotate(lines=Count("pk")).filter(lines__gt=1)
    alone = several.exclude(window__in=LineShare.objects.values("window")).order_by("case_ref")
    for ref in alone.values_list("case_ref", flat=True):
        yield f"programmes_commitment of {ref}: several lines in a window that one line pays"
    yield from split_faults()


def split_faults():
    """Each line has its part of every promise as it was made; what was given back since does not change that."""
    weights = {}
    for window, line, weight in LineShare.objects.order_by("pk").values_list("window", "line", "weight"):
        weights.setdefault(window, {})[line] = weight
    promised = {}
    rows = Commitment.objects.live().filter(window__in=weights).order_by("pk")
    for ref, window, line, amount in rows.values_list("case_ref", "window", "line", "amount"):
        promised.setdefault((ref, window), {})[line] = amount
    for (ref, window), parts in promised.items():
        due = split_within(sum(parts.values()), list(weights[window].values()))
        if {line: part for line, part in zip(weights[window], due, strict=True) if part} != parts:
            yield f"programmes_commitment of {ref}: its lines have {sorted(parts.values())}, not {sorted(due)}"
