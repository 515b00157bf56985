"""The whole way of one business, through the pages, each step by the person whose step it is: a grant, then a loan.

With SEEDBED_PICTURES=FOLDER every page that somebody looks at is kept there: wide, dark, and as on a phone.
"""

import os
import re
from datetime import date
from pathlib import Path

import pytest

from applicants.models import Application, Party
from config.proof import faults
from grants.models import Award
from loans.models import Loan
from monitoring.models import MonitoringVisit
from payments.models import PaymentOrder
from payments.services import receive_capital
from programmes.clock import standing_at
from reports.models import DonorLink
from selection.models import Declaration, Session
from tests.office import DAY, grant_office, loan_office
from tests.steps_applicants import trained
from tests.steps_loans import loan_product
from tests.steps_payments import IBAN
from tests.steps_selection import committee_of
from tests.test_pages_browser import reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = (("wide", 1280, "light"), ("dark", 1280, "dark"), ("phone", 390, "light"), ("small", 320, "dark"))
# Whatever fits the smallest window has room in the others as well: without pictures the short setting asks those two.
ASKED = LOOKS if {"SEEDBED_SOAK", "SEEDBED_PICTURES"} & os.environ.keys() else (LOOKS[0], LOOKS[3])
THREE_MONTHS_LATER = date(2026, 6, 15)


class Walk:
    """Everybody's browser, side by side: `as_one(user)` is the page of that person, who has signed in once."""

    def __init__(self, browser, base):
        self.browser, self.base, self.readers, self.number = browser, base, {}, 0

    def as_one(self, user):
        if user not in self.readers:
            self.readers[user] = reader(self.browser, self.base)
            if user is not None:
                self.readers[user].sign_in(user)
            self.readers[user].page.set_default_timeout(8000)
        return self.readers[user]

    def look(self, user, path):
        """`user` opens the page. It must fit every window. Returns the text of the page."""
        page = self.as_one(user).open(path).page
        said = page.inner_text("main")
        assert not page.title().startswith(("Error", "Page not found")), f"{path}: {said}"
        for name, width, theme in ASKED:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{path} is {wider} px wider than {width}"
            self._keep(page, path, name)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        return said.replace("\u00a0", " ")

    def _keep(self, page, path, name):
        folder = os.environ.get("SEEDBED_PICTURES")
        if folder:
            self.number += 1
            words = re.sub(r"[^a-zA-Z0-9]+", "-", path).strip("-")[:60]
            page.screenshot(path=Path(folder) / f"{self.number:03d}-{words}-{name}.png", full_page=True)

    def do(self, user, path, button=None, **answers):
        """`user` opens the form, answers and presses the button. It must be accepted. Returns the text that follows."""
        shown = self.look(user, path)
        page = self.as_one(user).page
        for name, answer in answers.items():
            assert page.locator(f'main [name^="{name}"]').count(), f"{path} does not ask {name}: {shown}"
            fill(page, name, answer)
        page.click(f'main button[type=submit]:has-text("{button}")' if button else "main form button.btn-primary")
        said = page.inner_text("main").replace("\u00a0", " ")
        assert not page.title().startswith("Error"), f"{path}: {said}"
        assert page.url != self.base + path or button, f"{path}: still there: {said}"
        return said

    def complaints(self):
        return [said for one in self.readers.values() for said in one.complaints]


def fill(page, name, answer):
    """Answer one question of a form, whatever its control is."""
    if isinstance(answer, date):
        whole = page.locator(f'main [name="{name}"]')
        if whole.count():
            whole.fill(f"{answer:%d.%m.%Y}" if whole.get_attribute("type") != "date" else answer.isoformat())
            return
        for part, value in (("d", answer.day), ("m", answer.month), ("y", answer.year)):
            page.fill(f'main [name="{name}_{part}"]', str(value))
        return
    control = page.locator(f'main [name="{name}"]')
    kind = control.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
    if kind in ("radio", "checkbox"):
        wanted = answer if isinstance(answer, list) else [answer]
        for value in wanted:
            one = control if value is True else page.locator(f'main [name="{name}"][value="{value}"]')
            # As a person does: by the words beside it. The circle of a scale is hidden under its figure.
            if not one.is_checked():
                page.click(f'main label[for="{one.get_attribute("id")}"]')
            assert one.is_checked(), f"{name} does not take {value}"
    elif kind == "select":
        control.select_option(str(answer))
    else:
        control.fill(str(answer))


