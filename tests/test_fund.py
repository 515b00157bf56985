"""The fund's statement closes to zero, to the unit; the portfolio counts whole balances of late loans."""

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger import postings
from ledger.models import Leg
from ledger.services import post, reverse
from loans.forecast import due_on_line, planned_on_line, promised_back_on_line
from loans.fund import Sources, fund_statement, integrity
from loans.models import Loan
from loans.portfolio import Portfolio, portfolios
from loans.services import refund_overpayment, reverse_repayment, sign_loan, write_off_loan
from payments.services import book_charge, convert, receive_capital, return_capital, return_payment, settle_payment
from programmes.clock import standing_at
from programmes.models import FundingLine
from tests.office import DAY
from tests.steps_loans import FIRST_DUE, active_loan, disbursement_order, repay, sent_order, signed_loan
from tests.steps_tranches import SECOND_ON, pay_tranche, planned_loan

MARCH, APRIL = (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 4, 30))


def terms(statement):
    return {term.code: term.amount for term in statement.terms}


def test_a_quarter_of_a_fund_by_hand(lending):
    """10,000.00 come in, 1,000.00 are lent with 2% withheld, an instalment and 2.50 too much come back, 3.00 go."""
    people, line = lending.people, lending.line
    loan = active_loan(lending, terms={"fee_pct": Decimal("2"), "prepay": "hold"})
    book_charge(line=line, amount=300, reference="CH-1", on=DAY, by=people.maker)
    repay(lending, loan, 9135, date(2026, 4, 12))
    march = fund_statement(line, *MARCH)
    assert (march.opening, march.closing, march.difference) == (1_000_000, 901_700, 0)
    assert terms(march) == {"disbursed": -100_000, "fees": 2000, "costs": -300}
    april = fund_statement(line, *APRIL)
    assert (april.opening, april.closing, april.difference) == (901_700, 910_835, 0)
    assert terms(april) == {"principal": 7885, "interest": 1000, "overpayments": 250}
    assert april.rotations == Decimal("0.1")
    assert [amount for _title, amount in april.rows()] == [901_700, 7885, 1000, 250, 910_835]


def test_what_is_held_and_applied_later_is_principal_then_and_no_cash(lending):
    loan = active_loan(lending, terms={"prepay": "hold"})
    repay(lending, loan, 8885, date(2026, 3, 20))
    assert terms(fund_statement(lending.line, *MARCH)) == {"disbursed": -100_000, "overpayments": 8885}
    repay(lending, loan, 1, date(2026, 4, 12))
    april = fund_statement(lending.line, *APRIL)
    assert terms(april) == {"principal": 7885, "interest": 1000, "overpayments": -8884}
    assert (april.closing - april.opening, april.difference) == (1, 0)


def test_a_reversal_lowers_the_term_that_it_undoes(lending):
    people = lending.people
    loan = active_loan(lending)
    repayment = repay(lending, loan, 8885, DAY)
    reverse_repayment(repayment=repayment, reason="Wrong.", on=DAY, by=people.maker)
    assert terms(fund_statement(lending.line, *MARCH)) == {"disbursed": -100_000}
    order = loan.application.payment_orders.get()
    return_payment(order=order, reason="Account closed.", on=DAY, by=people.maker)
    assert terms(fund_statement(lending.line, *MARCH)) == {}
    settle_payment(
        order=sent_order(lending, disbursement_order_again(lending, loan, order)),
        bank_reference="BANK-2",
        on=DAY,
        by=people.maker,
    )
    assert terms(fund_statement(lending.line, *MARCH)) == {"disbursed": -100_000}


def disbursement_order_again(lending, loan, order):
    loan.refresh_from_db()
    loan.borrower.payee_accounts.filter(pk=order.account_id).update(closed_on=DAY)
    return disbursement_order(lending, loan)


def test_capital_write_offs_recoveries_and_refunds_have_their_places(lending):
    people, line = lending.people, lending.line
    receive_capital(line=line, amount=50_000, reference="SEED-2", on=DAY, by=people.maker)
    return_capital(line=line, amount=20_000, reference="BACK-1", on=DAY, by=people.maker)
    gone = active_loan(lending)
    paid = active_loan(lending, bank_reference="BANK-2")
    repay(lending, paid, 107_000, DAY)
    order = refund_overpayment(loan=paid, account=paid.borrower.payee_accounts.get(), on=DAY, by=people.maker)
    settle_payment(order=sent_order(lending, order), bank_reference="BANK-3", on=DAY, by=people.maker)
    write_off_loan(loan=gone, decision_ref="S-1", reason="Gone.", on=DAY, by=people.manager)
    gone.refresh_from_db()
    repay(lending, gone, 4000, DAY)
    statement = fund_statement(line, *MARCH)
    assert statement.difference == 0
    found = terms(statement)
    assert found["capital_received"] == 50_000
    assert found["capital_returned"] == -20_000
    assert found["disbursed"] == -200_000
    assert found["principal"] == 100_000
    assert found["recoveries"] == 4000
    assert "overpayments" not in found
    assert statement.capital_ever == 1_030_000


