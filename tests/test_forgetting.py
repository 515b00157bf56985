"""A person asks what is held about them, and to be forgotten: figures, ledger and log stay as they were."""

import io
import json
import zipfile

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models

from accounts.encryption import EncryptedField, decrypt
from applicants.models import Party
from applicants.personal import holdings
from applicants.services import (
    add_evidence,
    anonymise_party,
    answer_complaint,
    confirm_group,
    name_handler,
    receive_complaint,
    record_identity,
    withdraw_application,
)
from applicants.services.evidence import path_of
from audit.models import Event, Remark
from audit.refusals import Blocked, Invalid
from config.proof import faults
from config.subject import held_about
from programmes.clock import standing_at
from reports.edition import compile_report
from reports.render_json import render
from tests.office import DAY
from tests.steps_applicants import draft_application, registered_enterprise, registered_person, trained
from tests.steps_loans import active_loan

pytestmark = pytest.mark.django_db

CANARY = "Zmruxtcanary"
OURS = {"applicants", "selection", "payments", "grants", "loans", "monitoring"}
# Reviewed: models with free text in which nothing is about a person who is supported.
ABOUT_NOBODY = {
    "applicants.Import",
    "applicants.Course",
    "applicants.Knock",
    "selection.Committee",
    "selection.RulesVersion",
    "selection.Session",
    "selection.LetterTemplate",
    "grants.AgreementText",
    "grants.CountedPaper",
    "grants.Recovery",
    "payments.Batch",
    "loans.BalanceSample",
    "loans.CashDay",
    "loans.CashDeposit",
    "loans.CashReceipt",
    "payments.CashAdvance",
    "payments.CashReturn",
    "payments.MoneyRule",
    "payments.PaySheet",
    "payments.OwnAccount",
    "payments.PaymentLine",
    # Lists that their publishers show to everybody.
    "payments.ScreeningEntry",
    "payments.ScreeningList",
    "payments.ScreeningName",
    "payments.ScreeningWord",
    "payments.Statement",
    "loans.Handover",
    "loans.LendingRules",
    "loans.LoanProduct",
    "loans.Moratorium",
    "loans.PortfolioCell",
    "loans.ProvisionRate",
    "loans.Refund",
    "loans.ReminderText",
}
# The reason of a reversal is sealed with its entry; forms ask for no names in it.
SEALED = {"ledger_entry"}


@pytest.fixture(autouse=True)
def day():
    with standing_at(DAY):
        yield


def tables_with(word):
    """Tables in which `word` stands in any text column, also behind the encryption."""
    found = set()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.local_fields:
                if not isinstance(field, models.CharField | models.TextField | models.JSONField):
                    continue
                table, column = model._meta.db_table, field.column
                quoted = f"{connection.ops.quote_name(column)} FROM {connection.ops.quote_name(table)}"
                cursor.execute(f"SELECT {quoted}")
                for (value,) in cursor.fetchall():
                    text = str(value or "")
                    if isinstance(field, EncryptedField) and text:
                        text = decrypt(text)
                    if word.lower() in text.lower():
                        found.add(table)
    return found


def figures(programme):
    found = json.loads(render(compile_report(programme, internal=True)))
    return [{key: value for key, value in one.items() if key != "name"} for one in found["figures"]]


def test_every_model_with_words_about_people_is_declared_or_reviewed():
    declared = {holding.model._meta.label for holding in holdings()}
    undecided = []
    for model in apps.get_models():
        label = model._meta.label
        if model._meta.app_label not in OURS or label in declared | ABOUT_NOBODY:
            continue
        words = [
            field.name
            for field in model._meta.local_fields
            if isinstance(field, models.TextField | models.CharField) and not field.choices
        ]
        if words:
            undecided.append((label, words))
    assert undecided == []


def test_a_person_with_a_running_loan_is_not_forgotten(lending):
    loan = active_loan(lending)
    with pytest.raises(Blocked, match="is not over: money may be owed"):
        anonymise_party(party=loan.borrower, reason="Asked by letter.", on=DAY, by=lending.people.manager)
    loan.borrower.refresh_from_db()
    assert loan.borrower.anonymised_on is None


def test_a_person_with_an_open_application_is_not_forgotten(office):
    draft = draft_application(office)
    with pytest.raises(Blocked, match=f"{draft.ref} is still open"):
        anonymise_party(party=draft.applicant, reason="Asked by letter.", on=DAY, by=office.people.manager)


