"""Complaints: open to anybody, read by few, answered in time, and never known to the person complained of."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.encryption import decrypt
from applicants.checks import complaints as faults
from applicants.complaint_facts import excluded_from, referral_person
from applicants.complaints import found_by, possible_handlers, public_names, receivers_of
from applicants.models import Complaint, ComplaintExclusion
from applicants.queues import queue_for
from applicants.services import (
    acknowledge_complaint,
    answer_complaint,
    erase_complaints,
    name_complained,
    name_handler,
    pass_on_complaint,
    read_complaint,
    refer_complaint,
)
from audit.models import Event, Remark
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.clock import standing_at
from programmes.models import Delegation, Membership, Role
from programmes.roles import forget
from programmes.services import end_contact, name_contact
from tests.office import DAY, grant_office, seat
from tests.steps_applicants import eligible_application, protector_of
from tests.steps_complaints import WORDS, complaint_of, contact_of, days, handled, knows, root, waiting

pytestmark = pytest.mark.in_turn

# Receiving --------------------------------------------------------------------------------------------------------


def test_words_are_stored_encrypted_and_no_event_holds_them(office):
    complaint = complaint_of(office, about="Lilit", contact="Gohar, 093 000123")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, about, contact FROM applicants_complaint")
        stored = cursor.fetchone()
    assert [decrypt(one) for one in stored] == [WORDS, "Lilit", "Gohar, 093 000123"]
    assert not any(word in one for one in stored for word in ("hen", "Lilit", "Gohar"))
    event = Event.objects.get(subject=complaint.ref)
    assert (event.kind, event.actor_id, event.body) == (
        "complaint.create",
        None,
        '{"kind":"money","means":"web"}',
    )
    assert Remark.objects.count() == 0


def test_it_is_due_by_the_days_of_the_programme(office):
    complaint = complaint_of(office)
    assert (complaint.ack_due_on, complaint.answer_due_on) == (days(5), days(30))
    office.programme.complaint_ack_days, office.programme.complaint_answer_days = 2, 10
    office.programme.save()
    complaint = complaint_of(office)
    assert (complaint.ack_due_on, complaint.answer_due_on) == (days(2), days(10))
    complaint = complaint_of(office, public_name="")
    assert (complaint.programme, complaint.ack_due_on, complaint.answer_due_on) == (None, days(5), days(30))


def test_reference_and_code_open_it_and_neither_alone(office):
    complaint = complaint_of(office)
    assert found_by(complaint.ref, complaint.code) == complaint
    assert found_by(complaint.ref.lower(), complaint.code.lower().replace("-", " ")) == complaint
    assert found_by(complaint.ref, "") is None
    assert found_by(complaint.ref, complaint_of(office).code) is None
    assert found_by("C-22222222", complaint.code) is None
    assert complaint.code not in Complaint.objects.get(pk=complaint.pk).code_mark


def test_references_tell_nothing_of_how_many_there_are(office):
    refs = [complaint_of(office).ref for _number in range(20)]
    assert len(set(refs)) == 20
    assert refs != sorted(refs)
    assert all(len(ref) == 10 for ref in refs)


def test_the_same_form_sent_twice_is_one_complaint_and_tells_no_second_code(office):
    first = complaint_of(office, sent_key="k-1")
    again = complaint_of(office, sent_key="k-1")
    assert (again.pk, again.code) == (first.pk, "")
    assert Complaint.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"kind": "weather"}, "Choose what"),
        ({"text": "  "}, "Say what happened"),
        ({"text": "x" * 5001}, "room for 5000"),
        ({"about": "x" * 201}, "room for 200"),
        ({"contact": "x" * 301}, "room for 300"),
        ({"means": "pigeon"}, "how the complaint came"),
    ],
)
def test_what_cannot_be_accepted_is_said_plainly(office, facts, sentence):
    with pytest.raises(Invalid, match=sentence):
        complaint_of(office, **facts)
    assert Complaint.objects.count() == 0


def test_a_confidential_programme_is_known_outside_by_its_neutral_name_alone(office):
    quiet = grant_office("quiet", confidential=True)
    assert public_names() == ["Programme spring", "Small business support"]
    assert complaint_of(quiet).programme == quiet.programme
    assert complaint_of(office, public_name="Programme quiet").programme is None
    grant_office("hush", confidential=True)
    assert public_names() == ["Programme spring", "Small business support"]
    shared = complaint_of(quiet)
    assert (shared.programme, shared.public_name) == (None, "Small business support")


def test_the_dossier_that_is_named_leads_to_its_programme(office):
    quiet = grant_office("quiet", confidential=True)
    case = eligible_application(quiet)
    complaint = complaint_of(office, public_name="", application_ref=case.ref.lower())
    assert (complaint.application, complaint.programme, complaint.public_name) == (case, quiet.programme, "")
    assert complaint_of(office, application_ref="A-2020-99999").application is None


# Who may know of it -----------------------------------------------------------------------------------------------


def test_the_data_protection_person_receives_and_the_manager_where_there_is_none(office):
    complaint = complaint_of(office)
    people = office.people
    assert receivers_of(complaint) == [people.manager]
    assert knows(people.manager, complaint)
    protector = protector_of(office)
    assert receivers_of(complaint) == [protector]
    assert (knows(protector, complaint), knows(people.manager, complaint)) == (True, False)
    for role in ("adviser", "field_agent", "secretary", "loan_officer", "maker", "monitor", "member1", "donor"):
        assert not knows(getattr(people, role), complaint)
    assert not knows(people.administrator, complaint)
    assert not knows(grant_office("elsewhere").people.manager, complaint)
    Membership.objects.filter(user=protector).update(ends_on=days(-1))
    forget(protector)
    assert (knows(protector, complaint), knows(people.manager, complaint)) == (False, True)


def test_without_a_programme_the_data_protection_people_receive_it(office):
    complaint = complaint_of(office, public_name="")
    elsewhere = grant_office("elsewhere")
    assert knows(office.people.manager, complaint)
    assert knows(elsewhere.people.manager, complaint)
    protector = protector_of(elsewhere)
    assert knows(protector, complaint)
    assert not knows(office.people.manager, complaint)


@pytest.mark.parametrize(
    "about", ["Levon Arakelyan", "levon", "Լևոն Առաքելյան", "Левон", "the one called Arakelian, I think"]
)
def test_whoever_is_named_does_not_learn_of_it_in_any_script_or_spelling(office, about):
    protector = protector_of(office)
    complaint = complaint_of(office, about=about)
    assert excluded_from(complaint) == {protector.pk}
    assert (knows(protector, complaint), knows(office.people.manager, complaint)) == (False, True)
    assert waiting(protector) == []


def test_nobody_with_a_part_on_the_named_dossier_learns_of_it(office):
    people = office.people
    seat(people.secretary, office.programme, Role.DATA_PROTECTION)
    forget(people.secretary)
    case = eligible_application(office)
    complaint = complaint_of(office, application_ref=case.ref)
    assert {people.adviser.pk, people.secretary.pk} <= excluded_from(complaint)
    assert not knows(people.secretary, complaint)
    assert knows(people.manager, complaint)


def test_a_part_taken_after_the_complaint_keeps_out_as_well(office):
    case = eligible_application(office)
    complaint = complaint_of(office, application_ref=case.ref)
    manager = office.people.manager
    assert knows(manager, complaint)
    case.parts.create(user=manager, part="verifier", since=DAY)
    assert not knows(manager, complaint)
    with pytest.raises(NotAllowed):
        read_complaint(complaint=complaint, on=DAY, by=manager)


def test_a_superuser_who_is_named_or_not_gets_nothing_from_the_flag(office):
    complaint = complaint_of(office)
    user = root()
    assert not knows(user, complaint)
    seat(user, office.programme, Role.DATA_PROTECTION)
    forget(user)
    assert knows(user, complaint)
    assert not knows(user, complaint_of(office, about="Root"))


def test_who_covers_for_the_person_complained_of_stands_in_their_place(office):
    people = office.people
    cover = Delegation.objects.create(
        membership=Membership.objects.get(user=people.manager),
        delegate=people.maker,
        starts_on=DAY,
        ends_on=days(5),
        requested_by=people.manager,
        approved_by=people.administrator,
    )
    forget(people.maker)
    assert knows(people.maker, complaint_of(office))
    about = complaint_of(office, about="Vahan Stepanyan")
    assert not knows(people.maker, about)
    assert people.maker not in possible_handlers(about)
    cover.delete()
    assert people.maker in possible_handlers(about)


def test_naming_somebody_later_keeps_them_out_and_takes_the_case_from_its_handler(office):
    people, protector = office.people, protector_of(office)
    complaint = handled(office, complaint_of(office))
    complaint = acknowledge_complaint(complaint=complaint, on=DAY, by=people.loan_officer)
    complaint = name_complained(complaint=complaint, users=[people.loan_officer], on=DAY, by=protector)
    assert complaint.handler is None
    assert not knows(people.loan_officer, complaint)
    for service, facts in (
        (answer_complaint, {"answer": "Nothing happened."}),
        (read_complaint, {}),
        (refer_complaint, {"kind": "fraud"}),
        (name_complained, {"users": [protector]}),
        (acknowledge_complaint, {}),
    ):
        with pytest.raises(NotAllowed):
            service(complaint=complaint, on=DAY, by=people.loan_officer, **facts)
    with pytest.raises(Invalid, match="cannot handle it"):
        name_handler(complaint=complaint, handler=people.loan_officer, on=DAY, by=protector)
    assert list(faults()) == []


def test_whoever_names_a_case_of_their_own_is_kept_out_by_it(office):
    case = eligible_application(office)
    protector = protector_of(office)
    seat(office.people.second_secretary, office.programme, Role.DATA_PROTECTION)
    case.parts.create(user=protector, part="checker", since=DAY)
    complaint = complaint_of(office)
    assert knows(protector, complaint)
    with pytest.raises(Invalid, match="no such case"):
        name_complained(complaint=complaint, users=[], application_ref="A-2020-00001", on=DAY, by=protector)
    with pytest.raises(Invalid, match="Name a person or a case"):
        name_complained(complaint=complaint, users=[], on=DAY, by=protector)
    name_complained(complaint=complaint, users=[], application_ref=case.ref, on=DAY, by=protector)
    assert not knows(protector, complaint)
    assert receivers_of(Complaint.objects.get(pk=complaint.pk)) == [office.people.second_secretary]


def test_where_no_receiver_may_know_of_it_the_contact_handles_it(office):
    people = office.people
    contact_of(office)
    complaint = complaint_of(office, about="Vahan Stepanyan, the manager")
    assert complaint.handler == people.monitor
    assert knows(people.monitor, complaint)
    assert waiting(people.manager) == []


def test_where_nobody_at_all_may_know_of_it_the_administrator_is_asked_for_a_contact(office):
    people = office.people
    complaint = complaint_of(office, about="Vahan")
    assert complaint.handler is None
    (item,) = [item for item in queue_for(people.administrator) if "safeguarding" in item.verb_text]
    assert item.url == f"/programmes/{office.programme.key}/contacts/"
    assert complaint.ref not in item.why
    assert not knows(people.administrator, complaint)
    complaint_of(office, about="Vahan and Aram Minasyan")
    assert len([item for item in queue_for(people.administrator) if "safeguarding" in item.verb_text]) == 1


# Handling ---------------------------------------------------------------------------------------------------------


def test_a_complaint_is_acknowledged_and_answered_by_its_named_handler(office):
    people, protector = office.people, protector_of(office)
    complaint = complaint_of(office)
    assert waiting(protector) == [("Read the complaint and name who handles it", complaint.get_absolute_url())]
    with pytest.raises(Blocked, match="Nobody is named yet"):
        acknowledge_complaint(complaint=complaint, on=DAY, by=protector)
    handled(office, complaint)
    assert waiting(protector) == []
    assert waiting(people.loan_officer) == [("Acknowledge the complaint", complaint.get_absolute_url())]
    complaint = acknowledge_complaint(complaint=complaint, on=DAY, by=people.loan_officer)
    assert (complaint.state, complaint.acknowledged_on) == ("acknowledged", DAY)
    with pytest.raises(NotAllowed, match="named handler answers"):
        answer_complaint(complaint=complaint, answer="We asked her.", on=DAY, by=protector)
    with pytest.raises(Invalid, match="Write the answer"):
        answer_complaint(complaint=complaint, answer=" ", on=DAY, by=people.loan_officer)
    complaint = answer_complaint(complaint=complaint, answer="We asked her.", on=DAY, by=people.loan_officer)
    assert (complaint.state, complaint.answer, complaint.answered_by) == (
        "answered",
        "We asked her.",
        people.loan_officer,
    )
    with pytest.raises(Blocked, match="state “Answered”"):
        answer_complaint(complaint=complaint, answer="Again.", on=DAY, by=people.loan_officer)
    assert waiting(people.loan_officer) == []
    assert list(faults()) == []


def test_an_answer_acknowledges_what_nobody_had_acknowledged(office):
    complaint = handled(office, complaint_of(office))
    complaint = answer_complaint(complaint=complaint, answer="Yes.", on=DAY, by=office.people.loan_officer)
    assert (complaint.acknowledged_on, complaint.answered_on) == (DAY, DAY)


def test_strangers_do_nothing_with_a_complaint(office):
    complaint = complaint_of(office)
    elsewhere = grant_office("elsewhere").people
    for user in (office.people.adviser, office.people.administrator, elsewhere.manager, root()):
        for service, facts in (
            (name_handler, {"handler": office.people.loan_officer}),
            (name_complained, {"users": [office.people.adviser]}),
            (acknowledge_complaint, {}),
            (answer_complaint, {"answer": "x"}),
            (refer_complaint, {"kind": "fraud"}),
            (pass_on_complaint, {"passed_to": "x"}),
            (read_complaint, {}),
        ):
            with pytest.raises(NotAllowed):
                service(complaint=complaint, on=DAY, by=user, **facts)


def test_the_queue_says_how_late_it_is(office):
    complaint = handled(office, complaint_of(office))
    acknowledge_complaint(complaint=complaint, on=DAY, by=office.people.loan_officer)
    with standing_at(days(30)):
        (item,) = [item for item in queue_for(office.people.loan_officer) if complaint.ref in item.why]
        assert (item.due, item.state_class) == (days(30), "wait")
    with standing_at(days(31)):
        (item,) = [item for item in queue_for(office.people.loan_officer) if complaint.ref in item.why]
        assert (item.state_class, item.state_text) == ("late", "1 day late")


def test_reading_is_on_the_record(office):
    complaint = complaint_of(office)
    read_complaint(complaint=complaint, on=DAY, by=office.people.manager)
    event = Event.objects.get(kind="complaint.read")
    assert (event.subject, event.actor_id) == (complaint.ref, office.people.manager.pk)


# Abuse and fraud --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["abuse", "fraud"])
def test_abuse_and_fraud_reach_the_contact_alone_and_are_handled_by_nobody(office, kind):
    people, protector = office.people, protector_of(office)
    contact_of(office)
    complaint = complaint_of(office, kind=kind)
    assert (complaint.state, complaint.answer_due_on) == ("referred", None)
    assert referral_person(complaint) == people.monitor
    assert knows(people.monitor, complaint)
    assert not any(knows(user, complaint) for user in (protector, people.manager, people.administrator, root()))
    assert waiting(people.monitor) == [("Take up a referral", complaint.get_absolute_url())]
    for service, facts in (
        (name_handler, {"handler": people.loan_officer}),
        (answer_complaint, {"answer": "x"}),
        (acknowledge_complaint, {}),
    ):
        with pytest.raises((Blocked, NotAllowed)):
            service(complaint=complaint, on=DAY, by=people.monitor, **facts)
    with pytest.raises(Invalid, match="to whom"):
        pass_on_complaint(complaint=complaint, passed_to=" ", on=DAY, by=people.monitor)
    complaint = pass_on_complaint(complaint=complaint, passed_to="Internal oversight", on=DAY, by=people.monitor)
    assert (complaint.state, complaint.acknowledged_on, complaint.answered_on) == ("passed_on", DAY, None)
    with pytest.raises(Blocked):
        pass_on_complaint(complaint=complaint, passed_to="Again", on=DAY, by=people.monitor)


def test_the_database_itself_refuses_to_have_abuse_handled(office):
    complaint = complaint_of(office, kind="abuse")
    for change in ({"handler": office.people.manager}, {"state": "received"}, {"answer_due_on": DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Complaint.objects.filter(pk=complaint.pk).update(**change)


def test_a_contact_who_is_named_is_passed_over_for_the_next(office):
    people = office.people
    contact_of(office)
    contact_of(office, user=people.maker, position=2)
    complaint = complaint_of(office, kind="abuse", about="Mariam Kapanadze")
    assert referral_person(complaint) == people.maker
    assert (knows(people.monitor, complaint), knows(people.maker, complaint)) == (False, True)


def test_a_contact_who_goes_hands_what_waits_to_the_next(office):
    people = office.people
    first = contact_of(office)
    contact_of(office, user=people.maker, position=2)
    complaint = complaint_of(office, kind="fraud")
    assert not knows(people.maker, complaint)
    end_contact(contact=first, reason="She left.", on=DAY, by=people.administrator)
    with standing_at(days(1)):
        assert (knows(people.monitor, complaint), knows(people.maker, complaint)) == (False, True)


def test_without_a_contact_nobody_reads_it_and_the_administrator_is_asked_for_one(office):
    people = office.people
    complaint = complaint_of(office, kind="abuse")
    assert not any(knows(user, complaint) for user in (people.manager, people.administrator))
    assert any("safeguarding" in item.verb_text for item in queue_for(people.administrator))
    contact_of(office)
    assert knows(people.monitor, complaint)
    assert not any("safeguarding" in item.verb_text for item in queue_for(people.administrator))


def test_without_a_programme_the_contact_of_the_office_is_asked(office):
    contact_of(office)
    complaint = complaint_of(office, kind="abuse", public_name="")
    assert referral_person(complaint) is None
    name_contact(user=office.people.checker, programme=None, on=DAY, by=office.people.administrator)
    assert referral_person(complaint) == office.people.checker
    assert knows(office.people.checker, complaint)
    with pytest.raises(NotAllowed):
        name_contact(user=office.people.maker, programme=None, on=DAY, by=office.people.manager)


def test_what_turns_out_to_be_abuse_leaves_its_handler(office):
    people, protector = office.people, protector_of(office)
    contact_of(office)
    complaint = handled(office, complaint_of(office))
    with pytest.raises(Invalid, match="Only abuse"):
        refer_complaint(complaint=complaint, kind="service", on=DAY, by=people.loan_officer)
    complaint = refer_complaint(complaint=complaint, kind="abuse", on=DAY, by=people.loan_officer)
    assert (complaint.state, complaint.kind, complaint.handler, complaint.answer_due_on) == (
        "referred",
        "abuse",
        None,
        None,
    )
    assert not any(knows(user, complaint) for user in (people.loan_officer, protector, people.manager))
    assert knows(people.monitor, complaint)


def test_contacts_are_named_by_manager_or_administrator_and_once(office):
    people = office.people
    for user in (people.secretary, people.monitor, grant_office("elsewhere").people.manager):
        with pytest.raises(NotAllowed):
            name_contact(user=people.monitor, programme=office.programme, on=DAY, by=user)
    contact = name_contact(user=people.monitor, programme=office.programme, on=DAY, by=people.manager)
    with pytest.raises(Blocked, match="named already"):
        contact_of(office)
    end_contact(contact=contact, reason="She left.", on=DAY, by=people.manager)
    with pytest.raises(Blocked, match="ended already"):
        end_contact(contact=contact, reason="She left.", on=DAY, by=people.manager)


# Paper, retention, figures ----------------------------------------------------------------------------------------


def test_staff_write_down_what_came_on_paper_and_see_no_more_of_it(office):
    agent = office.people.field_agent
    complaint = complaint_of(office, means="paper", by=agent)
    assert (complaint.received_by, complaint.means) == (agent, "paper")
    assert not knows(agent, complaint)
    assert found_by(complaint.ref, complaint.code) == complaint
    for user in (office.people.donor, office.people.member1, office.people.administrator):
        with pytest.raises(NotAllowed):
            complaint_of(office, means="paper", by=user)
    with pytest.raises(Invalid, match="future"):
        complaint_of(office, means="paper", by=agent, on=days(1))
    with pytest.raises(NotAllowed, match="days ago"):
        complaint_of(office, means="paper", by=agent, on=days(-8))
    assert complaint_of(office, means="paper", by=agent, on=days(-7)).ack_due_on == days(-2)


def test_words_are_erased_when_the_programme_keeps_them_no_longer(office):
    complaint = handled(office, complaint_of(office, contact="Gohar", about="Karen"))
    code = complaint_of(office).code
    answer_complaint(complaint=complaint, answer="Yes.", on=DAY, by=office.people.loan_officer)
    last = date(2028, 3, 12)
    with standing_at(last):
        assert erase_complaints(on=last) == 0
    with standing_at(last + timedelta(days=1)):
        call_command("run_daily")
        call_command("run_daily")
    complaint = Complaint.objects.get(pk=complaint.pk)
    assert (complaint.text, complaint.about, complaint.contact, complaint.answer) == ("", "", "", "")
    assert complaint.erased_on == last + timedelta(days=1)
    assert found_by(complaint.ref, code) is None
    assert Event.objects.filter(kind="complaint.erase").count() == 1
    assert Complaint.objects.get(erased_on=None).text == WORDS
    assert Complaint.objects.received_between(DAY, DAY).counts(DAY)[3]["received"] == 2
    assert ComplaintExclusion.objects.count() == 1


def test_the_report_counts_kinds_and_timeliness_and_reads_no_words(office):
    officer = office.people.loan_officer
    in_time, late = (handled(office, complaint_of(office)) for _number in range(2))
    complaint_of(office, contact="Gohar")
    contact_of(office)
    complaint_of(office, kind="abuse")
    passed = complaint_of(office, kind="abuse")
    with standing_at(days(5)):
        acknowledge_complaint(complaint=in_time, on=days(5), by=officer)
        pass_on_complaint(complaint=passed, passed_to="Oversight", on=days(5), by=office.people.monitor)
    with standing_at(days(6)):
        acknowledge_complaint(complaint=late, on=days(6), by=officer)
    with standing_at(days(31)):
        answer_complaint(complaint=in_time, answer="Yes.", on=days(30), by=officer)
        answer_complaint(complaint=late, answer="Yes.", on=days(31), by=officer)
    rows = {row["kind"]: row for row in Complaint.objects.received_between(DAY, DAY).counts(days(31))}
    assert rows["money"] == {
        "kind": "money",
        "received": 3,
        "anonymous": 2,
        "referred": 0,
        "acknowledged_in_time": 1,
        "acknowledged_late": 1,
        "acknowledgement_overdue": 1,
        "answered_in_time": 1,
        "answered_late": 1,
        "answer_overdue": 1,
    }
    assert rows["abuse"] == {
        "kind": "abuse",
        "received": 2,
        "anonymous": 2,
        "referred": 2,
        "acknowledged_in_time": 1,
        "acknowledged_late": 0,
        "acknowledgement_overdue": 1,
        "answered_in_time": 0,
        "answered_late": 0,
        "answer_overdue": 0,
    }
    assert rows["service"]["received"] == 0
    earlier = {row["kind"]: row for row in Complaint.objects.received_between(DAY, DAY).counts(days(5))}
    assert (earlier["money"]["acknowledged_in_time"], earlier["money"]["acknowledgement_overdue"]) == (1, 0)
    assert (earlier["money"]["answered_in_time"], earlier["money"]["answer_overdue"]) == (0, 0)
    assert Complaint.objects.received_between(days(1), days(31)).counts(days(31))[3]["received"] == 0