def second_line(lending, currency):
    return FundingLine.objects.create(
        programme=lending.programme,
        donor=lending.donor,
        key="second",
        name="Second",
        currency=currency,
        kind="revolving",
        starts_on=date(2024, 1, 1),
    )


def test_transfers_and_unclaimed_receipts_are_named_and_nothing_is_other(lending):
    """70.00 of 10,000.00 go to a second line, whose capital they are: it lends 35.00 of them, which is half a turn.

    5.00 that nobody has claimed are held for others, and are no capital of the first line.
    """
    line, second = lending.line, second_line(lending, "USD")
    for number, legs in enumerate(
        [
            postings.transfer(7000, from_line=line.key, to_line="second"),
            postings.receipt_unmatched(500, line=line.key, receipt="R-1"),
            postings.loan_disbursed(3500, 0, line="second", loan="L-1"),
        ]
    ):
        kind = ("transfer", "receipt", "loan_disbursed")[number]
        post(
            book_key=line.programme.key,
            kind=kind,
            event_key=f"{kind}:1",
            legs=legs,
            currency="USD",
            value_on=DAY,
            by=None,
        )
    first, other = fund_statement(line, *MARCH), fund_statement(second, *MARCH)
    assert terms(first) == {"transfers": -7000, "unclaimed": 500}
    assert (first.sources, first.capital_ever) == (Sources(1_000_000, -7000, 0), 993_000)
    assert (terms(other), other.difference) == ({"transfers": 7000, "disbursed": -3500}, 0)
    assert (other.sources, other.rotations) == (Sources(0, 7000, 0), Decimal("0.5"))
    for row in (line, second):
        found = integrity(row, DAY)
        assert (found.share, found.difference, found.other) == (1, 0, 0)


def test_what_came_by_conversion_is_the_capital_of_its_line_and_no_loss_of_the_other(lending):
    """9,000.00 of 10,000.00 USD become 3,600,000.00 AMD, of which 900,000.00 are lent.

    USD: capital 10,000 - 9,000 = 1,000.00, all there. AMD: 900,000 / 3,600,000 = 0.25 turns, all there. The bank
    takes 36,000.00 AMD: 0.99 is left. A conversion that is undone is in the capital of neither.
    """
    line, drams = lending.line, second_line(lending, "AMD")
    facts = {"reference": "X-1", "on": DAY, "by": lending.people.maker}
    entry = convert(from_line=line, from_amount=900_000, to_line=drams, to_amount=360_000_000, **facts)
    lent = {"book_key": line.programme.key, "kind": "loan_disbursed", "event_key": "lent:1", "value_on": DAY}
    legs = postings.loan_disbursed(90_000_000, 0, line=drams.key, loan="L-1")
    post(**lent, legs=legs, currency="AMD", by=None)
    dollars, found = integrity(line, DAY), integrity(drams, DAY)
    assert (dollars.sources, dollars.capital) == (Sources(1_000_000, 0, -900_000), 100_000)
    assert (dollars.cash, dollars.other, dollars.difference, dollars.share) == (100_000, 0, 0, 1)
    assert (found.sources, found.capital) == (Sources(0, 0, 360_000_000), 360_000_000)
    assert (found.worth, found.other, found.difference, found.share) == (360_000_000, 0, 0, 1)
    march = fund_statement(drams, *MARCH)
    assert terms(march) == {"disbursed": -90_000_000, "conversions": 360_000_000}
    assert (march.difference, march.capital_ever, march.rotations) == (0, 360_000_000, Decimal("0.25"))
    assert fund_statement(line, *MARCH).capital_ever == 100_000
    book_charge(line=drams, amount=3_600_000, **facts)
    assert integrity(drams, DAY).share == Decimal("0.99")
    reverse(entry=entry, reason="Not done.", by=None, on=DAY)
    assert integrity(line, DAY).sources == Sources(1_000_000, 0, 0)
    assert (integrity(drams, DAY).capital, fund_statement(drams, *MARCH).rotations) == (0, None)


