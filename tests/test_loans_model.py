"""An independent reckoning of a loan, and the program's own, after long random histories: equal to the minor unit."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import hypothesis
import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audit.refusals import Blocked, Invalid
from config.proof import ledger_faults, state_faults
from ledger.models import Account
from loans.checks import checks
from loans.fund import cash_at, fund_statement
from loans.models import Allocation, Loan
from loans.portfolio import portfolios
from loans.services import (
    ask_to_give_up,
    change_rate,
    forgive_loan,
    give_up_tranche,
    reckon_loans,
    record_repayment,
    reschedule_loan,
    reverse_repayment,
    reverse_waiver,
    waive,
    write_off_loan,
)
from payments.models import PaymentOrder
from payments.services import return_payment, settle_payment
from programmes.clock import standing_at
from tests.loan_calendar import METHODS, STEPS, Pace
from tests.loan_model import PARTS, Deal, Version
from tests.office import DAY, loan_office
from tests.replay import prepared
from tests.steps_loans import active_loan
from tests.steps_tranches import active_in_tranches, order_of, shown

# The same with everything that is stored ------------------------------------------------------------------------------

TERMS = {"first_period": "actual_days_in_annuity", "early_interest": "date"}
AGREED = {
    "next": {"prepay": "next_instalments", "first_period": "actual_days_on_top", "penalty_pct": Decimal("36.5")},
    "hold": {
        "prepay": "hold",
        "first_period": "actual_days_on_top",
        "penalty_pct": Decimal("7.3"),
        "penalty_grace_days": 5,
        "allocation_order": ["interest", "principal", "fee", "penalty"],
    },
    "shorter": {"prepay": "reduce_number", "penalty_pct": Decimal("36.5"), "penalty_cap_pct": Decimal(2)},
    "smaller": {"prepay": "reduce_instalment", "method": "declining_equal_principal", "penalty_pct": Decimal("36.5")},
    "lowered": {"prepay": "reduce_number", "early": "principal_first", "penalty_pct": Decimal("36.5")},
}
SUMS = st.one_of(st.integers(1, 40_000), st.sampled_from([8885, 17_770, 100_000, 17_255]))


def _examples():
    """A tenth of the profile's, and few in the short one: each lives through a dozen acts with the database."""
    return max(hypothesis.settings.default.max_examples // 10 - 3, 2)


acts = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(0, 30), SUMS),
        st.tuples(st.just("pay"), st.integers(0, 30), SUMS),
        st.tuples(st.just("reverse"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("waive"), st.sampled_from(["interest", "penalty"]), st.integers(1, 100)),
        st.tuples(st.just("unwaive"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("reschedule"), st.integers(1, 9), st.integers(1, 70)),
        st.tuples(st.just("end"), st.sampled_from(["write off", "forgive"]), st.integers(0, 5)),
    ),
    min_size=2,
    max_size=12,
)


