"""Sanctions lists: read safely, matched over scripts and spellings, and a second person for each possible match."""

import random
import time
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from applicants.services import add_member
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from grants.checks import checks as grant_checks
from grants.models import Award
from grants.services import order_tranche, sign_award
from loans.models import Loan
from loans.services import sign_loan
from payments.checks import screening_faults
from payments.clearance import is_clear, people_behind
from payments.models import Match, PaymentOrder, Screening, ScreeningEntry, ScreeningList, ScreeningWord
from payments.screening import read_list
from payments.screening.likeness import HOLD_AT, compare, words_of
from payments.services import approve_payment, decide_match, load_list, screen_party, screen_staff
from programmes.clock import standing_at
from programmes.models import Call
from tests.markup import filled
from tests.office import DAY, grant_office
from tests.steps_applicants import registered_enterprise, registered_person
from tests.steps_grants import ENDS, account_for, certified_tranche, ready_award, signed_award
from tests.steps_loans import FIRST_DUE, approved_loan
from tests.steps_payments import held_match, screened

# What it shows does not hang on the database: on PostgreSQL in the long setting.
pytestmark = pytest.mark.in_turn

LATER = DAY + timedelta(days=1)
UN = """<?xml version="1.0" encoding="utf-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T10:00:00Z"><INDIVIDUALS><INDIVIDUAL>
<DATAID>690001</DATAID><FIRST_NAME>ARSHAK</FIRST_NAME><SECOND_NAME>INVENTED</SECOND_NAME>
<THIRD_NAME>HOVHANNISYAN</THIRD_NAME><REFERENCE_NUMBER>QDx.901</REFERENCE_NUMBER>
<NAME_ORIGINAL_SCRIPT>Արշակ Հովհաննիսյան</NAME_ORIGINAL_SCRIPT><NATIONALITY><VALUE>Nowhere</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Аршак Оганесян</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Arshik; The Invented</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1975-04-02</DATE></INDIVIDUAL_DATE_OF_BIRTH>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1978</FROM_YEAR><TO_YEAR>1980</TO_YEAR>
</INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY>
<DATAID>690002</DATAID><FIRST_NAME>Invented Basalt Exchange</FIRST_NAME><REFERENCE_NUMBER>QDe.902</REFERENCE_NUMBER>
<ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>IBE House</ALIAS_NAME></ENTITY_ALIAS></ENTITY></ENTITIES>
</CONSOLIDATED_LIST>""".encode()
CSV = "name,aliases,kind,birth_year,country,reference\n"


def rows(*lines):
    return (CSV + "".join(f"{line}\n" for line in lines)).encode()


def told(name, other, mine=(), theirs=(), **facts):
    found = compare(words_of(name), list(mine), words_of(other), list(theirs), **facts)
    return found.points if found else 0


# Files ---------------------------------------------------------------------------------------------------------------


def test_the_list_of_the_united_nations_is_read_with_its_aliases_and_years():
    facts = read_list(UN)
    assert (facts.kind, facts.listed_on) == ("un_xml", date(2026, 2, 27))
    person, firm = facts.entries
    assert (person.reference, person.kind, person.name) == ("QDx.901", "person", "ARSHAK INVENTED HOVHANNISYAN")
    aliases = {"Արշակ Հովհաննիսյան": False, "Аршак Оганесян": False, "Arshik": True, "The Invented": True}
    assert dict(person.aliases) == aliases
    assert (person.birth_years, person.country) == ((1975, 1978, 1979, 1980), "Nowhere")
    assert (firm.reference, firm.kind, firm.name, firm.aliases) == (
        "QDe.902",
        "entity",
        "Invented Basalt Exchange",
        (("IBE House", False),),
    )


