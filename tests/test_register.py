"""The register: who is entered, who may see them, what is found twice."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from applicants import duplicates
from applicants.models import Consent, Enrolment, Party, PartyMember, Referral, name_words
from applicants.names import likeness, search_key
from applicants.services import (
    add_member,
    answer_referral,
    edit_party,
    end_member,
    enrol_party,
    give_consent,
    hand_over_caseload,
    record_referral,
    register_business,
    register_party,
    register_people,
    register_person,
    withdraw_consent,
)
from applicants.services.imports import columns_of
from audit.models import Event, Remark
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from programmes.clock import standing_at
from programmes.models import Role
from programmes.roles import forget
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import registered_enterprise, registered_person

ODD_NAMES = ["Smith & Sons <Ltd>", '=HYPERLINK("x")', "<img src=x onerror=alert(1)>", "Անահիտ Սարգսյան", "@SUM(A1)"]


def happened():
    """Events but for the list of names that every office begins with."""
    return Event.objects.exclude(kind="screening.load_list")


def as_typed(office, **facts):
    """What the form "Register a person" sends for a woman of the office's village."""
    return {
        "name": "Gayane Hovhannisyan",
        "programme": office.programme,
        "region": office.region,
        "village": office.village,
        "sex": "female",
        "birth_year": 1984,
        "phone": "093 00 01 23",
        "consent": "witness",
        "consent_version": "1",
        "source": "Regional social services",
        "on": DAY,
        "by": office.people.adviser,
        **facts,
    }


def test_a_list_of_workers_makes_the_rows_that_registering_them_one_by_one_makes(office):
    place = {"programme": office.programme, "region": office.region, "on": DAY, "by": office.people.adviser}
    workers = [
        {"name": "Agim Gashi", "sex": "male", "village": office.village, "phone": "044 111 222"},
        {"name": "Anahit  Sargsyan", "name_script": "Անահիտ Սարգսյան", "sex": "female", "birth_year": 1990},
    ]

    def rows(parties):
        for party in parties:
            stored = Party.objects.get(pk=party.pk)
            given = {"id", "ref", "history_id", "history_date"}
            event = Event.objects.about(party.ref).get()
            yield [
                *(
                    {k: v for k, v in columns_of(row).items() if k not in given}
                    for row in (stored, party.history.get())
                ),
                sorted(stored.name_words.values_list("word", flat=True)),
                party.enrolments.values("programme", "region", "adviser", "enrolled_on", "ended_on").get(),
                (event.kind, event.actor_id, event.on, event.programme, event.body, event.state_to),
            ]

    one_by_one = [register_party(kind="person", **worker, **place) for worker in workers]
    listed = register_people(people=workers, **place)
    assert [party.name for party in listed] == ["Agim Gashi", "Anahit Sargsyan"]
    assert list(rows(listed)) == list(rows(one_by_one))
    with pytest.raises(Invalid):
        register_people(people=[workers[0], {"name": "Nobody", "birth_year": 2015}], **place)
    with pytest.raises(NotAllowed):
        register_people(people=workers, **{**place, "by": make_user("Stranger", "X9")})
    assert Party.objects.filter(name="Agim Gashi").count() == 2


def test_a_person_is_registered_with_her_consent_and_who_sent_her(office):
    person = register_person(**as_typed(office))
    assert person.ref == "P-000001"
    assert (person.name, person.sex, person.birth_year, person.registered_on) == (
        "Gayane Hovhannisyan",
        "female",
        1984,
        DAY,
    )
    enrolment = Enrolment.objects.get(party=person)
    assert (enrolment.programme, enrolment.region, enrolment.adviser) == (
        office.programme,
        office.region,
        office.people.adviser,
    )
    consent = Consent.objects.get(party=person)
    assert (consent.purpose, consent.means, consent.given_on, consent.text_version) == (
        "processing",
        "witness",
        DAY,
        "1",
    )
    referral = Referral.objects.get()
    assert (referral.source, referral.answer, referral.party) == ("Regional social services", "accepted", person)
    kinds = list(happened().order_by("seq").values_list("kind", flat=True))
    assert kinds == ["party.register", "consent.give", "referral.record", "referral.answer"]


