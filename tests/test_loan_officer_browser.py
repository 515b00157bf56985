"""The loan officer's day in a real browser: the sheet of a village, a call, a payoff; relief through the committee."""

from datetime import date
from decimal import Decimal

import pytest

from applicants.models import Party
from loans.models import LoanContact, ReliefRequest, Repayment
from programmes.clock import standing_at
from programmes.models import Village
from selection.services import plan_session
from tests.office import DAY, loan_office
from tests.steps_loans import active_loan
from tests.steps_selection import committee_of, members_of
from tests.test_pages_browser import reader
from tests.test_queue_browser import Hand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Four loans of 1,000.00 in twelve instalments of 88.85 from 12 April; the fourth borrower lives in another village.
TODAY, LOANS, DUE = date(2026, 4, 20), 4, 8885
REASONS = ("Hail took the harvest.", "He died, and left nothing.")
MOST = {
    "the sheet of a village": 7,
    "a call with a promise": 7,
    "the committee asked for a new schedule": 7,
    "the committee asked for a write-off": 4,
    "the secretary’s session of two requests": 12,
    "a member’s two requests": 20,
    "a new schedule": 3,
    "a write-off": 3,
    "a recovery": 4,
    "a payoff": 5,
}


@pytest.fixture
def morning(live_server, settings, tmp_path):
    """It is 20 April: everybody is eight days late with the first instalment."""
    settings.STANDING_DAY = TODAY
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    with standing_at(DAY):
        office = loan_office(capital=1_000_000)
        loans = [active_loan(office, bank_reference=f"OUT-{number}") for number in range(LOANS)]
    away = Village.objects.create(district=office.village.district, name="Kurtan")
    Party.objects.filter(pk=loans[3].borrower_id).update(village=away)
    return live_server.url, office, loans


class Walk(Hand):
    """A hand with a page that is open at home; what the page says, and what was clicked and typed since."""

    def __init__(self, browser, base, user):
        visitor = reader(browser, base).enter(user)
        super().__init__(visitor)
        self.complaints = visitor.complaints
        self.page.set_default_timeout(10_000)
        self.page.goto(base)
        self.base = base

    def go(self, *names):
        """By the links of the house, which stand beside the page."""
        for name in names:
            with self.page.expect_navigation():
                self.page.get_by_role("link", name=name).first.click()

    def choose(self, label):
        self.page.locator("main").get_by_label(label, exact=True).check()

    def enter(self, name, text):
        """Click into the field and type over what stands there."""
        field = self.page.locator(f"main [name={name}]")
        field.click()
        field.press("Control+a")
        field.press_sequentially(text)

    def take(self, name, value):
        self.page.locator(f"main [name={name}]").select_option(value)

    def says(self):
        return " ".join(self.page.inner_text("main").split())

    def counted(self):
        self.page.wait_for_timeout(20)
        found, self.clicks, self.keys = (self.clicks, self.keys), 0, 0
        return found


def sheet_of_the_village(officer, office, loans):
    """Three of a village: two pay what is due, one pays 50.00; the cash is counted first one cent short."""
    officer.go("Collections")
    officer.take("village", str(office.village.pk))
    officer.press("Find")
    assert "If everybody pays what is due: USD 266.55" in officer.says()
    assert officer.page.locator("main input[name^=amount_]").count() == 3
    officer.enter(f"amount_{loans[1].pk}", "50")
    officer.enter("counted_amount", "227.69")
    officer.press("Record these repayments")
    assert "The sheet adds up to USD 227.70 and USD 227.69 was counted." in officer.says()
    assert Repayment.objects.count() == 0
    officer.enter("counted_amount", "227.70")
    officer.press("Record these repayments")
    paid = Repayment.objects.order_by("loan").values_list("amount", flat=True)
    assert sorted(paid) == [5000, DUE, DUE]
    assert "Taken this day USD 227.70" in officer.says()
    return officer.counted()


def call_of_the_late_one(officer, loans):
    """From the morning's list to the call that is written down: a promise of 38.85 until Friday."""
    officer.go("Today")
    officer.press("Ask for late instalments", loans[1].ref)
    officer.choose("Promised to pay")
    officer.enter("promised_amount", "38.85")
    officer.enter("promised_on", "24.4.2026")
    officer.press("Write it down")
    contact = LoanContact.objects.get()
    assert (contact.loan, contact.promised_amount, contact.promised_on) == (loans[1], 3885, date(2026, 4, 24))
    assert "USD 38.85 by 24.04.2026" in officer.says()
    return officer.counted()


def asked_of_the_committee(officer, base, loan, kind):
    """The officer asks with the terms and the reason; for a new schedule they see it first."""
    officer.page.goto(f"{base}{loan.get_absolute_url()}")
    officer.counted()
    proposed = []
    if kind == "new schedule":
        officer.press("Ask for a new schedule")
        officer.enter("instalments_number", "18")
        officer.enter("first_due_on", "20.5.2026")
        officer.press("Show the new schedule")
        assert "Principal owed USD 960.00 Interest due and unpaid USD 0.00" in officer.says()
        proposed = officer.page.locator("tbody tr").all_inner_texts()
        officer.enter("reason", REASONS[0])
    else:
        officer.press("Ask for a write-off")
        officer.enter("reason", REASONS[1])
    officer.press("Ask the committee")
    assert f"{loan.ref}/R1" in officer.says()
    assert "Asked for" in officer.says()
    return officer.counted(), proposed


