"""Which papers count, over all kinds of costs: what makes an invoice count once."""

from django.db import models
from django.db.models import Q

from grants.models.budget import Expense
from grants.models.own_part import Contribution
from grants.models.purchases import Purchase


class CountedPaper(models.Model):
    """An invoice or a file that counts, taken by the one row that brought it.

    `key`: the row's `invoice_key` or `file_hash`. Each of those is unique in its own table; this row makes it unique
    over the three, also when two people enter one paper as two kinds of cost at the same moment.
    """

    key = models.CharField(max_length=64, unique=True)
    contribution = models.ForeignKey(Contribution, models.CASCADE, null=True, related_name="papers")
    expense = models.ForeignKey(Expense, models.CASCADE, null=True, related_name="papers")
    purchase = models.ForeignKey(Purchase, models.CASCADE, null=True, related_name="papers")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(contribution__isnull=False, expense=None, purchase=None)
                | Q(contribution=None, expense__isnull=False, purchase=None)
                | Q(contribution=None, expense=None, purchase__isnull=False),
                name="counted_paper_of_one",
            ),
        ]

    def __str__(self):
        return self.key