IDLE = [("reverse", 0, 0)] * 3  # nothing to reverse yet; the first instalment has fallen due when they are over
tranche_acts = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(0, 30), SUMS),
        st.tuples(st.just("pay"), st.integers(0, 30), SUMS),
        st.tuples(st.just("due"), st.just(0), st.just(0)),
        st.tuples(st.just("due"), st.just(0), st.just(0)),
        st.tuples(st.just("tranche"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("tranche"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("bounce"), st.just(0), st.just(0)),
        st.tuples(st.just("give up"), st.just(0), st.just(0)),
        st.tuples(st.just("reverse"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("waive"), st.sampled_from(["interest", "penalty"]), st.integers(1, 100)),
        st.tuples(st.just("reschedule"), st.integers(1, 9), st.integers(1, 70)),
    ),
    min_size=2,
    max_size=12,
)


class Twin:
    """The loan of the model through its versions, and what the ledger should say of all that moved."""

    def __init__(self, loan):
        self.deal = Deal(
            rate=Fraction(loan.annual_rate_pct),
            method=next(word for word, method in METHODS.items() if method == loan.method),
            shared=loan.first_period == "actual_days_in_annuity",
            pace=Pace(*STEPS[loan.frequency], loan.day_count),
            free_kind=loan.interest_grace_kind,
            mode=loan.rounding,
            multiple=loan.multiple_amount or 1,
            remainder=loan.remainder,
            prepay=loan.prepay,
            order=tuple(loan.allocation_order) or PARTS,
            penalty=Fraction(loan.penalty_pct),
            grace_days=loan.penalty_grace_days,
            cap=None if loan.penalty_cap_pct is None else Fraction(loan.penalty_cap_pct),
            early_interest=loan.early_interest,
            lowers=loan.early == "principal_first",
        )
        self.lent = {row.number: (row.paid_on, row.amount) for row in loan.tranches.paid()}
        first = loan.tranches.get(number=1).amount if self.lent else loan.amount
        terms = (loan.first_due_on, loan.instalments_number)
        self.versions = [Version(self.deal, first, DAY, *terms, free=loan.interest_grace)]
        self.planned = {row.number: row.planned_on for row in loan.tranches.open()}
        self.in_tranches, self.interest_only, self.out = bool(self.lent), loan.interest_only, loan.amount
        if self.interest_only:
            self.current.grace = loan.instalments_number - 1
            self.shorten_grace(DAY)
        self.capitalised = self.gone = self.recovered = 0
        self.end = None
        self.left_alone = {}  # what was stored of each version when another took its place

    @property
    def current(self):
        return self.versions[-1]

    def shorten_grace(self, on):
        """Only interest falls due until the day planned for the last tranche; it never becomes longer."""
        if self.interest_only and len(self.versions) == 1:
            last = max([on, *self.planned.values()])
            number = sum(due <= last for due in self.current.dues)
            self.current.grace = min(self.current.grace, number)

    def reschedule(self, on, number, first_due, capitalise):
        old = self.current.live_to(on)
        due = [line for line in old.lines if line.due <= on]
        coming = [line for line in old.lines if line.due > on]
        brought = {part: sum(line.open(part) for line in old.lines) for part in ("fee", "penalty")}
        unpaid = [line for line in coming if not line.closed and (line.open("interest") or not line.paid["interest"])]
        handed_on = sum(max(line.brought_interest - line.paid["interest"], 0) for line in unpaid)
        brought |= {"interest": sum(line.open("interest") for line in due) + handed_on, "principal": 0}
        ahead = sum(max(line.paid["interest"] - max(line.brought_interest, 0), 0) for line in unpaid)
        ahead += sum(max(-line.brought_interest, 0) for line in unpaid)
        fell = old.ended is not None and old.ended < len(due)  # with the last principal, so it is in `due`
        ahead_of_all = any(line.paid["interest"] and not line.open("interest") for line in coming)
        if coming and old.deal.free_kind == "deferred" and len(due) <= old.free and not (fell or ahead_of_all):
            # The new schedule knows no grace of the old one.
            brought["interest"] += sum(old.put_off[place] for place in range(len(due)))
        paid_to = [old.start, *(line.lowered for line in coming if line.lowered)]
        if len(paid_to) > 1:
            left = sum(line.open("principal") for line in coming) - old.lent_after(max(paid_to))
            brought["interest"] += old.interest_until(max(paid_to), old.lines.index(coming[0]), left)
        for line in old.lines:
            if line.due <= on or line.closed or (line.paid["interest"] and not line.open("interest")):
                paid_to.append(line.closed or line.due)
        capital = brought["interest"] if capitalise else 0
        self.capitalised += capital
        brought["interest"] -= capital
        start = min(max(paid_to) if coming else on, first_due - timedelta(days=1))
        amount = old.principal + capital
        later, left = [], amount - 1
        for day, part in sorted(old.tranches, reverse=True):
            if day > start and left:
                later.append((day, min(part, left)))
                left -= min(part, left)
        first = amount - sum(part for _day, part in later)
        rates = [(day, rate) for day, rate in sorted(old.changes) if day > start]
        made = {"held": old.held, "brought": brought, "tranches": later, "changes": rates, "rate": old.rate(start)}
        new = Version(self.deal, first, start, first_due, number, **made)
        new.ahead = ahead
        old.ended = on
        self.versions.append(new)

    def accounts(self, now):
        """What each account of the loan holds, debits positive, and the bank without the pay-out."""
        ends = [version.ended for version in self.versions[:-1]] + [self.end or now]
        lived = [version.live_to(end) for version, end in zip(self.versions, ends, strict=True)]
        paid = {part: sum(line.paid[part] for version in lived for line in version.lines) for part in PARTS}
        came = sum(amount for version in lived for _on, amount in version.money.values())
        last = lived[-1]
        return {
            "1000": came + self.recovered - sum(part for on, part in self.lent.values() if on > DAY),
            "1100": last.principal - self.gone,
            "2000": -last.held,
            "4000": -paid["interest"],
            "4005": -self.capitalised,
            "4010": -paid["fee"],
            "4020": -paid["penalty"],
            "4100": -self.recovered,
        }


@pytest.mark.in_turn
@pytest.mark.parametrize("agreed", AGREED.values(), ids=AGREED)
@settings(max_examples=_examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(drawn=[("reschedule", 1, 62), ("pay", 0, 8257), ("reschedule", 1, 12), ("pay", 1, 1)])
@example(drawn=[*IDLE, ("waive", "interest", 60), ("waive", "penalty", 100), ("unwaive", 0, 0), ("pay", 20, 4000)])
@example(drawn=[*IDLE, ("pay", 0, 8257), ("waive", "penalty", 100), ("pay", 30, 99), ("unwaive", 0, 0)])
@example(drawn=[("pay", 0, 17770), ("pay", 25, 5640), ("reschedule", 7, 22), ("reverse", 0, 0), ("pay", 21, 100000)])
@example(drawn=[("pay", 0, 17770), ("pay", 25, 5640), ("reschedule", 7, 40), ("reverse", 0, 0), ("pay", 21, 100000)])
@given(drawn=acts)
def test_every_balance_and_account_is_that_of_the_second_reckoning(lending, agreed, drawn):
    loan = Loan.objects.first() or active_loan(lending, terms=TERMS | agreed, months=6)
    with transaction.atomic():
        live(lending, loan.pk, drawn)
        transaction.set_rollback(True)


# What a product seldom sets; the currency of the fund has no, two or three digits.
SELDOM_AGREED = {
    "deferred by the calendar": (
        "JPY",
        6,
        {
            "prepay": "next_instalments",
            "early_interest": "period_end",
            "day_count": "actual/365",
            "interest_grace": 2,
            "interest_grace_kind": "deferred",
            "first_period": "actual_days_on_top",
            "penalty_pct": Decimal("36.5"),
        },
    ),
    "all interest by fortnights": (
        "KWD",
        3,
        {
            "prepay": "hold",
            "early_interest": "schedule",
            "frequency": "fortnight",
            "day_count": "actual/364",
            "rounding": "half_even",
            "interest_grace": 1,
            "remainder": "spread",
        },
    ),
    "flat": (
        "USD",
        6,
        {
            "prepay": "next_instalments",
            "method": "flat",
            "interest_grace": 1,
            "interest_grace_kind": "deferred",
            "first_period": "actual_days_on_top",
        },
    ),
    "lowered in a grace": (
        "JPY",
        6,
        {
            "prepay": "next_instalments",
            "early": "principal_first",
            "day_count": "actual/365",
            "interest_grace": 2,
            "interest_grace_kind": "deferred",
        },
    ),
    "shorter by quarters": ("USD", 18, {"prepay": "reduce_number", "frequency": "quarter", "multiple_amount": 500}),
    "smaller by weeks": (
        "KWD",
        3,
        {
            "prepay": "reduce_instalment",
            "frequency": "week",
            "day_count": "actual/actual",
            "rounding": "ceiling",
            "penalty_pct": Decimal("36.5"),
        },
    ),
}
seldom_acts = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(0, 30), SUMS),
        st.tuples(st.just("pay"), st.integers(0, 30), SUMS),
        st.tuples(st.just("due"), st.just(0), st.just(0)),
        st.tuples(st.just("reverse"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("rate"), st.sampled_from([0, 6, 12, 60]), st.just(0)),
        st.tuples(st.just("rate"), st.sampled_from([0, 6, 12, 60]), st.just(0)),
        st.tuples(st.just("waive"), st.sampled_from(["interest", "penalty"]), st.integers(1, 100)),
        st.tuples(st.just("reschedule"), st.integers(1, 9), st.integers(1, 70)),
    ),
    min_size=2,
    max_size=12,
)


