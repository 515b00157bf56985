"""Letters to applicants: what they say, in which words, when they are true, and what can never stand in them."""

import io

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from pypdf import PdfReader

from applicants.models import Application, Evidence
from applicants.public_status import STATUS_OF, PublicStatus, public_status
from applicants.services import (
    answer_check,
    confirm_failure,
    confirm_group,
    fail_checks,
    record_identity,
    return_application,
    run_checks,
)
from applicants.services.evidence import path_of
from audit.models import Event
from audit.refusals import Blocked, Invalid, KeyReused, NotAllowed
from programmes.clock import standing_at
from programmes.models import EligibilityRule
from selection.appeals import deadline_of
from selection.letters import REQUIRED, paragraphs, shipped, shipped_languages, wrong_words
from selection.models import Decision, Letter, LetterKind, LetterTemplate
from selection.services import (
    answer_appeal,
    approve_reserve,
    close_session,
    decide_all,
    mark_letters_sent,
    record_appeal,
    reopen_session,
    save_letter_text,
    write_call_letters,
    write_letters,
)
from tests.markup import read
from tests.office import DAY, grant_office, loan_office
from tests.steps_applicants import draft_application, eligible_application, registered_person, submitted_application
from tests.steps_selection import closed_session, rejected_session, sitting_session, vote_all

LATER = DAY.replace(day=20)

# Words and papers are the same on every database.
pytestmark = pytest.mark.once


@pytest.fixture
def quiet(db):
    """A grant office of a confidential programme."""
    with standing_at(DAY):
        yield grant_office("quiet", confidential=True)


def named(office, name="Hasmik Arakelyan", **facts):
    return eligible_application(office, registered_person(office, name, **facts))


