"""Borrowers are reminded by text message: whom, when, with what words, once; and what fails is seen and tried again."""

import json
from datetime import date, datetime, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from applicants.services import give_consent, withdraw_consent
from audit.refusals import Invalid, NotAllowed
from loans.checks import arrears_faults
from loans.messages import betrayed, filled, parts
from loans.models import LifeEvent, Reminder
from loans.services import (
    decide_life_event,
    end_attorney,
    make_reminders,
    record_life_event,
    send_reminders,
    set_quiet_hours,
    set_reminder_text,
)
from loans.services.messages import dialled, is_quiet
from loans.sms import DeliveryError, NoAnswerError, deliver
from programmes.clock import standing_at
from programmes.models import TargetGroup
from tests.office import DAY, make_user, seat
from tests.steps_applicants import registered_person
from tests.steps_loans import active_loan, repay
from tests.test_loan_people import paper

BEFORE, AFTER = date(2026, 4, 9), date(2026, 4, 13)  # three days before 12 April, and a day after


def at(hour, zone, day=BEFORE):
    return datetime(day.year, day.month, day.day, hour, 30, tzinfo=ZoneInfo(zone))


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # A letter of two places is not cut: 152 and € do not fit into a part of 153.
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ա" * 70, 1),
        ("ա" * 71, 2),
        ("я" * 134, 2),
        ("გ" * 135, 3),
        ("a" * 69 + "я", 1),
        ("a" * 70 + "я", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),
        ("@£Ωé\n", 1),
    ],
    ids=lambda value: str(len(value)) if isinstance(value, str) else str(value),
)
def test_a_message_is_charged_as_so_many(text, count):
    assert parts(text) == count


@pytest.mark.once
def test_words_are_filled_in_and_what_betrays_is_found():
    assert filled("{amount} by {day}. {sender} {x}", amount="1", day="2", sender="{day}") == "1 by 2. {day} {x}"
    assert betrayed("For our  VETERANS of war", ["", "veterans OF war"]) == "veterans OF war"
    assert betrayed("For you", ["veterans"]) is None
    assert dialled("+374 91 12-34-56") == "+37491123456"


@pytest.fixture
def reminded(lending, settings, tmp_path):
    """Two loans with an instalment of 88.85 on 12 April; the first borrower agreed to messages. Texts -3 and 1."""
    settings.SMS_GATEWAY = f"file:{tmp_path / 'sms.txt'}"
    lending.out = tmp_path / "sms.txt"
    people, programme = lending.people, lending.programme
    lending.loan, lending.other = active_loan(lending), active_loan(lending, bank_reference="BANK-2")
    facts = {"programme": programme, "on": DAY, "by": people.manager}
    for days, text in ((-3, "{amount} are due on {day}. {sender}"), (1, "{amount} was due on {day}.")):
        set_reminder_text(days=days, language="en", text=text, **facts)
    for number, loan in enumerate((lending.loan, lending.other)):
        loan.borrower.phone = f"+374 91 12-34-5{number}"
        loan.borrower.save()
    lending.consent = give_consent(
        party=lending.loan.borrower,
        programme=programme,
        purpose="messages",
        text_version="1",
        on=DAY,
        by=people.adviser,
    )
    return lending


def sent(office):
    return [json.loads(line) for line in office.out.read_text().splitlines()] if office.out.exists() else []


def test_who_agreed_is_reminded_once_by_day_and_nobody_at_night(reminded):
    zone = reminded.programme.time_zone
    assert [make_reminders(on=BEFORE) for _time in range(2)] == [1, 0]
    assert send_reminders(on=BEFORE, now=at(21, zone)) == 0
    assert send_reminders(on=BEFORE, now=at(8, zone)) == 0
    assert [send_reminders(on=BEFORE, now=at(9, zone)) for _time in range(2)] == [1, 0]
    phone = dialled(reminded.loan.borrower.phone)
    name = reminded.programme.public_name
    assert sent(reminded) == [{"to": phone, "text": f"USD 88.85 are due on 12.04.2026. {name}"}]
    one = Reminder.objects.get()
    assert (one.state, one.sent_on, one.attempts, one.parts, one.loan) == ("sent", BEFORE, 1, 1, reminded.loan)
    Reminder.objects.update(loan=reminded.other)
    assert list(arrears_faults()) == [f"loans_reminder {one.pk} is about an instalment of another loan"]
    # The day's work that came two days late still reminds; three days late it would say something else.
    assert make_reminders(on=date(2026, 4, 16)) == 0
    assert make_reminders(on=date(2026, 4, 15)) == 1
    assert Reminder.objects.get(days=1).text == "USD 88.85 was due on 12.04.2026."


