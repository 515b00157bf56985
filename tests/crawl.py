"""A furnished house to walk through: every address of our apps, an object behind each, and one person for each role."""

import base64
import copy
import csv
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth import middleware as sign_in
from django.contrib.auth.models import AnonymousUser
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import User
from applicants.models import DuplicateAnswer
from applicants.services import (
    add_evidence,
    add_member,
    answer_duplicate,
    confirm_group,
    prepare_import,
    receive_complaint,
    record_identity,
    record_referral,
    register_party,
    run_checks,
)
from grants.services import (
    enter_expense,
    propose_amendment,
    register_asset,
)
from monitoring.services import add_action_point, plan_visit, record_visit, record_workers
from payments.services import propose_money_rule, receive_capital
from programmes.models import Delegation, EligibilityRule, Membership, Role
from programmes.roles import forget, held_by
from programmes.services import name_contact
from selection.services import ask_clarification, declare_standing_interest, invite_members, record_appeal
from tests.crawl_buying import furnish_purchases, furnish_works
from tests.crawl_loans import furnish_loan_people, furnish_relief, furnish_tranches
from tests.crawl_money import furnish_money
from tests.crawl_reports import furnish_reports
from tests.office import DAY, PASSWORD, Office, grant_office, loan_office, make_user, seat
from tests.steps_applicants import (
    draft_application,
    eligible_application,
    registered_enterprise,
    registered_person,
    submitted_application,
    trained,
)
from tests.steps_grants import ordered_tranche, ready_award, signed_award
from tests.steps_loans import active_loan, disbursement_order, repay, signed_loan
from tests.steps_paymaster import issued_sheet
from tests.steps_payments import approved_order, held_match, own_account, sent_order
from tests.steps_selection import open_session, rejected_session
from tests.steps_statements import loaded, moved

# The addresses of others: Django's admin and the sign-in of django-allauth, which have their own tests.
NOT_OURS = ("admin", "account_", "mfa_", "allauth")
TABLE = Path(__file__).parent / "data" / "url_table.csv"
OUTSIDERS = ("stranger", "superuser", "anonymous", "administrator")


@dataclass(frozen=True)
class Address:
    """A named address: `name` as for reverse(), `route` as it is written, the names of what it takes."""

    name: str
    route: str
    takes: tuple[str, ...]


def addresses():
    """Every address of our apps once, by the resolver; a second spelling of the same name is the same address."""
    found = {}
    for one in _walk(get_resolver().url_patterns):
        if not one.name.startswith(NOT_OURS) and not one.name.endswith(":"):
            found.setdefault(one.name, one)
    return list(found.values())


def reviewed_table():
    """{(method, address, verb, thing): {role: status}} as somebody reviewed it; see tests/test_urls.py."""
    with TABLE.open(newline="") as file:
        head, *rows = csv.reader(file)
    return {tuple(row[:4]): dict(zip(head[4:], row[4:], strict=True)) for row in rows}


def others():
    """The names that `addresses` leaves out."""
    return {one.name for one in _walk(get_resolver().url_patterns) if one.name.startswith(NOT_OURS)}


def _walk(patterns, space="", route=""):
    for one in patterns:
        here = f"{route}{one.pattern}"
        if isinstance(one, URLPattern):
            yield Address(f"{space}{one.name or ''}", here, tuple(one.pattern.converters))
        else:
            yield from _walk(one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space, here)