def words(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def told(letter):
    return words(path_of(letter.paper.sha256).read_bytes())


def written(office, *applications, choice="for", language="en", **how):
    session = closed_session(office, *applications, choice=choice, **how)
    write_letters(session=session, on=DAY, by=office.people.secretary, language=language)
    return session


# Words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(shipped_languages()))
def test_the_shipped_words_of_each_language_are_whole_and_use_known_placeholders(language):
    texts = shipped(language)
    assert set(texts["statuses"]) == set(PublicStatus.values)
    assert set(texts["labels"]) == {"reference", "date", "signed"}
    for kind in LetterKind:
        assert wrong_words(kind, texts[kind]["subject"], texts[kind]["body"]) == []
        assert "{applicant}" in texts[kind]["body"]


def test_letters_come_in_english_and_six_languages_of_the_programmes():
    assert shipped_languages() == {"en", "hy", "sq", "ka", "ru", "az", "tg"}


def test_a_paragraph_about_conditions_is_left_out_when_there_are_none():
    body = "Dear {applicant},\n\nConditions: {conditions}\n\nRegards"
    assert paragraphs(body, {"applicant": "Ani", "conditions": ""}) == ["Dear Ani,", "Regards"]
    assert paragraphs(body, {"applicant": "Ani", "conditions": "A quote."})[1] == "Conditions: A quote."


def test_what_is_filled_in_is_not_read_again_as_a_placeholder():
    assert paragraphs("{title}: {amount}", {"title": "{amount}", "amount": "5"}) == ["{amount}: 5"]


def save(
    office,
    kind="reject",
    language="en",
    subject="Your application",
    body="No until {appeal_until}.\n\n{reasons}",
    by=None,
):
    by = by or office.people.manager
    return save_letter_text(call=office.call, kind=kind, language=language, subject=subject, body=body, on=DAY, by=by)


@pytest.mark.parametrize(
    "name", ["salary", "applicant.phone", "0", "", "application.__class__", "applicant!r", "amount:>9"]
)
def test_a_placeholder_outside_the_list_is_refused_by_name(office, name):
    with pytest.raises(Invalid) as refused:
        save(office, body=f"No: {{{name}}} {{appeal_until}}\n\n{{reasons}}")
    assert f"{{{name}}}" in str(refused.value.sentence)
    assert not LetterTemplate.objects.exists()


def test_a_lone_brace_is_refused(office):
    with pytest.raises(Invalid, match="A brace stands alone"):
        save(office, body="No { {appeal_until}\n\n{reasons}")


def test_conditions_that_may_be_missing_take_nothing_else_with_them(office):
    with pytest.raises(Invalid, match="a paragraph of their own"):
        save(office, kind="approve", body="You get {amount}. Conditions: {conditions}")


@pytest.mark.parametrize("kind", list(REQUIRED))
def test_a_letter_must_say_what_counts(office, kind):
    with pytest.raises(Invalid, match="This letter must say"):
        save(office, kind=kind, body="Dear {applicant}, thank you.")


def test_new_words_are_a_new_version_and_the_letters_use_it(office):
    first = save(office, kind="approve", body="Yes: {amount}\n\n{conditions}", subject="Good news")
    second = save(office, kind="approve", body="Yes, {applicant}: {amount}\n\n{conditions}", subject="Good news")
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(Blocked, match="says so already"):
        save(office, kind="approve", body="Yes, {applicant}: {amount}\n\n{conditions}", subject="Good news")
    written(office, named(office))
    letter = Letter.objects.get()
    assert letter.template == second
    assert "Yes, Hasmik Arakelyan: EUR 10,000.00" in told(letter)


def test_only_the_secretary_and_the_manager_write_words_and_letters(office):
    people = office.people
    session = closed_session(office, named(office))
    for person in (people.adviser, people.member1, people.maker, people.monitor, people.administrator):
        with pytest.raises(NotAllowed):
            save(office, by=person)
        with pytest.raises(NotAllowed):
            write_letters(session=session, on=DAY, by=person)
    stranger = loan_office("elsewhere").people.manager
    with pytest.raises(NotAllowed):
        write_letters(session=session, on=DAY, by=stranger)


# Letters ---------------------------------------------------------------------------------------------------------


def test_an_approval_is_told_with_its_amount_and_conditions(office):
    session = sitting_session(office, named(office))
    vote_all(office, session, "conditions", reason="A second quote first.")
    decide_all(session=session, on=DAY, by=office.people.secretary)
    session = close_session(session=session, on=DAY, by=office.people.secretary)
    write_letters(session=session, on=DAY, by=office.people.secretary, language="en")
    letter = Letter.objects.get()
    said = told(letter)
    assert "Your application A-2026-00001: supported" in said
    assert "Dear Hasmik Arakelyan," in said
    assert "EUR 10,000.00" in said
    assert "Conditions: A second quote first." in said
    assert "Lilit Danielyan" in said
    assert (letter.kind, letter.decision_ref, letter.appeal_until) == ("approve", f"{session.ref}/1", None)
    assert letter.paper.case_ref == "A-2026-00001"
    assert letter.paper.name == "letter-A-2026-00001.pdf"


def test_a_rejection_gives_reasons_and_the_last_day_to_appeal(office):
    written(office, named(office), choice="against", reason="The market is too small.")
    letter = Letter.objects.get()
    said = told(letter)
    assert "Reasons: The market is too small." in said
    assert "up to and including 26.03.2026" in said
    assert letter.appeal_until.isoformat() == "2026-03-26"


def test_a_putting_off_says_why_and_gives_no_appeal(office):
    written(office, named(office), choice="defer", reason="The lease is missing.")
    letter = Letter.objects.get()
    assert letter.kind == "defer"
    assert "Reason: The lease is missing." in told(letter)
    assert letter.appeal_until is None


def test_no_vote_and_no_name_of_a_member_stands_in_a_letter(office):
    written(office, named(office), choice="against", reason="No.")
    said = told(Letter.objects.get())
    for member in (office.people.member1, office.people.member2, office.people.member3):
        assert member.name not in said
    assert "3 against" not in said


@pytest.mark.parametrize(
    ("language", "greeting"),
    [
        ("hy", "Հարգելի Անահիտ Սարգսյան"),
        ("sq", "I/E nderuar Anahit Sargsyan"),
        ("ka", "პატივცემულო Anahit Sargsyan"),
        ("ru", "Здравствуйте, Anahit Sargsyan!"),
        ("az", "Hörmətli Anahit Sargsyan"),
        ("tg", "Муҳтарам Anahit Sargsyan"),
        ("ky", "Dear Anahit Sargsyan"),
    ],
)
def test_a_letter_is_written_in_its_language_or_else_in_english(office, language, greeting):
    person = registered_person(office, "Anahit Sargsyan", name_script="Անահիտ Սարգսյան", script_language="hy")
    written(office, eligible_application(office, person), language=language)
    letter = Letter.objects.get()
    assert greeting in told(letter)
    assert letter.language == ("en" if language == "ky" else language)


def test_without_a_choice_the_letter_is_in_the_language_of_the_programme(office):
    session = closed_session(office, named(office))
    write_letters(session=session, on=DAY, by=office.people.secretary)
    assert Letter.objects.get().language == "hy"


def test_text_from_users_is_never_markup_in_a_letter(office):
    person = registered_person(office, 'Smith & <b>Sons</b> <img src="file:///etc/passwd">')
    save(office, kind="approve", body="<b>Dear</b> {applicant}: {title} {amount}\n\n{conditions}", subject="<i>Yes</i>")
    session = sitting_session(office, eligible_application(office, person, title="A <font size=90>cooler</font>"))
    vote_all(office, session, "conditions", reason='<a href="x">quote</a>')
    decide_all(session=session, on=DAY, by=office.people.secretary)
    session = close_session(session=session, on=DAY, by=office.people.secretary)
    write_letters(session=session, on=DAY, by=office.people.secretary, language="en")
    said = " ".join(told(Letter.objects.get()).split())
    for literal in (
        "<b>Dear</b>",
        "Smith & <b>Sons</b>",
        "<img",
        "<font size=90>cooler</font>",
        '<a href="x">',
        "<i>Yes</i>",
    ):
        assert literal in said


def test_a_confidential_programme_is_named_neutrally_and_no_group_shows(quiet):
    quiet.call.name = "Call for survivors"
    quiet.call.save()
    person = registered_person(quiet, "Hasmik Arakelyan", phone="+374 91 707172")
    record_identity(party=person, kind="national", number="CANARY-4711", on=DAY, by=quiet.people.adviser)
    confirm_group(party=person, programme=quiet.programme, group=quiet.group, on=DAY, by=quiet.people.adviser)
    save(quiet, kind="approve", body="{programme} / {call} / {status}: {amount}\n\n{conditions}", subject="{programme}")
    written(quiet, eligible_application(quiet, person))
    letter = Letter.objects.get()
    raw = path_of(letter.paper.sha256).read_bytes()
    said = told(letter)
    assert "Small business support / Small business support / decided: supported" in " ".join(said.split())
    for canary in ("survivors", "Returnees", "CANARY", "707172", "Programme quiet"):
        assert canary not in said
        assert canary.encode() not in raw
    assert "quiet" not in letter.paper.name


# Batch -----------------------------------------------------------------------------------------------------------


def test_a_batch_writes_each_letter_once(office):
    session = closed_session(office, named(office), named(office, "Vardan Ghazaryan"))
    secretary = office.people.secretary
    write_letters(session=session, on=DAY, by=secretary, key="b1")
    write_letters(session=session, on=DAY, by=secretary, key="b1")
    assert Letter.objects.count() == 2
    with pytest.raises(Blocked, match="Every decision of this session has its letter"):
        write_letters(session=session, on=DAY, by=secretary, key="b2")
    with pytest.raises(KeyReused):
        write_letters(session=session, on=DAY, by=secretary, key="b1", language="en")
    assert Letter.objects.count() == Evidence.objects.filter(purpose="letter").count() == 2
    assert Event.objects.filter(kind="letter.write").count() == 2


def test_the_database_takes_no_second_living_letter_of_one_decision(office):
    written(office, named(office))
    twin = Letter.objects.get()
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_before_the_close_there_is_no_letter_to_write(office):
    session = vote_all(office, sitting_session(office, named(office)))
    decide_all(session=session, on=DAY, by=office.people.secretary)
    with pytest.raises(Blocked):
        write_letters(session=session, on=DAY, by=office.people.secretary)
    assert not Letter.objects.exists()


def test_letters_are_marked_as_sent_with_means_and_day_all_or_none(office):
    written(office, named(office), named(office, "Vardan Ghazaryan"))
    one, two = Letter.objects.order_by("pk")
    secretary = office.people.secretary
    with standing_at(LATER):
        mark_letters_sent(letters=[one], means="hand", on=LATER, by=secretary)
        with pytest.raises(Blocked, match="sent or withdrawn already"):
            mark_letters_sent(letters=[two, one], means="post", on=LATER, by=secretary)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.sent_on, one.means, two.sent_on) == (LATER, "hand", None)
    with pytest.raises(Invalid, match="Choose how"):
        mark_letters_sent(letters=[two], means="pigeon", on=DAY, by=secretary)
    with pytest.raises(Invalid, match="Tick at least one"):
        mark_letters_sent(letters=[], means="post", on=DAY, by=secretary)
    with pytest.raises(Invalid, match="written later"):
        mark_letters_sent(letters=[two], means="post", on=DAY.replace(day=10), by=secretary)
    with pytest.raises(Invalid, match="future"):
        mark_letters_sent(letters=[two], means="post", on=LATER, by=secretary)


