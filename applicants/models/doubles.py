"""What people answered about two records of the register that look alike."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models.party import Party


class DuplicateAnswerQuerySet(models.QuerySet):
    def live(self):
        return self.filter(withdrawn_on=None)

    def about(self, *parties):
        """Answers in which one of the parties is one of the two."""
        return self.filter(Q(party__in=parties) | Q(other__in=parties))

    def settled(self):
        """Answers that count: another person at once, the same person when a second person has agreed."""
        return self.live().filter(Q(verdict=DuplicateAnswer.Verdict.OTHER) | Q(confirmed_by__isnull=False))

    def same(self):
        return self.settled().filter(verdict=DuplicateAnswer.Verdict.SAME)

    def waiting(self):
        """ "The same person", and nobody has agreed yet."""
        return self.live().filter(verdict=DuplicateAnswer.Verdict.SAME, confirmed_by=None)


class DuplicateAnswer(models.Model):
    """Somebody compared two records: the same person, or another. `party` is the one with the smaller key.

    The same person stays two records, because files and money hang on both; `kept` is the one to go on with, and
    awards of both count as one applicant's.
    """

    class Verdict(models.TextChoices):
        SAME = "same", _("The same person or business")
        OTHER = "other", _("Another person or business")

    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    other = models.ForeignKey(Party, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=5, choices=Verdict.choices)
    kept = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("record to go on with")
    )
    reason = models.CharField(_("how this is known"), max_length=300)
    answered_on = models.DateField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_on = models.DateField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DuplicateAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "other"], condition=Q(withdrawn_on=None), name="duplicate_answer_once"
            ),
            models.CheckConstraint(condition=Q(party__lt=F("other")), name="duplicate_answer_order"),
            models.CheckConstraint(condition=~Q(reason=""), name="duplicate_answer_reason"),
            models.CheckConstraint(
                condition=Q(verdict="other", kept=None, confirmed_by=None)
                | (Q(verdict="same") & (Q(kept=F("party")) | Q(kept=F("other")))),
                name="duplicate_answer_kept",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("answered_by")),
                name="duplicate_answer_second_person",
            ),
        ]

    def __str__(self):
        return f"{self.party.ref} {self.other.ref} {self.verdict}"

    def beside(self, party):
        """The other one of the two."""
        return self.other if self.party_id == party.pk else self.party