def test_a_csv_list_is_read_by_the_columns_of_its_publisher():
    (one,) = read_list(rows("Zorbek Qadiruk,Зорбек Кадирук; Z. Qadiruk,person,1961;1962,Nowhere,X-1")).entries
    assert one.aliases == (("Зорбек Кадирук", False), ("Z. Qadiruk", False))
    assert one.birth_years == (1961, 1962)
    (firm,) = read_list(b"Firm Name,Type,Country,ID\nInvented Moonstone,firm,Nowhere,77\n").entries
    assert (firm.kind, firm.reference) == ("entity", "77")


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><CONSOLIDATED_LIST dateGenerated="2026-01-01">&b;'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b" " * (25 * 1024 * 1024 + 1), "larger than 25 MB"),
        (BOMB + b"</CONSOLIDATED_LIST>", "declares a document type or entities"),
        (UN[:700], "breaks off or is damaged at line"),
        (b"<html><body>Sign in</body></html>", "not the consolidated list"),
        (UN.replace(b' dateGenerated="2026-02-27T10:00:00Z"', b""), "does not say of which day it is"),
        (b'<CONSOLIDATED_LIST dateGenerated="2026-01-01"/>', "holds no entry"),
        (UN.replace(b"<REFERENCE_NUMBER>QDe.902<", b"<REFERENCE_NUMBER>QDx.901<"), "QDx.901 stands twice"),
        (CSV.encode(), "holds no entry"),
        (b"first,last\na,b\n", "The first line must name the columns"),
        (rows("Zorbek Qadiruk,,person,1961"), "Line 2 has 4 columns and the table 6"),
        (rows('"Zorbek Qadiruk,,person,1961,Nowhere,X'), "a quotation mark has no end"),
        (rows("Zorbek Qadiruk,,ship,,,X-1"), "neither person nor entity"),
        (rows("Zorbek Qadiruk,,person,about 60,,X-1"), "is not a year of birth"),
        (rows(",,person,,,X-1"), "Line 2 has no name"),
        (rows("Zorbek Qadiruk,,person,,,"), "Line 2 has no reference"),
        (b"\xff\xfe\x00<\x00", "damaged|letters that cannot be read"),
        (b"name,\x00", "not a list that can be read here"),
        (b"name,reference\n\xc4\xff,1\n", "Save it as CSV in UTF-8"),
    ],
)
def test_a_file_that_is_no_whole_list_is_refused_with_what_to_do(content, said):
    with pytest.raises(Invalid, match=said):
        read_list(content)


# Names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Արշակ Հովհաննիսյան", "Аршак Оганесян"),
        ("Arshak Hovhannisyan", "Hovannisian Arshak"),
        ("გიორგი კაპანაძე", "Giorgi Kapanadze"),
        ("Георгий Капанадзе", "გიორგი კაპანაძე"),
        ("Mohammed Al Rashidov", "Muhamad al-Rashidov"),
        ("Shpresa Krasniqi", "Shpresa Krasnici"),
        ("Zorbek Qadiruk", "Зорбек Кадирук"),
        ("Zorbek Ilyas Qadiruk", "Qadiruk, Zorbek"),
        ("Invented Basalt Exchange LLC", "ООО Invented Basalt Exchange"),
    ],
)
def test_one_name_in_two_spellings_is_a_possible_match(name, other):
    assert told(name, other) >= HOLD_AT


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Arshak Hovhannisyan", "Arshak Petrosyan"),
        ("Zorbek Qadiruk", "Zorbek"),
        ("Zorbek Qadiruk", "Qadiruk Exchange House"),
        ("Ani Grigoryan", "Ina Grigoryan"),
        ("Dairy 12", "Dairy 21"),
        ("", "Zorbek Qadiruk"),
    ],
)
def test_other_names_are_none(name, other):
    assert told(name, other) == 0


def test_the_year_of_birth_raises_and_lowers_what_the_words_say():
    name, other = "Zorbek Qadiruk", "Zorbek Ilyas Karen Kadirok"
    base = told(name, other)
    assert told(name, other, [1961], [1963]) == base + 10
    assert told(name, other, [1961], [1964]) == base - 15
    assert told(name, other, [1961], [1971]) == base - 15
    assert told(name, other, [1961], [1972, 1900]) == base - 30
    assert told("Zorbek Qadiruk", "Zorbek Qadiruk", [1961], [1972]) == 70 < HOLD_AT
    assert told("Zorbek Qadiruk", "Zorbek Qadiruk", weak=True) == 95
    assert compare(["zorbek", "kadiruk"], [1974], ["zorbek", "x1", "kadiruk"], [1975]).reasons == [
        ["words", 2, 0, 3],
        ["born", 1974, 1975],
    ]