VERBS = {
    "applicants:move_application": (
        "submit",
        "return_for_revision",
        "pass_checks",
        "fail_checks",
        "lapse",
        "uphold_appeal",
        "withdraw",
        "approve",
    ),
    "applicants:move_complaint": ("acknowledge", "give_answer", "refer", "pass_on"),
    "selection:move": ("send_packet", "start", "close", "reopen"),
    "selection:case_move": ("decide", "remove", "take_back_vote", "lift", "approve_reserve"),
    "payments:move": ("approve", "send", "settle", "return_unpaid", "bounce", "cancel"),
    "payments:statement_line_move": ("settle", "take_return", "book", "set_aside", "take_up"),
    "payments:line_act": ("receive", "return", "charge"),
    "payments:move_advance": ("pay_out", "cancel"),
    "payments:move_sheet": ("record", "give_back", "confirm"),
    "grants:move": ("sign", "suspend", "resume", "close", "terminate", "cancel"),
    "grants:tranche_move": ("request", "certify", "order", "settle"),
    "grants:amendment_move": ("approve", "refuse", "withdraw"),
    "grants:purchase_move": ("choose", "send_back", "approve", "order", "receive", "match", "cancel"),
    "grants:tender_move": ("open", "choose", "decide", "reconsider", "cancel"),
    "grants:works_move": ("sign", "accept_provisionally", "accept_finally", "terminate"),
    "grants:certificate_move": ("certify", "withdraw"),
    "loans:cash_day_move": ("count", "close", "send_back"),
    "loans:move": ("sign", "activate", "write_off", "forgive", "cancel"),
    "loans:move_request": ("put_in_force", "withdraw", "approve"),
    "loans:move_moratorium": ("put_in_force", "withdraw", "approve"),
    "loans:move_tranche": ("ask", "confirm", "send_back", "ask_to_give_up", "give_up", "keep", "settle"),
    "monitoring:move": ("record", "verify", "return_visit", "cancel"),
    "reports:move": ("publish", "supersede"),
}


@dataclass
class House:
    """The office that one works in, its lending neighbour, and a confidential one that nobody may notice."""

    own: Office
    lending: Office
    hidden: Office
    hidden_lending: Office
    cast: dict = field(default_factory=dict)
    places: dict = field(default_factory=dict)
    hidden_places: dict = field(default_factory=dict)


def furnished_house(hidden=True):
    """Built through the services; the clock must stand at DAY."""
    own, lending = grant_office(), loan_office()
    house = House(own, lending, None, None)
    for row in Membership.objects.filter(programme=own.programme):
        donor = lending.donor if row.role == Role.DONOR else None
        seat(row.user, lending.programme, row.role, region=row.region, donor=donor)
    house.places = {**_furnish_grants(own, ANAHIT), **_furnish_loans(lending, GOHAR)}
    house.cast = _cast(own)
    if hidden:
        house.hidden = grant_office("quiet", confidential=True)
        house.hidden_lending = loan_office("harbour", confidential=True)
        house.hidden_places = {
            **_furnish_grants(house.hidden, TSITSINO),
            **_furnish_loans(house.hidden_lending, TSITSINO),
        }
    return house


@contextmanager
def people_known(users):
    """Who signs in, and which roles they hold, is read once for all calls by test clients: nobody changes it."""
    known = {str(user.pk): user for user in users if user is not None}
    for user in known.values():
        # What was read while the house was furnished may be less than they hold by now.
        forget(user)
        held_by(user)
    nobody = AnonymousUser()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            sign_in, "get_user", lambda request: copy.copy(known.get(request.session.get(SESSION_KEY), nobody))
        )
        yield


# One grey point, as a PNG.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
ANAHIT = {"name": "Anahit Sargsyan", "name_script": "Անահիտ Սարգսյան", "script_language": "hy"}
GOHAR = {"name": "Gohar Mkrtchyan"}
TSITSINO = {
    "name": "Tsitsino Kvirikashvili",
    "name_script": "ციცინო ყვირიკაშვილი",
    "script_language": "ka",
    "phone": "+995 599 707172",
    "address": "Nutsubidze slope 77",
}