def test_who_paid_or_took_the_consent_back_meanwhile_is_left_in_peace(reminded):
    zone, people = reminded.programme.time_zone, reminded.people
    make_reminders(on=BEFORE)
    with standing_at(BEFORE):
        withdraw_consent(consent=reminded.consent, on=BEFORE, by=people.adviser, reason="Asked.")
    assert send_reminders(on=BEFORE, now=at(10, zone)) == 0
    assert Reminder.objects.get().state == "dropped"
    with standing_at(AFTER):
        give_consent(
            party=reminded.loan.borrower,
            programme=reminded.programme,
            purpose="messages",
            text_version="1",
            on=AFTER,
            by=people.adviser,
        )
    assert make_reminders(on=AFTER) == 1
    repay(reminded, reminded.loan, 8885, AFTER)
    assert send_reminders(on=AFTER, now=at(10, zone, AFTER)) == 0
    assert set(Reminder.objects.values_list("state", flat=True)) == {"dropped"}
    assert sent(reminded) == []


def test_who_pays_for_a_borrower_abroad_is_reminded_in_their_place_if_they_agreed(reminded):
    zone, people, programme = reminded.programme.time_zone, reminded.people, reminded.programme
    payer = registered_person(reminded, "Karen Petrosyan", birth_year=1971)
    payer.phone = "+374 77 00-00-01"
    payer.save()
    day = date(2026, 4, 1)
    with standing_at(day):
        facts = {"kind": "abroad", "happened_on": day, "payer": payer, "on": day}
        facts["evidence"] = paper(reminded, reminded.loan)
        event = record_life_event(loan=reminded.loan, by=people.manager, **facts)
        other = make_user("Second Manager", "T-078")
        seat(other, programme, "manager")
        decide_life_event(event=event, outcome="continue", decision_ref="S-1", on=day, by=other)
        assert make_reminders(on=BEFORE) == 0  # the borrower agreed, and is not who pays
        give_consent(party=payer, programme=programme, purpose="messages", text_version="1", on=day, by=people.adviser)
    assert make_reminders(on=BEFORE) == 1
    assert send_reminders(on=BEFORE, now=at(10, zone)) == 1
    assert [message["to"] for message in sent(reminded)] == ["+37477000001"]
    with standing_at(AFTER):
        end_attorney(event=event, reason="Came home.", on=AFTER, by=people.manager)
    assert make_reminders(on=AFTER) == 1
    assert send_reminders(on=AFTER, now=at(10, zone, AFTER)) == 1
    assert sent(reminded)[-1]["to"] == dialled(reminded.loan.borrower.phone)
    back = {"attorney_ended_on": None, "attorney_ended_by": None, "attorney_end_reason": ""}
    LifeEvent.objects.update(kind="death", payer=None, **back)
    Reminder.objects.all().delete()
    assert make_reminders(on=AFTER) == 0


def test_what_fails_is_seen_and_tried_again_and_what_may_have_arrived_is_not(reminded, settings, client, monkeypatch):
    zone = reminded.programme.time_zone
    make_reminders(on=BEFORE)
    good = settings.SMS_GATEWAY
    settings.SMS_GATEWAY = "file:/nowhere/at/all"
    for attempt in range(1, 3):
        assert send_reminders(on=BEFORE, now=at(10, zone)) == 0
        one = Reminder.objects.get()
        assert (one.state, one.attempts, one.fault) == ("failed", attempt, "The file of messages cannot be written.")
    client.force_login(reminded.people.loan_officer)
    said = client.get(reverse("loans:reminders"), {"state": "failed"}).content.decode()
    assert "cannot be written" in said
    assert reminded.loan.ref in said

    def silent(*args, **facts):
        raise NoAnswerError("The gateway did not answer.")

    monkeypatch.setattr("loans.services.messages.deliver", silent)
    send_reminders(on=BEFORE, now=at(10, zone))
    assert Reminder.objects.get().state == "sending"
    monkeypatch.undo()
    settings.SMS_GATEWAY = good
    assert send_reminders(on=BEFORE, now=at(10, zone)) == 0
    assert sent(reminded) == []