def test_the_event_of_a_registration_holds_no_name_and_no_phone(office):
    register_person(**as_typed(office))
    bodies = " ".join(Event.objects.values_list("body", flat=True))
    assert "Gayane" not in bodies
    assert "093" not in bodies


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_is_stored_whole_as_it_was_given(office, name):
    assert Party.objects.get(pk=registered_person(office, name).pk).name == name


YEARS = "A person is 15 to 110 years old: the year lies between 1916 and 2011."
ANEW = "Type it anew instead of pasting it."


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"name": "  "}, "name", "Enter the name."),
        ({"name": "<>"}, "name", "Enter the name."),
        ({"name": "A" * 161}, "name", "name has 161 letters; there is room for 160."),
        ({"name": "Gayane\u202e Hovhannisyan"}, "name", f"This holds the invisible character U+202E. {ANEW}"),
        ({"name_script": "Գայանե\x07"}, "name_script", f"This holds the invisible character U+0007. {ANEW}"),
        ({"birth_year": 1915}, "birth_year", YEARS),
        ({"birth_year": 2012}, "birth_year", YEARS),
        ({"phone": "93 00"}, "phone", "The phone number has 4 digits and needs 6 to 15."),
        ({"phone": "call me"}, "phone", "“call me” is not a phone number."),
        ({"sex": "both"}, "sex", "“both” is not one of the answers."),
        ({"on": date(2026, 3, 13)}, "on", "13.03.2026 lies in the future."),
    ],
)
def test_a_wrong_answer_names_its_field_and_nothing_is_saved(office, facts, field, words):
    with pytest.raises(Invalid) as refused:
        register_person(**as_typed(office, **facts))
    assert (refused.value.field, str(refused.value)) == (field, words)
    assert Party.objects.count() == Consent.objects.count() == happened().count() == 0


def test_the_longest_name_and_the_first_and_last_year_of_birth_are_taken(office):
    assert registered_person(office, "A" * 160).name == "A" * 160
    old = registered_person(office, "Old Person", birth_year=1916)
    assert old.birth_year == 1916
    assert registered_person(office, "New Person", birth_year=2011).birth_year == 2011
    with standing_at(date(2028, 1, 1)):
        # Years later the old person is still who was registered.
        facts = {"version": old.version, "on": date(2028, 1, 1), "by": office.people.adviser}
        assert edit_party(party=old, sector="bread", **facts).birth_year == 1916


def test_joiners_stay_in_a_name_and_a_pasted_phone_is_freed_of_what_nobody_sees(office):
    person = registered_person(office, "Mehr\u200cnaz\u200d Karimi", phone="\u202a093 00 01 24\u202c")
    assert (person.name, person.phone) == ("Mehr\u200cnaz\u200d Karimi", "093 00 01 24")


def test_an_adviser_of_another_region_cannot_register_here_and_a_field_agent_nowhere(office):
    stranger = make_user("Karine Mkrtchyan", "SPRING-50")
    seat(stranger, office.programme, Role.ADVISER, region=office.other_region)
    for by in (stranger, office.people.field_agent, office.people.member1, office.people.administrator, None):
        with pytest.raises(NotAllowed):
            register_person(**as_typed(office, by=by))
    assert Party.objects.count() == 0


def test_a_superuser_is_nobody_on_the_register(office):
    root = make_user("Root", "SPRING-51")
    root.is_superuser = True
    root.save()
    with pytest.raises(NotAllowed):
        register_person(**as_typed(office, by=root))
    registered_person(office)
    assert list(Party.objects.visible_to(root)) == []


def test_a_region_in_which_the_programme_does_not_work_is_refused(office):
    office.programme.regions.remove(office.other_region)
    with pytest.raises(Invalid, match="The programme does not work in Shirak"):
        register_person(**as_typed(office, region=office.other_region, by=office.people.manager))