# Lists ---------------------------------------------------------------------------------------------------------------


def loaded(office, content=UN, name="Consolidated list", by=None, on=DAY, **facts):
    return load_list(content=content, name=name, on=on, by=by or office.people.maker, **facts)


def test_a_list_is_loaded_once_and_says_by_whom(office):
    row = loaded(office)
    assert (row.entries_number, row.listed_on, row.source) == (2, date(2026, 2, 27), "consolidated-list")
    before = ScreeningEntry.objects.count(), Event.objects.count()
    with pytest.raises(Blocked, match=r"loaded on 12\.03\.2026 by Narine Petrosyan\. Nothing was added"):
        loaded(office, name="Another name", by=office.people.checker)
    for who in ("adviser", "loan_officer", "secretary", "monitor", "donor", "administrator"):
        with pytest.raises(NotAllowed):
            loaded(office, UN + b"\n", by=getattr(office.people, who))
    assert (ScreeningEntry.objects.count(), Event.objects.count()) == before
    assert "Narine" not in Event.objects.latest("seq").body


def test_a_csv_list_needs_its_date_and_none_lies_in_the_future(office):
    content = rows("Zorbek Qadiruk,,person,,,X-1")
    with pytest.raises(Invalid, match="Enter the date of the list"):
        loaded(office, content)
    with pytest.raises(Invalid, match="lies in the future"):
        loaded(office, content, listed_on=LATER)
    assert loaded(office, content, listed_on=DAY).listed_on == DAY
    with pytest.raises(Invalid, match=r"the one of 12\.03\.2026 is loaded"):
        loaded(office, content + b"\n", listed_on=DAY - timedelta(days=1))


def test_a_list_that_lost_many_entries_is_kept_only_with_a_reason(office):
    lines = [f"Person{chr(65 + number)} Invented,,person,,,X-{number}" for number in range(10)]
    loaded(office, rows(*lines), listed_on=DAY)
    loaded(office, rows(*lines[:7]), listed_on=DAY)
    with pytest.raises(Invalid, match="4 entries and its last version 7: perhaps the file was cut off"):
        loaded(office, rows(*lines[:4]), listed_on=DAY)
    with pytest.raises(Invalid, match="Say why"):
        loaded(office, rows(*lines[:4]), listed_on=DAY, smaller=True)
    assert ScreeningList.objects.filter(source="consolidated-list").count() == 2
    loaded(office, rows(*lines[:4]), listed_on=DAY, smaller=True, reason="The committee took three off.")


# Screening -----------------------------------------------------------------------------------------------------------


def test_a_party_is_found_in_its_own_script_and_held_until_a_second_person_decides(office):
    people = office.people
    loaded(office)
    party = registered_person(office, "Arshak Hovanesian", name_script="Արշակ Հովհաննիսյան", birth_year=1976)
    row = screen_party(party=party, programme=office.programme, on=DAY, by=people.maker)
    assert (row.outcome, row.clear_on, row.oldest_list_on) == ("held", None, date(2026, 1, 1))
    assert row.lists.count() == 2
    assert not is_clear(party, office.programme, DAY, 90)
    match = row.matches.get()
    assert match.reasons[-1] == ["born", 1976, 1975]
    with pytest.raises(NotAllowed, match="Another person than the one who screened"):
        decide_match(match=match, decision="other", note="No.", on=DAY, by=people.maker)
    with pytest.raises(NotAllowed):
        decide_match(match=match, decision="other", note="No.", on=DAY, by=people.loan_officer)
    for facts, said in (({"note": " "}, "by what you can tell"), ({"decision": "maybe"}, "not one of the answers")):
        with pytest.raises(Invalid, match=said):
            decide_match(match=match, on=DAY, by=people.checker, **{"decision": "other", "note": "No.", **facts})
    decide_match(match=match, decision="other", note="Another father's name.", on=DAY, by=people.checker)
    assert is_clear(party, office.programme, DAY, 90)
    with pytest.raises(Blocked, match="decided already"):
        decide_match(match=match, decision="same", note="Yes.", on=DAY, by=people.manager)
    again = screen_party(party=party, programme=office.programme, on=DAY, by=people.checker)
    assert (again.outcome, again.matches.get().carried_from_id) == ("clear", match.pk)
    party.name = "Arshak Hovhannisyan"
    party.save()
    assert screen_party(party=party, programme=office.programme, on=DAY, by=people.checker).outcome == "held"
    assert list(screening_faults()) == []
    bodies = "".join(Event.objects.filter(kind__startswith="screening.").values_list("body", flat=True))
    assert "Arshak" not in bodies
    assert "father" not in bodies


