"""Clicks on money at the same moment, in processes of their own on PostgreSQL: exactly one effect each."""

from collections import Counter

import pytest

from accounts.models import User
from audit import chain
from audit.refusals import Refusal
from grants.models import Award, Tranche
from grants.services import order_tranche, plan_tranches
from ledger.models import Account, Entry
from payments.checks import checks
from payments.matching import proposals_for, seal_of
from payments.models import OwnAccount, PayeeAccount, PaymentOrder, Statement, StatementLine
from payments.services import (
    approve_payment,
    book_line_as_capital,
    change_account,
    enter_own_account,
    load_statement,
    receive_capital,
    return_capital,
    settle_by_lines,
    settle_payment,
    take_proposals,
)
from programmes.clock import standing_at
from programmes.models import Commitment, FundingLine
from programmes.services import cash_on
from tests.office import DAY, grant_office, loan_office
from tests.processes import together
from tests.steps_grants import account_for, approved_award, certified_tranche, ordered_tranche, signed_award
from tests.steps_payments import OTHER_IBAN, own_account, sent_order
from tests.steps_statements import loaded, moved, statement_file

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
HERE = "tests.test_race_payments"


# What the processes do -----------------------------------------------------------------------------------------------


def settle(orders, by, key=None):
    user = User.objects.get(pk=by)
    for pk in orders:
        order = PaymentOrder.objects.get(pk=pk)
        settle_payment(order=order, bank_reference="BANK", on=DAY, by=user, key=key and f"{key}-{pk}")


def approve(order, by):
    return approve_payment(order=PaymentOrder.objects.get(pk=order), on=DAY, by=User.objects.get(pk=by)).ref


def change(account, by):
    return change_account(
        account=PayeeAccount.objects.get(pk=account), version=1, number=OTHER_IBAN, on=DAY, by=User.objects.get(pk=by)
    ).version


def order_it(tranche, account, by):
    return order_tranche(
        tranche=Tranche.objects.get(pk=tranche),
        account=PayeeAccount.objects.get(pk=account),
        on=DAY,
        by=User.objects.get(pk=by),
    ).ref


def plan(award, amounts, by):
    tranches = [{"amount": amount} for amount in amounts]
    return plan_tranches(award=Award.objects.get(pk=award), tranches=tranches, on=DAY, by=User.objects.get(pk=by)).ref


def give_back(line, amount, reference, by):
    return_capital(
        line=FundingLine.objects.get(pk=line),
        amount=amount,
        reference=reference,
        on=DAY,
        by=User.objects.get(pk=by),
    )


def take_all(statement, seal, by, key=None):
    statement = Statement.objects.get(pk=statement)
    return take_proposals(statement=statement, seal=seal, on=DAY, by=User.objects.get(pk=by), key=key).pk


def settle_line(line, order, by):
    pair = StatementLine.objects.get(pk=line), PaymentOrder.objects.get(pk=order)
    return settle_by_lines(lines=[pair], on=DAY, by=User.objects.get(pk=by)).pk


def book_gift(line, funding_line, by):
    line, funding_line = StatementLine.objects.get(pk=line), FundingLine.objects.get(pk=funding_line)
    return book_line_as_capital(line=line, funding_line=funding_line, on=DAY, by=User.objects.get(pk=by)).pk


def load_file(account, content, by):
    account, by = OwnAccount.objects.get(pk=account), User.objects.get(pk=by)
    return load_statement(own_account=account, content=content.encode(), name="b.csv", on=DAY, by=by).pk


def enter_own(line, number, by):
    line = FundingLine.objects.get(pk=line)
    enter_own_account(
        programme=line.programme,
        kind="domestic",
        holder="Seedbed Agency",
        number=number,
        bank="Bank of the Agency",
        country="AM",
        currency=line.currency,
        lines=[line],
        on=DAY,
        by=User.objects.get(pk=by),
    )


@pytest.fixture
def busy(transactional_db):
    """A grant office; it is 12 March 2026."""
    with standing_at(DAY):
        yield grant_office("busy")