def test_the_same_form_sent_twice_registers_once(office):
    first = register_person(**as_typed(office, key="k-1"))
    assert register_person(**as_typed(office, key="k-1")) == first
    assert Party.objects.count() == 1


# --- who may see -----------------------------------------------------------------------------------------------------


def sees(user):
    return list(Party.objects.visible_to(user).order_by("pk").values_list("name", flat=True))


def test_advisers_see_their_region_field_agents_their_villages_and_members_nobody(office):
    registered_person(office, "Here Anahit")
    registered_person(office, "There Anahit", region=office.other_region, village=None, by=office.people.manager)
    agent = office.people.field_agent
    assert sees(office.people.manager) == ["Here Anahit", "There Anahit"]
    assert sees(office.people.adviser) == ["Here Anahit"]
    assert sees(agent) == []
    agent.memberships.get().villages.add(office.village)
    forget(agent)
    assert sees(agent) == ["Here Anahit"]
    for nobody in (office.people.member1, office.people.donor, office.people.administrator, None):
        assert sees(nobody) == []


def test_a_person_of_a_confidential_programme_is_seen_by_its_own_people_alone(office):
    hidden = grant_office("quiet", confidential=True)
    person = registered_person(hidden, "Nino Beridze")
    assert all(sees(user) == [] for user in vars(office.people).values())
    enrol_party(
        party=person,
        programme=office.programme,
        region=office.region,
        adviser=office.people.adviser,
        on=DAY,
        by=office.people.manager,
    )
    assert sees(office.people.adviser) == ["Nino Beridze"]
    seen = Enrolment.objects.visible_to(office.people.adviser).filter(party=person)
    assert [row.programme for row in seen] == [office.programme]


def test_a_party_enrols_once_in_a_programme(office):
    person = registered_person(office)
    with pytest.raises(Blocked, match="P-000001 belongs to this programme already"):
        enrol_party(
            party=person,
            programme=office.programme,
            region=office.other_region,
            adviser=None,
            on=DAY,
            by=office.people.manager,
        )


def test_two_programmes_of_one_user_show_a_person_once(office):
    second = grant_office("autumn")
    person = registered_person(office)
    both = office.people.manager
    seat(both, second.programme, Role.MANAGER)
    forget(both)
    enrol_party(
        party=person, programme=second.programme, region=second.region, adviser=None, on=DAY, by=second.people.manager
    )
    assert sees(both) == [person.name]


# --- duplicates ------------------------------------------------------------------------------------------------------


def test_somebody_very_like_is_shown_with_the_reference_and_nothing_is_saved(office):
    registered_person(office, "Գայանե Հովհաննիսյան", phone="+374 93 000123")
    with pytest.raises(duplicates.PerhapsKnown) as known:
        register_person(**as_typed(office))
    assert [match.party.ref for match in known.value.matches] == ["P-000001"]
    assert "P-000001 Գայանե Հովհաննիսյան: same name, and year of birth where it is known" in str(known.value)
    assert Party.objects.count() == 1
    assert Consent.objects.count() == 1
    another = register_person(**as_typed(office, another=True))
    assert another.ref == "P-000002"


@pytest.mark.parametrize(
    ("name", "birth_year", "phone", "why"),
    [
        ("Gayane Hovhannisyan", 1984, "", "name"),
        ("Hovhannisyan Gayane", 1984, "", "name"),
        ("Гаяне Оганесян", 1984, "", "name"),
        ("Gayane Hovhannisyan", 1985, "", None),
        ("Gayane Hovhannisyan", None, "", "name"),
        ("Gayane Hovanisian", 1990, "00374 93000123", "phone"),
        ("Vardan Petrosyan", 1984, "093000123", None),
        ("Gayane Sargsyan", 1984, "", None),
    ],
)
def test_a_duplicate_is_found_in_another_spelling_script_or_form_of_phone(office, name, birth_year, phone, why):
    registered_person(office, "Gayane Hovhannisyan", phone="+374 93 000123")
    found = duplicates.find(user=office.people.adviser, kind="person", name=name, birth_year=birth_year, phone=phone)
    assert [match.why for match in found.seen] == ([why] if why else [])
    assert found.hold is False


