"""The set-up page: who is there, whether five different people can play the five parts, roles and cover."""

import pytest
from django.urls import reverse

from programmes.models import Delegation, Membership
from programmes.reading import five_people
from tests.office import DAY, make_user

pytestmark = pytest.mark.django_db


def page(client, who, name, *arguments, **post):
    client.force_login(who)
    url = reverse(f"programmes:{name}", args=arguments)
    return client.post(url, post) if post else client.get(url)


def test_the_page_names_a_person_for_each_of_the_five_parts(client, office):
    answer = page(client, office.people.manager, "programme", office.programme.key)
    assert answer.status_code == 200
    assert [part.user is not None for part in five_people(office.programme, DAY)] == [True] * 5
    assert len({part.user.pk for part in five_people(office.programme, DAY)}) == 5
    assert "Nobody is left" not in answer.content.decode()


def test_one_finance_officer_is_not_two(office):
    office.people.checker.memberships.all().delete()
    covers = five_people(office.programme, DAY)
    assert sorted(part.user is None for part in covers) == [False, False, False, False, True]


def test_a_person_with_two_roles_is_moved_so_that_all_five_are_found(office):
    office.people.monitor.memberships.all().delete()
    Membership.objects.create(
        user=office.people.checker, programme=office.programme, role="monitoring", starts_on="2020-01-01"
    )
    third = make_user("Third Finance", "SPRING-80")
    Membership.objects.create(user=third, programme=office.programme, role="finance", starts_on="2020-01-01")
    covers = five_people(office.programme, DAY)
    assert all(part.user for part in covers)
    assert covers[4].user == office.people.checker


def test_a_stranger_finds_no_such_programme(client, office, lending):
    assert page(client, lending.people.manager, "programme", office.programme.key).status_code == 404
    assert page(client, office.people.donor, "programme", office.programme.key).status_code == 404


def test_only_an_administrator_gives_a_role_and_never_to_themselves(client, office):
    newcomer = make_user("New Adviser", "SPRING-81")
    post = {"user": newcomer.pk, "role": "adviser", "region": office.region.pk}
    assert page(client, office.people.manager, "grant", office.programme.key, **post).status_code == 403
    assert page(client, office.people.administrator, "grant", office.programme.key, **post).status_code == 302
    assert newcomer.memberships.get().role == "adviser"
    own = {"user": office.people.administrator.pk, "role": "adviser"}
    refused = page(client, office.people.administrator, "grant", office.programme.key, **own)
    assert refused.status_code == 403
    assert not office.people.administrator.memberships.filter(role="adviser").exists()


def test_a_role_is_held_once_and_ends_no_earlier_than_it_begins(client, office):
    newcomer = make_user("New Maker", "SPRING-82")
    admin, key, day = office.people.administrator, office.programme.key, f"{DAY:%d.%m.%Y}"
    past = page(client, admin, "grant", key, user=newcomer.pk, role="finance", ends_on="01.01.1900")
    assert (past.status_code, newcomer.memberships.count()) == (400, 0)
    assert "The last day lies before the first." in past.content.decode()
    assert "New Maker, SPRING-82" in past.content.decode()
    assert page(client, admin, "grant", key, user=newcomer.pk, role="finance").status_code == 302
    again = page(client, admin, "grant", key, user=newcomer.pk, role="finance")
    assert (again.status_code, newcomer.memberships.count()) == (409, 1)
    assert "New Maker holds this role already." in again.content.decode()
    client.post(reverse("programmes:end", args=[newcomer.memberships.get().pk]), {"reason": "Left."})
    assert f"Today, {day}, is the last day of this role." in client.get("/").content.decode()


def test_cover_is_asked_by_the_holder_and_approved_by_the_manager(client, office):
    people = office.people
    post = {
        "membership": people.adviser.memberships.get().pk,
        "delegate": people.field_agent.pk,
        "starts_on": "12.03.2026",
        "ends_on": "20.03.2026",
    }
    assert page(client, people.adviser, "ask_cover", office.programme.key, **post).status_code == 302
    cover = Delegation.objects.get()
    assert page(client, people.adviser, "approve_cover", cover.pk, go="1").status_code == 403
    assert page(client, people.manager, "approve_cover", cover.pk, go="1").status_code == 302
    cover.refresh_from_db()
    assert cover.approved_by == people.manager


def test_a_rate_is_entered_by_finance_once(client, office):
    post = {"base": "eur", "quote": "AMD", "rate": "410.5", "day": "12.03.2026", "source": "bank"}
    assert page(client, office.people.adviser, "rate", office.programme.key, **post).status_code == 403
    assert page(client, office.people.maker, "rate", office.programme.key, **post).status_code == 302
    assert page(client, office.people.maker, "rate", office.programme.key, **post).status_code == 409
