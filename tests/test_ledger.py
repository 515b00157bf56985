"""The ledger: the posting table to the leg, the seal, reversals, periods."""

import uuid
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit import guards
from audit.refusals import Blocked, Invalid
from config.proof import ledger_faults
from ledger import postings
from ledger.models import Account, Entry, Leg
from ledger.money import Money, digits, plain, shown, split, to_minor
from ledger.services import close_period, first_open_day, open_book, post, reverse

DAY = date(2026, 3, 12)


def post_capital(amount=100_000, event="capital:1", on=DAY, **more):
    return post(
        book_key="spring",
        kind="capital_received",
        event_key=event,
        legs=postings.capital_received(amount, line="seed"),
        currency="USD",
        value_on=on,
        by=None,
        **more,
    )


def balances():
    return {(a.code, a.subject): a.balance_amount for a in Account.objects.exclude(balance_amount=0)}


@pytest.mark.django_db
def test_an_entry_is_sealed_with_its_legs_and_balances_follow():
    entry = post_capital()
    assert (entry.seq, entry.posted_on) == (1, DAY)
    assert sorted(entry.legs.values_list("account__code", "amount")) == [("1000", 100_000), ("3000", -100_000)]
    assert balances() == {("1000", ""): 100_000, ("3000", ""): -100_000}
    assert list(ledger_faults()) == []


@pytest.mark.django_db
def test_the_same_event_is_booked_once_and_again_only_after_its_reversal():
    entry = post_capital()
    with pytest.raises(Blocked):
        post_capital()
    reverse(entry=entry, reason="the bank corrected it", by=None, on=DAY)
    assert balances() == {}
    assert post_capital(90_000).attempt == 1
    assert balances() == {("1000", ""): 90_000, ("3000", ""): -90_000}


@pytest.mark.django_db
def test_a_reversal_needs_a_reason_and_is_not_reversed_itself():
    entry = post_capital()
    with pytest.raises(Invalid):
        reverse(entry=entry, reason=" ", by=None, on=DAY)
    undone = reverse(entry=entry, reason="typed twice", by=None, on=DAY)
    with pytest.raises(Blocked):
        reverse(entry=undone, reason="no", by=None, on=DAY)
    with pytest.raises(Blocked):
        reverse(entry=entry, reason="no", by=None, on=DAY)
    assert undone.reverses_id == entry.pk


@pytest.mark.django_db
def test_nothing_is_posted_into_a_closed_period_but_value_dates_are_kept():
    post_capital(on=date(2026, 1, 10))
    close_period(book_key="spring", through=date(2026, 1, 31), by=None, on=DAY)
    late = post_capital(event="capital:2", on=date(2026, 1, 20))
    assert (late.value_on, late.posted_on) == (date(2026, 1, 20), date(2026, 2, 1))
    with pytest.raises(Blocked):
        post_capital(event="capital:3", on=date(2026, 1, 20), posted_on=date(2026, 1, 31))
    with pytest.raises(Invalid):
        close_period(book_key="spring", through=date(2026, 2, 27), by=None, on=DAY)
    with pytest.raises(Blocked):
        close_period(book_key="spring", through=date(2026, 3, 31), by=None, on=DAY)
    assert first_open_day(open_book(key="spring"), date(2026, 1, 5)) == date(2026, 2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_leg SET amount = amount + 1",
        "DELETE FROM ledger_leg",
        "UPDATE ledger_entry SET reason = 'x'",
        "DELETE FROM ledger_entry",
    ],
)
def test_the_database_refuses_to_change_sealed_rows(statement):
    post_capital()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(ledger_faults()) == []


@pytest.mark.django_db
def test_the_database_refuses_replacing_and_truncating_sealed_rows():
    post_capital()
    leg = Leg.objects.first()
    if connection.vendor == "sqlite":
        statements = [
            f"INSERT OR REPLACE INTO ledger_leg (id, entry_id, account_id, currency, amount) "
            f"VALUES ({leg.pk}, '{uuid.uuid4().hex}', {leg.account_id}, 'USD', 5)"
        ]
    else:
        statements = ["TRUNCATE ledger_leg", "TRUNCATE ledger_entry CASCADE"]
    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Leg.objects.count() == 2


@pytest.mark.django_db
def test_a_leg_cannot_join_a_sealed_entry():
    entry = post_capital()
    account = Account.objects.first()
    with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
        Leg.objects.create(entry=entry, account=account, currency="USD", amount=1)


@pytest.mark.django_db
@pytest.mark.parametrize("amounts", [[100], [100, -99], [50, 60, -100]])
def test_the_database_seals_no_entry_that_does_not_balance(amounts):
    entry = post_capital()
    accounts = list(Account.objects.all())
    with pytest.raises(DatabaseError):
        seal_by_hand(entry, accounts, amounts)
    assert Entry.objects.count() == 1


@transaction.atomic
def seal_by_hand(earlier, accounts, amounts):
    entry_id = uuid.uuid4()
    for number, amount in enumerate(amounts):
        Leg.objects.create(entry_id=entry_id, account=accounts[number % 2], currency="USD", amount=amount)
    Entry.objects.create(
        id=entry_id,
        book=earlier.book,
        seq=2,
        kind="x",
        event_key="x",
        value_on=DAY,
        posted_on=DAY,
        booked_at=timezone.now(),
    )