def _item(hand, words):
    """Open the first line of a list that says this."""
    with hand.page.expect_navigation():
        hand.page.locator(f"main .sb-task:has-text('{words}') a").first.click()


def decided_in_a_session(secretary, members, office):
    """Both requests in one session: on the agenda, declared, voted on, decided by the close."""
    plan_session(committee=committee_of(office), call=office.call, sits_on=TODAY, on=TODAY, by=office.people.secretary)
    secretary.go("Today")
    secretary.counted()
    secretary.press("Put requests on the agenda")
    for box in secretary.page.locator("main input[name=subjects]").all():
        box.check()
    secretary.press("Put on the agenda", "Send the packet", "Send the packet")
    for member in members:
        member.go("Today")
        member.counted()
        for reason in REASONS:
            member.press("Declare your interest in a request")
            _item(member, "Declare your interest first")
            assert reason not in member.says()
            member.press("Declare")
            assert reason in member.says()
            member.go("Today")
    secretary.page.reload()
    secretary.press("Start the sitting", "Start the sitting")
    for member in members:
        member.page.reload()
        for _reason in REASONS:
            member.press("Vote on a request")
            _item(member, "Waits for your vote")
            member.choose("For")
            member.press("Cast my vote")
            member.go("Today")
    secretary.page.reload()
    assert secretary.says().count("3 of 3 voted") == 2
    secretary.press("Close the sitting", "Close the sitting")
    assert secretary.says().count("Approved") == 2
    return secretary.counted(), members[0].counted()


def put_in_force(manager, loan):
    """From the manager's own list; nothing is typed, the decision is the session's."""
    manager.go("Today")
    manager.counted()
    _item(manager, f"{loan.ref}/R1")
    manager.press("Put in force", "Put in force")
    loan.refresh_from_db()
    return manager.counted()


def rescheduled(manager, loan, proposed):
    took = put_in_force(manager, loan)
    rows = loan.instalments.filter(version=2)
    assert (loan.ever_rescheduled, loan.current_version, rows.count()) == (True, 2, 18)
    booked = [f"{row.due_on:%d.%m.%Y} {Decimal(row.principal_amount) / 100:.2f}" for row in rows.order_by("number")]
    assert [" ".join(text.split()[:2]) for text in proposed] == booked
    assert sum(row.principal_amount for row in rows) == loan.principal_amount == 96_000
    assert "Rescheduled" in manager.says()
    assert ReliefRequest.objects.get(loan=loan).decision_ref in manager.says()
    return took


def written_off(manager, loan):
    took = put_in_force(manager, loan)
    assert (loan.state, loan.written_off_amount, loan.principal_amount) == ("written_off", 92_115, 0)
    return took


def recovered(officer, base, loan):
    """What comes after a write-off goes to no instalment, and the page says what is still claimed."""
    officer.page.goto(f"{base}{loan.get_absolute_url()}")
    officer.counted()
    officer.press("Record a repayment")
    officer.enter("amount", "40")
    officer.choose("Cash")
    officer.press("Record the repayment")
    loan.refresh_from_db()
    taken = loan.repayments.latest("pk")
    assert (taken.recovered_amount, taken.principal_amount) == (4000, 0)
    assert (loan.state, loan.written_off_amount) == ("written_off", 92_115)
    assert "Recovered since 40.00 USD" in officer.says()
    return officer.counted()


def paid_off(officer, base, loan):
    """A quote of exactly what is owed, and the repayment of it: nothing is typed."""
    officer.page.goto(f"{base}{loan.get_absolute_url()}")
    officer.counted()
    officer.press("Payoff")
    said = officer.says()
    amount = str(Decimal(sum(row.open_amount for row in loan.instalments.all())) / 100)
    assert f"USD {amount} repays the loan on 20.04.2026" in said
    officer.press("Record it as repaid")
    officer.choose("Cash")
    officer.press("Record the repayment")
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount, loan.overpaid_amount) == ("closed", 0, 0)
    return officer.counted()


def test_the_loan_officers_day(morning, live_browser):
    base, office, loans = morning
    officer, manager = (Walk(live_browser, base, who) for who in (office.people.loan_officer, office.people.manager))
    took = {
        "the sheet of a village": sheet_of_the_village(officer, office, loans),
        "a call with a promise": call_of_the_late_one(officer, loans),
    }
    people = office.people
    secretary, *members = (Walk(live_browser, base, who) for who in (people.secretary, *members_of(office)))
    asking = "the committee asked for a "
    took[f"{asking}new schedule"], proposed = asked_of_the_committee(officer, base, loans[1], "new schedule")
    took[f"{asking}write-off"], _none = asked_of_the_committee(officer, base, loans[2], "write-off")
    session = decided_in_a_session(secretary, members, office)
    took["the secretary’s session of two requests"], took["a member’s two requests"] = session
    took["a new schedule"] = rescheduled(manager, loans[1], proposed)
    took["a write-off"] = written_off(manager, loans[2])
    took["a recovery"] = recovered(officer, base, loans[2])
    took["a payoff"] = paid_off(officer, base, loans[0])
    print("\nthe loan officer's day:")
    for what, (clicks, keys) in took.items():
        print(f"  {what}: {clicks} clicks, {keys} keys")
    assert {what: clicks for what, (clicks, _keys) in took.items() if not 0 < clicks <= MOST[what]} == {}
    assert took["a payoff"][1] == 0
    # The browser also reports the sheet and the page that were refused on purpose.
    said = [one for who in (officer, manager, secretary, *members) for one in who.complaints]
    assert [one for one in said if "status of 40" not in one] == []