def test_the_letter_of_an_undone_decision_is_withdrawn_and_a_new_one_is_written(office):
    session = written(office, named(office))
    secretary = office.people.secretary
    first = Letter.objects.get()
    mark_letters_sent(letters=[first], means="post", on=DAY, by=secretary)
    session = reopen_session(session=session, reason="A quote was false.", on=DAY, by=secretary)
    first.refresh_from_db()
    assert (first.withdrawn_on, first.paper.withdrawn_on) == (DAY, DAY)
    assert path_of(first.paper.sha256).exists()
    decide_all(session=session, on=DAY, by=secretary)
    session = close_session(session=session, on=DAY, by=secretary)
    write_letters(session=session, on=DAY, by=secretary)
    assert Letter.objects.live().get().pk != first.pk
    event = Event.objects.get(kind="letter.withdraw")
    assert '"was_sent":true' in event.body.replace(" ", "")


def test_a_place_on_the_reserve_list_that_is_approved_gets_a_new_letter(db):
    with standing_at(DAY):
        office = grant_office("tight", line_ceiling=1_500_000)
        one, two = named(office), named(office, "Vardan Ghazaryan")
        session = written(office, one, two)
        secretary = office.people.secretary
        listed = Letter.objects.get(kind="reserve")
        assert "on the reserve list with EUR 10,000.00" in " ".join(told(listed).split())
        office.line.ceiling_amount = 2_000_000
        office.line.save()
        two.refresh_from_db()
        approve_reserve(application=two, on=DAY, by=secretary)
        listed.refresh_from_db()
        assert listed.withdrawn_on == DAY
        write_letters(session=session, on=DAY, by=secretary)
        assert sorted(Letter.objects.live().values_list("kind", flat=True)) == ["approve", "approve"]