@pytest.mark.parametrize("where", ["another region", "confidential programme"])
def test_a_duplicate_out_of_view_is_one_and_the_same_hold_and_leaves_nothing(office, where):
    if where == "another region":
        registered_person(
            office, "Gayane Hovhannisyan", region=office.other_region, village=None, by=office.people.manager
        )
    else:
        registered_person(grant_office("quiet", confidential=True), "Gayane Hovhannisyan")
    before = Event.objects.count(), Party.objects.count(), Referral.objects.count()
    said = []
    for another in (False, True):
        with pytest.raises(Blocked) as held:
            register_person(**as_typed(office, another=another))
        said.append(str(held.value))
    assert said == [str(duplicates.HOLD)] * 2
    assert (Event.objects.count(), Party.objects.count(), Referral.objects.count()) == before


def test_the_data_protection_person_can_clear_a_hold(office):
    registered_person(grant_office("quiet", confidential=True), "Gayane Hovhannisyan")
    guardian = make_user("Astghik Yeritsyan", "SPRING-60")
    seat(guardian, office.programme, Role.DATA_PROTECTION)
    with pytest.raises(Blocked, match="Hold"):
        register_person(**as_typed(office, by=guardian))
    assert register_person(**as_typed(office, by=guardian, another=True)).ref == "P-000002"


def test_an_enterprise_with_the_same_registration_number_is_known(office):
    registered_enterprise(office, "Lori Cheese", registration_number="286.110.01")
    with pytest.raises(duplicates.PerhapsKnown, match="E-000001 Lori Cheese: same registration number"):
        register_business(
            kind="enterprise",
            name="Cheese of Lori LLC",
            registration_number="286.110.01",
            programme=office.programme,
            region=office.region,
            on=DAY,
            by=office.people.adviser,
        )


def test_names_with_other_numbers_in_them_are_other_names():
    assert likeness(search_key("Person 101 Test"), search_key("Person 102 Test")) == 0


@pytest.mark.parametrize("most", [0, 1, 2000], ids=["common names", "some of both", "rare names"])
def test_a_person_is_found_by_beginnings_of_the_words_of_her_name_in_any_order(office, monkeypatch, most):
    """A name that more than `most` have is a common one, and the rows are walked."""
    monkeypatch.setattr(name_words, "MOST_NAMED", most)
    gayane = registered_person(office, "Gayane Hovhannisyan", name_script="Գայանե Հովհաննիսյան")
    gagik = registered_person(office, "Gagik Ter-Hovhannisyan", birth_year=1971)
    registered_person(office, "Karen Petrosyan", birth_year=1972)
    for text, found in {
        "gayan": {gayane},
        "Hovhan Gayane": {gayane},
        "Գայանե": {gayane},
        "ga hovh": {gayane, gagik},
        "nisyan": set(),
        "Gayane Ter": set(),
        "Karen Hovhannisyan": set(),
    }.items():
        assert set(Party.objects.matching(text)) == found, text
    edit_party(party=gagik, version=1, name="Gagik Sargsyan", on=DAY, by=office.people.adviser)
    assert set(Party.objects.matching("ga hovh")) == {gayane}
    assert set(Party.objects.matching("sargs")) == {gagik}


# --- editing ---------------------------------------------------------------------------------------------------------


def test_an_edit_keeps_the_history_and_says_which_fields_changed(office):
    person = registered_person(office)
    edited = edit_party(
        party=person, version=1, phone="+374 93 111222", on=DAY, by=office.people.adviser, name="Anahit Sargsian"
    )
    assert (edited.version, edited.phone, edited.name) == (2, "+374 93 111222", "Anahit Sargsian")
    assert [row.name for row in edited.history.order_by("pk")] == ["Anahit Sargsyan", "Anahit Sargsian"]
    assert edited.history.latest().history_user == office.people.adviser
    event = Event.objects.get(kind="party.edit")
    assert (event.body, event.programme) == ('{"fields":["name","phone"]}', "spring")