@pytest.mark.django_db(transaction=True)
def test_legs_without_an_entry_fail_at_commit():
    post_capital()
    account = Account.objects.first()
    with pytest.raises(DatabaseError), transaction.atomic():
        Leg.objects.create(entry_id=uuid.uuid4(), account=account, currency="USD", amount=1)
    assert Leg.objects.count() == 2


@pytest.mark.django_db
def test_verify_names_the_account_when_one_minor_unit_moves():
    entry = post_capital()
    Account.objects.filter(code="1000").update(balance_amount=100_001)
    assert "says 100001, its legs 100000" in next(ledger_faults())
    Account.objects.filter(code="1000").update(balance_amount=100_000)
    with guards.suspended():
        Leg.objects.filter(account__code="1000").update(amount=100_001)
    assert next(ledger_faults()) == f"ledger_entry {entry.pk} does not balance in USD: 1"


TABLE = [
    (postings.capital_returned(5, line="a"), {"3000": 5, "1000": -5}),
    (postings.grant_paid(5, line="a", award="G-1"), {"5000": 5, "1000": -5}),
    (postings.grant_recovery_decided(5, line="a", award="G-1"), {"1200": 5, "5000": -5}),
    (postings.grant_recovery_received(5, line="a", award="G-1"), {"1000": 5, "1200": -5}),
    (postings.grant_recovery_given_up(5, line="a", award="G-1"), {"5000": 5, "1200": -5}),
    (postings.bank_charge(5, line="a"), {"5100": 5, "1000": -5}),
    (postings.loan_disbursed(100, 2, line="a", loan="L-1"), {"1100": 100, "1000": -98, "4010": -2}),
    (postings.loan_disbursed(100, 0, line="a", loan="L-1"), {"1100": 100, "1000": -100}),
    (postings.receipt_unmatched(5, line="a", receipt="r"), {"1000": 5, "2100": -5}),
    (
        postings.repayment(penalty=1, fee=2, interest=3, principal=4, overpayment=5, line="a", loan="L-1"),
        {"1000": 15, "4020": -1, "4010": -2, "4000": -3, "1100": -4, "2000": -5},
    ),
    (
        postings.repayment(penalty=0, fee=0, interest=3, principal=4, overpayment=0, line="a", loan="L-1", receipt="r"),
        {"2100": 7, "4000": -3, "1100": -4},
    ),
    (postings.overpayment_refunded(5, line="a", loan="L-1"), {"2000": 5, "1000": -5}),
    (postings.interest_capitalised(5, line="a", loan="L-1"), {"1100": 5, "4005": -5}),
    (postings.principal_written_off(5, line="a", loan="L-1"), {"5200": 5, "1100": -5}),
    (postings.principal_forgiven(5, line="a", loan="L-1"), {"5210": 5, "1100": -5}),
    (postings.recovered_after_write_off(5, line="a", loan="L-1"), {"1000": 5, "4100": -5}),
    (postings.cofinancing_accepted(5, line="a", subject="G-1:own_cash"), {"9000": 5, "9001": -5}),
]


@pytest.mark.parametrize(("legs", "expected"), TABLE)
def test_the_posting_table_to_the_leg(legs, expected):
    assert {leg.code: leg.amount for leg in legs} == expected
    assert sum(leg.amount for leg in legs) == 0


@pytest.mark.django_db
def test_a_conversion_has_four_legs_and_balances_in_both_currencies():
    legs = postings.conversion(10_000, "EUR", 4_100_000, "AMD", from_line="eur", to_line="amd")
    post(book_key="spring", kind="conversion", event_key="conv:1", legs=legs, currency="EUR", value_on=DAY, by=None)
    assert sorted(Leg.objects.values_list("account__code", "currency", "amount")) == [
        ("1000", "AMD", 4_100_000),
        ("1000", "EUR", -10_000),
        ("1900", "AMD", -4_100_000),
        ("1900", "EUR", 10_000),
    ]


@given(st.integers(0, 10**12), st.lists(st.integers(1, 1000), min_size=1, max_size=12))
def test_the_parts_of_a_split_add_up_to_the_whole(total, weights):
    assert sum(split(total, weights)) == total


def test_amounts_are_printed_and_read_with_the_digits_of_their_currency():
    assert (digits("EUR"), digits("JPY"), digits("KWD")) == (2, 0, 3)
    assert plain(300_000_000, "EUR") == "3000000.00"
    assert shown(-123_456, "USD", "en") == "\u22121,234.56"
    assert Money.parse("1200.5", "EUR") == Money(120_050, "EUR")
    assert str(Money(1_200_000, "EUR")) == "EUR 12,000.00"
    with pytest.raises(Invalid):
        Money.parse("0.005", "EUR")
    with pytest.raises(Invalid):
        Money.parse("NaN", "EUR")
    with pytest.raises(Invalid):
        to_minor("1.5", "JPY")
    with pytest.raises(ValueError, match="cannot add"):
        Money(1, "EUR") + Money(1, "USD")
