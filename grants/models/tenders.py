"""Tenders for works: published, opened by two persons, decided by two. Amounts: minor units of the award's currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Evidence, Party
from audit.models import Moving
from audit.moves import allowed
from grants import conditions_works as conditions
from grants.models.awards import GRANT_ROLES, Award, OfAward
from ledger.fields import AmountField
from ledger.money import Money
from programmes.roles import rows_for

SECOND_PERSON = _("Another person than the one who chose the bid must approve it.")


class TenderQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, GRANT_ROLES, programme="award__programme", region="award__region"))


class Tender(OfAward, Moving):
    """An open competition for the works of one award."""

    class State(models.TextChoices):
        PUBLISHED = "published", _("Open for bids")
        OPENED = "opened", _("Opened, being compared")
        CHOSEN = "chosen", _("Bid chosen, to be approved")
        DECIDED = "decided", _("Decided")
        CANCELLED = "cancelled", _("Cancelled")

    ref = models.CharField(_("reference"), max_length=24, unique=True)
    award = models.ForeignKey(Award, models.PROTECT, related_name="tenders")
    number = models.PositiveSmallIntegerField()
    subject = models.CharField(_("works"), max_length=200)
    published_on = models.DateField(_("published"))
    deadline_on = models.DateField(_("bids until"))
    opened_on = models.DateField(_("opened"), null=True, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    opened_with = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    winner = models.ForeignKey("grants.Bid", models.PROTECT, null=True, blank=True, related_name="+")
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    why_not_lowest = models.TextField(_("why not the lowest bid"), blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    state = FSMField(_("state"), max_length=9, default=State.PUBLISHED, choices=State.choices, protected=True)

    objects = TenderQuerySet.as_manager()

    class Meta:
        ordering = ["award", "number"]
        verbose_name = _("tender")
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="tender_number"),
            models.CheckConstraint(condition=Q(deadline_on__gt=F("published_on")), name="tender_time_to_bid"),
            models.CheckConstraint(
                condition=Q(state__in=["published", "cancelled"])
                | (Q(opened_with__isnull=False) & ~Q(opened_with=F("opened_by"))),
                name="tender_opened_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided")
                | (Q(winner__isnull=False) & Q(decided_by__isnull=False) & ~Q(decided_by=F("chosen_by"))),
                name="tender_decided_by_two",
            ),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("grants:tender", args=[self.award.ref, self.number])

    @transition(
        state,
        source=State.PUBLISHED,
        target=State.OPENED,
        conditions=[conditions.deadline_passed, conditions.a_bid_came],
        permission=allowed("grants.open_bids"),
        custom={"label": _("Open the bids"), "style": "primary"},
    )
    def open(self, *, opened_with):
        self.opened_on = self.move.on
        self.opened_by = self.move.by
        self.opened_with = opened_with

    @transition(
        state,
        source=State.OPENED,
        target=State.CHOSEN,
        conditions=[conditions.every_bid_read],
        permission=allowed("grants.open_bids"),
        custom={"label": _("Choose a bid"), "style": "primary"},
    )
    def choose(self, *, winner, why_not_lowest):
        self.winner = winner
        self.why_not_lowest = why_not_lowest
        self.chosen_by = self.move.by

    @transition(
        state,
        source=State.CHOSEN,
        target=State.DECIDED,
        permission=allowed("grants.decide_tender", SECOND_PERSON),
        custom={"label": _("Approve the choice"), "style": "primary"},
    )
    def decide(self):
        self.decided_on = self.move.on
        self.decided_by = self.move.by

    @transition(
        state,
        source=State.CHOSEN,
        target=State.OPENED,
        permission=allowed("grants.decide_tender", SECOND_PERSON),
        custom={"label": _("Compare again"), "style": "plain"},
    )
    def reconsider(self):
        self.winner = self.chosen_by = None
        self.why_not_lowest = ""

    @transition(
        state,
        source=[State.PUBLISHED, State.OPENED, State.CHOSEN],
        target=State.CANCELLED,
        permission=allowed("grants.manage_works"),
        custom={"label": _("Cancel the tender"), "style": "stop"},
    )
    def cancel(self):
        self.winner = None
        self.decided_on = self.move.on


class BidQuerySet(models.QuerySet):
    def in_time(self):
        return self.filter(received_on__lte=F("tender__deadline_on"))

    def comparable(self):
        """In time and responsive, the lowest first; the earlier of two equal bids."""
        return self.in_time().filter(responsive=True).order_by("amount", "received_on", "pk")


class Bid(models.Model):
    """A sealed bid. Its amount is read when the tender is opened; a late bid stays closed."""

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="bids")
    bidder = models.ForeignKey(Party, models.PROTECT, related_name="bids")
    received_on = models.DateField(_("received"))
    amount = AmountField(_("amount"), null=True, blank=True)
    responsive = models.BooleanField(_("fits what was asked"), null=True)
    reason = models.CharField(_("why not"), max_length=240, blank=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")

    objects = BidQuerySet.as_manager()

    class Meta:
        ordering = ["tender", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["tender", "bidder"], name="bid_one_each"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bid_amount"),
            models.CheckConstraint(condition=~Q(responsive=False) | ~Q(reason=""), name="bid_why_not"),
        ]

    def __str__(self):
        return str(self.bidder)

    def money(self, currency):
        return Money(self.amount, currency)

    @property
    def late(self):
        return self.received_on > self.tender.deadline_on
