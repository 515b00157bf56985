"""What `verify` asks of this app: revisions, parts, ceilings, sums, opinions, files. Each fault names its row."""

from django.db.models import Count, Exists, F, Max, OuterRef, Sum

from applicants.models import (
    Application,
    BusinessPlan,
    CashLine,
    Check,
    Complaint,
    ComplaintExclusion,
    InvestmentItem,
    Opinion,
    Part,
    Revision,
)
from applicants.services.application import digest
from applicants.services.evidence import missing_files

State = Application.State
TABLE = "applicants_application"


def checks():
    """Yield a sentence for each fault of the register and its applications."""
    yield from revisions()
    yield from amounts()
    yield from separation()
    yield from review()
    yield from complaints()
    yield from missing_files()


def revisions():
    """What was put forward is frozen: its hash holds, its numbers run from 1 to the application's revision."""
    for row in Revision.objects.select_related("application").order_by("pk").iterator(chunk_size=500):
        if digest(row.body) != row.sha256:
            yield f"applicants_revision {row.pk} of {row.application.ref} is not what was put forward"
    counted = Application.objects.annotate(made=Count("revisions"), highest=Max("revisions__number"))
    for row in counted.exclude(made=F("revision")).only("ref", "revision")[:5]:
        yield f"{TABLE} {row.ref} has {row.made} revisions and says {row.revision}"
    for row in counted.filter(revision__gt=0).exclude(highest=F("revision")).only("ref", "revision")[:5]:
        yield f"{TABLE} {row.ref}: its last revision is {row.highest} and it says {row.revision}"


def amounts():
    """INVARIANTS G1: nothing is approved above what was asked or above the window's ceiling; lists add up."""
    approved = Application.objects.filter(approved_amount__isnull=False)
    for row in approved.filter(approved_amount__gt=F("asked_amount")).only("ref")[:5]:
        yield f"{TABLE} {row.ref} is approved for more than was asked"
    for row in approved.filter(approved_amount__gt=F("window__ceiling_amount")).only("ref")[:5]:
        yield f"{TABLE} {row.ref} is approved above the ceiling of its window"
    for row in Application.objects.exclude(currency=F("window__currency")).only("ref")[:5]:
        yield f"{TABLE} {row.ref} is not in the currency of its window"
    put_forward = Application.objects.exclude(state__in=[State.DRAFT, State.RETURNED, State.WITHDRAWN])
    listed = put_forward.annotate(
        listed=Sum("investments__programme_amount"), listed_own=Sum("investments__own_amount")
    ).filter(listed__isnull=False)
    for row in listed.exclude(listed=F("asked_amount"), listed_own=F("own_amount")).only("ref")[:5]:
        yield f"{TABLE} {row.ref} does not ask for the sum of its list"
    yield from _months()


def _months():
    for row in CashLine.objects.select_related("application").order_by("pk").iterator(chunk_size=2000):
        if len(row.months) != 12 or any(not isinstance(amount, int) or amount < 0 for amount in row.months):
            yield f"applicants_cashline {row.pk} of {row.application.ref} has no twelve amounts"


def separation():
    """Five people: whoever submitted or gave an opinion is the adviser on the dossier; no other part is theirs."""
    advising = Part.objects.filter(
        application=OuterRef("application"), user=OuterRef("given_by"), part=Part.Name.ADVISER
    )
    for row in Opinion.objects.exclude(Exists(advising)).select_related("application")[:5]:
        yield f"applicants_opinion {row.pk} of {row.application.ref} is not its adviser's"
    doubled = Part.objects.values("application__ref", "user").annotate(parts=Count("pk")).filter(parts__gt=1).order_by()
    for row in doubled[:5]:
        yield f"applicants_part: one person plays {row['parts']} parts on {row['application__ref']}"
    for row in Check.objects.filter(confirmed_by=F("checked_by")).select_related("application")[:5]:
        yield f"applicants_check {row.pk} of {row.application.ref} is confirmed by whoever found it"


def review():
    """What stands behind a state: a plan once put forward, an opinion before the committee, a confirmed failure."""
    without = Application.objects.exclude(Exists(BusinessPlan.objects.filter(application=OuterRef("pk"))))
    for row in without.exclude(state__in=[State.DRAFT, State.WITHDRAWN]).only("ref")[:5]:
        yield f"{TABLE} {row.ref} was put forward without a plan"
    failed = Check.objects.filter(
        application=OuterRef("pk"),
        revision=OuterRef("revision"),
        result=Check.Result.FAILED,
        confirmed_by__isnull=False,
    )
    for row in Application.objects.filter(state=State.INELIGIBLE).exclude(Exists(failed)).only("ref")[:5]:
        yield f"{TABLE} {row.ref} is not eligible, and no failure is confirmed by a second person"
    seen = Opinion.objects.filter(application=OuterRef("pk"), revision=OuterRef("revision"))
    for row in Application.objects.filter(state=State.UNDER_REVIEW).exclude(Exists(seen)).only("ref")[:5]:
        yield f"{TABLE} {row.ref} is before the committee without the adviser's opinion"
    for row in InvestmentItem.objects.exclude(
        programme_amount=F("quantity") * F("unit_amount") - F("own_amount")
    ).select_related("application")[:5]:
        yield f"applicants_investmentitem {row.pk} of {row.application.ref} does not add up"


def complaints():
    """Nobody handles or answers a complaint from which they are kept out; what is referred has no handler."""
    out = ComplaintExclusion.objects.filter(complaint=OuterRef("pk"))
    for name in ("handler", "answered_by", "passed_on_by"):
        for row in Complaint.objects.filter(Exists(out.filter(user=OuterRef(name)))).only("ref")[:5]:
            yield f"applicants_complaint {row.ref}: its {name} must not know of it"
    closed = Complaint.objects.filter(erased_on__isnull=False).exclude(state__in=["answered", "passed_on"])
    for row in closed.only("ref")[:5]:
        yield f"applicants_complaint {row.ref} was erased while it was open"
