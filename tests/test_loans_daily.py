"""The day's work on loans: twice is once, and forty missed days are the same as day by day."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction

from audit.refusals import Blocked
from config.proof import faults
from ledger.models import Entry
from loans.daily import daily
from loans.models import Instalment, Loan, PortfolioCell, Repayment
from loans.services import reckoning
from loans.services.restating import restate
from programmes.clock import standing_at
from tests.steps_loans import active_loan, repay

# From the day after the pay-out over two due dates, 12 April and 12 May.
FIRST, DAYS = date(2026, 4, 10), 40
LAST = FIRST + timedelta(days=DAYS - 1)
# How often a row was edited, when the machine wrote it, and the order in which it did. Cells are folded each day anew.
LEFT_OUT = {"version", "booked_at", "seq", "updated_at"}
OURS = ("applicants", "ledger", "loans", "payments", "programmes")


def picture():
    """Every row of every table that money stands in."""
    models = [model for model in apps.get_models() if model._meta.app_label in OURS]
    # An entry has a random key: here it is called by what it books.
    names = {entry.pk: f"{entry.event_key}/{entry.attempt}/{bool(entry.reverses_id)}" for entry in Entry.objects.all()}
    return {
        model.__name__: Counter(
            tuple(
                (field.name, _told(getattr(row, field.attname), names))
                for field in model._meta.concrete_fields
                if field.name not in LEFT_OUT and not (model is PortfolioCell and field.primary_key)
            )
            for row in model._base_manager.all()
        )
        for model in models
    }


def _told(value, names):
    return names.get(value, str(value)) if isinstance(value, UUID) else str(value)


def work(day):
    with standing_at(day):
        daily(day)


# Keys are compared too, and PostgreSQL takes none back when a scene is undone.
@pytest.mark.once
def test_forty_missed_days_are_the_same_as_day_by_day(lending):
    """One borrower never pays, with a penalty of 36.5% a year; one has paid 200.00 ahead, held for what falls due."""
    terms = {"penalty_pct": Decimal("36.5"), "prepay": "hold"}
    late = active_loan(lending, terms=terms)
    ahead = active_loan(lending, bank_reference="BANK-2")
    repay(lending, ahead, 20_000, date(2026, 3, 20))
    found = []
    for days in (range(DAYS), [DAYS - 1], [DAYS - 1, DAYS - 1]):
        with transaction.atomic():
            for number in days:
                work(FIRST + timedelta(days=number))
            found.append(picture())
            if len(found) < 3:
                transaction.set_rollback(True)
    with standing_at(LAST):
        assert list(faults()) == []
    for name, rows in found[0].items():
        assert rows == found[1][name], name
        assert rows == found[2][name], name
    # By hand: 78.85 overdue for 37 days and 79.64 for 7, a thousandth a day; 88.85 held were applied twice.
    late_rows = Instalment.objects.filter(loan=late).order_by("number")
    assert [row.penalty_amount for row in late_rows[:3]] == [292, 56, 0]
    held = Repayment.objects.filter(loan=ahead, means="held").order_by("value_on")
    assert [(row.value_on, row.amount) for row in held] == [(date(2026, 4, 12), 8885), (date(2026, 5, 12), 8885)]
    assert Loan.objects.get(pk=ahead.pk).overpaid_amount == 20_000 - 2 * 8885


@pytest.mark.django_db
def test_a_loan_that_cannot_be_reckoned_keeps_no_other_back_and_is_named(lending, monkeypatch):
    terms = {"penalty_pct": Decimal("36.5")}
    wrong, late = active_loan(lending, terms=terms), active_loan(lending, terms=terms, bank_reference="BANK-2")

    def refusing(loan, **facts):
        if loan.pk == wrong.pk:
            raise Blocked("Its refund is larger than what was paid.")
        return restate(loan, **facts)

    monkeypatch.setattr(reckoning, "restate", refusing)
    with pytest.raises(Blocked) as said:
        work(date(2026, 5, 12))
    assert said.value.missing == [f"{wrong.ref}: Its refund is larger than what was paid."]
    penalties = Instalment.objects.filter(number=1).order_by("loan_id").values_list("penalty_amount", flat=True)
    assert (list(penalties), Loan.objects.get(pk=late.pk).reckoned_on) == ([0, 237], date(2026, 5, 12))
    assert PortfolioCell.objects.exists()
    with (
        standing_at(date(2026, 5, 13)),
        pytest.raises(CommandError, match=f"not this:\nloans: These loans could not be reckoned: {wrong.ref}"),
    ):
        call_command("run_daily", date="2026-05-13")