def yen_office():
    return loan_office(currency="JPY")


def dinar_office():
    return loan_office(currency="KWD")


OFFICES = {"USD": loan_office, "JPY": yen_office, "KWD": dinar_office}


@pytest.fixture
def fund(db, request):
    """A loan programme whose money has that many digits; it is 12 March 2026."""
    with standing_at(DAY), prepared(OFFICES[request.param]) as built:
        yield built


@pytest.mark.in_turn
@pytest.mark.parametrize(("fund", "months", "agreed"), SELDOM_AGREED.values(), ids=SELDOM_AGREED, indirect=["fund"])
@settings(max_examples=_examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=seldom_acts)
def test_loans_on_seldom_terms_and_at_other_rates_are_those_of_the_second_reckoning(fund, months, agreed, drawn):
    loan = Loan.objects.first() or active_loan(fund, terms=TERMS | agreed, months=months)
    with transaction.atomic():
        live(fund, loan.pk, drawn)
        transaction.set_rollback(True)


IN_PARTS = (
    (50_000, DAY, ""),
    (30_000, DAY + timedelta(days=33), "The walls stand."),
    (20_000, DAY + timedelta(days=77), "The roof is on."),
)


@pytest.mark.in_turn
@pytest.mark.parametrize("agreed", AGREED.values(), ids=AGREED)
@settings(max_examples=_examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(drawn=[("tranche", 3, 0), ("due", 0, 0), ("pay", 20, 9000), ("tranche", 0, 0), ("bounce", 0, 0)])
@example(drawn=[("tranche", 2, 0), ("reschedule", 2, 45), ("bounce", 0, 0)])
@example(drawn=[("due", 0, 0), ("tranche", 0, 0), ("pay", 26, 100000), *[("due", 0, 0)] * 3])
@given(drawn=tranche_acts)
def test_a_loan_paid_out_in_tranches_is_that_of_the_second_reckoning(lending, agreed, drawn):
    terms = TERMS | agreed | {"interest_only": agreed["prepay"] in ("hold", "reduce_number")}
    loan = Loan.objects.first() or active_in_tranches(lending, terms=terms, months=6, parts=IN_PARTS)
    with transaction.atomic():
        live(lending, loan.pk, drawn)
        transaction.set_rollback(True)


def live(office, pk, drawn):
    """The acts, eleven days apart, through the services and in the model; then all is compared."""
    twin, rows, now, refusals = Twin(Loan.objects.get(pk=pk)), {}, DAY, []
    bank = Account.objects.get(code="1000").balance_amount
    for number, (act, first, second) in enumerate(drawn):
        now += timedelta(days=11)
        with standing_at(now):
            loan = Loan.objects.select_related("application").get(pk=pk)
            try:
                ACTS[act](office, loan, twin, rows, number, now, first, second)
            except (Blocked, Invalid) as refused:
                refusals.append(str(refused))
    assert all(any(word in sentence for word in REFUSED) for sentence in refusals), refusals
    with standing_at(now):
        loan = Loan.objects.select_related("application").get(pk=pk)
        reckon_loans(keys=[loan.pk], on=now)
        loan.refresh_from_db()
        compare(loan, twin, now, bank)
        assert all(version_of(loan, number) == rows for number, rows in twin.left_alone.items())
        adds_up(loan, now)
        assert [*ledger_faults(), *state_faults(), *checks()] == []
        paid_and_reversed(office, loan, now)


def version_of(loan, number):
    """A schedule version as it is stored, with the money that paid it."""
    shares = Allocation.objects.filter(repayment__loan=loan, repayment__version=number, repayment__reversed_on=None)
    return (
        list(loan.instalments.filter(version=number).order_by("number").values()),
        sorted(shares.values_list("repayment", "instalment", "component", "amount")),
    )


def adds_up(loan, now):
    """Ageing and PAR on any day, what is owed by its movements, and the fund from its opening to its closing."""
    # Money of a day before a decision repays interest that became principal by it: until then the books owe as much.
    owing = loan.capitalised_amount if loan.repayments.live().exclude(counts_on=None).exists() else 0
    for back in (0, 17, 60):
        on = now - timedelta(days=back)
        for whole in portfolios(Loan.objects.all(), on).values():
            assert sum(owed for _number, owed in whole.buckets.values()) == whole.principal
            assert whole.at_risk[90] <= whole.at_risk[30] <= whole.at_risk[1] <= max(whole.principal, 0)
            assert whole.principal >= -owing
        statement = fund_statement(loan.line, on, now)
        assert (statement.difference, statement.closing) == (0, cash_at(loan.line, now))
    repaid = sum(loan.repayments.live().values_list("principal_amount", flat=True))
    ended = loan.written_off_amount + loan.forgiven_amount
    lent = sum(loan.tranches.paid().values_list("amount", flat=True)) or loan.amount
    assert loan.principal_amount == lent + loan.capitalised_amount - repaid - ended


def paid_and_reversed(office, loan, now):
    """Money that comes last and is reversed leaves nothing behind."""
    if loan.state != Loan.State.ACTIVE:
        return
    before = (facts_of(loan), version_of(loan, loan.current_version))
    row, refusal = None, ""
    try:
        row = record_repayment(loan=loan, amount=9_000, on=now, by=office.people.loan_officer)
    except Blocked as refused:
        refusal = str(refused)
    if row is None:
        # A loan is not repaid while a part of it is promised.
        assert "would repay the whole" in refusal
        assert loan.tranches.open().exists()
        return
    reverse_repayment(repayment=row, reason="Not hers.", on=now, by=office.people.maker)
    loan.refresh_from_db()
    assert (facts_of(loan), version_of(loan, loan.current_version)) == before


def facts_of(loan):
    """What is stored of a loan and its accounts, but how often it was edited."""
    loan = Loan.objects.filter(pk=loan.pk).values().get()
    accounts = Account.objects.filter(subject=loan["ref"]).exclude(balance_amount=0)
    return (
        {name: value for name, value in loan.items() if name not in ("version", "updated_at")},
        sorted(accounts.values_list("code", "balance_amount")),
    )


REFUSED = (
    "would repay the whole",
    "is on its way",
    "cannot be paid out yet",
    "is the first, or",
    "repaid on",
    "is in the state",
    "forgiven",
    "written off",
    "is still claimed",
    "only that can be",
    "Interest is paid to",
    "This is the rate already",
    "No instalment is to come",
    "What rounding leaves is in instalments",
    "is held",
    "rescheduled or ended by a decision after this",
    "The principal is repaid",
)


def pay(office, loan, twin, rows, number, now, lag, amount):
    on = max(DAY, now - timedelta(days=lag))
    row = record_repayment(loan=loan, amount=amount, on=on, by=office.people.loan_officer, reason="Found.")
    if row.recovered_amount:
        twin.recovered += amount
    else:
        # The schedule was decided without money of an earlier day: it pays from its first day on.
        made_on = twin.versions[-2].ended if len(twin.versions) > 1 else DAY
        twin.current.money[number] = (max(on, made_on), amount)
        rows[number] = row


def reverse(office, loan, twin, rows, _number, now, which, _none):
    # What is taken back after a decision is owed anew: tests/test_loan_recalls.py.
    if mine := [] if twin.end else sorted(rows.keys() & twin.current.money.keys()):
        key = mine[which % len(mine)]
        reverse_repayment(repayment=rows[key], reason="Not hers.", on=now, by=office.people.maker)
        del rows[key], twin.current.money[key]


def waiving(office, loan, twin, _rows, _number, now, part, percent):
    unpaid = sum(line.open(part) for line in twin.current.live_to(now).lines if line.due <= now)
    amount = max(unpaid * percent // 100, 1)
    by = {"decision_ref": "S-1", "reason": "Hail.", "on": now, "by": office.people.manager}
    waive(loan=loan, component=part, amount=amount, **by)
    twin.current.waivers.append((now, part, amount))


def unwaiving(office, loan, twin, _rows, _number, now, which, _none):
    waived = list(loan.waivers.live().filter(version=loan.current_version).order_by("pk"))
    if waived:
        place = which % len(waived)
        reverse_waiver(waiver=waived[place], reason="Another loan's.", on=now, by=office.people.manager)
        del twin.current.waivers[place]


def rescheduling(office, loan, twin, _rows, _number, now, number, days):
    first_due = now + timedelta(days=days)
    loan = reschedule_loan(
        loan=loan,
        instalments_number=number,
        first_due_on=first_due,
        capitalise=bool(days % 2),
        decision_ref="S-1",
        reason="Hail.",
        on=now,
        by=office.people.manager,
    )
    replaced = loan.current_version - 1
    twin.left_alone[replaced] = version_of(loan, replaced)
    twin.reschedule(now, number, first_due, bool(days % 2))


def another_rate(office, loan, twin, _rows, _number, now, rate, _none):
    by = {"decision_ref": "S-1", "reason": "Hail.", "on": now, "by": office.people.manager}
    change_rate(loan=loan, annual_rate_pct=Decimal(rate), **by)
    twin.current.changes.append((now, Fraction(rate)))


def ending(office, loan, twin, _rows, _number, now, how, seldom):
    if seldom:
        return
    service = write_off_loan if how == "write off" else forgive_loan
    service(loan=loan, decision_ref="S-1", reason="Gone.", on=now, by=office.people.manager)
    twin.end, twin.gone = now, twin.current.live_to(now).principal


def paying_what_is_due(office, loan, twin, rows, number, now, _lag, _none):
    amount = sum(line.unpaid for line in twin.current.live_to(now).lines if line.due <= now)
    if amount:
        pay(office, loan, twin, rows, number, now, 0, amount)


def paying_out(office, loan, twin, _rows, _number, now, lag, _none):
    """The next tranche leaves the bank a few days before it is entered."""
    tranche = loan.tranches.open().first()
    if tranche is None:
        return
    order = order_of(office, shown(office, tranche) if tranche.state == "planned" else tranche)
    settle_payment(order=order, bank_reference="BANK-T", on=now, by=office.people.maker)
    twin.lent[tranche.number] = (now, tranche.amount)
    twin.current.tranches.append((now, tranche.amount))
    del twin.planned[tranche.number]
    twin.shorten_grace(now)


def bouncing(office, loan, twin, _rows, _number, now, _lag, _none):
    tranche = loan.tranches.paid().last()
    if tranche.number == 1:
        return
    order = PaymentOrder.objects.live().get(source_ref=tranche.source_ref)
    return_payment(order=order, reason="Account closed.", on=now, by=office.people.maker)
    twin.current.tranches.remove(twin.lent.pop(tranche.number))
    tranche.refresh_from_db()
    if tranche.state == "returned":
        twin.planned[tranche.number] = tranche.planned_on


def giving_up(office, loan, twin, _rows, _number, now, _lag, _none):
    tranche = loan.tranches.open().last()
    if tranche is None:
        return
    tranche = ask_to_give_up(tranche=tranche, reason="Enough.", on=now, by=office.people.loan_officer)
    give_up_tranche(tranche=tranche, on=now, by=office.people.manager)
    del twin.planned[tranche.number]
    twin.shorten_grace(now)


ACTS = {
    "due": paying_what_is_due,
    "tranche": paying_out,
    "bounce": bouncing,
    "give up": giving_up,
    "pay": pay,
    "reverse": reverse,
    "waive": waiving,
    "unwaive": unwaiving,
    "reschedule": rescheduling,
    "rate": another_rate,
    "end": ending,
}


def compare(loan, twin, now, bank):
    wanted = twin.accounts(now)
    found = dict(Account.objects.filter(subject=loan.ref).values_list("code", "balance_amount"))
    found["1000"] = Account.objects.get(code="1000").balance_amount - bank
    assert {code: found.get(code, 0) for code in wanted} == wanted
    assert found.get("5200", 0) + found.get("5210", 0) == twin.gone
    last = twin.current
    stored = loan.instalments.filter(version=loan.current_version).order_by("number")
    assert [
        [(getattr(row, f"{part}_amount"), getattr(row, f"{part}_paid_amount")) for part in PARTS] for row in stored
    ] == [[(line.asked[part], line.paid[part]) for part in PARTS] for line in last.lines[: len(stored)]]
    # A multiple may repay the loan before its last instalment: nothing is stored of those after it.
    assert not any(line.asked[part] for line in last.lines[len(stored) :] for part in PARTS)
    assert (loan.principal_amount, loan.overpaid_amount) == (wanted["1100"], last.held)
    if twin.end is None:
        assert loan.state == ("active" if not last.done else "overpaid" if last.held else "closed")
