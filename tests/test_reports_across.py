"""Direct beneficiaries of several programmes: each person once, and nobody known by a confidential one."""

import pytest

from applicants.services import enrol_party
from programmes.models import Definition, Programme, Role
from reports import across as reports_across
from reports.across import across
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import registered_person, trained

pytestmark = pytest.mark.django_db

WOMEN, MEN = range(100, 140), range(200, 240)


@pytest.fixture
def known(monkeypatch):
    """`known(open=..., closed=..., third=...)`: programmes with these people; closed ones are confidential."""

    def put(**people):
        programmes = [
            Programme(key=key, name=key, confidential=key.startswith("closed"), time_zone="UTC") for key in people
        ]
        rule = Definition(direct_rule="recipients")
        monkeypatch.setattr(reports_across, "_defined", lambda rows: [(one, rule) for one in rows])
        sex = dict.fromkeys(WOMEN, "female") | dict.fromkeys(MEN, "male")
        monkeypatch.setattr(reports_across, "_people", lambda one, _rule: {pk: sex[pk] for pk in people[one.key]})
        return across(programmes)

    return put


def cells(found):
    return {cell.key: cell.value for cell in found.figure.by}


def test_who_is_in_two_programmes_counts_once(known):
    found = known(first=[*WOMEN[:10], *MEN[:10]], second=[*WOMEN[8:20], *MEN[10:20]])
    assert (found.figure.value, found.sum_, found.shared) == (40, 42, 2)
    assert cells(found) == {"female": 20, "male": 20}
    assert [(row.number, row.left_out) for row in found.rows] == [(20, False), (22, False)]


@pytest.mark.parametrize(("both", "left_out", "total"), [(0, False, 30), (1, True, 20), (4, True, 20), (5, False, 25)])
def test_a_confidential_programme_is_left_out_where_the_total_would_tell_of_a_few(known, both, left_out, total):
    found = known(closed=WOMEN[:10], open=WOMEN[10 - both : 30 - both])
    assert [(row.programme.key, row.left_out) for row in found.rows] == [("open", False), ("closed", left_out)]
    assert (found.figure.value, found.shared) == (total, 0 if left_out else both)


def test_the_total_is_not_broken_down_where_one_man_of_six_people_would_be_told(known):
    found = known(open=[*WOMEN[:20], *MEN[:20]], closed=[*WOMEN[:5], MEN[0], *WOMEN[30:40]])
    assert (found.figure.value, found.shared, found.figure.by) == (50, 6, ())


def test_a_small_cell_beside_a_confidential_programme_is_hidden_with_its_total_kept(known):
    found = known(open=[*WOMEN[:20], *MEN[:3]], closed=WOMEN[30:40])
    assert found.figure.value == 33
    assert all(cell.hidden for cell in found.figure.by)


def test_one_programme_alone_has_no_page_of_several(known):
    assert known(open=WOMEN) is None


def test_the_page_counts_the_programmes_of_the_reader_and_no_other(office, client):
    other = grant_office("orchard")
    hidden = grant_office("refuge", confidential=True)
    Definition.objects.update(direct_rule="trained_or_granted")
    person, second = registered_person(office, "Karen Melkonyan"), registered_person(other, "Ani Sahakyan")
    enrol_party(
        party=person,
        programme=other.programme,
        region=other.region,
        adviser=other.people.adviser,
        on=DAY,
        by=both_of(office, other),
    )
    for where, who in ((office, person), (other, person), (other, second)):
        trained(where, who)
    manager = both_of(office, other, role=Role.MANAGER)
    client.force_login(manager)
    assert 'href="/reports/people/"' in client.get("/reports/").content.decode()
    said = client.get("/reports/people/")
    found = said.context["found"]
    assert (found.sum_, {row.programme.key for row in found.rows}) == (3, {office.programme.key, "orchard"})
    assert hidden.programme.name not in said.content.decode()
    # Two people are fewer than five.
    assert found.figure.hidden
    assert "Fewer than five" in said.content.decode()
    client.force_login(office.people.adviser)
    assert client.get("/reports/people/").status_code == 403


def both_of(*offices, role=Role.ADVISER):
    user = make_user(f"Hasmik {role}", f"BOTH-{role}")
    for one in offices:
        seat(user, one.programme, role)
    return user