def test_a_text_names_no_group_and_no_confidential_programme_and_fits(reminded, client):
    people, programme = reminded.people, reminded.programme
    facts = {"programme": programme, "days": 1, "language": "en", "on": DAY, "by": people.manager}
    TargetGroup.objects.create(programme=programme, code="demobilised", name="Demobilised persons")
    for text, words in (
        ("Dear demobilised  persons, pay.", "must not stand"),
        ("Pay {name}.", "means nothing here"),
        ("ա" * 202, "charged as 4"),
    ):
        with pytest.raises(Invalid, match=words):
            set_reminder_text(text=text, **facts)
    programme.confidential = True
    with pytest.raises(Invalid, match="must not stand"):
        set_reminder_text(text=f"{programme.name} reminds you.", **facts)
    with pytest.raises(NotAllowed):
        set_reminder_text(text="Pay.", **{**facts, "by": people.loan_officer})
    page = reverse("loans:reminder_texts", args=[programme.key])
    for user, status in ((people.loan_officer, 403), (people.donor, 404), (people.manager, 200)):
        client.force_login(user)
        assert client.get(page).status_code in (status, 403 if status == 404 else status)
    form = {"key": "k", "days": "7", "language": "hy", "text": "Վճարեք {amount}։"}
    assert client.post(page, form).status_code == 302
    assert client.post(page, {**form, "key": "l", "text": "{x}"}).status_code == 400
    assert programme.reminder_texts.count() == 3
    assert client.post(page, {**form, "key": "m", "text": ""}).status_code == 302
    assert programme.reminder_texts.count() == 2


def test_quiet_hours_are_those_of_the_programmes_zone_and_may_pass_midnight(reminded, client):
    people, programme = reminded.people, reminded.programme
    zone = programme.time_zone
    assert [is_quiet(programme, at(hour, zone)) for hour in (19, 20, 0, 8, 9)] == [False, True, True, True, False]
    client.force_login(people.manager)
    page = reverse("loans:quiet_hours", args=[programme.key])
    assert client.get(page).status_code == 200
    assert client.post(page, {"key": "k", "from_time": "12:00", "to_time": "12:00"}).status_code == 400
    assert client.post(page, {"key": "l", "from_time": "12:00", "to_time": "14:00"}).status_code == 302
    programme = type(programme).objects.get(pk=programme.pk)
    assert [is_quiet(programme, at(hour, zone)) for hour in (11, 12, 13, 14)] == [False, True, True, False]
    with pytest.raises(NotAllowed):
        set_quiet_hours(programme=programme, from_time=time(1), to_time=time(2), on=DAY, by=people.adviser)


@pytest.mark.once
def test_the_gateway_gets_the_message_with_its_token_and_its_answers_are_understood(capsys):
    seen, status = [], [200]

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/send?from=office"
    deliver(address, to="+1", text="Վճարեք", token="t")
    assert seen == [("/send?from=office", "Bearer t", {"to": "+1", "text": "Վճարեք"})]
    for answer, error in ((400, DeliveryError), (302, DeliveryError), (500, NoAnswerError)):
        status[0] = answer
        with pytest.raises(error):
            deliver(address, to="+1", text="x")
    server.shutdown()
    server.server_close()
    for wrong in (address, "http://example.org/sms", "ftp://127.0.0.1/"):
        with pytest.raises(DeliveryError):
            deliver(wrong, to="+1", text="x")
    deliver("console", to="+1", text="Hello")
    assert capsys.readouterr().out == "SMS to +1: Hello\n"