def test_an_edit_of_an_older_page_is_refused(office):
    person = registered_person(office)
    edit_party(party=person, version=1, phone="+374 93 111222", on=DAY, by=office.people.adviser)
    with pytest.raises(Stale):
        edit_party(party=person, version=1, phone="+374 93 333444", on=DAY, by=office.people.adviser)
    assert Party.objects.get(pk=person.pk).phone == "+374 93 111222"


def test_an_edit_that_changes_nothing_leaves_no_trace(office):
    person = registered_person(office)
    before = Event.objects.count()
    edit_party(party=person, version=1, name="Anahit Sargsyan ", on=DAY, by=office.people.adviser)
    assert Event.objects.count() == before
    assert Party.objects.get(pk=person.pk).version == 1


def test_who_does_not_keep_the_register_does_not_edit_it(office):
    person = registered_person(office)
    for by in (office.people.monitor, office.people.field_agent, office.people.maker):
        with pytest.raises(NotAllowed):
            edit_party(party=person, version=1, phone="+374 93 111222", on=DAY, by=by)


def test_the_sex_of_the_manager_follows_the_manager(office):
    woman, man = registered_person(office), registered_person(office, "Armen Sargsyan", sex="male")
    dairy = registered_enterprise(office, manager=woman)
    assert dairy.manager_sex == "female"
    dairy = edit_party(party=dairy, version=1, manager=man, on=DAY, by=office.people.adviser)
    assert dairy.manager_sex == "male"


# --- members ---------------------------------------------------------------------------------------------------------


def household(office):
    return register_party(
        kind="household",
        name="Sargsyan household",
        programme=office.programme,
        region=office.region,
        on=DAY,
        by=office.people.adviser,
    )


def test_a_household_has_one_head_and_members_come_and_go(office):
    home, mother, son = household(office), registered_person(office), registered_person(office, "Hayk Sargsyan")
    assert home.ref == "H-000001"
    by = office.people.adviser
    add_member(party=home, person=mother, role="head", on=DAY, by=by)
    with pytest.raises(Blocked, match="one head"):
        add_member(party=home, person=son, role="head", on=DAY, by=by)
    member = add_member(party=home, person=son, role="member", on=DAY, by=by)
    with pytest.raises(Blocked, match="has this part"):
        add_member(party=home, person=son, role="member", on=DAY, by=by)
    end_member(member=member, on=DAY, by=by)
    with pytest.raises(Blocked, match="ended already"):
        end_member(member=member, on=DAY, by=by)
    again = add_member(party=home, person=son, role="member", on=DAY, by=by)
    assert (again.pk, again.until) == (member.pk, None)


def test_shares_add_up_to_a_hundred_and_not_to_a_hundredth_more(office):
    group = register_party(
        kind="group",
        name="Berry growers",
        programme=office.programme,
        region=office.region,
        on=DAY,
        by=office.people.adviser,
    )
    people = [registered_person(office, name) for name in ("Ani Grigoryan", "Sona Grigoryan", "Lusine Grigoryan")]
    common = {"party": group, "role": "member", "on": DAY, "by": office.people.adviser}
    add_member(person=people[0], share_pct=60, **common)
    with pytest.raises(Invalid, match=r"The shares would add up to 100.01 percent"):
        add_member(person=people[1], share_pct=Decimal("40.01"), **common)
    add_member(person=people[1], share_pct=Decimal("40.00"), **common)
    with pytest.raises(Invalid, match=r"above 0"):
        add_member(person=people[2], share_pct=Decimal("0"), **common)
    assert PartyMember.objects.filter(party=group).count() == 2


def test_the_database_itself_refuses_a_party_that_is_its_own_member(office):
    person = registered_person(office)
    with pytest.raises(IntegrityError), transaction.atomic():
        PartyMember.objects.create(party=person, person=person)


# --- consent ---------------------------------------------------------------------------------------------------------


