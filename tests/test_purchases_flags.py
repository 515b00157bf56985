"""What looks odd in a purchase is answered by a second person before it is approved."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from applicants.models import Party, PartyMember
from audit.refusals import Blocked, Invalid, NotAllowed
from grants.flags import flags_of, open_flags
from grants.models import FlagAnswer, Purchase
from grants.services import answer_flag, approve_purchase, choose_quote
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.steps_payments import KOSOVO_IBAN, payable_account
from tests.steps_purchases import THRESHOLD, buying_award, chosen, quoted, requested, supplier

# What it shows does not hang on the database: on PostgreSQL in the long setting.
pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


@pytest.fixture
def office():
    with standing_at(DAY):
        yield grant_office()


def bought(office, award, party, amount, on=DAY):
    purchase = requested(office, award)
    quote = quoted(office, purchase, party, amount)
    purchase = choose_quote(purchase=purchase, quote=quote, on=DAY, by=office.people.maker)
    Purchase.objects.filter(pk=purchase.pk).update(requested_on=on)
    return Purchase.objects.get(pk=purchase.pk)


@pytest.mark.parametrize(("second", "flagged"), [(THRESHOLD // 2 - 1, False), (THRESHOLD // 2, True)])
def test_two_purchases_that_together_pass_a_threshold_are_one(office, second, flagged):
    award, party = buying_award(office), supplier(office)
    bought(office, award, party, THRESHOLD // 2)
    purchase = bought(office, award, party, second)
    found = flags_of(purchase)
    assert [(flag.kind, flag.about) for flag in found] == ([("split", f"{award.ref}/P1")] if flagged else [])
    if flagged:
        assert "it is EUR 10,000.00 from one supplier within 90 days, which passes EUR 10,000.00" in found[0].sentence


def test_nothing_is_split_over_ninety_days_or_by_another_supplier(office):
    award, party = buying_award(office), supplier(office)
    bought(office, award, party, 900_000, on=DAY - timedelta(days=90))
    other = bought(office, award, supplier(office, "Wood Works"), 900_000)
    assert flags_of(other) == []
    purchase = bought(office, award, party, 900_000)
    assert len(flags_of(purchase)) == 1
    Purchase.objects.filter(number=1).update(requested_on=DAY - timedelta(days=91))
    assert flags_of(purchase) == []


def related(office, award, **facts):
    purchase = bought(office, award, supplier(office, "Near Works", **facts), 500_000)
    return [flag.about.partition(":")[0] for flag in flags_of(purchase)]


def test_a_supplier_with_the_grantees_phone_account_or_address_is_named(office):
    award = buying_award(office)
    Party.objects.filter(pk=award.applicant_id).update(
        address="7, Mill Street", phone="+374 91 123456", phone_digits="91123456", village=office.village
    )
    assert related(office, award) == []
    assert related(office, award, phone="091 12 34 56") == ["phone"]
    assert related(office, award, address="7 mill street", village=office.village) == ["address"]
    payable_account(office, award.applicant, number=KOSOVO_IBAN)
    twin = supplier(office, "Twin Works")
    payable_account(office, twin, number=KOSOVO_IBAN)
    assert [flag.about for flag in flags_of(bought(office, award, twin, 1))] == [f"account:{award.applicant.ref}"]


def test_a_supplier_of_the_people_behind_the_grantee_or_of_staff_is_named(office):
    award = buying_award(office)
    assert related(office, award, manager=award.applicant) == ["people"]
    member = supplier(office, "Member Works")
    PartyMember.objects.create(party=member, person=award.applicant, role="owner")
    assert [flag.about for flag in flags_of(bought(office, award, member, 1))] == [f"people:{award.applicant.ref}"]
    own = bought(office, award, award.applicant, 1)
    assert "self" in [flag.about.partition(":")[0] for flag in flags_of(own)]
    office.people.adviser.phone = "+374 94 555 666"
    office.people.adviser.save()
    assert related(office, award, phone="094 555666") == ["staff"]


def test_a_finding_stops_the_approval_until_another_person_answers(office):
    award, people = buying_award(office), office.people
    purchase = bought(office, award, supplier(office, manager=award.applicant), 500_000)
    flag = flags_of(purchase)[0]
    given = {"purchase": purchase, "kind": flag.kind, "about": flag.about, "on": DAY}
    with pytest.raises(Blocked) as blocked:
        approve_purchase(purchase=purchase, on=DAY, by=people.manager)
    assert str(blocked.value.missing[0]) == "1 finding is not answered yet."
    with pytest.raises(NotAllowed, match="requested"):
        answer_flag(answer="It is fine", by=people.adviser, **given)
    with pytest.raises(Invalid, match="Say what you found"):
        answer_flag(answer=" ", by=people.monitor, **given)
    answer_flag(answer="Two people of the same name, seen at the site", by=people.monitor, **given)
    assert open_flags(purchase) == []
    with pytest.raises(Blocked, match="answered already"):
        answer_flag(answer="Again", by=people.monitor, **given)
    assert approve_purchase(purchase=purchase, on=DAY, by=people.manager).state == "approved"
    with pytest.raises(IntegrityError), transaction.atomic():
        FlagAnswer.objects.update(answered_by=people.adviser)


def test_the_agency_is_asked_about_what_it_buys_for_all_grantees(office):
    award = buying_award(office, modality="in_kind")
    first = chosen(office, requested(office, award), 600_000)
    second = bought(office, award, first.supplier, 600_000)
    assert [flag.kind for flag in flags_of(second)] == ["split"]
