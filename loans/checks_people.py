"""What must always be true of the people and things behind loans: what `verify` asks."""

from collections import defaultdict

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from loans.models import (
    BalanceSample,
    Collateral,
    GroupLoan,
    GroupShare,
    Guarantor,
    LifeEvent,
    Loan,
    MemberPayment,
    Moratorium,
    MoratoriumLoan,
    Repayment,
    ScheduleVersion,
)
from loans.services.life_events import pauses_of
from payments.clearance import first_list_on, was_cleared


def people_faults():
    yield from guarantor_faults()
    yield from collateral_faults()
    yield from share_faults()
    yield from member_payment_faults()
    yield from pause_faults()
    yield from moratorium_faults()
    yield from handover_faults()
    yield from sample_faults()


def sample_faults():
    """A sample of balances holds the loans that its seed takes first, in that order."""
    for sample in BalanceSample.objects.order_by("pk").prefetch_related("checks__loan"):
        taken = [check.loan.ref for check in sorted(sample.checks.all(), key=lambda check: check.number)]
        if taken != [ref for _digest, ref in sample.ranked[: len(taken)]]:
            yield f"loans_balancesample {sample.pk} does not hold the loans that its seed draws"


def guarantor_faults():
    """A guarantee is within its loan, of another than the borrower, and its people were clear at the signature."""
    rows = Guarantor.objects.select_related("loan")
    agreed = rows.exclude(loan__state__in=[Loan.State.APPROVED, Loan.State.CANCELLED])
    for row in agreed.filter(amount__gt=F("loan__amount"))[:5]:
        yield f"loans_guarantor {row.pk} guarantees more than {row.loan.ref} is"
    for row in rows.filter(Q(party=F("loan__borrower")) | Q(party=F("loan__business")))[:5]:
        yield f"loans_guarantor {row.pk} is the borrower of {row.loan.ref}"
    for row in rows.standing().filter(loan__state__in=[Loan.State.CLOSED, Loan.State.OVERPAID])[:5]:
        yield f"loans_guarantor {row.pk} stands for {row.loan.ref}, on which nothing is owed"
    for row in rows.filter(released_with_loan=True).exclude(loan__state__in=[Loan.State.CLOSED, Loan.State.OVERPAID])[
        :5
    ]:
        yield f"loans_guarantor {row.pk} was released with {row.loan.ref}, which is owed"
    if first_list_on() is None:
        return
    signed = rows.filter(loan__signed_on__gte=first_list_on()).exclude(released_on__lt=F("loan__signed_on"))
    for row in signed.exclude(was_cleared("party", "loan__programme", "loan__signed_on")).order_by("pk")[:5]:
        yield f"loans_guarantor {row.pk} of {row.loan.ref} was not screened clear at the signature"


def collateral_faults():
    """Collateral is free when nothing is owed on its loan, and not free because of it when something is."""
    rows, over = Collateral.objects.select_related("loan"), [Loan.State.CLOSED, Loan.State.OVERPAID]
    for row in rows.held().filter(loan__state__in=over)[:5]:
        yield f"loans_collateral {row.pk} secures {row.loan.ref}, on which nothing is owed"
    for row in rows.filter(released_with_loan=True).exclude(loan__state__in=over)[:5]:
        yield f"loans_collateral {row.pk} was released with {row.loan.ref}, which is owed"


def share_faults():
    """On each day on which shares of a signed group's loan change they add up to the loan, and the leader has one."""
    rows = defaultdict(list)
    for share in GroupShare.objects.exclude(loan__signed_on=None).select_related("loan"):
        rows[share.loan].append(share)
    for loan, shares in rows.items():
        for day in sorted({share.since for share in shares} | {share.until for share in shares if share.until}):
            total = sum(row.amount for row in shares if row.since <= day and (row.until is None or row.until > day))
            if total != loan.amount:
                yield f"loans_groupshare: those of {loan.ref} add up to {total} on {day}, the loan is {loan.amount}"
    leading = GroupShare.objects.filter(loan=OuterRef("loan"), member=OuterRef("leader"), until=None).values("pk")[:1]
    for group in GroupLoan.objects.annotate(share=Subquery(leading)).filter(share=None).select_related("loan")[:5]:
        yield f"loans_grouploan {group.loan.ref}: its leader has no share"


def member_payment_faults():
    """The members' parts of each repayment of a group add up to it."""
    parts = (
        MemberPayment.objects.filter(repayment=OuterRef("pk"))
        .order_by()
        .values("repayment")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    ours = Repayment.objects.live().filter(loan__group__isnull=False).exclude(means=Repayment.Means.HELD)
    for row in ours.annotate(parts=Coalesce(Subquery(parts), 0)).exclude(parts=F("amount"))[:5]:
        yield f"loans_repayment {row.pk} is {row.amount}, its members brought {row.parts}"


def pause_faults():
    """The days without penalties are those of the loan's deaths and moves abroad."""
    told = Loan.objects.filter(pk__in=LifeEvent.objects.values("loan"))
    for loan in told.order_by("pk").iterator(chunk_size=500):
        if loan.penalty_pauses != pauses_of(loan):
            yield f"loans_loan {loan.ref}: its days without penalties are not those of its events"
    for loan in Loan.objects.exclude(penalty_pauses=[]).exclude(pk__in=LifeEvent.objects.values("loan"))[:5]:
        yield f"loans_loan {loan.ref} rests from penalties without an event"


def moratorium_faults():
    """Each loan of a moratorium in force has the version it made, by its decision, or says why not; of another none."""
    lines = MoratoriumLoan.objects.select_related("moratorium", "loan").order_by("pk")
    lines = lines.annotate(made_on=Coalesce("done_on", "moratorium__starts_on"))
    in_force = Q(moratorium__state=Moratorium.State.IN_FORCE)
    made_none = in_force & Q(version=None, left_out="")
    for line in lines.filter(made_none | (~in_force & Q(version__isnull=False)))[:5]:
        yield f"loans_moratoriumloan {line.pk}: its version does not fit the state {line.moratorium.state}"
    made = ScheduleVersion.objects.filter(
        loan=OuterRef("loan"),
        number=OuterRef("version"),
        decision_ref=OuterRef("moratorium__decision_ref"),
        made_on=OuterRef("made_on"),
    )
    for line in lines.filter(~Exists(made), version__isnull=False)[:5]:
        yield f"loans_moratoriumloan {line.pk}: {line.loan.ref} has no schedule by this decision"


def handover_faults():
    """A list that was signed was signed for loans of its own programme."""
    foreign = Loan.objects.exclude(handovers__handover__programme=F("programme")).filter(handovers__isnull=False)
    for loan in foreign.distinct()[:5]:
        yield f"loans_loan {loan.ref} is on a list of another programme"