def test_consent_is_withdrawn_once_with_a_reason(office):
    person = registered_person(office)
    consent = Consent.objects.get()
    withdraw_consent(consent=consent, on=DAY, by=office.people.adviser, reason="She moved abroad.")
    assert Consent.objects.get().withdrawn_on == DAY
    assert Remark.objects.get().text == "She moved abroad."
    with pytest.raises(Blocked, match="withdrawn already"):
        withdraw_consent(consent=consent, on=DAY, by=office.people.adviser, reason="Again.")
    photo = give_consent(
        party=person, programme=office.programme, purpose="photo", text_version="1", on=DAY, by=office.people.adviser
    )
    with pytest.raises(Invalid, match="given later than that"):
        withdraw_consent(consent=photo, on=date(2026, 3, 11), by=office.people.adviser, reason="Too early.")


def test_consent_is_given_for_a_programme_that_the_person_belongs_to(office):
    other = grant_office("autumn")
    person = registered_person(office)
    with pytest.raises(Blocked, match="does not belong to this programme"):
        give_consent(
            party=person, programme=other.programme, purpose="photo", text_version="1", on=DAY, by=other.people.adviser
        )


# --- referrals -------------------------------------------------------------------------------------------------------


def referred(office, **facts):
    return record_referral(
        **{
            "programme": office.programme,
            "region": office.region,
            "name": "Gayane Hovhannisyan",
            "source": "Social service of Lori",
            "on": DAY,
            "by": office.people.field_agent,
            **facts,
        }
    )


def test_a_referral_opens_a_file_and_is_answered_once(office):
    referral = referred(office)
    person = register_person(**as_typed(office, referral=referral, source=""))
    referral.refresh_from_db()
    assert (referral.answer, referral.party, referral.answered_by) == ("accepted", person, office.people.adviser)
    with pytest.raises(Blocked, match="answered already"):
        answer_referral(referral=referral, answer="declined", on=DAY, by=office.people.adviser)


def test_a_field_agent_sees_the_referrals_that_they_brought_and_does_not_answer_them(office):
    mine = referred(office)
    theirs = referred(office, by=office.people.adviser)
    assert list(Referral.objects.visible_to(office.people.field_agent)) == [mine]
    assert set(Referral.objects.visible_to(office.people.adviser)) == {mine, theirs}
    with pytest.raises(NotAllowed):
        answer_referral(referral=mine, answer="declined", on=DAY, by=office.people.field_agent)


# --- caseload --------------------------------------------------------------------------------------------------------


def test_a_caseload_is_handed_over_by_the_manager_in_one_act(office):
    second = make_user("Meri Adamyan", "SPRING-70")
    seat(second, office.programme, Role.ADVISER, region=office.region)
    people = [registered_person(office, name) for name in ("Ani Grigoryan", "Sona Grigoryan")]
    common = {"programme": office.programme, "from_adviser": office.people.adviser, "to_adviser": second, "on": DAY}
    with pytest.raises(NotAllowed):
        hand_over_caseload(parties=people, by=office.people.adviser, **common)
    hand_over_caseload(parties=people, by=office.people.manager, **common)
    assert set(Enrolment.objects.values_list("adviser", flat=True)) == {second.pk}
    event = Event.objects.get(kind="caseload.hand_over")
    assert '"parties":["P-000001","P-000002"]' in event.body
    with pytest.raises(Invalid, match="Only parties of this adviser"):
        hand_over_caseload(parties=people, by=office.people.manager, **common)


def test_a_caseload_goes_only_to_an_adviser_of_the_region(office):
    far = make_user("Meri Adamyan", "SPRING-71")
    seat(far, office.programme, Role.ADVISER, region=office.other_region)
    with pytest.raises(Blocked, match="Meri Adamyan is not an adviser in Lori"):
        hand_over_caseload(
            programme=office.programme,
            from_adviser=office.people.adviser,
            to_adviser=far,
            parties=[registered_person(office)],
            on=DAY,
            by=office.people.manager,
        )
