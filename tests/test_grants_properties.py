"""Whatever happens to two grants, in any order: what is promised, matched, paid and asked back is what the acts say.

The machine acts through the services. Beside them it keeps its own book of what they took: tranches, own parts,
payments and recoveries. Its sums alone say what ledger, commitments and the money left on the line must be.
"""

import os
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from audit.models import Event
from audit.refusals import Refusal
from config.proof import ledger_faults, state_faults
from grants.checks import checks as grant_checks
from grants.funding import promises_of
from grants.models import Award, Contribution, Tranche
from grants.services import (
    accept_contribution,
    accept_deliverable,
    approve_amendment,
    cancel_award,
    certify_tranche,
    close_award,
    evidence_contribution,
    give_up_recovery,
    hand_over_asset,
    order_tranche,
    plan_tranches,
    pledge_cofinancing,
    propose_amendment,
    receive_recovery,
    register_asset,
    request_tranche,
    resume_award,
    show_deliverable,
    sign_award,
    suspend_award,
    terminate_award,
    withdraw_amendment,
)
from grants.standing import standing
from ledger.models import Account, Entry
from payments.checks import checks as payment_checks
from payments.models import PayeeAccount, PaymentOrder
from payments.services import (
    approve_payment,
    cancel_payment,
    change_account,
    confirm_account,
    return_payment,
    screen_party,
    send_payments,
    settle_payment,
)
from programmes.checks import checks as promise_faults
from programmes.clock import standing_at
from programmes.models import Commitment, LineShare
from programmes.services import available_on
from programmes.shares import split_within
from tests.office import DAY, grant_office
from tests.steps_grants import approved_award
from tests.steps_payments import IBAN, OTHER_IBAN, another_line, payable_account

CEILING = 5_000_000
PROMISED = (2_000_000, 1_500_000)
OWN = 500_000
THIRDS = [3_333, 3_333, 3_334]
# Acts of the awards happen on the first day, money comes back on later ones.
LATER = DAY + timedelta(days=30)

which = st.sampled_from((0, 1))
number = st.integers(1, 3)
# Mostly whose act it is, sometimes anybody.
person = st.sampled_from((None, None, None, None, "adviser", "manager", "maker", "checker", "monitor"))
far = st.sampled_from((2, 2, 1, 0))
step = st.sampled_from(("request", "certify", "order", "approve", "send", "settle", "settle", "settle"))
parts = st.sampled_from(((100,), (60, 40), (50, 30, 20), (60, 41), (100, 1)))
amount = st.sampled_from((1, 99_999, 400_000, 500_000, 500_001, 2_000_000))
invoice = st.sampled_from(("INV-1", "inv 1", "INV-2", "INV-3"))