def _cast(office):
    """One user for each role, and those who have nothing to do here."""
    people, programme = office.people, office.programme
    other_adviser = make_user("Hasmik Poghosyan", "X-01")
    seat(other_adviser, programme, Role.ADVISER, region=office.other_region)
    protector = make_user("Levon Arakelyan", "X-02")
    seat(protector, programme, Role.DATA_PROTECTION)
    superuser = User.objects.create_superuser("root@seedbed.test", PASSWORD, name="Root", staff_number="X-03")
    elsewhere = grant_office("kura")
    return {
        "adviser": people.adviser,
        "other region": other_adviser,
        "field agent": people.field_agent,
        "member": people.member3,
        "secretary": people.secretary,
        "manager": people.manager,
        "loan officer": people.loan_officer,
        "finance": people.checker,
        "monitoring": people.monitor,
        "data protection": protector,
        "donor": people.donor,
        "administrator": people.administrator,
        "superuser": superuser,
        "stranger": elsewhere.people.manager,
        "anonymous": None,
    }


def _furnish_grants(office, who):
    """Things behind every address but those of loans: {name of the address: what it takes}."""
    people, programme = office.people, office.programme
    for row in Membership.objects.filter(user=people.field_agent):
        row.villages.set([office.village])
    receive_capital(line=office.line, amount=6_000_000, reference="SEED-2", on=DAY, by=people.maker)
    own = own_account(office)
    EligibilityRule.objects.create(call=office.call, position=9, code="market", kind="person", question="A market?")
    person = registered_person(office, **who)
    found = _furnish_register(office, person)
    business = registered_enterprise(office, f"{who['name'].split()[1]} Cheese", manager=person)
    draft = draft_application(office, person, title=f"Cheese of {who['name']}")
    submitted = submitted_application(office, registered_person(office, **who, birth_year=1970))
    run_checks(application=submitted, on=DAY, by=people.secretary)
    eligible = eligible_application(office, registered_person(office, **who, birth_year=1971), opinion=False)
    session = open_session(office, eligible_application(office, registered_person(office, **who, birth_year=1972)))
    another = registered_person(office, **who, birth_year=1973)
    lost, _session = rejected_session(office, applicant=registered_person(office, **who, birth_year=1979))
    appeal = record_appeal(
        application=lost, means="hand", grounds=f"{who['name']} has a buyer.", on=DAY, by=people.secretary
    )
    ready = ready_award(office, amount=900_000, own=300_000, applicant=another)
    active = signed_award(
        office,
        amount=1_200_000,
        own=400_000,
        parts=[800_000, 400_000],
        applicant=registered_person(office, **who, birth_year=1974),
    )
    order = ordered_tranche(office, active.tranches.get(number=1))
    statement = loaded(office, own, [moved(-500_000, "BANK-1", name=who["name"]), moved(-350, "FEE")])
    sent = sent_order(
        office,
        ordered_tranche(
            office,
            signed_award(
                office, amount=500_000, own=200_000, applicant=registered_person(office, **who, birth_year=1975)
            ).tranches.get(),
        ),
    )
    expense = enter_expense(
        award=active,
        line=active.budget.first(),
        supplier=f"{who['name']} & Sons",
        invoice_number=f"R-{active.pk}",
        invoice_on=DAY,
        net_amount=70_000,
        on=DAY,
        by=people.adviser,
    )
    after = {"ends_on": "2027-03-31"}
    amendment = propose_amendment(award=active, after=after, why="The oven is late.", on=DAY, by=people.adviser)
    changed = {"ref": active.ref, "number": amendment.number}
    asset = register_asset(award=active, label="Vat", amount=100_000, on=DAY, by=people.adviser)
    committee = session.committee
    later = active.tranches.get(number=2)
    complaint = receive_complaint(
        kind="service", text=f"Of {who['name']}", public_name=programme.public_name, application_ref=draft.ref, on=DAY
    )
    contact = name_contact(user=people.monitor, programme=programme, on=DAY, by=people.administrator)
    part = {"ref": active.ref, "pk": active.contributions.get().pk}
    deliverable = {"ref": active.ref, "pk": later.deliverables.get().pk}
    case = session.cases.get()
    photo = add_evidence(
        programme=programme,
        case_ref=case.application.ref,
        purpose="field_photo",
        content=PICTURE,
        name="vat.png",
        on=DAY,
        by=people.adviser,
    )
    invite_members(session=session, members=[people.member3], on=DAY, by=people.secretary)
    interest = declare_standing_interest(
        committee=committee, party=person, kind="friend", reason="A neighbour.", on=DAY, by=people.member3
    )
    question = ask_clarification(case=case, question="Who milks the cows?", on=DAY, by=people.secretary)
    tranche = {"ref": active.ref, "number": 2}
    account = {"pk": order.account_id}
    membership = Membership.objects.get(user=people.field_agent, programme=programme)
    cover = Delegation.objects.create(
        membership=membership, delegate=people.adviser, starts_on=DAY, ends_on=DAY, requested_by=people.field_agent
    )
    found |= {
        "applicants:new_member": {"ref": business.ref},
        "applicants:new_ownership": {"ref": business.ref},
        "applicants:hand_over": {"key": programme.key, "adviser_pk": people.adviser.pk},
        "applications": {"ref": submitted.ref},
        "drafts": {"ref": draft.ref},
        "applicants:opinion": {"ref": eligible.ref},
        "applicants:field_verification": {"ref": eligible.ref},
        "applicants:answer_check": {"ref": submitted.ref, "code": "market"},
        "applicants:confirm_failure": {"ref": submitted.ref, "code": "market"},
        "applicants:waive_training": {"ref": submitted.ref, "rule": office.call.training_rules.get().pk},
        "applicants:plan_section": {"ref": draft.ref, "code": "cash_flow"},
        "selection:committee": {"pk": committee.pk},
        "selection:bands": {"pk": committee.pk},
        "selection:end_interest": {"pk": interest.pk},
        "selection:rules": {"key": office.call.key},
        **{
            f"selection:{act}": {"ref": ready.application.cases.get().session.ref}
            for act in ("letters", "letters_pdf", "letters_sent")
        },
        "selection:letter_text": {"key": office.call.key, "kind": "approve", "language": "en"},
        "selection:end_seat": {"pk": committee.pk, "seat": committee.seats.first().pk},
        "selection:case": {"ref": session.ref, "position": case.position},
        "selection:case_move": {"ref": session.ref, "position": case.position},
        "selection:ask": {"ref": session.ref, "position": case.position},
        "selection:clarification": {"pk": question.pk},
        "selection:photo": {"ref": session.ref, "position": case.position, "pk": photo.pk},
        "complaints": {"ref": complaint.ref},
        "programmes:end_contact": {"pk": contact.pk},
        "selection:appeal": {"pk": appeal.pk},
        "selection:record_appeal": {"ref": lost.ref},
        "sessions": {"ref": session.ref},
        "calls": {"key": office.call.key},
        "orders": {"ref": order.ref},
        "batches": {"ref": sent.batch.ref},
        "accounts": account,
        "own accounts": {"pk": own.pk},
        "matches": {"pk": held_match(office).pk},
        "statements": {"pk": statement.pk},
        "statement lines": {"pk": statement.lines.first().pk},
        "lines": {"key": office.line.key},
        "grants": {"ref": active.ref},
        **{f"grants:{act}": {"ref": ready.ref} for act in ("screen", "plan", "conditions", "pledge", "budget", "aid")},
        "grants:expense": {"ref": active.ref, "pk": expense.pk},
        "grants:amendment": changed,
        "grants:amendment_move": changed,
        "grants:agreement_text": {"key": office.call.key, "language": "en"},
        **furnish_purchases(office, active),
        "grants:genuine": {"code": active.code},
        "grants:evidence": part,
        "grants:accept": part,
        "grants:show": deliverable,
        "grants:accept_deliverable": deliverable,
        "grants:hand_over": {"ref": active.ref, "pk": asset.pk},
        "grants:tranche": tranche,
        "grants:tranche_move": tranche,
        "programmes": {"key": programme.key},
        "programmes:new_part": {"key": programme.key, "kind": "group"},
        "programmes:edit_part": {"key": programme.key, "kind": "call", "pk": office.call.pk},
        "programmes:check_call": {"key": programme.key, "pk": office.call.pk},
        "programmes:copy_call": {"key": programme.key, "pk": office.call.pk},
        "programmes:remove_part": {"key": programme.key, "kind": "group", "pk": office.group.pk},
        "programmes:end": {"pk": membership.pk},
        "programmes:approve_cover": {"pk": cover.pk},
        "accounts:user": {"pk": people.adviser.pk},
        "accounts:reset_second_factor": {"pk": people.adviser.pk},
    }
    works = furnish_works(office, registered_person(office, **who, birth_year=1976))
    return found | works | _furnish_monitoring(office, active.application) | furnish_reports(office)


