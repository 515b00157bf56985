"""Committed money, roles, references, dates: what every trade shares."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes import roles
from programmes.clock import standing_at, today
from programmes.models import Commitment, Membership, Role
from programmes.services import (
    approve_delegation,
    available_on,
    check_date,
    commit,
    end_role,
    enter_rate,
    grant_role,
    release,
    request_delegation,
    reserve,
    take_reference,
    take_references,
    use,
)
from tests.office import DAY, grant_office, make_user


def promise(office, case="A-2026-00001", amount=6_000_000):
    return reserve(
        window=office.window,
        applicant_ref="P-000001",
        case_ref=case,
        amount=amount,
        by=office.people.secretary,
        on=DAY,
    )


def test_two_promises_cannot_be_more_than_the_line(office):
    promise(office)
    with pytest.raises(Blocked, match=r"40,000\.00 left"):
        promise(office, "A-2026-00002", 4_000_001)
    promise(office, "A-2026-00002", 4_000_000)
    assert available_on(office.line) == 0


def test_money_is_reserved_committed_used_and_the_rest_released(office):
    promise(office)
    commit(case_ref="A-2026-00001", by=office.people.manager, on=DAY)
    use(case_ref="A-2026-00001", parts={office.line.pk: 5_000_000}, by=office.people.maker, on=DAY)
    with pytest.raises(Blocked):
        use(case_ref="A-2026-00001", parts={office.line.pk: 1_000_001}, by=office.people.maker, on=DAY)
    with pytest.raises(Blocked):
        release(case_ref="A-2026-00001", amount=1_000_001, by=office.people.manager, on=DAY)
    release(case_ref="A-2026-00001", by=office.people.manager, on=DAY)
    row = Commitment.objects.get()
    assert (row.state, row.used_amount, row.released_amount) == ("used", 5_000_000, 1_000_000)
    assert available_on(office.line) == 5_000_000
    with pytest.raises(Blocked):
        commit(case_ref="A-2026-00001", by=office.people.manager, on=DAY)


def test_a_case_has_one_live_promise(office):
    promise(office)
    with pytest.raises(IntegrityError), transaction.atomic():
        promise(office, amount=1)
    release(case_ref="A-2026-00001", by=office.people.manager, on=DAY)
    promise(office, amount=1)
    assert available_on(office.line) == 9_999_999


def test_a_revolving_fund_lends_its_cash(lending):
    assert available_on(lending.line) == 1_000_000
    promise(lending, amount=400_000)
    assert available_on(lending.line) == 600_000
    with pytest.raises(Blocked):
        promise(lending, "A-2026-00002", 600_001)


def test_references_count_up_by_letter_and_year(db):
    assert take_reference("P") == "P-000001"
    assert take_references("A", 3, 2026) == ["A-2026-00001", "A-2026-00002", "A-2026-00003"]
    assert take_reference("A", 2027) == "A-2027-00001"
    assert take_reference("S", 2026) == "S-2026-01"


def test_a_fact_is_not_dated_in_the_future_nor_long_ago_without_a_reason(office):
    people = office.people
    check_date(on=DAY, programme=office.programme, by=people.adviser)
    check_date(on=date(2026, 3, 5), programme=office.programme, by=people.adviser)
    with pytest.raises(Invalid, match="future"):
        check_date(on=date(2026, 3, 13), programme=office.programme, by=people.manager)
    with pytest.raises(NotAllowed):
        check_date(on=date(2026, 3, 4), programme=office.programme, by=people.adviser, reason="late")
    with pytest.raises(Invalid, match="Say why"):
        check_date(on=date(2026, 3, 4), programme=office.programme, by=people.manager)
    check_date(on=date(2026, 3, 4), programme=office.programme, by=people.manager, reason="paper came late")


def test_nobody_grants_a_role_to_themselves_and_an_administrator_touches_no_money(office):
    people = office.people
    with pytest.raises(NotAllowed, match="themselves"):
        grant_role(
            user=people.administrator, programme=office.programme, role=Role.FINANCE, by=people.administrator, on=DAY
        )
    with pytest.raises(NotAllowed):
        grant_role(user=people.adviser, programme=office.programme, role=Role.FINANCE, by=people.manager, on=DAY)
    second = make_user("Second Administrator", "SPRING-98")
    Membership.objects.create(user=second, role=Role.ADMINISTRATOR, starts_on=date(2020, 1, 1))
    with pytest.raises(Blocked):
        grant_role(user=people.administrator, programme=office.programme, role=Role.FINANCE, by=second, on=DAY)
    newcomer = make_user("New Adviser", "SPRING-97")
    membership = grant_role(
        user=newcomer, programme=office.programme, role=Role.ADVISER, region=office.region, by=second, on=DAY
    )
    assert roles.holds(newcomer, [Role.ADVISER], office.programme.pk, office.region.pk)
    assert not roles.holds(newcomer, [Role.ADVISER], office.programme.pk, office.other_region.pk)
    assert Event.objects.filter(kind="role.grant").count() == 1
    end_role(membership=membership, by=second, on=date(2026, 3, 11), reason="left")
    roles.forget(newcomer)
    assert roles.roles_of(newcomer) == set()


def test_a_superuser_holds_no_role_by_being_one(office):
    power = make_user("Power User", "SPRING-96")
    power.is_superuser = True
    power.save()
    assert roles.roles_of(power) == set()
    assert not type(office.programme).objects.visible_to(power).exists()


def test_leave_cover_needs_a_second_person_and_ends(office):
    people = office.people
    membership = people.checker.memberships.get()
    cover = make_user("Cover", "SPRING-95")
    delegation = request_delegation(
        membership=membership, delegate=cover, starts_on=DAY, ends_on=date(2026, 3, 20), by=people.checker, on=DAY
    )
    assert not roles.holds(cover, [Role.FINANCE], office.programme.pk)
    with pytest.raises(NotAllowed):
        approve_delegation(delegation=delegation, by=people.checker, on=DAY)
    with pytest.raises(NotAllowed):
        approve_delegation(delegation=delegation, by=cover, on=DAY)
    approve_delegation(delegation=delegation, by=people.manager, on=DAY)
    assert roles.holds(cover, [Role.FINANCE], office.programme.pk)
    with pytest.raises(Blocked):
        approve_delegation(delegation=delegation, by=people.manager, on=DAY)
    with standing_at(date(2026, 3, 21)):
        roles.forget(cover)
        assert roles.roles_of(cover) == set()


def test_a_rate_once_entered_is_not_changed(office):
    people = office.people
    enter_rate(base="CHF", quote="GEL", on=DAY, rate=2, source="bank", by=people.maker)
    with pytest.raises(Blocked):
        enter_rate(base="CHF", quote="GEL", on=DAY, rate=3, source="bank", by=people.maker)


def test_days_are_those_of_the_programmes_time_zone(office):
    with standing_at(date(2016, 12, 31)):
        assert today(office.programme) == date(2016, 12, 31)


def test_two_programmes_of_one_office_do_not_see_each_other(office):
    other = grant_office("autumn")
    assert list(type(office.programme).objects.visible_to(other.people.manager)) == [other.programme]


def test_the_roles_of_a_person_are_read_once_for_a_request_and_its_row(office, django_assert_num_queries):
    user = User.objects.get(pk=office.people.manager.pk)
    request_user = SimpleLazyObject(lambda: user)
    held = roles.held_by(request_user)
    with django_assert_num_queries(0):
        assert roles.held_by(user) is held
    roles.forget(request_user)
    assert roles.held_by(user) is not held
