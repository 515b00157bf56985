"""Who owns and leads a business, as somebody said on a day: the one set of facts for every definition of a woman's."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models.party import Party

SHARES = ("women_owned_pct", "women_board_pct", "women_leaders_pct", "women_workers_pct")


def _percent(label):
    bounds = [MinValueValidator(0), MaxValueValidator(100)]
    return models.DecimalField(label, max_digits=5, decimal_places=2, null=True, blank=True, validators=bounds)


def _answer(label):
    return models.BooleanField(label, null=True, blank=True)


class Ownership(models.Model):
    """Shares are percent of women, 0 to 100; None is not known, and stays so until somebody says it.

    What follows from the register is not asked again: owners whose shares add up to a hundred percent (PartyMember) go
    before `women_owned_pct`, and a manager who is a woman is one of those who lead it.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="ownerships")
    as_of = models.DateField(_("as of"))
    women_owned_pct = _percent(_("owned by women, percent"))
    founded_by_woman = _answer(_("founded by a woman who is still active in it"))
    woman_chief = _answer(_("a woman is chief executive, chief operating officer, president or vice-president"))
    has_board = _answer(_("it has a board"))
    women_board_pct = _percent(_("women on the board, percent"))
    women_leaders_pct = _percent(_("women among the senior managers, percent"))
    women_workers_pct = _percent(_("women among those who work there, percent"))
    women_jobs_quality = _answer(_("it does more for women at work than the law asks"))
    two_x_minimum = _answer(_("the minimum of 2X was checked and is met"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["party", "as_of"]
        verbose_name = _("ownership and leadership")
        constraints = [
            models.UniqueConstraint(fields=["party", "as_of"], name="ownership_once_a_day"),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__range": (0, 100)}), name=f"ownership_{name}"
                )
                for name in SHARES
            ),
            models.CheckConstraint(condition=Q(women_board_pct=None) | Q(has_board=True), name="ownership_board"),
        ]

    def __str__(self):
        return f"{self.party.ref} {self.as_of}"


FACTS = tuple(
    field.name
    for field in Ownership._meta.local_concrete_fields
    if field.name not in ("id", "party", "as_of", "recorded_by")
)
