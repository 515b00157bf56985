"""Clicks on a dossier at the same moment, in processes of their own on PostgreSQL: one effect, one part each."""

import pytest

from accounts.models import User
from applicants.models import Application, Part, Revision
from applicants.services import (
    claim_part,
    lock_application,
    return_application,
    set_investments,
    submit_application,
    withdraw_application,
)
from audit import chain
from audit.models import Event
from audit.services import unit_of_work
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.processes import together
from tests.steps_applicants import draft_application, registered_person, submitted_application, trained

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
HERE = "tests.test_race_applications"


# What the processes do -----------------------------------------------------------------------------------------------


def submit(case, by, key=None):
    row = Application.objects.get(pk=case)
    return submit_application(application=row, on=DAY, by=User.objects.get(pk=by), key=key).state


def claim(case, by, part):
    with unit_of_work():
        row = lock_application(Application.objects.get(pk=case))
        return claim_part(application=row, user=User.objects.get(pk=by), part=part, on=DAY).part


def withdraw(case, by):
    row = Application.objects.get(pk=case)
    return withdraw_application(application=row, reason="She found work", on=DAY, by=User.objects.get(pk=by)).state


def send_back(case, by):
    row = Application.objects.get(pk=case)
    return return_application(application=row, reason="A quote", on=DAY, by=User.objects.get(pk=by)).state


def rewrite(case, by, amount, version):
    items = [{"label": "A cooler", "quantity": 1, "unit_amount": amount, "own_amount": amount // 4}]
    row = Application.objects.get(pk=case)
    return set_investments(
        application=row, items=items, version=version, on=DAY, by=User.objects.get(pk=by)
    ).asked_amount


@pytest.fixture
def busy(transactional_db):
    with standing_at(DAY):
        yield grant_office("busy")


def ready(office):
    person = registered_person(office)
    trained(office, person)
    return draft_application(office, person)


def whole(results):
    assert [result.failed for result in results if result.failed] == []
    assert list(chain.faults()) == []


def test_eight_clicks_on_submit_put_the_plan_forward_once(busy, database_url):
    case = ready(busy)
    adviser = busy.people.adviser.pk
    results = together(database_url, [(f"{HERE}:submit", {"case": case.pk, "by": adviser})] * 8)
    whole(results)
    assert sorted(result.refused or result.value for result in results) == ["Blocked"] * 7 + ["submitted"]
    assert Event.objects.filter(kind="application.submit").count() == 1
    assert Revision.objects.count() == 1


def test_one_person_gets_one_part_when_two_are_asked_for_at_once(busy, database_url):
    case = ready(busy)
    user = busy.people.maker.pk
    parts = ["member", "maker", "checker", "verifier"]
    results = together(database_url, [(f"{HERE}:claim", {"case": case.pk, "by": user, "part": part}) for part in parts])
    whole(results)
    assert sorted(result.refused or "one" for result in results) == ["NotAllowed"] * 3 + ["one"]
    assert Part.objects.get().part in parts


def test_a_case_is_withdrawn_or_returned_and_never_both_at_once(busy, database_url):
    case = submitted_application(busy)
    people = busy.people
    results = together(
        database_url,
        [
            (f"{HERE}:withdraw", {"case": case.pk, "by": people.adviser.pk}),
            (f"{HERE}:send_back", {"case": case.pk, "by": people.secretary.pk}),
        ],
    )
    whole(results)
    moves = list(Event.objects.moves().about(case.ref).order_by("seq").values_list("state_from", "state_to"))
    assert [to for _from, to in moves][:-1] == [source for source, _to in moves][1:]
    assert Application.objects.get().state == moves[-1][1]


def test_two_tabs_that_save_at_once_save_one_list(busy, database_url):
    case = ready(busy)
    facts = {"case": case.pk, "by": busy.people.adviser.pk, "version": case.version}
    results = together(
        database_url,
        [(f"{HERE}:rewrite", {**facts, "amount": amount}) for amount in (400_000, 800_000)],
    )
    whole(results)
    assert sorted(result.refused or "saved" for result in results) == ["Stale", "saved"]
    row = Application.objects.get()
    assert row.asked_amount == sum(item.programme_amount for item in row.investments.all())