def test_a_statement_is_by_posting_days(lending):
    """A late entry is posted in an open period; the months before it keep their figures."""
    loan = active_loan(lending)
    repay(lending, loan, 8885, date(2026, 4, 12))
    assert Leg.objects.filter(entry__posted_on=date(2026, 4, 12)).count() == 3
    march, april = fund_statement(lending.line, *MARCH), fund_statement(lending.line, *APRIL)
    assert march.closing == april.opening


# Portfolio ------------------------------------------------------------------------------------------------------------


def test_the_worked_example_of_the_practice_page():
    """1,000 not late, 600 of a loan 35 days late, 400 of one 95 days late: PAR1 = PAR30 = 50%, PAR90 = 20%."""
    found = Portfolio("USD", DAY)
    for principal, days in ((1000, 0), (600, 35), (400, 95)):
        found.add(principal, days, rescheduled=False)
    assert (found.principal, found.loans) == (2000, 3)
    assert [found.share(bound) for bound in (1, 30, 90)] == [Fraction(1, 2), Fraction(1, 2), Fraction(1, 5)]
    assert found.buckets["31-60"] == (1, 600)
    assert sum(amount for _loans, amount in found.buckets.values()) == 2000
    assert Portfolio("USD", DAY).share(30) is None


def test_what_is_at_risk_is_the_buckets_after_the_bound():
    """1, 30, 31, 90, 91 days late: PAR1 has all but what is not late, PAR30 begins on day 31, PAR90 on day 91."""
    found = Portfolio("USD", DAY)
    for principal, days in ((1, 0), (10, 1), (100, 30), (1000, 31), (10_000, 90), (100_000, 91)):
        found.add(principal, days, rescheduled=False)
    assert found.at_risk == {1: 111_110, 30: 111_000, 90: 100_000}
    owed = [amount for _loans, amount in found.buckets.values()]
    assert [sum(owed[since:]) for since in (1, 2, 4)] == [111_110, 111_000, 100_000]


def test_rescheduled_loans_are_shown_beside():
    found = Portfolio("USD", DAY)
    found.add(1000, 0, rescheduled=True)
    found.add(1000, 31, rescheduled=True)
    found.add(2000, 0, rescheduled=False)
    assert found.share(30) == Fraction(1, 4)
    assert found.share(30, with_rescheduled=True) == Fraction(1, 2)


def test_the_portfolio_of_a_past_day_is_what_it_was(lending):
    late = active_loan(lending)
    loan = signed_loan(lending)
    with standing_at(date(2026, 4, 1)):
        active_loan(lending, loan=loan, bank_reference="BANK-2")
    repay(lending, late, 8885, date(2026, 4, 20))
    on = {day: portfolios(Loan.objects.all(), day) for day in (DAY, date(2026, 4, 15), date(2026, 4, 20))}
    assert on[DAY]["USD"].principal == 100_000
    assert (on[date(2026, 4, 15)]["USD"].principal, on[date(2026, 4, 15)]["USD"].at_risk[1]) == (200_000, 200_000)
    assert on[date(2026, 4, 20)]["USD"].principal == 192_115
    assert on[date(2026, 4, 20)]["USD"].at_risk[1] == 100_000
    assert portfolios(Loan.objects.all(), date(2026, 3, 11)) == {}


# Money ahead ----------------------------------------------------------------------------------------------------------


def expected(line, on):
    """{day: minor units} that loans bring to the line, and [(day, minor units)] that they take from it."""
    back = Counter()
    for day, amount in [*due_on_line(line, on), *promised_back_on_line(line, on)]:
        back[day] += amount
    return dict(back), [(row.on, row.amount) for row in planned_on_line(line, on)]


def test_a_loan_in_tranches_is_expected_alike_when_it_is_planned_signed_and_paid_out_in_part(lending):
    """600.00 on 12 March and 400.00 on 27 May, less 3% of fee each: what the contract shows, at each of its stages."""
    loan = planned_loan(lending, terms={"fee_pct": 3})
    planned = expected(lending.line, DAY)
    loan = sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=lending.people.loan_officer)
    signed = expected(lending.line, DAY)
    booked = {row.due_on: row.due_amount for row in loan.instalments.all()}
    june = date(2026, 6, 12)
    assert (booked[FIRST_DUE], booked[date(2026, 5, 12)], booked[june]) == (5_331, 5_331, 9_534)
    assert planned == signed == (booked, [(DAY, 58_200), (SECOND_ON, 38_800)])
    loan, _order = pay_tranche(lending, loan, 1)
    back, out = expected(lending.line, DAY)
    assert (back, out) == (booked, [(SECOND_ON, 38_800)])
    # Of June 53.31 is due on what was lent; 42.03 comes by what was not paid out yet.
    assert min(promised_back_on_line(lending.line, DAY)) == (june, 4_203)
