"""One paper, and one worker's day, brought twice at the same moment by processes of their own on PostgreSQL."""

from datetime import date

import pytest

from accounts.models import User
from applicants.models import Application, Party
from audit.refusals import Refusal
from grants.checks import checks as grant_checks
from grants.models import Award, BudgetLine, Contribution, CountedPaper, Expense
from grants.services import enter_expense, evidence_contribution
from monitoring.attendance import record_attendance
from monitoring.checks import checks as monitoring_checks
from monitoring.models import WorkDay
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.processes import together
from tests.steps_applicants import registered_person, submitted_application
from tests.steps_grants import signed_award

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
HERE = "tests.test_race_papers"
PAPERS = 12


def each(count, act):
    """How many of `count` acts were not refused."""
    done = 0
    for number in range(1, count + 1):
        try:
            act(number)
            done += 1
        except Refusal:
            continue
    return done


def bring_costs(award, by):
    award, user = Award.objects.get(pk=award), User.objects.get(pk=by)
    line = BudgetLine.objects.filter(award=award).first()
    facts = {"award": award, "line": line, "supplier": "Metal Works", "invoice_on": DAY, "net_amount": 1_000}
    return each(PAPERS, lambda number: enter_expense(**facts, invoice_number=f"R-{number}", on=DAY, by=user))


def bring_own_part(contributions, by):
    user, facts = User.objects.get(pk=by), {"amount": 1_000, "supplier": "metal works"}

    def act(number):
        contribution = Contribution.objects.get(pk=contributions[number - 1])
        evidence_contribution(contribution=contribution, invoice_number=f"r {number}", on=DAY, by=user, **facts)

    return each(PAPERS, act)


def bring_sheets(site, workers, by):
    """A sheet of each of twelve months, the workers in the order given."""
    site, user = Application.objects.get(pk=site), User.objects.get(pk=by)
    parties = [Party.objects.get(pk=pk) for pk in workers]
    rows = [{"worker": party, "days": [3, 4], "daily_amount": 1_000} for party in parties]
    return each(
        12,
        lambda month: record_attendance(application=site, month=date(2025, month, 1), rows=rows, on=DAY, by=user),
    )


@pytest.fixture
def busy(transactional_db):
    """A grant office; it is 12 March 2026."""
    with standing_at(DAY):
        yield grant_office("busy")


def test_a_paper_brought_at_once_as_a_cost_and_as_an_own_part_counts_for_one_of_them(busy, database_url):
    spent, matched = signed_award(busy), signed_award(busy)
    pledge = matched.contributions.get()
    pledges = [pledge.pk]
    for _number in range(1, PAPERS):
        pledge.pk, pledge._state.adding = None, True
        pledge.save()
        pledges.append(pledge.pk)
    by = busy.people.adviser.pk
    calls = [
        (f"{HERE}:bring_costs", {"award": spent.pk, "by": by}),
        (f"{HERE}:bring_own_part", {"contributions": pledges, "by": by}),
    ]
    results = together(database_url, calls)
    assert [result.failed for result in results if result.failed] == []
    assert sum(result.value for result in results) == PAPERS
    counted = Expense.objects.count(), Contribution.objects.exclude(invoice_key=None).count()
    assert (sum(counted), CountedPaper.objects.count()) == (PAPERS, PAPERS)
    assert list(grant_checks()) == []


def test_a_workers_day_entered_at_once_on_two_sites_is_on_one_of_them(busy, database_url):
    first = submitted_application(busy)
    second = submitted_application(busy, registered_person(busy, name="Anna Ter", birth_year=1980))
    workers = [registered_person(busy, name=f"Worker {n}", birth_year=1970 + n).pk for n in range(4)]
    by = busy.people.adviser.pk
    calls = [
        (f"{HERE}:bring_sheets", {"site": first.pk, "workers": workers, "by": by}),
        (f"{HERE}:bring_sheets", {"site": second.pk, "workers": workers[::-1], "by": by}),
    ]
    results = together(database_url, calls)
    assert [result.failed for result in results if result.failed] == []
    assert sum(result.value for result in results) == 12
    assert WorkDay.objects.count() == 12 * 4 * 2
    assert list(monitoring_checks()) == []