def _furnish_register(office, person):
    people, programme = office.people, office.programme
    facts = {"on": DAY, "by": people.adviser}
    consent = person.consents.get(programme=programme)
    identity = record_identity(party=person, kind="national", number=f"ID{person.pk:08d}", **facts)
    confirm_group(party=person, programme=programme, group=office.group, **facts)
    referral = record_referral(
        programme=programme, region=office.region, name=person.name, source=f"Friend of {person.name}", **facts
    )
    evidence = add_evidence(
        programme=programme,
        case_ref=person.ref,
        party=person,
        purpose="other",
        content=b"%PDF-1.4\n" + programme.key.encode(),
        name=f"letter of {person.name}.pdf",
        **facts,
    )
    household = register_party(
        kind="household", name=f"{person.name.split()[1]} family", programme=programme, region=office.region, **facts
    )
    member = add_member(party=household, person=person, role="member", **facts)
    brought = prepare_import(
        programme=programme,
        kind="applicants",
        name="people.csv",
        content=b"name\n",
        rows_total=1,
        on=DAY,
        by=people.secretary,
    )
    course = trained(office, person)
    name = {"name": person.name, "name_script": person.name_script, "script_language": person.script_language}
    twin, double = registered_person(office, **name), registered_person(office, **name)
    answer_duplicate(party=person, others=[twin], verdict="same", reason="One card.", on=DAY, by=people.secretary)
    compared = {"ref": person.ref, "pk": DuplicateAnswer.objects.get(other=twin).pk}
    return {
        "party": {"ref": person.ref},
        "applicants:compare": {"ref": person.ref, "other": double.ref},
        "applicants:agree_double": compared,
        "applicants:withdraw_double": compared,
        "applicants:end_member": {"ref": household.ref, "pk": member.pk},
        "applicants:withdraw_consent": {"ref": person.ref, "pk": consent.pk},
        "applicants:show_identity": {"ref": person.ref, "pk": identity.pk},
        "applicants:new_group": {"ref": person.ref, "key": programme.key},
        "applicants:show_groups": {"ref": person.ref, "key": programme.key},
        "applicants:file": {"pk": evidence.pk},
        "applicants:withdraw_file": {"pk": evidence.pk},
        "referrals": {"pk": referral.pk},
        "courses": {"pk": course.pk},
        "imports": {"pk": brought.pk},
    }