def test_a_reason_is_asked_and_only_a_person_is_forgotten(office):
    person = registered_person(office)
    with pytest.raises(Invalid, match="Say who asked for it"):
        anonymise_party(party=person, reason=" ", on=DAY, by=office.people.manager)
    business = registered_enterprise(office, "Mill")
    with pytest.raises(Invalid, match="Only a person"):
        anonymise_party(party=business, reason="Asked.", on=DAY, by=office.people.manager)


def test_nothing_of_a_forgotten_person_is_left_and_every_figure_stands(office, capsys):
    person = registered_person(office, name=f"{CANARY} Petrosyan", phone="+374 93 555777", address=f"{CANARY} street")
    business = registered_enterprise(office, f"{CANARY} Cheese", manager=person)
    trained(office, person)
    facts = {"on": DAY, "by": office.people.adviser}
    record_identity(party=person, kind="national", number=f"{CANARY}99", **facts)
    confirm_group(party=person, programme=office.programme, group=office.group, **facts)
    file = add_evidence(
        programme=office.programme,
        case_ref=person.ref,
        party=person,
        purpose="other",
        content=f"letter of {CANARY}".encode(),
        name=f"{CANARY}.txt",
        **facts,
    )
    assert path_of(file.sha256).exists()
    assert len(tables_with(CANARY)) >= 4
    before = figures(office.programme)
    call_command("anonymise", person.ref, reason="Asked by letter.")
    assert tables_with(CANARY) - SEALED == set()
    assert not path_of(file.sha256).exists()
    assert figures(office.programme) == before
    assert list(faults()) == []
    person.refresh_from_db()
    business.refresh_from_db()
    assert (person.name, person.phone, person.village_id, business.name) == (person.ref, "", None, business.ref)
    assert person.anonymised_on is not None
    assert Event.objects.filter(kind="party.anonymise", subject=person.ref).count() == 1
    assert not Party.objects.matching(CANARY).exists()
    with pytest.raises(CommandError, match="forgotten already"):
        call_command("anonymise", person.ref, reason="Again.")


def test_words_given_with_acts_go_and_the_chain_proves_itself_still(office):
    person = registered_person(office)
    with standing_at(DAY):
        anonymise_party(party=person, reason="First.", on=DAY, by=office.people.manager)
    remark = Remark.objects.latest("event_seq")
    assert remark.text == "First."
    assert list(faults()) == []


def test_a_person_gets_everything_that_is_held_and_the_log_says_so(office, tmp_path):
    person = registered_person(office, name="Gayane Hovhannisyan", name_script="Գայանե Հովհաննիսյան")
    trained(office, person)
    facts = {"on": DAY, "by": office.people.adviser}
    record_identity(party=person, kind="national", number="AB1234567", **facts)
    file = add_evidence(
        programme=office.programme,
        case_ref=person.ref,
        party=person,
        purpose="other",
        content=b"a letter",
        name="letter.txt",
        **facts,
    )
    out = tmp_path / "held.zip"
    call_command("subject_export", person.ref.lower(), out=str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as box:
        held = json.loads(box.read("held.json"))
        assert box.read(f"files/{file.pk}-{file.sha256[:12]}") == b"a letter"
        assert box.read("held.pdf").startswith(b"%PDF-")
    assert held["party"][0]["name_script"] == "Գայանե Հովհաննիսյան"
    assert held["identity"][0]["number"] == "AB1234567"
    assert held["training place"][0]["outcome"] == "completed"
    assert Event.objects.filter(kind="party.export", subject=person.ref).count() == 1
    with pytest.raises(CommandError, match="exists"):
        call_command("subject_export", person.ref, out=str(out))
    with pytest.raises(CommandError, match="Nobody on the register is P-999999"):
        call_command("subject_export", "P-999999", out="-")


def test_a_complaint_about_the_case_loses_its_words_when_it_is_closed_and_is_handed_to_nobody(office):
    person = registered_person(office, CANARY)
    case = draft_application(office, person)
    told = {"kind": "service", "text": f"{CANARY} says so.", "application_ref": case.ref, "on": DAY}
    closed, still_open = receive_complaint(**told), receive_complaint(**told)
    name_handler(complaint=closed, handler=office.people.loan_officer, on=DAY, by=office.people.manager)
    answer_complaint(complaint=closed, answer=f"To {CANARY}.", on=DAY, by=office.people.loan_officer)
    assert closed.ref not in json.dumps(held_about(person), default=str)
    withdraw_application(application=case, reason="She asked.", on=DAY, by=office.people.adviser)
    anonymise_party(party=person, reason="Asked by letter.", on=DAY, by=office.people.manager)
    closed.refresh_from_db()
    still_open.refresh_from_db()
    assert (closed.text, closed.answer, still_open.text) == ("", "", f"{CANARY} says so.")