class Grants(RuleBasedStateMachine):
    """Two approved awards on one line. `office` and `refs` come with the test."""

    office = refs = None

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.book = [Book(promised) for promised in PROMISED]
        self.papers, self.banked = Counter(), 0

    def teardown(self):
        try:
            assert [*ledger_faults(), *state_faults(), *grant_checks(), *payment_checks()] == []
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    # Acts: what the services took is written into the book; what they refuse has left no trace.

    def done(self, service, *, by, on=DAY, **given):
        before = Event.objects.count(), Entry.objects.count()
        try:
            with transaction.atomic(), standing_at(on):
                return service(on=on, by=getattr(self.office.people, by), **given)
        except Refusal:
            assert (Event.objects.count(), Entry.objects.count()) == before
            return None

    def in_state(self, *states):
        return any(book.state in states for book in self.book)

    def award(self, one):
        return Award.objects.get(ref=self.refs[one])

    def tranche(self, one, number):
        return Tranche.objects.filter(award__ref=self.refs[one], number=number).first()

    @initialize(own=st.sampled_from((True, True, True, False)), first=st.lists(step, min_size=2, max_size=2))
    def prepare(self, own, first):
        for one, last in enumerate(first):
            award = self.award(one)
            self.done(screen_party, by="manager", party=award.applicant, programme=award.programme)
            self.plan(one, (60, 40), None)
            if own:
                self.pledge(one, OWN, "own_cash", None)
                self.sign(one)
                self.go_on(one, 1, last)

    @rule(one=which, parts=parts, by=person)
    def plan(self, one, parts, by):
        by = by or "manager"
        award, book = self.award(one), self.book[one]
        wanted = [award.amount * part // 100 for part in parts]
        rows = [{"amount": each, "deliverables": ["Quote"]} for each in wanted]
        if self.done(plan_tranches, by=by, award=award, tranches=rows):
            assert sum(wanted) <= award.amount
            book.tranches = {nr: [each, "planned"] for nr, each in enumerate(wanted, 1)}

    @rule(one=which, amount=amount, source=st.sampled_from(("own_cash", "own_in_kind")), invoice=invoice, how_far=far)
    def match(self, one, amount, source, invoice, how_far):
        if self.pledge(one, amount, source, None) and how_far > 0:
            self.bring_invoice(one, amount, invoice, None)
            if how_far > 1:
                self.accept(one, 0, None)

    def pledge(self, one, amount, source, by):
        by = by or "adviser"
        row = self.done(pledge_cofinancing, by=by, award=self.award(one), source=source, amount=amount)
        if row:
            self.book[one].parts[row.pk] = [amount, 0, 0, ""]
        return row

    @rule(one=which, amount=amount, invoice=invoice, by=person)
    def bring_invoice(self, one, amount, invoice, by):
        by = by or "adviser"
        row = Contribution.objects.filter(award__ref=self.refs[one], accepted_on=None).first()
        if row is None:
            return
        given = {"amount": amount, "supplier": "Metal Works", "invoice_number": invoice}
        if self.done(evidence_contribution, by=by, contribution=row, **given):
            paper = (invoice.lower().replace("-", "").replace(" ", ""), amount)
            part = self.book[one].parts[row.pk]
            self.papers[part[3]] -= 1
            self.papers[paper] += 1
            part[1:] = [amount, 0, paper]

    @precondition(lambda self: self.papers)
    @rule(one=which, less=st.sampled_from((0, 0, 1, -1)), by=person)
    def accept(self, one, less, by):
        by = by or "monitor"
        row = (
            Contribution.objects.filter(award__ref=self.refs[one], accepted_on=None).exclude(evidenced_on=None).first()
        )
        if row is None:
            return
        wanted = row.evidenced_amount - less
        if self.done(accept_contribution, by=by, contribution=row, amount=wanted):
            assert row.evidenced_by != getattr(self.office.people, by)
            self.book[one].parts[row.pk][2] = wanted

    @precondition(lambda self: self.in_state("approved"))
    @rule(one=which)
    def sign(self, one):
        if self.done(sign_award, by="manager", award=self.award(one), ends_on=date(2026, 12, 31)):
            self.book[one].state = "active"

    @rule(one=which, number=number)
    def show(self, one, number):
        tranche = self.tranche(one, number)
        for row in tranche.deliverables.all() if tranche else ():
            if self.done(show_deliverable, by="adviser", deliverable=row):
                self.done(accept_deliverable, by="monitor", deliverable=row)

    @rule(one=which, number=number, last=step)
    def go_on(self, one, number, last):
        """Up to `last`, each by whose it is: so that payments come about."""
        self.show(one, number)
        for verb in ("request", "certify", "order"):
            self.move(one, number, verb, None)
            if verb == last:
                return
        for verb in ("approve", "send", "settle"):
            self.pay(one, verb, None)
            if verb == last:
                return

    @rule(one=which, number=number, verb=st.sampled_from(("request", "certify", "order")), by=person)
    def move(self, one, number, verb, by):
        tranche, book = self.tranche(one, number), self.book[one]
        if tranche is None:
            return
        service, after, right = {
            "request": (request_tranche, "requested", "adviser"),
            "certify": (certify_tranche, "certified", "manager"),
            "order": (order_tranche, "in_payment", "maker"),
        }[verb]
        by = by or right
        more = {"account": self.account(one)} if verb == "order" else {}
        row = self.done(service, by=by, tranche=tranche, **more)
        if row is None:
            return
        assert book.state == "active"
        if verb == "certify":
            assert tranche.requested_by != getattr(self.office.people, by)
        if verb == "order":
            assert book.tranches[number][1] in ("certified", "returned")
            book.orders[row.ref] = [number, "prepared", by]
        book.tranches[number][1] = after

    def account(self, one):
        return PayeeAccount.objects.get(party=self.award(one).applicant)

    def live_order(self, one, *states):
        rows = [ref for ref, (_number, state, _maker) in self.book[one].orders.items() if state in states]
        return PaymentOrder.objects.get(ref=rows[-1]) if rows else None

    @rule(one=which, verb=st.sampled_from(("approve", "send", "settle")), by=person)
    def pay(self, one, verb, by):
        order = self.live_order(one, {"approve": "prepared", "send": "approved", "settle": "sent"}[verb])
        if order is None:
            return
        by = by or {"approve": "checker", "send": "maker", "settle": "checker"}[verb]
        row = self.book[one].orders[order.ref]
        if verb == "approve" and self.done(approve_payment, by=by, order=order):
            assert by not in (row[2], "adviser")
            assert self.account(one).is_confirmed
            row[1] = "approved"
        elif verb == "send" and self.done(send_payments, by=by, orders=[order]):
            assert self.account(one).is_confirmed
            row[1] = "sent"
        elif verb == "settle" and self.done(settle_payment, by=by, order=order, bank_reference="BANK-1"):
            row[1] = "settled"
            self.book[one].tranches[row[0]][1] = "paid"
            self.banked -= order.amount

    @rule(one=which, late=st.booleans(), by=person)
    def come_back(self, one, late, by):
        by = by or "maker"
        order = self.live_order(one, "settled" if late else "sent")
        if order is None:
            return
        book, due = self.book[one], self.book[one].due
        if self.done(return_payment, by=by, on=LATER if late else DAY, order=order, reason="Account closed."):
            number = book.orders[order.ref][0]
            book.orders[order.ref][1] = "returned"
            book.tranches[number][1] = "returned"
            if late:
                self.banked += order.amount
                book.spared += min(order.amount, due)

    @rule(one=which, by=person)
    def cancel_order(self, one, by):
        by = by or "maker"
        order = self.live_order(one, "prepared", "approved")
        if order and self.done(cancel_payment, by=by, order=order, reason="A wrong account."):
            book = self.book[one]
            book.orders[order.ref][1] = "cancelled"
            book.tranches[book.orders[order.ref][0]][1] = "returned"

    @rule(one=which, confirmed=st.booleans())
    def another_account(self, one, confirmed):
        account = self.account(one)
        wanted = {"number": OTHER_IBAN if account.number == IBAN else IBAN}
        changed = self.done(change_account, by="maker", account=account, version=account.version, **wanted)
        if changed:
            for row in self.book[one].orders.values():
                row[1] = "prepared" if row[1] == "approved" else row[1]
        if confirmed:
            self.done(confirm_account, by="checker", account=self.account(one))

    @rule(one=which, cost=st.sampled_from((1, 300_000)), by=person)
    def hand_over(self, one, cost, by):
        by = by or "monitor"
        award = self.award(one)
        asset = self.done(register_asset, by="adviser", award=award, label="Machine", amount=cost)
        if asset and self.done(hand_over_asset, by=by, asset=asset):
            self.book[one].assets += cost

    @rule(one=which, verb=st.sampled_from(("suspend", "resume", "resume", "close", "cancel")))
    def change_state(self, one, verb):
        self.change(one, verb)

    def change(self, one, verb):
        service, after = {
            "suspend": (suspend_award, "suspended"),
            "resume": (resume_award, "active"),
            "close": (close_award, "closed"),
            "cancel": (cancel_award, "cancelled"),
        }[verb]
        if self.done(service, by="manager", award=self.award(one), reason="As agreed."):
            book = self.book[one]
            book.state = after
            if verb == "close":
                book.recovery = book.beyond_its_share

    @precondition(lambda self: self.in_state("active"))
    @rule(one=which, more=st.sampled_from((0, 1, 400_000)), invoice=invoice)
    def finish(self, one, more, invoice):
        """All is paid, the own part accepted but for what was promised on top, and the award closes."""
        for number in sorted(self.book[one].tranches):
            self.go_on(one, number, "settle")
        self.bring_invoice(one, OWN, invoice, None)
        self.accept(one, 0, None)
        if more:
            self.pledge(one, more, "own_cash", None)
        self.change(one, "close")

    @precondition(lambda self: self.in_state("active"))
    @rule(
        one=which,
        less=st.sampled_from((0, 0, 1, 300_000)),
        cut=st.sampled_from(((100,), (70, 30), (1, 98, 1))),
        by=person,
    )
    def amend(self, one, less, cut, by):
        """What is still planned is divided anew, and the award perhaps becomes less."""
        book, award = self.book[one], self.award(one)
        fixed = {number: row for number, row in book.tranches.items() if row[1] != "planned"}
        amount = book.promised - less
        left = amount - sum(row[0] for row in fixed.values())
        if not award.signed_on or left < 100 * len(cut):
            return
        wanted = [left * part // 100 for part in cut]
        wanted[-1] += left - sum(wanted)
        first = max(fixed, default=0) + 1
        plain = {"cofinancing_amount": 0, "modality": "cash", "due_on": None, "deliverables": ["Quote"]}
        tranches = [{"number": first + place, "amount": each, **plain} for place, each in enumerate(wanted)]
        budget = standing(award, ["budget"])["budget"]
        budget[0]["grant_amount"] -= less
        after = {"amount": amount, "tranches": tranches, "budget": budget}
        row = self.done(propose_amendment, by="adviser", award=award, after=after, why="Late.")
        if row is None:
            return
        by = by or "manager"
        if self.done(approve_amendment, by=by, amendment=row):
            assert by in ("manager", "maker", "checker")
            book.promised = amount
            book.tranches = fixed | {first + place: [each, "planned"] for place, each in enumerate(wanted)}
        else:
            self.done(withdraw_amendment, by="adviser", amendment=row)

    @precondition(lambda self: self.in_state("active", "suspended"))
    @rule(one=which, back=st.lists(st.tuples(amount, st.booleans()), max_size=2))
    def terminate(self, one, back):
        book = self.book[one]
        if self.done(terminate_award, by="manager", award=self.award(one), reason="Business closed."):
            assert "in_payment" not in book.states
            book.state, book.recovery = "terminated", max(0, book.paid - book.assets)
            for each, received in back:
                self.recover(one, each, received, None if received else "checker")

    @precondition(lambda self: self.in_state("terminated", "closed"))
    @rule(one=which, amount=amount, received=st.booleans(), by=person)
    def recover(self, one, amount, received, by):
        by = by or "maker"
        book, award = self.book[one], self.award(one)
        if received and self.done(receive_recovery, by=by, award=award, amount=amount, bank_reference="IN-1"):
            assert amount <= book.due
            book.received += amount
            self.banked += amount
        elif not received and self.done(give_up_recovery, by=by, award=award, amount=amount, reason="Letter 17."):
            assert amount <= book.due
            assert by != "manager"
            book.spared += amount

    # What holds after every act.

    @invariant()
    def states_are_those_of_the_book(self):
        for one, book in enumerate(self.book):
            assert self.award(one).state == book.state
            kept = Tranche.objects.kept().filter(award__ref=self.refs[one])
            assert {row.number: [row.amount, row.state] for row in kept} == book.tranches
        orders = {ref: row[1] for book in self.book for ref, row in book.orders.items()}
        assert dict(PaymentOrder.objects.values_list("ref", "state")) == orders

    @invariant()
    def the_promise_is_never_passed_and_nothing_is_paid_that_was_not_certified(self):
        for book in self.book:
            assert book.paid <= sum(each for each, _state in book.tranches.values()) <= book.promised

    @invariant()
    def the_ledger_is_the_sum_of_what_was_done(self):
        assert (balance("1000"), balance("9000")) == (self.banked, sum(book.accepted for book in self.book))
        for ref, book in zip(self.refs, self.book, strict=True):
            assert balance("5000", ref) == book.paid - book.recovery + book.spared
            assert balance("1200", ref) == book.due
            assert book.due >= 0

    @invariant()
    def an_invoice_counts_once_in_all_awards(self):
        assert all(count <= 1 for paper, count in self.papers.items() if paper)
        rows = {
            pk: [pledged, evidenced or 0, accepted or 0]
            for pk, pledged, evidenced, accepted in Contribution.objects.values_list(
                "pk", "pledged_amount", "evidenced_amount", "accepted_amount"
            )
        }
        assert rows == {pk: row[:3] for book in self.book for pk, row in book.parts.items()}

    @invariant()
    def the_line_is_never_oversold(self):
        live = 0
        for book in self.book:
            live += book.promised if book.state in ("approved", "active", "suspended") else book.paid
        assert available_on(self.office.line) == CEILING - live >= 0
        used = Commitment.objects.live().aggregate(total=Sum("used_amount", default=0))["total"]
        assert used == sum(book.paid for book in self.book)


class Book:
    """What was done with one award: states and minor units."""

    def __init__(self, promised):
        self.promised, self.state = promised, "approved"
        # number -> [amount, state]; reference -> [number of its tranche, state, maker]
        self.tranches, self.orders = {}, {}
        # key -> [pledged, evidenced, accepted, paper]
        self.parts = {}
        self.assets = self.recovery = self.received = self.spared = 0

    @property
    def states(self):
        return {state for _amount, state in self.tranches.values()}

    @property
    def paid(self):
        return sum(each for each, state in self.tranches.values() if state == "paid")

    @property
    def accepted(self):
        return sum(row[2] for row in self.parts.values())

    @property
    def beyond_its_share(self):
        """Paid, less the award's share of what was paid and accepted; a part of a cent is the grantee's."""
        pledged = sum(row[0] for row in self.parts.values())
        cost = (self.paid + self.accepted) * self.promised
        bears = min(self.promised, cost // (self.promised + pledged) + (cost % (self.promised + pledged) > 0))
        return max(0, self.paid - bears)

    @property
    def due(self):
        return self.recovery - self.received - self.spared


def balance(code, subject=None):
    rows = Account.objects.filter(code=code)
    rows = rows if subject is None else rows.filter(subject=subject)
    return rows.aggregate(total=Sum("balance_amount", default=0))["total"]


class SharedGrants(Grants):
    """The same on three lines that share each award by thirds. `lines` come with the test."""

    lines = ()

    @invariant()
    def the_line_is_never_oversold(self):
        assert list(promise_faults()) == []
        live = 0
        for one, book in enumerate(self.book):
            award, is_open = self.award(one), book.state in ("approved", "active", "suspended")
            promises = promises_of(award)
            live += book.promised if is_open else book.paid
            if is_open:
                due = split_within(book.promised, THIRDS)
                # What was lowered by a cent may leave a line that paid already a cent above its part.
                assert all(abs(row.promised_amount - part) < 3 for row, part in zip(promises, due, strict=True))
                assert sum(row.promised_amount for row in promises) == book.promised
            assert sum(row.used_amount for row in promises) == book.paid
            for code in ("5000", "1200"):
                lines = Account.objects.filter(code=code, subject=award.ref).values_list("balance_amount", flat=True)
                # Below nothing stands an award that paid back what the bank sent back as well: with all its lines.
                assert min(lines, default=0) >= 0 or max(lines) <= 0
        assert sum(available_on(line) for line in self.lines) == CEILING * len(self.lines) - live


def play(machine, **here):
    long = "SEEDBED_SOAK" in os.environ
    how = {"max_examples": max(8, settings().max_examples // 10), "derandomize": not long}
    # As in the sittings of the committee: the small setting draws the same every day.
    how["phases"] = [phase for phase in Phase if long or phase not in (Phase.shrink, Phase.explain)]
    if not long:
        how["database"] = None
    run_state_machine_as_test(
        type(machine.__name__, (machine,), here),
        settings=settings(stateful_step_count=40, suppress_health_check=list(HealthCheck), **how),
    )


def two_awards(office):
    awards = [approved_award(office, amount=promised, own=OWN) for promised in PROMISED]
    for award in awards:
        payable_account(office, award.applicant)
    return [award.ref for award in awards]


@pytest.mark.in_turn
@pytest.mark.django_db
def test_two_grants_are_what_was_done_with_them_whatever_happens_in_whatever_order():
    with standing_at(DAY):
        office = grant_office(line_ceiling=CEILING)
        play(Grants, office=office, refs=two_awards(office))


@pytest.mark.soak
@pytest.mark.django_db
def test_two_grants_on_three_lines_are_what_was_done_with_them_whatever_happens_in_whatever_order():
    with standing_at(DAY):
        office = grant_office(line_ceiling=CEILING)
        lines = [office.line, *(another_line(office, key=key, ceiling_amount=CEILING) for key in ("second", "third"))]
        for line, weight in zip(lines, THIRDS, strict=True):
            LineShare.objects.create(window=office.window, line=line, weight=weight)
        play(SharedGrants, office=office, refs=two_awards(office), lines=lines)