def _furnish_loans(office, who):
    signed = signed_loan(office, applicant=registered_person(office, **who, birth_year=1976))
    loan = active_loan(office, applicant=registered_person(office, **who, birth_year=1977))
    repayment = repay(office, loan, 9_000)
    person = registered_person(office, **who, birth_year=1978)
    order = disbursement_order(office, signed_loan(office, applicant=person))
    sheet = issued_sheet(office, [approved_order(office, order)])
    place = {"programme": office.programme, "currency": office.line.currency}
    rule = propose_money_rule(**place, advance_amount=500_000, cooling_days=1, on=DAY, by=office.people.manager)
    return {
        "payments:propose_rule": {"key": office.programme.key, "currency": office.line.currency},
        "payments:confirm_rule": {"pk": rule.pk},
        "payments:screen_staff": {"key": office.programme.key},
        "payments:new_advance": {"key": office.line.key},
        "advances": {"ref": sheet.advance.ref},
        "pay sheets": {"ref": sheet.ref},
        "loans": {"ref": loan.ref},
        "loans:pay": {"ref": signed.ref},
        "loans:fund": {"key": office.line.key},
        **furnish_money(office, loan),
        "loans:reverse": {"ref": loan.ref, "pk": repayment.pk},
        **furnish_tranches(office, who),
        "visits of loans": {"ref": loan.application.visits.first().ref},
        **furnish_relief(office, loan),
        **furnish_loan_people(office, who, loan, repayment),
    }