def test_the_staff_is_screened_by_name_and_a_hit_is_decided_by_neither_screener_nor_who_is_looked_at(office, client):
    people, name = office.people, "Zorbek Qadiruk"
    type(people.checker).objects.filter(pk__in=[people.checker.pk, people.donor.pk]).update(name=name)
    people.checker.refresh_from_db()
    url = f"/money/screening/staff/{office.programme.key}/"
    client.force_login(people.adviser)
    assert client.get(url).status_code == 403
    client.force_login(people.maker)
    form = filled(client.get(url).content.decode())
    page = client.post(url, form, follow=True).content.decode()
    assert "1 possible match waits for a second person" in page
    assert name in page
    match, staff = Match.objects.get(), Screening.objects.filter(party=None)
    assert (match.screening.staff, match.screening.outcome) == (people.checker, "held")
    assert not staff.filter(staff=people.donor).exists()
    assert set(staff.exclude(pk=match.screening.pk).values_list("outcome", flat=True)) == {"clear"}
    for who in (people.maker, people.checker):
        with pytest.raises(NotAllowed, match="Another person"):
            decide_match(match=match, decision="other", note="Born later.", on=DAY, by=who)
    client.force_login(people.manager)
    assert "Staff" in client.get(match.get_absolute_url()).content.decode()
    decide_match(match=match, decision="other", note="Born later.", on=DAY, by=people.manager)
    screen_staff(programme=office.programme, on=DAY, by=people.maker)
    assert Match.objects.open().count() == 0
    assert staff.newest().count() * 2 == staff.count()
    assert list(screening_faults()) == []
    Match.objects.update(decided_by=people.checker)
    assert f"payments_match {match.pk} was decided by who is looked at" in list(screening_faults())