def test_a_keeper_with_an_interest_leaves_that_letter_to_another(office):
    cousin, other = named(office, "Zaruhi Hakobyan"), named(office)
    session = closed_session(office, cousin, other)
    # A manager may sit as an observer, and declare.
    case = session.cases.get(application=cousin)
    case.declarations.create(member=office.people.manager, kind="family", reason="A cousin.", declared_on=DAY)
    write_letters(session=session, on=DAY, by=office.people.manager)
    assert Letter.objects.get().application == other
    write_letters(session=session, on=DAY, by=office.people.secretary)
    assert Letter.objects.count() == 2


# Not eligible ----------------------------------------------------------------------------------------------------


def ineligible(office, question="Is there a market?", finding="Nobody buys it."):
    EligibilityRule.objects.create(call=office.call, position=9, code="extra", kind="person", question=question)
    application = submitted_application(office, registered_person(office, "Vardan Ghazaryan"))
    people = office.people
    run_checks(application=application, on=DAY, by=people.secretary)
    check = application.checks.get(code="extra")
    answer_check(check=check, result="failed", finding=finding, on=DAY, by=people.secretary)
    check.refresh_from_db()
    confirm_failure(check=check, on=DAY, by=people.manager)
    return fail_checks(application=application, reason="INTERNAL-CANARY", on=DAY, by=people.secretary)


def test_an_application_that_is_not_eligible_gets_its_letter_with_the_finding_and_the_appeal(office):
    application = ineligible(office)
    secretary = office.people.secretary
    write_call_letters(call=office.call, on=DAY, by=secretary, language="en")
    letter = Letter.objects.get()
    said = told(letter)
    assert (letter.kind, letter.application, letter.session) == ("ineligible", application, None)
    assert "Is there a market?: Nobody buys it." in said
    assert "26.03.2026" in said
    assert letter.appeal_until.isoformat() == "2026-03-26"
    assert "INTERNAL-CANARY" not in said
    with pytest.raises(Blocked, match="has a letter"):
        write_call_letters(call=office.call, on=DAY, by=secretary)


