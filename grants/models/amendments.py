"""Amendments of a signed agreement: proposed, and decided by another person. The signed paper is never rewritten."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Evidence
from audit.models import Moving
from audit.moves import allowed
from grants import conditions
from grants.models.awards import GRANT_ROLES, Award, OfAward
from programmes.roles import rows_for

SECOND_PERSON = _("The manager or a finance officer decides, and not the one who proposed the amendment.")


class AmendmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, GRANT_ROLES, programme="award__programme", region="award__region"))

    def for_pages(self):
        return self.select_related("proposed_by", "decided_by", "paper")

    def waiting(self):
        return self.filter(state=Amendment.State.PROPOSED)


class Amendment(OfAward, Moving):
    """A change of a signed agreement. `before` and `after` hold what is changed and nothing else:

    `ends_on` (ISO date), `amount` (minor units, only less than before), `tranches` (rows of those not yet requested:
    number, kind, amount, cofinancing_amount, modality, due_on, deliverables), `budget` (rows of position, label,
    net_amount, grant_amount).
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("In force")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ref = models.CharField(_("reference"), max_length=24, unique=True)
    award = models.ForeignKey(Award, models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    why = models.TextField(_("why"))
    before = models.JSONField()
    after = models.JSONField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    paper = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    state = FSMField(_("state"), max_length=9, default=State.PROPOSED, choices=State.choices, protected=True)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        ordering = ["award", "number"]
        verbose_name = _("amendment")
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="amendment_number"),
            models.UniqueConstraint(fields=["award"], condition=Q(state="proposed"), name="amendment_one_at_a_time"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="amendment_second_person",
            ),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("grants:amendment", args=[self.award.ref, self.number])

    @transition(
        state,
        source=State.PROPOSED,
        target=State.APPROVED,
        conditions=[conditions.award_active, conditions.award_as_it_was],
        permission=allowed("grants.decide_amendment", SECOND_PERSON),
        custom={"label": _("Put in force"), "style": "primary"},
    )
    def approve(self):
        self.decided_by = self.move.by
        self.decided_on = self.move.on

    @transition(
        state,
        source=State.PROPOSED,
        target=State.REFUSED,
        permission=allowed("grants.decide_amendment", SECOND_PERSON),
        custom={"label": _("Refuse"), "style": "stop"},
    )
    def refuse(self):
        self.decided_by = self.move.by
        self.decided_on = self.move.on

    @transition(
        state,
        source=State.PROPOSED,
        target=State.WITHDRAWN,
        permission=allowed("grants.propose_amendment"),
        custom={"label": _("Withdraw"), "style": "plain"},
    )
    def withdraw(self):
        self.decided_on = self.move.on