def register(walk, office):
    """Eight answers at the kitchen table, and the training that the call asks for."""
    walk.do(
        office.people.adviser,
        "/applicants/new/",
        name="Gayane Hovhannisyan",
        name_script="Գայանե Հովհաննիսյան",
        sex="female",
        birth_year=1984,
        village=office.village.pk,
        phone="093 00 01 23",
        source="Regional social services",
        consent="witness",
    )
    person = Party.objects.get()
    with standing_at(DAY):
        trained(office, person)
    return person


def write_and_submit(walk, office, person, *, price, own, term=None):
    adviser = office.people.adviser
    more = {} if term is None else {"term_months": term}
    start = {"window": office.window.pk, "title": "A milk cooler", "asked": price - own}
    walk.do(adviser, f"/applications/new/?party={person.ref}", **start)
    case = Application.objects.get()
    base = f"/applications/{case.ref}/"
    if more:
        walk.do(adviser, f"{base}plan/about/", **more)
    walk.do(adviser, f"{base}plan/summary/", button="Save and continue", summary="Cheese from six cows.")
    cooler = {"row-0-label": "Milk cooler, 300 l", "row-0-quantity": 1, "row-0-unit_amount": price}
    walk.do(adviser, f"{base}plan/investments/", button="Save and continue", **cooler, **{"row-0-own_amount": own})
    months = {f"a-0-{month}": 1500 for month in range(12)} | {f"a-2-{month}": 600 for month in range(12)}
    walk.do(adviser, f"{base}plan/cash_flow/", button="Save and continue", **months)
    if own:
        source = {"row-0-source": "own_cash", "row-0-amount": own}
        walk.do(adviser, f"{base}plan/finance/", button="Save and continue", **source)
    assert "Cheese from six cows." in walk.look(adviser, f"{base}plan/check/")
    walk.do(adviser, f"{base}do/submit/")
    case.refresh_from_db()
    assert case.state == "submitted"
    return case


def check_and_visit(walk, office, case):
    people, base = office.people, f"/applications/{case.ref}/"
    walk.do(people.secretary, f"{base}checks/", button="Run the checks")
    walk.do(people.secretary, f"{base}do/pass_checks/")
    post = {"post-0-title": "Cheese maker", "post-0-hours_per_week": 40, "post-0-holder_sex": "female"}
    walk.do(
        people.adviser,
        f"{base}field-verification/",
        on=DAY,
        confirmed="yes",
        seen="Six cows, a clean room, a milk book.",
        sales_amount="1500",
        profit_amount="900",
        **post,
    )
    walk.do(people.adviser, f"{base}opinion/", verdict="for", text="She has kept a milk book for two years.")
    assert "Eligible" in walk.look(people.secretary, base)


