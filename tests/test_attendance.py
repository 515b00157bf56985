"""Attendance and wage sheets: whose days count, and what they add up to on the workers' register."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.refusals import Blocked, Invalid, NotAllowed
from monitoring.attendance import record_attendance, register_attendance
from monitoring.checks import checks
from monitoring.models import AttendanceRow, ShortTermJob, WorkDay
from monitoring.services import verify_workers
from tests.markup import filled
from tests.office import DAY
from tests.steps_applicants import registered_person, submitted_application

# What it shows does not hang on the database: on PostgreSQL in the long setting.
pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]

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
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkDay.objects.filter(row__sheet__application=other).update(day=date(2026, 2, 4))
    AttendanceRow.objects.filter(sheet__application=other).update(days=[4])
    assert "two sites on one day" in next(checks())
    WorkDay.objects.filter(row__sheet__application=other).delete()
    assert "says 1 days, 0 are taken" in next(checks())


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


# Pages ---------------------------------------------------------------------------------------------------------------


def upload(client, site, text, month="12.02.2026"):
    file = SimpleUploadedFile("sheet.csv", ("worker,days,daily_wage,registered,paid_on\n" + text).encode())
    url = reverse("monitoring:new_sheet", args=[site.ref])
    return client.post(url, {"month": month, "upload": file}, follow=True).content.decode()


@pytest.mark.once
def test_a_sheet_comes_as_a_file_and_goes_to_the_register(client, office, site, worker):
    client.force_login(office.people.adviser)
    text = upload(client, site, f'{worker.ref},"3-6, 9",17.00,yes,2026-03-02\n')
    assert "The sheet is entered." in text
    row = AttendanceRow.objects.get()
    assert (row.days, row.wage_amount, row.registered, row.paid_on) == ([3, 4, 5, 6, 9], 8_500, True, date(2026, 3, 2))
    page = client.get(reverse("monitoring:sheets", args=[site.ref])).content.decode()
    assert "Put them on the register" in page
    url = reverse("monitoring:register_sheets", args=[site.ref])
    page = client.post(url, {**filled(client.get(url)), "sent": "1"}, follow=True).content.decode()
    assert "The sheets are on the register." in page
    assert ShortTermJob.objects.get().wage_amount == 8_500
    assert "Blocked" not in page


@pytest.mark.once
@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("P-999999,1,17.00,,", "Row 2: no person P-999999 is on your register."),
        ("{ref},x,17.00,,", "Row 2: write the days like 1-5, 8."),
        ("{ref},32,17.00,,", "Row 2: write the days like 1-5, 8."),
        ("{ref},1,17.001,,", "has more decimals than EUR"),
        ("{ref},1,17.00,perhaps,", "registered is yes, no or empty"),
        ("{ref},1,17.00,,32.01.2026", "There is no day"),
    ],
)
def test_a_wrong_sheet_says_in_which_row(client, office, site, worker, row, sentence):
    client.force_login(office.people.adviser)
    assert sentence in upload(client, site, row.format(ref=worker.ref) + "\n")
    assert not AttendanceRow.objects.exists()


@pytest.mark.once
def test_sheets_are_for_those_who_keep_the_register(client, office, site):
    url = reverse("monitoring:new_sheet", args=[site.ref])
    for person, status in ((office.people.maker, 403), (office.people.member1, 404)):
        client.force_login(person)
        assert client.get(url).status_code == status
