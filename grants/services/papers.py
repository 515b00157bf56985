"""A paper counts once: one invoice, and one file, for one part of the costs of all awards, whoever bears it."""

import hashlib
import unicodedata

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid
from grants.models import Contribution, CountedPaper, Expense, Purchase
from ledger.money import digits, round_minor, to_major
from programmes.models import ExchangeRate

PAPERS = (Contribution, Expense, Purchase)
FILE_COUNTS = _("This file counts already, for another part of the costs.")


def invoice_key(number, supplier, amount):
    """Hash by which an invoice is known again: letters and digits of number and supplier, and the amount."""
    words = [
        "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
        for text in (number, supplier)
    ]
    return hashlib.sha256("|".join([*words, str(amount)]).encode()).hexdigest()


def check_counts_once(row):
    """Raises Invalid when the invoice or the file of `row` (one of PAPERS) counts elsewhere already."""
    for model in PAPERS:
        others = model.objects.exclude(pk=row.pk) if isinstance(row, model) else model.objects.all()
        if row.invoice_key and others.filter(invoice_key=row.invoice_key).exists():
            raise Invalid(_("An invoice with this number, supplier and amount counts already."), field="invoice_number")
        if row.file_hash and others.filter(file_hash=row.file_hash).exists():
            raise Invalid(FILE_COUNTS, field="evidence")


def check_invoice_day(award, invoice_on, on):
    """Raises Invalid for an invoice from before the agreement, which nothing is paid for, and for one of the future."""
    if invoice_on < award.signed_on:
        raise Invalid(
            _("The invoice is from before the agreement of %(date)s.") % {"date": f"{award.signed_on:%d.%m.%Y}"},
            field="invoice_on",
        )
    if invoice_on > on:
        raise Invalid(_("%(date)s lies in the future.") % {"date": f"{invoice_on:%d.%m.%Y}"}, field="invoice_on")


def save_once(row):
    """Save one of PAPERS. The same paper may be brought twice at the same moment: the database lets one of them in."""
    try:
        with transaction.atomic():
            row.save()
            take_papers(row)
    except IntegrityError as twin:
        raise Invalid(
            _("This invoice counts already, for another part of the costs."), field="invoice_number"
        ) from twin


def take_papers(row):
    """What `row` (one of PAPERS) counts from now on is taken, and what it no longer counts is free.

    Raises IntegrityError when another row has it. Keys are taken in their order: two rows never wait for each other.
    """
    owner = {row._meta.model_name: row}
    keys = {key for key in (row.invoice_key, row.file_hash) if key}
    held = CountedPaper.objects.filter(**owner)
    held.exclude(key__in=keys).delete()
    for key in sorted(keys.difference(held.values_list("key", flat=True))):
        CountedPaper.objects.create(key=key, **owner)


def check_file_once(sha256):
    """Raises Invalid when a file of this hash counts as a cost already."""
    if any(model.objects.filter(file_hash=sha256).exists() for model in PAPERS):
        raise Invalid(FILE_COUNTS, field="evidence")


def in_currency_of(award, amount, currency, on):
    """(ExchangeRate, minor units of the award's currency) for `amount` minor units of `currency` on the day `on`.

    Raises Invalid where no rate of the line's own source is known up to that day.
    """
    rate = ExchangeRate.objects.of_day(award.currency, currency, on, award.line.rate_rule)
    if rate is None:
        raise Invalid(
            _("No rate of %(source)s from %(base)s to %(quote)s is entered up to %(day)s.")
            % {
                "source": award.line.get_rate_rule_display(),
                "base": award.currency,
                "quote": currency,
                "day": on.strftime("%d.%m.%Y"),
            },
            field="currency",
        )
    major = to_major(amount, currency) / rate.rate
    reckoned = round_minor(major.scaleb(digits(award.currency)))
    if reckoned <= 0:
        raise Invalid(_("The amount must be above zero."), field="amount")
    return rate, reckoned
