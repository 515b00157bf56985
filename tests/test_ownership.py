"""Whose business it is: by IFC, by 2X, from facts that are entered once, and not known where nobody said it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from applicants.models import Ownership, Party
from applicants.models.ownership import FACTS
from applicants.ownership import Facts, facts_of, followed, owned_by, two_x, woman_owned
from applicants.services import add_member, edit_party, record_ownership
from audit.refusals import Invalid, NotAllowed
from reports.indicators import figures
from tests.office import DAY
from tests.steps_applicants import registered_enterprise, registered_person
from tests.steps_grants import paid_tranche, signed_award

D = Decimal


def facts(owned=None, **more):
    return Facts(women_owned_pct=None if owned is None else D(str(owned)), **more)


BOARD = {"has_board": True, "women_board_pct": D(30)}


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (facts(51), True),
        (facts("50.99"), None),
        (facts("50.99", woman_chief=False), False),
        (facts(20, woman_chief=True, has_board=False), True),
        (facts("19.99", woman_chief=True, has_board=False), False),
        (facts(20, woman_chief=True, **BOARD), True),
        (facts(20, woman_chief=True, has_board=True, women_board_pct=D("29.99")), False),
        (facts(20, woman_chief=True, has_board=True), None),
        (facts(20, woman_chief=True), None),
        (facts(None, woman_chief=True, **BOARD), None),
        (facts(None, woman_chief=False), None),
        (facts(0), False),
    ],
)
def test_ifc_counts_a_majority_or_a_fifth_with_a_woman_at_the_head_and_on_the_board(said, answer):
    assert woman_owned(said) is answer


@pytest.mark.parametrize(
    ("said", "thresholds", "answer"),
    [
        (facts(51, two_x_minimum=True), {}, True),
        (facts(51, two_x_minimum=False), {}, False),
        (facts(51), {}, None),
        (facts(0, founded_by_woman=False), {}, None),
        (facts(10, founded_by_woman=True, two_x_minimum=True), {}, True),
        (facts(10, founded_by_woman=False, two_x_minimum=True), {}, False),
        (facts(10, two_x_minimum=True), {}, None),
        (facts(10, founded_by_woman=False, women_leaders_pct=D(30), two_x_minimum=True), {}, False),
        (
            facts(10, founded_by_woman=False, women_leaders_pct=D(30), two_x_minimum=True),
            {"leaders": D(30)},
            True,
        ),
        (
            facts(10, founded_by_woman=False, women_leaders_pct=D("29.9"), has_board=False, two_x_minimum=True),
            {"leaders": D(30)},
            False,
        ),
        (
            facts(10, founded_by_woman=False, women_workers_pct=D(60), two_x_minimum=True),
            {"workers": D(40)},
            None,
        ),
        (
            facts(10, founded_by_woman=False, women_workers_pct=D(60), women_jobs_quality=True, two_x_minimum=True),
            {"workers": D(40)},
            True,
        ),
    ],
)
def test_2x_needs_its_minimum_and_one_criterion_at_the_thresholds_of_the_programme(said, thresholds, answer):
    assert two_x(said, **thresholds) is answer


def test_owners_tell_the_share_only_when_they_hold_all_of_it_and_are_known():
    assert owned_by([(D(60), "female"), (D(40), "male")]) == 60
    assert owned_by([(D(60), "female")]) is None
    assert owned_by([(D(60), "female"), (D(40), "unknown")]) is None
    assert owned_by([]) is None


@pytest.fixture
def dairy(office):
    return registered_enterprise(office)


def known(party, on=DAY):
    return facts_of(Party.objects.filter(pk=party.pk), on)[0][1]


@pytest.mark.django_db
def test_what_the_register_tells_is_not_asked_and_goes_before_what_was_said(office, dairy, client):
    by = office.people.adviser
    record_ownership(party=dairy, women_owned_pct=D(10), has_board=False, on=DAY, by=by)
    assert known(dairy).women_owned_pct == 10
    owner = registered_person(office, "Nune Hakobyan", sex="female")
    add_member(party=dairy, person=owner, role="owner", share_pct=D(100), on=DAY, by=by)
    edit_party(party=dairy, version=dairy.version, manager=owner, on=DAY, by=by)
    dairy.refresh_from_db()
    assert (known(dairy).women_owned_pct, known(dairy).woman_chief) == (100, True)
    assert set(followed(dairy, DAY)) == {"women_owned_pct", "woman_chief"}
    client.force_login(by)
    page = client.get(f"/applicants/{dairy.ref}/ownership/").content.decode()
    asked = [name for name in FACTS if f'name="{name}"' in page]
    assert asked == [name for name in FACTS if name not in ("women_owned_pct", "woman_chief")]
    answer = {"on": f"{DAY:%d.%m.%Y}", "has_board": "no", "founded_by_woman": "yes", "two_x_minimum": ""}
    assert client.post(f"/applicants/{dairy.ref}/ownership/", answer).status_code == 302
    row = Ownership.objects.get(party=dairy)
    assert (row.has_board, row.founded_by_woman, row.two_x_minimum) == (False, True, None)
    assert "Women own 100 percent" in client.get(dairy.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_facts_are_of_their_day(office, dairy):
    by = office.people.adviser
    record_ownership(party=dairy, women_owned_pct=D(60), on=DAY - timedelta(days=5), by=by)
    record_ownership(party=dairy, women_owned_pct=D(40), on=DAY, by=by)
    assert [known(dairy, DAY - timedelta(days=days)).women_owned_pct for days in (6, 5, 1, 0)] == [None, 60, 60, 40]


@pytest.mark.django_db
def test_what_cannot_be_is_refused(office, dairy):
    by = office.people.adviser
    with pytest.raises(Invalid, match="between 0 and 100"):
        record_ownership(party=dairy, women_owned_pct=D("100.01"), on=DAY, by=by)
    with pytest.raises(Invalid, match="that there is a board"):
        record_ownership(party=dairy, women_board_pct=D(30), on=DAY, by=by)
    with pytest.raises(Invalid, match="owns what they have"):
        record_ownership(party=registered_person(office, "Aram Petrosyan"), on=DAY, by=by)
    with pytest.raises(NotAllowed):
        record_ownership(party=dairy, on=DAY, by=office.people.donor)


@pytest.mark.django_db
def test_the_figures_count_the_unknown_beside_and_name_their_version(office):
    enterprise = registered_enterprise(office)
    award = signed_award(office, business=enterprise)
    paid_tranche(office, award.tranches.get())
    now = {one.code: one for one in figures(office.programme)}
    assert "women_owned_share" not in now
    record_ownership(party=enterprise, women_owned_pct=D(51), has_board=False, on=DAY, by=office.people.adviser)
    now = {one.code: one for one in figures(office.programme)}
    share = now["women_owned_share"]
    assert (share.numerator, share.denominator, share.unknown, share.version, share.grade) == (1, 1, 0, "v1", "B")
    assert "women_2x_share" not in now
    record_ownership(party=enterprise, women_owned_pct=D(51), two_x_minimum=True, on=DAY, by=office.people.adviser)
    now = {one.code: one for one in figures(office.programme)}
    assert (now["women_2x_share"].numerator, now["women_2x_share"].denominator) == (1, 1)
    assert "the criterion of entrepreneurship alone" in now["women_2x_share"].definition
