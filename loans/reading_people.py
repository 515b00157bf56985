"""The people and things behind a loan, as its page shows them."""

from dataclasses import dataclass, field

import rules

from applicants.models import Party
from loans.conditions_people import band_of
from loans.group_account import MemberLine, account_of
from loans.models import GuarantorNotice, Loan


@dataclass
class People:
    """Rows of the page's parts, what the amount asks, and what the user may do. Empty for a loan without any of it."""

    guarantors: list = field(default_factory=list)
    notices: list = field(default_factory=list)
    collateral: list = field(default_factory=list)
    events: list = field(default_factory=list)
    band: object = None
    group: object = None
    members: list[MemberLine] = field(default_factory=list)
    left: list = field(default_factory=list)
    claims: list = field(default_factory=list)
    repayments: list = field(default_factory=list)
    handovers: list = field(default_factory=list)
    may: dict = field(default_factory=dict)

    @property
    def released(self):
        """Is there somebody or something that a release letter is for?"""
        return any(row.released_on for row in [*self.guarantors, *self.collateral])


def people_of(loan, user, on):
    """People of the loan on `on` for the user."""
    found = People(
        guarantors=list(loan.guarantors.select_related("party")),
        notices=list(
            GuarantorNotice.objects.filter(guarantor__loan=loan).select_related("guarantor__party").order_by("-pk")[:20]
        ),
        collateral=list(loan.collateral.select_related("owner")),
        events=list(loan.life_events.select_related("payer", "decided_by", "recorded_by", "attorney_ended_by")),
        band=band_of(loan),
        handovers=list(
            loan.handovers.exclude(handover__signed_on=None).select_related("handover__giver", "handover__taker")
        ),
        may=_may(loan, user),
    )
    if loan.borrower.kind == Party.Kind.GROUP:
        found.group = getattr(loan, "group", None)
        found.members = account_of(loan, on)
        found.left = list(loan.shares.exclude(until=None).select_related("member").order_by("until", "pk"))
        found.claims = list(loan.group_claims.select_related("member"))
        repayments = loan.repayments.live().filter(member_payments__isnull=False).distinct()
        found.repayments = list(repayments.prefetch_related("member_payments__member").order_by("-value_on", "-pk"))
    for event in found.events:
        event.may_end = (
            event.decided_on is not None and event.is_acted_for and rules.test_rule("loans.life_event", user, loan)
        )
        event.may_decide = event.decided_on is None and rules.test_rule("loans.decide_life_event", user, event)
    return found


def _may(loan, user):
    secure = rules.test_rule("loans.secure", user, loan)
    group = loan.borrower.kind == Party.Kind.GROUP and rules.test_rule("loans.group", user, loan)
    active = loan.state == Loan.State.ACTIVE
    return {
        "guarantee": secure and loan.state == Loan.State.APPROVED,
        "pledge": secure and loan.state in (Loan.State.APPROVED, Loan.State.SIGNED, Loan.State.ACTIVE),
        "release": rules.test_rule("loans.release", user, loan),
        "notice": secure,
        "event": active
        and rules.test_rule("loans.life_event", user, loan)
        and not loan.life_events.filter(decided_on=None).exists(),
        "constitute": group and loan.state == Loan.State.APPROVED,
        "group": group and loan.state in (Loan.State.SIGNED, Loan.State.ACTIVE),
    }