def test_a_letter_never_says_whom_a_double_resembles(office):
    ineligible(office, question="Not on the register twice", finding="The same as P-000777.")
    EligibilityRule.objects.filter(code="extra").update(kind="duplicate")
    write_call_letters(call=office.call, on=DAY, by=office.people.secretary, language="en")
    said = told(Letter.objects.get())
    assert "Not on the register twice" in said
    assert "P-000777" not in said


# Appeals ---------------------------------------------------------------------------------------------------------


def appealed(office, upheld):
    """A rejection with its letter sent, and an appeal that the manager has answered."""
    application, session = rejected_session(office)
    people = office.people
    write_letters(session=session, on=DAY, by=people.secretary, language="en")
    mark_letters_sent(letters=list(Letter.objects.all()), means="post", on=DAY, by=people.secretary)
    facts = {"on": DAY, "by": people.secretary}
    appeal = record_appeal(application=application, means="hand", grounds="There is a buyer.", **facts)
    return answer_appeal(appeal=appeal, upheld=upheld, answer="The contract was shown.", on=DAY, by=people.manager)


def test_an_upheld_appeal_withdraws_the_letter_of_the_rejection_and_is_answered_by_another(office):
    appealed(office, upheld=True)
    assert Letter.objects.get().withdrawn_on == DAY
    write_call_letters(call=office.call, on=DAY, by=office.people.manager, language="en")
    letter = Letter.objects.live().get()
    assert (letter.kind, letter.appeal_until) == ("upheld", None)
    assert "The contract was shown." in told(letter)
    with pytest.raises(Blocked, match="has a letter"):
        write_call_letters(call=office.call, on=DAY, by=office.people.manager)


def test_a_refused_appeal_leaves_the_rejection_and_its_letter_and_is_answered(office):
    appealed(office, upheld=False)
    write_call_letters(call=office.call, on=DAY, by=office.people.manager, language="en")
    assert sorted(Letter.objects.live().values_list("kind", flat=True)) == ["refused", "reject"]


def test_the_days_to_appeal_begin_with_the_letter(office):
    application, session = rejected_session(office)
    with standing_at(LATER):
        write_letters(session=session, on=LATER, by=office.people.secretary, reason="The printer was broken.")
        letter = Letter.objects.get()
        assert letter.appeal_until.isoformat() == "2026-04-03"
        mark_letters_sent(letters=[letter], means="post", on=LATER, by=office.people.secretary)
    application.refresh_from_db()
    assert deadline_of(application).isoformat() == "2026-04-03"


@pytest.fixture
def visit(client):
    def read(user, url, data=None, status=200):
        client.force_login(user)
        answer = client.post(url, data) if data is not None else client.get(url)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:2000])
        return answer.content.decode() if answer["Content-Type"].startswith("text/html") else answer

    return read


# Public status ---------------------------------------------------------------------------------------------------


def test_every_state_has_a_public_status_and_no_status_is_an_internal_state():
    assert set(STATUS_OF) == set(Application.State)
    internal = {str(state.label).lower() for state in Application.State}
    assert internal.isdisjoint({str(status.label).lower() for status in PublicStatus})


def test_the_public_status_follows_the_case_without_telling_how_it_is_judged(office, visit):
    draft = draft_application(office, registered_person(office, "Vardan Ghazaryan"))
    assert public_status(draft) == "prepared"
    application = submitted_application(office, registered_person(office, "Hasmik Arakelyan"))
    assert public_status(application) == "received"
    run_checks(application=application, on=DAY, by=office.people.secretary)
    assert public_status(application) == "checked"
    application = return_application(application=application, reason="x", on=DAY, by=office.people.secretary)
    assert public_status(application) == "checked"
    session = vote_all(office, sitting_session(office, named(office)), "against", reason="No.")
    decide_all(session=session, on=DAY, by=office.people.secretary)
    case = Decision.objects.get().application
    assert public_status(case) == "committee"
    # The committee has voted against it; who is asked on the telephone reads what to say.
    page = read(visit(office.people.adviser, case.get_absolute_url()))
    assert page.one("dl", class_="sb-keys").text.endswith("Tell the applicantwith the committee")
    close_session(session=session, on=DAY, by=office.people.secretary)
    case.refresh_from_db()
    assert public_status(case) == "not_supported"
    put_off = Application.objects.get(pk=named(office, "Karen Sahakyan").pk)
    assert public_status(put_off) == "checked"
    closed_session(office, put_off, choice="defer", reason="Later.")
    put_off.refresh_from_db()
    assert (put_off.state, public_status(put_off)) == ("eligible", "committee")


