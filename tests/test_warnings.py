"""What looks odd is found, explained and answered by two people; nothing of it leaves a confidential programme."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.encryption import blind_index
from accounts.models import User
from applicants.models import Application, DuplicateAnswer, Identity, Part, Party, PartyMember
from applicants.personal import holdings
from applicants.services import add_evidence
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from grants.models import Purchase, Quote
from payments.models import PayeeAccount
from programmes.models import Role
from reports.audit.pack import make_audit_pack
from reports.checks import checks
from reports.daily import daily
from reports.models import WarningAnswer, WarningCount, WarningRule
from reports.queues import queue_for
from reports.warnings.found import KINDS
from reports.warnings.report import warnings_of
from reports.warnings.services import answer_warning, close_warning, set_warning_rule
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import draft_application, registered_person
from tests.steps_grants import paid_tranche, signed_award
from tests.steps_payments import KOSOVO_IBAN, payable_account
from tests.steps_purchases import buying_award, quoted, requested, supplier

# What it shows does not hang on the database: on PostgreSQL in the long setting.
pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


def found(office, *kinds):
    """[(kind, references)] of the warnings of these kinds."""
    rows = warnings_of(office.programme, DAY).findings
    return [(row.kind, row.about) for row in rows if not kinds or row.kind in kinds]


def applicant(office, name, year, **facts):
    return draft_application(office, registered_person(office, name, birth_year=year, **facts)).applicant


def refs(*rows):
    return tuple(sorted(row.ref for row in rows))


def shared_by(office, kind, parties, value):
    """Give all the parties the same phone, account, address, identity number or file."""
    facts = {"on": DAY, "by": office.people.adviser}
    for party in parties:
        rows = Party.objects.filter(pk=party.pk)
        if kind == "phone":
            rows.update(phone_digits=value)
        elif kind == "address":
            rows.update(address=value)
        elif kind == "account":
            payable_account(office, party, number=value)
        elif kind == "identity":
            seen = {"seen_on": DAY, "seen_by": office.people.adviser, "number_index": blind_index(value)}
            Identity.objects.create(party=party, kind="national", number=value, **seen)
        else:
            case = Application.objects.get(applicant=party)
            content = value.encode()
            given = {"programme": office.programme, "case_ref": case.ref, "purpose": "quote", "name": "q.txt"}
            add_evidence(content=content, **given, **facts)


@pytest.mark.parametrize(
    ("kind", "value", "other"),
    [
        ("phone", "93555777", "93555778"),
        ("account", KOSOVO_IBAN, "GE29NB0000000101904917"),
        ("address", "7, Mill Street", "8, Mill Street"),
        ("identity", "AN 123456", "AN 123457"),
        ("file", "Price list of 2026", "Price list of 2025"),
    ],
)
def test_strangers_with_the_same_fact_are_named_and_one_household_or_one_party_is_not(office, kind, value, other):
    one, two = applicant(office, "Anahit Sargsyan", 1984), applicant(office, "Karine Melikyan", 1990)
    third = applicant(office, "Vardan Asatryan", 1971)
    bystander = registered_person(office, "Hasmik Ohanyan", birth_year=1960)
    shared_by(office, kind, [one, two], value)
    shared_by(office, kind, [third], other)
    if kind != "file":
        # Somebody who applied for nothing and sells nothing is not looked at.
        shared_by(office, kind, [bystander], value)
    report = warnings_of(office.programme, DAY)
    assert [row.kind for row in report.findings] == [kind]
    finding, looked = report.findings[0], report.looked[kind]
    assert finding.parties == {one.pk, two.pk}
    assert looked == 3, "the rows that were compared: the bystander's is none of them"
    assert "Anahit Sargsyan" in finding.sentence
    assert value not in finding.sentence, "the number itself stays where it is"
    if kind != "file":
        assert finding.about == refs(one, two)
    home = Party.objects.create(ref="H-000900", kind="household", name="Sargsyan", registered_on=DAY)
    for person in (one, two):
        PartyMember.objects.create(party=home, person=person)
    # A household shares a phone; an identity number is one person's own.
    assert len(found(office, kind)) == (kind == "identity")
    PartyMember.objects.filter(person=two).update(until=DAY - timedelta(days=1))
    assert len(found(office, kind)) == 1
    answered = {"verdict": "same", "kept": one, "reason": "Seen together", "answered_on": DAY, "confirmed_on": DAY}
    people = {"answered_by": office.people.adviser, "confirmed_by": office.people.manager}
    DuplicateAnswer.objects.create(party=one, other=two, **people, **answered)
    assert found(office, kind) == []


def test_a_new_record_makes_a_new_warning_and_an_old_answer_stays(office):
    people = [applicant(office, f"{name} Petrosyan", year) for name, year in (("Ani", 1980), ("Mariam", 1990))]
    shared_by(office, "phone", people, "93555777")
    first = warnings_of(office.programme, DAY).findings[0]
    answered(office, first)
    again = warnings_of(office.programme, DAY).findings[0]
    assert (again.key, again.state, again.answer.text) == (first.key, "waits", "Sisters, one phone")
    third = applicant(office, "Vardan Asatryan", 1971)
    shared_by(office, "phone", [third], "93555777")
    report = warnings_of(office.programme, DAY)
    assert [(row.about, row.state) for row in report.findings] == [
        (refs(*people), "waits"),
        (refs(*people, third), "open"),
    ]
    assert report.findings[0].sentence.startswith("Not seen any more: ")
    assert report.waiting == 1


def test_the_number_of_queries_grows_with_no_party_and_no_warning(office):
    def queries(count):
        people = [applicant(office, f"{letter}{letter * 5}a Petrosyan", 1950 + 5 * count) for letter in "BDGK"[:count]]
        shared_by(office, "phone", people, f"9355577{count}")
        with CaptureQueriesContext(connection) as asked:
            assert len(found(office, "phone")) == count - 1
        return len(asked)

    assert queries(2) == queries(3)


def test_a_supplier_reached_at_the_phone_of_staff_is_named_and_two_of_the_staff_are_not(office):
    award, people = buying_award(office), office.people
    User.objects.filter(pk__in=[people.adviser.pk, people.maker.pk]).update(phone="+374 94 555 666")
    assert found(office, "phone") == []
    seller = supplier(office, "Metal Works", phone="094 555666")
    assert found(office, "phone") == [], "a name on the register sells nothing yet"
    quoted(office, requested(office, award), seller, 500_000)
    report = warnings_of(office.programme, DAY)
    finding = next(row for row in report.findings if row.kind == "phone")
    assert finding.about == refs(seller, people.adviser, people.maker)
    assert finding.staff == {people.adviser.pk, people.maker.pk}
    for by in (people.adviser, people.maker):
        seat(by, office.programme, Role.MONITORING)
        with pytest.raises(NotAllowed, match="about you"):
            answered(office, finding, by=User.objects.get(pk=by.pk))


def test_competitors_of_one_hand_are_named_even_in_one_family(office):
    award = buying_award(office)
    purchase = requested(office, award)
    sellers = [supplier(office, name) for name in ("Metal Works", "Iron House", "Wood Yard")]
    for number, seller in enumerate(sellers):
        quoted(office, purchase, seller, 500_000 + number)
    assert found(office, "competitors") == []
    Party.objects.filter(pk__in=[sellers[0].pk, sellers[1].pk]).update(phone_digits="93555777")
    same_phone = ("competitors", tuple(sorted([purchase.ref, "same:phone", *refs(*sellers[:2])])))
    assert found(office, "competitors") == [same_phone]
    Party.objects.filter(pk=sellers[1].pk).update(manager=registered_person(office, "Aram Ayvazyan", birth_year=1970))
    Party.objects.filter(pk=sellers[0].pk).update(manager=Party.objects.get(name="Aram Ayvazyan"))
    same_people = ("competitors", tuple(sorted([purchase.ref, "same:people", *refs(*sellers[:2])])))
    assert found(office, "competitors", "phone") == [same_people, same_phone]
    facts = {"programme": office.programme, "case_ref": purchase.ref, "purpose": "quote", "on": DAY}
    for seller in sellers[1:]:
        file = add_evidence(content=b"Quote 7", name="quote.txt", by=office.people.adviser, **facts)
        Quote.objects.filter(purchase=purchase, supplier=seller).update(evidence=file)
    same_file = ("competitors", tuple(sorted([purchase.ref, "same:file", *refs(*sellers[1:])])))
    assert set(found(office, "competitors")) == {same_people, same_phone, same_file}


def test_round_sums_follow_the_rule_and_an_invoice_before_the_agreement_is_told(office):
    award = buying_award(office)
    purchase = requested(office, award)
    given = {"supplier": supplier(office), "invoice_on": DAY}
    Purchase.objects.filter(pk=purchase.pk).update(amount=300_000, invoice_amount=300_000, **given)
    assert found(office, "round") == [("round", (purchase.ref, "amount:300000"))]
    assert warnings_of(office.programme, DAY).looked["round"] == 1, "its invoice is the same sum"
    Purchase.objects.filter(pk=purchase.pk).update(invoice_amount=400_000)
    assert found(office, "round")[1:] == [("round", (purchase.ref, "amount:400000"))]
    Purchase.objects.filter(pk=purchase.pk).update(amount=300_001, invoice_amount=350_000)
    assert found(office, "round") == []
    limits = {"purchase_unit": 0, "invoice_unit": 500, "award_unit": 20_000, "adviser_cases": 10, "account_days": 14}
    given = {"programme": office.programme, "on": DAY, **limits}
    with pytest.raises(NotAllowed):
        set_warning_rule(by=office.people.monitor, **given)
    set_warning_rule(by=office.people.manager, **given)
    assert found(office, "round") == [
        ("round", (award.ref, "amount:2000000")),
        ("round", (purchase.ref, "amount:350000")),
    ]
    assert found(office, "early") == []
    Purchase.objects.filter(pk=purchase.pk).update(invoice_on=DAY - timedelta(days=1))
    assert found(office, "early") == [("early", (purchase.ref, award.ref))]
    said = warnings_of(office.programme, DAY).findings[-1].sentence
    assert said == f"The invoice of {purchase.ref} is dated 11.03.2026; the agreement of {award.ref} 12.03.2026."


def test_an_adviser_with_all_approvals_is_told_beside_the_programmes_share(office):
    people = [
        applicant(office, name, 1960 + 7 * at) for at, name in enumerate(["Ani Aa", "Bela Bb", "Gor Gg", "Dan Dd"])
    ]
    cases = Application.objects.filter(applicant__in=people).order_by("pk")
    decided = {"submitted_on": DAY, "decision_ref": "S-1", "decided_on": DAY, "approved_amount": 100}
    cases.update(state="approved", **decided)
    other = make_user("Artak Simonyan", "X-1")
    Application.objects.filter(pk=cases[3].pk).update(adviser=other, state="rejected")
    WarningRule.objects.create(programme=office.programme, adviser_cases=4)
    assert found(office, "adviser") == []
    WarningRule.objects.update(adviser_cases=3)
    finding = warnings_of(office.programme, DAY).findings[0]
    assert finding.about == (office.people.adviser.ref, "times:1")
    assert finding.sentence == "All 3 decided cases of Anahit Grigoryan were approved; in the programme 75 of 100."
    Application.objects.filter(pk=cases[0].pk).update(state="ineligible")
    assert found(office, "adviser") == []


def test_a_payee_account_that_changed_shortly_before_the_payment_is_told(office):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    account = PayeeAccount.objects.get(orders__ref="O-2026-00001")
    assert found(office, "changed") == [], "the first account of a payee changed nothing"
    rows = PayeeAccount.objects.filter(pk=account.pk)
    rows.update(version=2, entered_on=DAY - timedelta(days=14))
    assert found(office, "changed") == [("changed", ("O-2026-00001", account.ref))]
    rows.update(entered_on=DAY - timedelta(days=15))
    assert found(office, "changed") == []
    rows.update(entered_on=DAY + timedelta(days=1))
    assert found(office, "changed") == []


def test_findings_of_purchases_and_combined_duties_are_read_where_they_are(office):
    award, party = buying_award(office), supplier(office)
    first = requested(office, award)
    second = requested(office, award)
    Purchase.objects.filter(pk__in=[first.pk, second.pk]).update(supplier=party, amount=500_001)
    assert found(office, "purchase") == [
        ("purchase", (first.ref, "split", second.ref)),
        ("purchase", (second.ref, "split", first.ref)),
    ]
    finding = next(row for row in warnings_of(office.programme, DAY).findings if row.kind == "purchase")
    with pytest.raises(Blocked, match="answered at the purchase"):
        answered(office, finding, by=office.people.monitor)
    second.answers.create(
        kind="split",
        about=first.ref,
        answer="Two ovens",
        requested_by=office.people.adviser,
        answered_by=office.people.monitor,
        answered_on=DAY,
    )
    states = [row.state for row in warnings_of(office.programme, DAY).findings if row.kind == "purchase"]
    assert states == ["open", "closed"]
    Purchase.objects.filter(pk=second.pk).update(amount=499_998)
    assert found(office, "purchase") == []
    assert found(office, "duties") == []
    other = draft_application(office, award.applicant)
    Part.objects.filter(application=other).delete()
    Part.objects.create(application=other, user=office.people.monitor, part="adviser", since=DAY)
    Part.objects.get_or_create(application=award.application, user=office.people.monitor, part="verifier", since=DAY)
    monitor = office.people.monitor.ref
    expected = (monitor, award.applicant.ref, f"{award.application.ref}:verifier", f"{other.ref}:adviser")
    assert found(office, "duties") == [("duties", expected)]


def test_nothing_of_a_confidential_programme_shows_outside_it(office):
    hidden, shown = grant_office("shelter", confidential=True), grant_office("autumn")
    ours = applicant(office, "Anahit Sargsyan", 1984)
    theirs = applicant(hidden, "Zaruhi Secretyan", 1990)
    shared_by(office, "phone", [ours, theirs], "93555777")
    shared_by(office, "account", [ours], KOSOVO_IBAN)
    payable_account(hidden, theirs, number=KOSOVO_IBAN)
    User.objects.filter(pk=hidden.people.adviser.pk).update(phone="093 555777")
    outside = warnings_of(office.programme, DAY)
    assert (outside.findings, outside.looked["phone"], outside.looked["account"]) == ([], 1, 1)
    # Somebody of an open programme who is paid by the hidden one too: that account is not compared outside it.
    both = applicant(shown, "Gayane Movsisyan", 1966)
    paid = {"entered_by": hidden.people.maker, "entered_on": DAY, "number_index": blind_index(KOSOVO_IBAN)}
    PayeeAccount.objects.create(programme=hidden.programme, party=both, kind="iban", currency="EUR", **paid)
    assert found(office) == found(shown) == []
    inside = warnings_of(hidden.programme, DAY).findings
    assert [row.kind for row in inside] == ["phone", "account"]
    assert f"{ours.ref} of another programme" in inside[0].sentence
    assert "Anahit Sargsyan" not in inside[0].sentence, "her name is her own programme's"
    elsewhere = applicant(shown, "Lusine Hakobyan", 1969)
    shared_by(shown, "phone", [elsewhere], "93555777")
    assert found(office) == [("phone", refs(ours, elsewhere))]


def answered(office, finding, *, by=None, verdict="explained", text="Sisters, one phone", version=0):
    given = {"programme": office.programme, "code": finding.key, "verdict": verdict, "text": text, "version": version}
    return answer_warning(by=by or office.people.manager, on=DAY, **given)


@pytest.fixture
def pair(office):
    """Two applicants of one adviser with one phone; the name of one would be a formula in a sheet."""
    people = [applicant(office, "=Ani <b>Petrosyan", 1980), applicant(office, "Mariam Galstyan", 1990)]
    shared_by(office, "phone", people, "93555777")
    return people


def test_a_warning_is_answered_by_one_without_a_part_and_closed_by_another(office, pair):
    people = office.people
    finding = warnings_of(office.programme, DAY).findings[0]
    for who in ("adviser", "maker", "donor", "secretary", "loan_officer", "member1", "administrator"):
        with pytest.raises(NotAllowed):
            answered(office, finding, by=getattr(people, who))
    case = Application.objects.get(applicant=pair[1])
    part = Part.objects.create(application=case, user=people.monitor, part="verifier", since=DAY)
    seat(people.adviser, office.programme, Role.MANAGER)
    for by in (people.monitor, User.objects.get(pk=people.adviser.pk)):
        with pytest.raises(NotAllowed, match="you have a part in this case"):
            answered(office, finding, by=by)
    for wrong in ({"text": " "}, {"text": "x" * 1001}, {"verdict": "guilty"}):
        with pytest.raises(Invalid):
            answered(office, finding, **wrong)
    with pytest.raises(Blocked, match="not there any more"):
        answer_warning(
            programme=office.programme, code="0" * 64, verdict="look", text="?", version=0, on=DAY, by=people.manager
        )
    answer = answered(office, finding, verdict="look")
    with pytest.raises(Stale):
        answered(office, finding)
    closing = {"answer": answer, "on": DAY}
    with pytest.raises(NotAllowed, match="Another person"):
        close_warning(version=1, by=people.manager, **closing)
    with pytest.raises(NotAllowed, match="you have a part in this case"):
        close_warning(version=1, by=people.monitor, **closing)
    part.delete()
    with pytest.raises(Blocked, match="still to be looked into"):
        close_warning(version=1, by=people.monitor, **closing)
    answer = answered(office, finding, version=1)
    with pytest.raises(Stale):
        close_warning(version=1, by=people.monitor, **closing)
    closed = close_warning(version=2, by=people.monitor, **closing)
    assert (closed.answered_by, closed.closed_by, closed.closed_on) == (people.manager, people.monitor, DAY)
    with pytest.raises(Blocked, match="closed already"):
        answered(office, finding, version=3)
    assert warnings_of(office.programme, DAY).findings[0].state == "closed"
    events = Event.objects.filter(kind__startswith="warning.").values_list("kind", "actor_id")
    assert list(events) == [
        ("warning.answer", people.manager.pk),
        ("warning.answer", people.manager.pk),
        ("warning.close", people.monitor.pk),
    ]
    assert list(checks()) == []
    # Somebody who is forgotten is forgotten in the answer too, and never reads what was said inside.
    holding = next(one for one in holdings() if one.model is WarningAnswer)
    assert holding.inside
    holding.rows([pair[0].pk]).order_by().update(**holding.blanks)
    assert WarningAnswer.objects.get().text == "-"
    WarningAnswer.objects.update(key="0" * 64, about=[people.monitor.ref])
    assert [fault.rpartition(": ")[2] for fault in checks()] == [
        "its key is not that of its references",
        "somebody named in it answered or closed it",
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        WarningAnswer.objects.update(closed_by=people.manager)


@pytest.mark.once
def test_the_pages_list_explain_answer_and_close_and_each_reading_is_logged(office, pair, client):
    people, programme = office.people, office.programme
    url = reverse("reports:warnings", args=[programme.key])
    finding = warnings_of(programme, DAY).findings[0]
    one = reverse("reports:warning", args=[programme.key, finding.key])
    close, rule = f"{one}close/", reverse("reports:warning_rule", args=[programme.key])
    for who in ("adviser", "maker", "donor", "secretary", "administrator"):
        client.force_login(getattr(people, who))
        assert [client.get(path).status_code for path in (url, one, close, rule)] == [404] * 4, who
    guard = make_user("Nune Sahakyan", "DP-1")
    seat(guard, programme, Role.DATA_PROTECTION)
    client.force_login(guard)
    posted = {"verdict": "explained", "text": "Sisters", "version": 0}
    assert client.get(url).status_code == client.get(one).status_code == 200
    assert f'href="{url}"' in client.get(reverse("reports:issues")).content.decode()
    assert [client.post(one, posted).status_code, client.get(close).status_code, client.get(rule).status_code] == [
        403
    ] * 3
    client.force_login(people.manager)
    text = client.get(f"{url}?kind=phone&state=open").content.decode()
    assert "=Ani &lt;b&gt;Petrosyan" in text
    assert "<b>Petrosyan" not in text
    assert "A family or a village shop shares one phone." in text
    assert "1 warning" in text
    assert "No warning matches." in client.get(f"{url}?state=closed").content.decode()
    shown = client.get(one).content.decode()
    assert [f'href="{person.get_absolute_url()}"' in shown for person in pair] == [True, True]
    assert client.get(f"{url}?kind=nonsense").status_code == 200
    assert client.get(f"{url}?after=nonsense").status_code == 400
    sheet = b"".join(client.get(f"{url}?format=csv").streaming_content).decode()
    assert "=Ani" in sheet
    assert not any(line.startswith("=") or ',"=' in line or ",=" in line for line in sheet.splitlines())
    rows = json.loads(b"".join(client.get(f"{url}?format=json").streaming_content))["rows"]
    assert [(row["about"], row["state"]) for row in rows] == [(", ".join(finding.about), "Not answered")]
    assert client.get(f"{url}?format=xlsx").status_code == 200
    assert Event.objects.filter(kind="warnings.read", actor_id=people.manager.pk).count() >= 6
    assert [item.verb_text for item in queue_for(people.monitor)] == ["Answer the warnings"]
    assert client.post(one, {**posted, "text": "=Sisters <i>"}).status_code == 302
    assert client.post(one, posted).status_code == 409, "the page was opened before the answer"
    assert client.post(close, {"version": 1}).status_code == 403
    client.force_login(people.monitor)
    client.get(url)
    assert [item.verb_text for item in queue_for(people.monitor)] == ["Close the answered warnings"]
    assert queue_for(people.manager) == []
    assert "Agree and close" in client.get(one).content.decode()
    assert "“=Sisters &lt;i&gt;”" in client.get(close).content.decode()
    assert client.post(close, {"version": 1}).status_code == 302
    assert queue_for(people.monitor) == []
    client.force_login(people.manager)
    limits = {"award_unit": 10_000, "purchase_unit": 0, "invoice_unit": 0, "adviser_cases": 5, "account_days": 7}
    assert client.post(rule, {**limits, "adviser_cases": 0}).status_code == 400
    assert client.post(rule, limits).status_code == 302
    assert WarningRule.objects.get().award_unit == 10_000


def test_the_days_work_counts_for_the_queue_and_the_auditors_zip_has_warnings_with_answers(office, pair):
    award = signed_award(office)
    for _run in range(2):
        daily(DAY)
    assert [(row.programme, row.waiting) for row in WarningCount.objects.all()] == [(office.programme, 1)]
    answered(office, warnings_of(office.programme, DAY).findings[0], text="=Sisters, one phone")
    facts = {"programme": office.programme, "kind": "awards", "start": DAY, "end": DAY, "size": 1, "seed": "1"}
    with make_audit_pack(**facts, on=DAY, by=office.people.manager) as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert f"{award.application.ref}/{award.application.ref}.pdf" in archive.namelist()
    book = load_workbook(io.BytesIO(archive.read("warnings.xlsx")))
    head, row = book["Warnings"].iter_rows(values_only=True)
    said = dict(zip(head, row, strict=True))
    assert (said["Kind"], said["State"], said["Verdict"]) == ("Same phone", "Waits for a second person", "Explained")
    assert (said["What was found"], said["Answered by"]) == ("'=Sisters, one phone", str(office.people.manager))
    assert book["Looked for"].max_row == len(KINDS) + 1
