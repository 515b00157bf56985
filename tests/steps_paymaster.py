"""The paymaster's run for tests: approved cash payments of one village, and the advance that pays them."""

from payments.services import (
    approve_payment,
    confirm_money_rule,
    make_sheet,
    pay_out_advance,
    prepare_advance,
    propose_money_rule,
    record_run,
)
from programmes.clock import today
from tests.steps_loans import disbursement_order, signed_loan

WITNESS = {"witness_name": "Hrant Simonyan", "witness_role": "head of the village"}
PAID = {"result": "paid", "identity_checked": True, "mark": "signature", **WITNESS}
UNPAID = {"result": "unpaid", "why_unpaid": "away for work"}


def cash_orders(office, count=2, amount=100_000):
    """Loans of `amount` minor units, signed, whose payments in cash are approved."""
    people, day = office.people, today(office.programme)
    orders = [disbursement_order(office, signed_loan(office, amount=amount)) for _one in range(count)]
    return [approve_payment(order=order, on=day, by=people.checker) for order in orders]


def prepared_advance(office, amount=200_000, **facts):
    people, day = office.people, today(office.programme)
    given = {"line": office.line, "paymaster": people.field_agent, "amount": amount, "on": day, "by": people.maker}
    return prepare_advance(**{**given, **facts})


def open_advance(office, amount=200_000, **facts):
    """Paid out by the checker: the field agent has the cash."""
    advance = prepared_advance(office, amount, **facts)
    day = today(office.programme)
    return pay_out_advance(advance=advance, bank_reference="CASH-1", on=day, by=office.people.checker)


def issued_sheet(office, orders, advance=None):
    advance = advance or open_advance(office)
    return make_sheet(advance=advance, orders=orders, on=today(office.programme), by=office.people.maker)


def recorded_sheet(office, orders, *answers):
    """The paymaster says of each row in turn what `answers` say."""
    sheet = issued_sheet(office, orders)
    results = dict(enumerate(answers, 1))
    return record_run(sheet=sheet, results=results, on=today(office.programme), by=office.people.field_agent)


def money_rule(office, currency, **facts):
    """Proposed by the manager and confirmed by the checker: it holds."""
    people, day = office.people, today(office.programme)
    rule = propose_money_rule(programme=office.programme, currency=currency, on=day, by=people.manager, **facts)
    return confirm_money_rule(rule=rule, on=day, by=people.checker)
