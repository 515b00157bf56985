"""Double entry. Legs go in first under a fresh id and the Entry last: its insert seals them (ledger/guards.py).

Debit is positive, credit negative. A Book is one programme's; accounts carry opaque texts (line, subject), because
the ledger knows no award and no loan.
"""

import uuid

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from ledger.fields import AmountField, CurrencyField


class Book(models.Model):
    """One programme's ledger: its periods and its gapless entry sequence. Locked by every posting."""

    key = models.SlugField(_("key"), unique=True)
    closed_through = models.DateField(_("closed up to and including"), null=True, blank=True)
    last_seq = models.PositiveIntegerField(default=0)

    def __str__(self):
        return self.key


class AccountQuerySet(models.QuerySet):
    def of(self, book, code, **where):
        return self.filter(book=book, code=code, **where)

    def with_balances(self, as_of=None):
        """Annotate `balance` (minor units, debit positive) from legs valued on or before `as_of`."""
        where = Q(legs__entry__value_on__lte=as_of) if as_of else Q()
        return self.annotate(balance=Sum("legs__amount", filter=where, default=0))


class Account(models.Model):
    """An account is unique in (book, code, currency, line, subject). `balance_amount` equals the sum of its legs."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="accounts")
    code = models.CharField(max_length=4)
    currency = CurrencyField()
    line = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=80, blank=True)
    balance_amount = AmountField(default=0)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "code", "currency", "line", "subject"], name="account_unique")
        ]
        indexes = [models.Index(fields=["subject", "code"], name="account_subject")]

    def __str__(self):
        return " ".join(filter(None, [self.code, self.currency, self.line, self.subject]))


class EntryQuerySet(models.QuerySet):
    def live(self):
        """Entries that are neither reversed nor reversals."""
        return self.filter(reverses=None, reversed_by=None)

    def for_event(self, event_key):
        return self.filter(event_key=event_key)


class Entry(models.Model):
    """A sealed entry. `value_on` is when money moved; `posted_on` lies in an open period; `booked_at` is the clock."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    event_key = models.CharField(max_length=100)
    attempt = models.PositiveSmallIntegerField(default=0)
    value_on = models.DateField()
    posted_on = models.DateField()
    booked_at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    reason = models.TextField(blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "seq"], name="entry_seq_gapless"),
            models.UniqueConstraint(fields=["event_key", "attempt"], name="entry_event_once"),
            models.CheckConstraint(condition=Q(reverses=None) | ~Q(reason=""), name="entry_reversal_has_reason"),
        ]
        indexes = [
            models.Index(fields=["book", "value_on"], name="entry_value_on"),
            models.Index(fields=["book", "posted_on"], name="entry_posted_on"),
        ]

    def __str__(self):
        return f"{self.book_id}/{self.seq} {self.kind}"


class LegQuerySet(models.QuerySet):
    def on_code(self, *codes):
        return self.filter(account__code__in=codes)

    def valued_through(self, as_of):
        return self.filter(entry__value_on__lte=as_of)

    def total_amount(self):
        return self.aggregate(total=Sum("amount", default=0))["total"]


class Leg(models.Model):
    """One side of an entry in minor units of its account's currency; debit positive, credit negative."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="legs")
    account = models.ForeignKey(Account, models.PROTECT, related_name="legs")
    currency = CurrencyField()
    amount = AmountField()

    objects = LegQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="leg_not_zero")]

    def __str__(self):
        return f"{self.account} {self.amount}"