def whole(results):
    assert [result.failed for result in results if result.failed] == []
    assert list(chain.faults()) == []
    return results


def paid(award):
    return Account.objects.get(code="5000", subject=award.ref).balance_amount


def test_eight_clicks_on_settle_have_one_effect_half_with_one_key_and_half_with_their_own(busy, database_url):
    award = signed_award(busy)
    order = sent_order(busy, ordered_tranche(busy, award.tranches.get()))
    clicks = ["one"] * 4 + [f"click-{number}" for number in range(4)]
    calls = [(f"{HERE}:settle", {"orders": [order.pk], "by": busy.people.maker.pk, "key": key}) for key in clicks]
    refused = Counter(result.refused for result in whole(together(database_url, calls)))
    assert set(refused) == {"", "Blocked"}
    assert refused[""] in (1, 4)
    assert paid(award) == 2_000_000
    assert Entry.objects.filter(event_key__startswith=f"settle:{order.ref}:").count() == 1
    assert Commitment.objects.get().used_amount == 2_000_000


def test_eight_people_settle_the_same_ten_tranches_and_each_is_paid_once(busy, database_url):
    award = signed_award(busy, parts=[200_000] * 10, deliverables=())
    orders = []
    for tranche in award.tranches.all():
        # Sent one after the other, as the facts of a tranche ask; settled by everybody at once.
        Tranche.objects.filter(pk=tranche.pk).update(state="certified", certified_by=busy.people.manager)
        tranche.refresh_from_db()
        account = account_for(busy, award)
        order = order_tranche(tranche=tranche, account=account, on=DAY, by=busy.people.maker)
        orders.append(sent_order(busy, order).pk)
    calls = []
    for process in range(8):
        turned = orders[process:] + orders[:process]
        calls += [
            (f"{HERE}:settle_each", {"orders": turned if process % 2 else turned[::-1], "by": busy.people.maker.pk})
        ]
    results = whole(together(database_url, calls))
    assert sum(result.value for result in results) == 10
    assert paid(award) == 2_000_000
    assert Entry.objects.filter(kind="grant_paid").count() == 10
    assert set(award.tranches.values_list("state", flat=True)) == {"paid"}


def settle_each(orders, by):
    """Try them all, each in its own transaction; how many this process settled."""
    done = 0
    for pk in orders:
        try:
            settle([pk], by)
            done += 1
        except Refusal:
            continue
    return done


def test_one_tranche_is_ordered_once_by_four(busy, database_url):
    award = signed_award(busy)
    tranche = certified_tranche(busy, award.tranches.get())
    account = account_for(busy, award)
    call = (f"{HERE}:order_it", {"tranche": tranche.pk, "account": account.pk, "by": busy.people.maker.pk})
    results = whole(together(database_url, [call] * 4))
    assert Counter(result.refused for result in results) == {"": 1, "Blocked": 3}
    assert PaymentOrder.objects.count() == 1


def test_an_approval_and_a_change_of_the_account_at_once_never_leave_an_approval_of_the_old_account(busy, database_url):
    order = ordered_tranche(busy, signed_award(busy).tranches.get())
    people = busy.people
    whole(
        together(
            database_url,
            [
                (f"{HERE}:approve", {"order": order.pk, "by": people.checker.pk}),
                (f"{HERE}:change", {"account": order.account_id, "by": people.maker.pk}),
            ],
        )
    )
    order.refresh_from_db()
    assert (order.state, order.approved_by) == ("prepared", None)
    assert order.account_version == order.account.version == 2


def test_plans_of_tranches_made_at_once_never_add_up_to_more_than_the_award(busy, database_url):
    award = approved_award(busy)
    plans = [[2_000_000], [1_000_000] * 2, [500_000] * 4, [1_999_999, 1], [2_000_000, 1], [1] * 5]
    calls = [
        (f"{HERE}:plan", {"award": award.pk, "amounts": amounts, "by": busy.people.manager.pk}) for amounts in plans
    ]
    results = whole(together(database_url, calls))
    assert [result.refused for result in results] == ["", "", "", "", "Invalid", ""]
    kept = list(award.tranches.kept().values_list("amount", flat=True))
    assert kept in plans
    assert sum(kept) <= 2_000_000


