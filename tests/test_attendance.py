"""Attendance and wage sheets: whose days count, and what they add up to on the workers' register."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from audit.refusals import Blocked, Invalid, NotAllowed
from monitoring.attendance import record_attendance, register_attendance
from monitoring.checks import checks
from monitoring.models import AttendanceRow, ShortTermJob
from monitoring.services import verify_workers
from tests.office import DAY
from tests.steps_applicants import registered_person, submitted_application

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 1)
MARCH = date(2026, 3, 1)


@pytest.fixture
def site(office):
    return submitted_application(office)


@pytest.fixture
def worker(office):
    return registered_person(office, name="Karine Avagyan", birth_year=1990)


def sheet(office, site, worker, days, *, month=FEBRUARY, daily=1_700, by=None, **facts):
    row = {"worker": worker, "days": days, "daily_amount": daily, **facts}
    return record_attendance(application=site, month=month, rows=[row], on=DAY, by=by or office.people.adviser)


def test_the_register_is_the_sum_of_the_sheets(office, site, worker):
    people = office.people
    sheet(office, site, worker, [28, 3, 4, 4], registered=True, paid_on=DAY)
    sheet(office, site, worker, [2, 3], month=MARCH, daily=2_000, registered=True)
    assert [(row.days, row.wage_amount) for row in AttendanceRow.objects.order_by("pk")] == [
        ([3, 4, 28], 5_100),
        ([2, 3], 4_000),
    ]
    register_attendance(application=site, on=DAY, by=people.adviser)
    job = ShortTermJob.objects.get()
    assert (job.starts_on, job.ends_on, job.person_days, job.wage_amount, job.registered) == (
        date(2026, 2, 3),
        date(2026, 3, 3),
        5,
        9_100,
        True,
    )
    assert AttendanceRow.objects.filter(job=job).count() == 2
    with pytest.raises(Blocked, match="on the register already"):
        register_attendance(application=site, on=DAY, by=people.adviser)
    verify_workers(application=site, on=DAY, by=people.monitor)
    assert list(checks()) == []
    ShortTermJob.objects.update(person_days=6)
    assert [fault.partition(" says ")[2] for fault in checks()] == ["6 days, its sheets 5"]


def test_nobody_works_on_two_sites_on_one_day(office, site, worker):
    other = submitted_application(office, registered_person(office, name="Anna Ter", birth_year=1980))
    sheet(office, site, worker, [3, 4])
    with pytest.raises(Invalid, match=f"{worker.ref} is on another site on day 4"):
        sheet(office, other, worker, [4, 5])
    sheet(office, other, worker, [5])
    assert list(checks()) == []
    AttendanceRow.objects.filter(sheet__application=other).update(days=[4])
    assert "two sites on one day" in next(checks())


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"days": []}, "not possible"),
        ({"days": [0, 3]}, "not possible"),
        ({"days": [29]}, "not possible"),
        ({"days": [13], "month": MARCH}, "not possible"),
        ({"days": [1], "daily": -1}, "not below zero"),
        ({"days": [1], "paid_on": date(2026, 3, 13)}, "by today"),
    ],
)
def test_days_are_those_of_the_month_until_today(office, site, worker, facts, sentence):
    with pytest.raises(Invalid, match=sentence):
        sheet(office, site, worker, **facts)
    assert not AttendanceRow.objects.exists()


def test_a_sheet_is_entered_once_by_who_may_and_its_wage_is_what_the_days_make(office, site, worker):
    with pytest.raises(NotAllowed):
        sheet(office, site, worker, [3], by=office.people.maker)
    sheet(office, site, worker, [12], month=MARCH)
    with pytest.raises(Blocked, match=r"03\.2026 is entered already"):
        sheet(office, site, worker, [1], month=MARCH)
    rows = [{"worker": worker, "days": [1], "daily_amount": 1}] * 2
    with pytest.raises(Invalid, match="twice"):
        record_attendance(application=site, month=FEBRUARY, rows=rows, on=DAY, by=office.people.adviser)
    with pytest.raises(Invalid, match="at least one"):
        record_attendance(application=site, month=FEBRUARY, rows=[], on=DAY, by=office.people.adviser)
    with pytest.raises(IntegrityError), transaction.atomic():
        AttendanceRow.objects.update(wage_amount=1)