def _furnish_monitoring(office, application):
    people = office.people
    facts = {"on": DAY, "by": people.manager}
    visit = plan_visit(application=application, planned_on=DAY, assigned_to=people.field_agent, **facts)
    job = {
        "title": "Cheese maker",
        "hours_per_week": 40,
        "created_on": DAY,
        "employments": [
            {
                "person": application.applicant,
                "starts_on": DAY,
                "ends_on": None,
                "evidence_kind": "contract",
                "evidenced_on": DAY,
            }
        ],
    }
    visit = record_visit(
        visit=visit,
        business_state="open",
        findings=f"The milk of {application.applicant.name} sells.",
        measurements={"sales": 60_000},
        jobs=[job],
        on=DAY,
        by=people.field_agent,
    )
    point = add_action_point(
        visit=visit, text="A second vat.", owner=people.field_agent, due_on=DAY, on=DAY, by=people.field_agent
    )
    worker = {
        "worker": application.applicant,
        "starts_on": date(2026, 3, 1),
        "ends_on": date(2026, 3, 10),
        "person_days": 8,
        "wage_amount": 40_000,
        "registered": True,
    }
    record_workers(application=application, rows=[worker], on=DAY, by=people.manager)
    return {
        "visits": {"ref": visit.ref},
        "monitoring:plan": {"ref": application.ref},
        "workers": {"ref": application.ref},
        "monitoring:close_action": {"pk": point.pk},
        "monitoring:end_place": {"pk": visit.job_places.get().pk},
        "monitoring:lose_post": {"pk": visit.application.verifications.first().jobs.first().pk},
    }


# Which thing stands behind the addresses of an app that take a `ref` or `pk`, by the beginning of the route.
BY_ROUTE = (
    ("applicants/<party:", "party"),
    ("applications/<str:ref>/plan", "drafts"),
    ("applications/", "applications"),
    ("complaints/", "complaints"),
    ("referrals/", "referrals"),
    ("trainings/", "courses"),
    ("imports/", "imports"),
    ("committee/calls/", "calls"),
    ("committee/", "sessions"),
    ("money/orders/", "orders"),
    ("money/batches/", "batches"),
    ("money/accounts/", "accounts"),
    ("money/own-accounts/", "own accounts"),
    ("money/screening/matches/", "matches"),
    ("money/statements/lines/", "statement lines"),
    ("money/statements/", "statements"),
    ("money/lines/", "lines"),
    ("money/paymaster/", "advances"),
    ("money/sheets/", "pay sheets"),
    ("grants/", "grants"),
    ("loans/provisions/", "programmes"),
    ("loans/reminders/", "programmes"),
    ("loans/", "loans"),
    ("monitoring/visits/", "visits"),
    ("monitoring/workers/", "workers"),
    ("reports/programmes/", "programmes"),
    ("reports/", "issues"),
    ("programmes/", "programmes"),
)
FIXED = {
    "applicants:register_business": {"kind": "enterprise"},
    "applicants:import_template": {"kind": "applicants", "ending": "csv"},
    "applicants:import_export": {"kind": "applicants", "ending": "csv"},
}


def paths(address, places):
    """[(verb or "", path)] of an address with the things of a house behind it."""
    if not address.takes or address.name in FIXED:
        return [("", reverse(address.name, kwargs=FIXED.get(address.name, {})))]
    given = places.get(address.name)
    if given is None:
        given = next(places[thing] for start, thing in BY_ROUTE if address.route.startswith(start))
    verbs = VERBS.get(address.name, ("",))
    found = []
    for verb in verbs:
        word = {"act": verb} if "act" in address.takes else {"verb": verb}
        found.append((verb, reverse(address.name, kwargs=given | (word if verb else {}))))
    return found