def test_the_last_money_of_a_line_goes_back_to_the_donor_once(transactional_db, database_url):
    with standing_at(DAY):
        lending = loan_office("fund", capital=1_000_000)
        receive_capital(line=lending.line, amount=500_000, reference="S-2", on=DAY, by=lending.people.maker)
    facts = {"line": lending.line.pk, "amount": 900_000, "by": lending.people.maker.pk}
    calls = [(f"{HERE}:give_back", {**facts, "reference": f"R-{number}"}) for number in range(4)]
    results = whole(together(database_url, calls))
    assert Counter(result.refused for result in results) == {"": 1, "Blocked": 3}
    assert cash_on(lending.line) == 600_000


def test_eight_people_take_the_lines_of_one_statement_and_each_payment_is_settled_once(busy, database_url):
    orders = [sent_order(busy, ordered_tranche(busy, signed_award(busy).tranches.get())) for _ in range(3)]
    lines = [moved(-order.amount, f"BANK-{order.pk}", end_to_end=order.ref) for order in orders]
    statement = loaded(busy, own_account(busy), [*lines, moved(700_000, "GIFT")])
    seal = seal_of(proposals_for(statement).values())
    people = busy.people
    first, gift = statement.lines.get(position=1), statement.lines.get(position=4)
    calls = [
        (f"{HERE}:take_all", {"statement": statement.pk, "seal": seal, "by": people.maker.pk, "key": "one"}),
        (f"{HERE}:take_all", {"statement": statement.pk, "seal": seal, "by": people.maker.pk, "key": "one"}),
        (f"{HERE}:take_all", {"statement": statement.pk, "seal": seal, "by": people.checker.pk, "key": "two"}),
        (f"{HERE}:take_all", {"statement": statement.pk, "seal": seal, "by": people.checker.pk, "key": "three"}),
        (f"{HERE}:settle_line", {"line": first.pk, "order": orders[0].pk, "by": people.maker.pk}),
        (f"{HERE}:settle", {"orders": [orders[1].pk], "by": people.checker.pk}),
        (f"{HERE}:book_gift", {"line": gift.pk, "funding_line": busy.line.pk, "by": people.maker.pk}),
        (f"{HERE}:book_gift", {"line": gift.pk, "funding_line": busy.line.pk, "by": people.checker.pk}),
    ]
    whole(together(database_url, calls))
    assert Entry.objects.filter(kind="capital_received").count() == 1
    # Whoever was too late with all of them leaves the rest to be taken.
    left = [one for one in proposals_for(statement).values() if one.sure]
    if left:
        take_all(statement.pk, seal_of(left), people.maker.pk)
    assert set(PaymentOrder.objects.values_list("state", flat=True)) == {"settled"}
    assert Entry.objects.filter(kind="grant_paid").count() == 3
    assert list(checks()) == []


def test_one_statement_loaded_by_four_is_kept_once(busy, database_url):
    account = own_account(busy)
    content = statement_file(DAY, [moved(-350, "FEE"), moved(-700, "FEE-2")]).decode()
    call = (f"{HERE}:load_file", {"account": account.pk, "content": content, "by": busy.people.maker.pk})
    results = whole(together(database_url, [call] * 4))
    assert Counter(result.refused for result in results) == {"": 1, "Blocked": 3}
    assert StatementLine.objects.count() == 2


def test_a_line_is_paid_from_one_account_however_many_are_entered_at_once(busy, database_url):
    facts = {"line": busy.line.pk, "by": busy.people.maker.pk}
    calls = [(f"{HERE}:enter_own", {**facts, "number": f"AGENCY{number}"}) for number in range(6)]
    results = whole(together(database_url, calls))
    assert Counter(result.refused for result in results) == {"": 1, "Invalid": 5}
    assert OwnAccount.objects.get().lines.get() == busy.line