# Pages -----------------------------------------------------------------------------------------------------------


def test_a_secretary_reads_all_letters_writes_them_and_marks_them_as_sent(office, visit):
    session = closed_session(office, named(office), named(office, "Vardan Ghazaryan"))
    secretary, url = office.people.secretary, f"/committee/{session.ref}/letters/"
    assert "2 letters to write" in visit(secretary, url)
    preview = visit(secretary, f"/committee/{session.ref}/letters.pdf?language=en")
    assert len(PdfReader(io.BytesIO(preview.content)).pages) == 2
    assert "Dear Vardan Ghazaryan" in words(preview.content)
    assert Event.objects.filter(kind="letters.preview").count() == 1
    assert not Letter.objects.exists()
    visit(secretary, url, {"language": "en", "key": "k1"}, 302)
    assert "Every decision has its letter." in visit(secretary, url)
    visit(secretary, f"/committee/{session.ref}/letters.pdf", status=404)
    pks = list(Letter.objects.values_list("pk", flat=True))
    assert "Tick at least one letter." in visit(
        secretary, f"{url}sent/", {"key": "k2", "means": "post", "on": "12.03.2026"}, 400
    )
    visit(secretary, f"{url}sent/", {"letters": pks, "key": "k2", "means": "post", "on": "12.03.2026"}, 302)
    assert visit(secretary, url).count("12.03.2026, By post") == 2


def test_the_words_of_a_letter_are_edited_with_a_preview(office, visit):
    url = f"/committee/calls/{office.call.key}/words/"
    manager = office.people.manager
    assert "The words that come with Seedbed" in visit(manager, url)
    form = {"subject": "Yes <b>", "body": "Dear {applicant}, {amount}\n\n{conditions}"}
    text = visit(manager, f"{url}approve/en/", {**form, "what": "preview"})
    assert "Dear Anahit Sargsyan, EUR 10,000.00" in text
    assert "Yes &lt;b&gt;" in text
    assert not LetterTemplate.objects.exists()
    wrong = {**form, "body": "Dear {name}"}
    assert "There is no placeholder {name}" in visit(manager, f"{url}approve/en/", {**wrong, "what": "preview"}, 400)
    assert "There is no placeholder {name}" in visit(manager, f"{url}approve/en/", wrong, 400)
    visit(manager, f"{url}approve/en/", form, 302)
    assert "Version 1, 12.03.2026, Vahan Stepanyan" in visit(manager, url)
    assert "There are no words in this language yet" in visit(manager, f"{url}approve/ky/")
    visit(manager, f"{url}praise/en/", status=404)
    visit(manager, f"{url}approve/xx/", status=404)


def test_strangers_and_members_find_no_letters(office, visit):
    session = written(office, named(office))
    stranger = loan_office("elsewhere").people.manager
    for user in (stranger, office.people.member1, office.people.adviser, office.people.donor):
        for url in (
            f"/committee/{session.ref}/letters/",
            f"/committee/{session.ref}/letters.pdf",
            f"/committee/calls/{office.call.key}/letters/",
            f"/committee/calls/{office.call.key}/words/",
            f"/committee/calls/{office.call.key}/words/approve/en/",
        ):
            visit(user, url, status=404)


def test_the_letters_of_applications_that_are_not_eligible_have_a_page_of_their_own(office, visit):
    ineligible(office)
    url = f"/committee/calls/{office.call.key}/letters/"
    secretary = office.people.secretary
    assert "Vardan Ghazaryan" in visit(secretary, url)
    assert "Nobody buys it." in words(
        visit(secretary, f"/committee/calls/{office.call.key}/letters.pdf?language=en").content
    )
    visit(secretary, url, {"language": "en", "key": "k1"}, 302)
    pk = Letter.objects.get().pk
    visit(secretary, f"{url}sent/", {"letters": [pk], "key": "k2", "means": "hand", "on": "12.03.2026"}, 302)
    assert Letter.objects.get().means == "hand"
