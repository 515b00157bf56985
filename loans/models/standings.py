"""The portfolio of today, kept up by every posting. Amounts are minor units.

A loan's share of the portfolio is written down with the due date of its oldest unpaid instalment: how late that is
follows from the day on which one looks, so nothing need be written because a day has passed.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.fields import AmountField, CurrencyField
from loans.models.loans import Loan
from programmes.models import Programme, Region


class Share(models.Model):
    """Where a share of the portfolio belongs. Keys without constraint: these rows only repeat what others say."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="+", db_index=False)
    region = models.ForeignKey(Region, models.CASCADE, related_name="+", db_index=False)
    currency = CurrencyField()
    officer = models.BigIntegerField(null=True)
    district = models.BigIntegerField(null=True)
    sex = models.CharField(max_length=8)
    product = models.BigIntegerField()
    first_open_on = models.DateField(_("oldest unpaid instalment"), null=True)
    rescheduled = models.BooleanField(default=False)
    principal_amount = AmountField()

    class Meta:
        abstract = True


KEY = (
    "programme_id", "region_id", "currency", "officer", "district", "sex", "product", "first_open_on", "rescheduled",
)  # fmt: skip


class LoanStanding(Share):
    """The share of one loan, as it was last counted."""

    loan = models.OneToOneField(Loan, models.CASCADE, primary_key=True, related_name="standing")


class PortfolioCell(Share):
    """Loans of one key together, or a change of that: rows of a key add up. Only inserted; folded each day."""

    loans = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["programme", "currency"], name="portfolio_cell")]
