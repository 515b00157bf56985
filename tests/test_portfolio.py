"""The portfolio in parts, as of any day: buckets and parts add up to what is owed, worked by hand."""

import csv
import io
from datetime import date

from django.urls import reverse

from loans.models import Loan
from loans.portfolio import DIMENSIONS, breakdown, portfolios
from loans.services import reschedule_loan
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_loans import active_loan, repay

LATE = date(2026, 5, 20)


def test_parts_add_up_to_the_whole_on_any_day_and_the_page_and_file_say_the_same(lending, client):
    """1,000.00 paid in April and 8 days late on 20 May; 1,000.00 never paid, 38 days late; both of 12 April."""
    people = lending.people
    paid, late = active_loan(lending), active_loan(lending, bank_reference="BANK-2")
    repay(lending, paid, 8885, date(2026, 4, 12))
    for by in DIMENSIONS:
        for day in (DAY, date(2026, 4, 12), date(2026, 4, 13), LATE):
            whole = portfolios(Loan.objects.all(), day)["USD"]
            parts = list(breakdown(Loan.objects.all(), day, (by,)).values())
            assert sum(one.principal for one in parts) == whole.principal
            assert sum(amount for _loans, amount in whole.buckets.values()) == whole.principal
            for bound in (1, 30, 90):
                assert sum(one.at_risk[bound] for one in parts) == whole.at_risk[bound]
    whole = portfolios(Loan.objects.all(), LATE)["USD"]
    assert (whole.buckets["1-30"], whole.buckets["31-60"]) == ((1, 92_115), (1, 100_000))
    with standing_at(LATE):
        client.force_login(people.monitor)
        query = {"as_of": "20.05.2026", "by": "officer"}
        said = client.get(reverse("loans:portfolio"), query).content.decode()
        assert str(paid.application.adviser) in said
        assert "52.1%" in said  # PAR30: 1,000.00 of 1,921.15
        file = client.get(reverse("loans:portfolio"), {**query, "format": "csv"})
        rows = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
        assert rows[1][2:7] == ["2", "1921.15", "1921.15", "1000.00", "0.00"]
        assert client.get(reverse("loans:portfolio"), {**query, "by": "x"}).status_code == 400
    # Rescheduled on 20 May: on that day it is R, on the day before it was not yet.
    with standing_at(LATE):
        reschedule_loan(
            loan=late,
            instalments_number=12,
            first_due_on=date(2026, 6, 20),
            decision_ref="S-9",
            reason="The harvest failed.",
            on=LATE,
            by=people.manager,
        )
    before, after = (portfolios(Loan.objects.all(), day)["USD"] for day in (date(2026, 5, 19), LATE))
    assert (before.rescheduled, after.rescheduled) == (0, 100_000)
    assert (before.at_risk[30], after.at_risk[30], after.at_risk_or_rescheduled[30]) == (100_000, 0, 100_000)