def sit_and_decide(walk, office, case, *, scored):
    """Packet, declarations (the third member is her cousin), scores, sitting, votes, decisions, close."""
    people = office.people
    with standing_at(DAY):
        committee = committee_of(office)
    walk.do(people.secretary, "/committee/new/", committee=committee.pk, call=office.call.pk, sits_on=DAY)
    session = Session.objects.get()
    base = f"/committee/{session.ref}/"
    walk.do(people.secretary, f"{base}add/", applications=[case.pk])
    walk.do(people.secretary, f"{base}do/send_packet/")
    walk.do(people.member3, f"{base}declare/", kind_1="family", reason_1="She is my cousin.")
    for member in (people.member1, people.member2):
        walk.do(member, f"{base}declare/")
        if scored:
            scores = {"score_relevance": "4", "score_feasibility": "3"}
            walk.do(member, f"{base}cases/1/", button="Hand in", **scores)
    assert "Gayane" not in walk.look(people.member3, base)
    present = [people.member1.pk, people.member2.pk, people.member3.pk]
    walk.do(people.secretary, f"{base}attendance/", present=present)
    walk.do(people.secretary, f"{base}do/start/")
    for member in (people.member1, people.member2):
        walk.do(member, f"{base}vote/", choice_1="for")
    walk.look(people.secretary, base)
    walk.do(people.secretary, f"{base}do/decide_all/")
    walk.do(people.secretary, f"{base}do/close/")
    minutes = walk.look(people.secretary, f"{base}minutes/")
    assert "Davit Karapetyan took no part: Family, declared on 12.03.2026." in minutes
    assert Declaration.objects.exclude(kind="none").count() == 1
    case.refresh_from_db()
    assert case.state == "approved"


def account(walk, office, person, currency):
    """Entered by the maker, confirmed by the checker, who types how the number ends."""
    people = office.people
    walk.do(
        people.maker,
        f"/money/accounts/new/?party={person.ref}",
        kind="iban",
        holder=person.name,
        number=IBAN,
        bank="First Bank",
        currency=currency,
    )
    found = person.payee_accounts.get()
    walk.do(people.checker, f"/money/accounts/{found.pk}/confirm/", tail=IBAN[-4:])
    return found


def pay(walk, office):
    """The prepared order: approved by the checker, sent and settled by the maker."""
    people, order = office.people, PaymentOrder.objects.get()
    base = order.get_absolute_url()
    walk.look(people.checker, "/money/queue/")
    walk.do(people.checker, f"{base}do/approve/")
    walk.do(people.maker, f"{base}do/send/")
    walk.do(people.maker, f"{base}do/settle/", bank_reference="BANK-1", value_on=DAY)
    order.refresh_from_db()
    assert order.state == "settled"
    return order


def visit_and_verify(walk, office, person, settings):
    """Three months on: the adviser's visit finds a job, the M&E officer verifies it."""
    settings.STANDING_DAY = THREE_MONTHS_LATER
    people = office.people
    visit = MonitoringVisit.objects.order_by("planned_on").first()
    base = visit.get_absolute_url()
    job = {
        "job1_title": "Milker",
        "job1_hours": 20,
        "job1_person": person.ref,
        "job1_starts_on": date(2026, 5, 1),
        "job1_kind": "contract",
        "job1_evidenced_on": date(2026, 5, 1),
    }
    walk.look(people.adviser, "/monitoring/visits/")
    walk.do(
        people.adviser,
        f"{base}do/record/",
        visited_on=THREE_MONTHS_LATER,
        business_state="open",
        findings="The cooler runs.",
        sales="1800",
        profit="1100",
        **job,
    )
    walk.do(people.monitor, f"{base}do/verify/")
    assert "Verified" in walk.look(people.monitor, base)


def report(walk, office, expected):
    """Drafted and published by the manager; the donor signs in, and somebody opens the link without an account."""
    people = office.people
    walk.do(
        people.manager,
        "/reports/new/",
        programme=office.programme.key,
        title="The first spring",
        period_from=date(2026, 1, 1),
        period_to=THREE_MONTHS_LATER,
    )
    issue = office.programme.issues.get()
    base = issue.get_absolute_url()
    walk.do(people.manager, f"{base}do/publish/")
    said = walk.do(
        people.manager, f"{base}links/", "Make", label="The office of the donor", expires_on=date(2026, 9, 1)
    )
    token = re.search(r"/r/([\w-]+)/", said + walk.as_one(people.manager).page.content()).group(1)
    for reading, path in ((people.donor, base), (None, f"/r/{token}/")):
        shown = walk.look(reading, path)
        assert expected in shown
        assert "Gayane" not in shown
    assert DonorLink.objects.get().openings.count() == 1