def test_the_database_refuses_one_person_for_both(office):
    match = held_match(office)
    for facts in (
        {"decision": "other", "decided_by": match.screened_by, "decided_on": DAY},
        {"decision": "other"},
        {"decided_by": office.people.maker},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Match.objects.filter(pk=match.pk).update(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Screening.objects.update(outcome="clear")


def test_a_confirmed_match_blocks_whatever_is_screened_later_until_the_list_lets_go(office):
    match = held_match(office)
    party = match.screening.party
    decide_match(match=match, decision="same", note="By the passport.", on=DAY, by=office.people.checker)
    assert screened(office, party).outcome == "confirmed"
    Screening.objects.create(
        programme=office.programme,
        party=party,
        on=DAY,
        by=office.people.maker,
        oldest_list_on=DAY,
        facts_hash="x",
        outcome="clear",
        clear_on=DAY,
    )
    assert not is_clear(party, office.programme, DAY, 90)
    with standing_at(LATER):
        fresh = rows("Somebody Invented Else,,person,,,INV-2")
        load_list(content=fresh, name="Invented list", listed_on=DAY, on=LATER, by=office.people.maker)
        assert screened(office, party).outcome == "clear"
    assert is_clear(party, office.programme, LATER, 90)


def test_a_screening_counts_for_its_days_and_not_before_it_was_made(office):
    party = registered_person(office, "Gayane Arakelyan")
    for who in ("adviser", "secretary", "monitor", "donor"):
        with pytest.raises(NotAllowed):
            screen_party(party=party, programme=office.programme, on=DAY, by=getattr(office.people, who))
    screen_party(party=party, programme=office.programme, on=DAY, by=office.people.loan_officer)
    assert [is_clear(party, office.programme, DAY + timedelta(days=days), 90) for days in (-1, 0, 90, 91)] == [
        False,
        True,
        True,
        False,
    ]


def test_those_who_were_behind_a_business_that_day_are_asked(office):
    owner, former, manager = (registered_person(office, name) for name in ("Ani Sahakyan", "Eva Mkrtchyan", "Lia Beka"))
    business = registered_enterprise(office, "Lori Cheese", manager=manager)
    by = office.people.adviser
    add_member(party=business, person=owner, role="owner", since=date(2025, 1, 1), on=DAY, by=by)
    member = add_member(party=business, person=former, role="owner", since=date(2025, 1, 1), on=DAY, by=by)
    type(member).objects.filter(pk=member.pk).update(until=DAY - timedelta(days=1))
    assert {party.name for party in people_behind([business, None], DAY)} == {"Lori Cheese", "Ani Sahakyan", "Lia Beka"}
    assert "Eva Mkrtchyan" in {party.name for party in people_behind([business], DAY - timedelta(days=1))}


def test_a_screening_belongs_to_its_programme(office):
    other = grant_office("quiet", confidential=True)
    match = held_match(office)
    party = match.screening.party
    decide_match(match=match, decision="other", note="Another person.", on=DAY, by=office.people.checker)
    assert is_clear(party, office.programme, DAY, 90)
    assert not is_clear(party, other.programme, DAY, 90)
    assert not Match.objects.visible_to(other.people.manager).exists()
    assert not Screening.objects.visible_to(other.people.maker).exists()
    with pytest.raises(NotAllowed):
        screen_party(party=party, programme=office.programme, on=DAY, by=other.people.manager)
    assert screened(other, party).outcome == "held"


# What rests on it ----------------------------------------------------------------------------------------------------


def test_nothing_is_signed_or_paid_without_a_list(office):
    award = ready_award(office)
    for model in (Screening.lists.through, Screening, ScreeningWord):
        model.objects.all().delete()
    ScreeningEntry.objects.all().delete()
    ScreeningList.objects.all().delete()
    with pytest.raises(Blocked, match=r"No sanctions list is loaded\. Load one under Payments, Screening"):
        sign_award(award=award, ends_on=ENDS, on=DAY, by=office.people.manager)
    with pytest.raises(Blocked, match="No sanctions list is loaded"):
        screened(office, award.applicant)


def test_nothing_is_signed_or_paid_while_a_list_is_older_than_the_call_says_until_a_newer_one_is_loaded(office, client):
    """The office's list is of 1 January 2026: on 12 March that is 70 days ago."""
    award, people = ready_award(office), office.people
    name = ScreeningList.objects.get().name
    said = f"The list “{name}” of 01.01.2026 is too old. Load a newer one under Payments, Screening."
    Call.objects.update(list_days=69)
    award = Award.objects.get(pk=award.pk)
    with pytest.raises(Blocked) as refused:
        sign_award(award=award, ends_on=ENDS, on=DAY, by=people.manager)
    assert refused.value.missing == [said]
    client.force_login(people.manager)
    assert (
        "is too old: nothing is signed or paid" in client.get(f"{award.get_absolute_url()}screening/").content.decode()
    )
    Call.objects.update(list_days=70)
    award = sign_award(award=Award.objects.get(pk=award.pk), ends_on=ENDS, on=DAY, by=people.manager)
    tranche = certified_tranche(office, award.tranches.get())
    order = order_tranche(tranche=tranche, account=account_for(office, award), on=DAY, by=people.maker)
    Call.objects.update(list_days=69)
    order = PaymentOrder.objects.get(pk=order.pk)
    with pytest.raises(Blocked) as refused:
        approve_payment(order=order, on=DAY, by=people.checker)
    assert refused.value.missing == [said]
    loaded(office, rows("Zorbek Qadiruk,,person,1961,,X-1"), name=name, listed_on=DAY, smaller=True, reason="Shorter.")
    assert approve_payment(order=order, on=DAY, by=people.checker).state == "approved"


def test_an_award_of_somebody_on_hold_is_not_signed(office):
    award = ready_award(office, applicant=registered_person(office, "Zorbek Qadiruk", birth_year=1961))
    with pytest.raises(Blocked, match="Zorbek Qadiruk may stand on a sanctions list: a second person must decide"):
        sign_award(award=award, ends_on=ENDS, on=DAY, by=office.people.manager)
    decide_match(match=Match.objects.get(), decision="other", note="Younger.", on=DAY, by=office.people.checker)
    award = sign_award(award=award, ends_on=ENDS, on=DAY, by=office.people.manager)
    assert (award.screened_on, award.screened_by) == (DAY, office.people.manager)
    assert list(grant_checks()) == []
    Screening.objects.update(clear_on=LATER)
    assert f"grants_award {award.ref} was signed without a clear screening of its applicant" in list(grant_checks())


def test_a_loan_is_not_signed_when_its_borrower_stands_on_a_list(lending):
    loan = approved_loan(lending, applicant=registered_person(lending, "Zorbek Qadiruk", birth_year=1961))
    match = Match.objects.get()
    decide_match(match=match, decision="same", note="By the passport.", on=DAY, by=lending.people.checker)
    with pytest.raises(Blocked, match="Zorbek Qadiruk stands on a sanctions list: a second person has confirmed it"):
        sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=lending.people.loan_officer)
    assert Loan.objects.get().state == "approved"


def test_a_payment_rests_on_the_screening_of_its_payee_that_day(office):
    tranche = certified_tranche(office, signed_award(office).tranches.get())
    people, payee = office.people, tranche.award.applicant
    account = account_for(office, tranche.award)
    order = order_tranche(tranche=tranche, account=account, on=DAY, by=people.maker)
    old = DAY - timedelta(days=91)
    Screening.objects.update(on=old, clear_on=old)
    with pytest.raises(Blocked, match=r"The screening of Anahit Sargsyan of 11\.12\.2025 is too old"):
        approve_payment(order=order, on=DAY, by=people.checker)
    row = screened(office, payee)
    order = approve_payment(order=order, on=DAY, by=people.checker)
    assert order.screening == row
    assert list(screening_faults()) == []
    PaymentOrder.objects.update(screening=None)
    assert list(screening_faults()) == [
        f"payments_paymentorder {order.ref} was approved without a clear screening of its payee"
    ]


def test_verify_names_a_match_that_one_person_made_and_a_screening_that_nothing_explains(office):
    match = held_match(office)
    Match.objects.filter(pk=match.pk).delete()
    assert list(screening_faults()) == [
        f"payments_screening {match.screening_id} is held and no possible match holds it"
    ]
    ScreeningList.objects.update(entries_number=7)
    assert "says 7 entries and has 1" in list(screening_faults())[-1]
    assert Award.objects.count() == 0


def test_one_party_is_compared_with_twenty_thousand_entries_in_no_time(office):
    letters = random.Random(7)
    first = ["".join(letters.choices("bdgklmnrst", k=1) + letters.choices("aeiou", k=1)) for _number in range(300)]
    names = [
        "".join(letters.choices(first, k=3)) + " " + "".join(letters.choices(first, k=4)) for _number in range(20_000)
    ]
    names[::7] = [f"Mohammed {name}" for name in names[::7]]
    loaded(office, rows(*(f"{name},,person,,,X-{number}" for number, name in enumerate(names))), listed_on=DAY)
    party = registered_person(office, f"Muhamad {names[14].split()[-1]}")
    started = time.perf_counter()
    row = screen_party(party=party, programme=office.programme, on=DAY, by=office.people.maker)
    took = time.perf_counter() - started
    assert row.outcome == "held"
    assert took < 0.2