def test_a_grant_goes_all_the_way_from_the_kitchen_table_to_the_donor(live_server, settings, live_browser):
    settings.STANDING_DAY = DAY
    office, walk = grant_office(), Walk(live_browser, live_server.url)
    people = office.people
    with standing_at(DAY):
        receive_capital(line=office.line, amount=6_000_000, reference="SEED-2", on=DAY, by=people.maker)
    person = register(walk, office)
    case = write_and_submit(walk, office, person, price=12_500, own=2_500)
    check_and_visit(walk, office, case)
    sit_and_decide(walk, office, case, scored=True)

    award = Award.objects.get()
    base = award.get_absolute_url()
    walk.look(people.manager, base)
    walk.do(people.manager, f"{base}screening/")
    walk.do(people.adviser, f"{base}own-part/new/", source="own_cash", amount="2500")
    plan = {"amount_1": "10000", "modality_1": "cash", "deliverables_1": "Quote of the supplier"}
    walk.do(people.manager, f"{base}plan/", **plan)
    walk.do(people.manager, f"{base}do/sign/", ends_on=date(2026, 12, 31))
    shown = award.tranches.get().deliverables.get()
    walk.do(people.adviser, f"{base}deliverables/{shown.pk}/show/")
    walk.do(people.monitor, f"{base}deliverables/{shown.pk}/accept/")
    own = award.contributions.get()
    invoice = {"amount": "2500", "supplier": "Metal Works", "invoice_number": "INV-1"}
    walk.do(people.adviser, f"{base}own-part/{own.pk}/evidence/", **invoice)
    walk.do(people.monitor, f"{base}own-part/{own.pk}/accept/", amount="2500")
    walk.do(people.adviser, f"{base}tranches/1/do/request/")
    walk.do(people.manager, f"{base}tranches/1/do/certify/")
    to = account(walk, office, person, "EUR")
    walk.do(people.maker, f"{base}tranches/1/do/order/", account=to.pk)
    pay(walk, office)
    assert "10,000.00" in walk.look(people.manager, base)

    visit_and_verify(walk, office, person, settings)
    report(walk, office, "10,000.00")
    assert list(faults()) == []
    assert walk.complaints() == []


def test_a_loan_goes_all_the_way_and_its_first_instalment_comes_back(live_server, settings, live_browser):
    settings.STANDING_DAY = DAY
    office, walk = loan_office(), Walk(live_browser, live_server.url)
    people = office.people
    loan_product(office)
    person = register(walk, office)
    case = write_and_submit(walk, office, person, price=1_000, own=0, term=12)
    check_and_visit(walk, office, case)
    sit_and_decide(walk, office, case, scored=False)

    loan = Loan.objects.get()
    base = loan.get_absolute_url()
    walk.do(people.loan_officer, f"{base}screening/")
    walk.do(people.loan_officer, f"{base}do/sign/", first_due_on=date(2026, 4, 12))
    to = account(walk, office, person, "USD")
    walk.do(people.maker, f"{base}pay/", account=to.pk)
    pay(walk, office)
    settings.STANDING_DAY = date(2026, 4, 12)
    cash = {"amount": "88.85", "means": "mobile", "reference": "R-1"}
    divided = walk.do(people.loan_officer, f"{base}repay/", "Show how", **cash)
    assert "78.85" in divided
    walk.as_one(people.loan_officer).page.click("main button[name=record]")
    assert loan.repayments.get().amount == 8_885
    assert "88.85" in walk.look(people.loan_officer, base)
    walk.look(people.maker, f"/loans/fund/{office.line.key}/")

    visit_and_verify(walk, office, person, settings)
    report(walk, office, "1,000.00")
    assert list(faults()) == []
    assert walk.complaints() == []
