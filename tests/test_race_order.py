"""Two services of different apps over the same two cases in opposite order, in processes of their own on PostgreSQL.

The test holds the case that comes first until both processes wait for a lock, and only then lets them go: whoever
took the cases in another order than by pk would by then hold the second case, and the two would lock each other out.
"""

import json
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import connection, transaction

from accounts.models import User
from applicants.models import Application, Party
from applicants.services import hand_over_caseload, lock_application, withdraw_application
from audit.models import Event
from audit.services import unit_of_work
from config.proof import faults
from grants.models import Contribution
from grants.services import accept_contribution, evidence_contribution, pledge_cofinancing
from ledger.models import Account, Entry
from loans.models import Loan, Repayment
from loans.services import record_collections
from payments.models import PaymentOrder
from payments.services import return_payment, settle_payment
from programmes.clock import standing_at
from programmes.models import Call, Commitment, Criterion, FundingLine, LineShare, Programme, Role, Window
from programmes.services import available_on, keep_part, reserve
from selection.models import Decision, Session, Vote
from selection.services import cast_votes, decide_all, send_packet
from tests.office import DAY, grant_office, loan_office, make_user, seat
from tests.processes import together
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_grants import ordered_tranche, signed_award
from tests.steps_loans import active_loan
from tests.steps_payments import another_line, sent_order
from tests.steps_selection import members_of, planned_session, sitting_session, vote_all

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
HERE = "tests.test_race_order"


# What the processes do -----------------------------------------------------------------------------------------------


def vote_on(session, cases, by):
    session = Session.objects.get(pk=session)
    by_pk = {case.application_id: case for case in session.cases.all()}
    votes = [{"case": by_pk[pk], "choice": "for"} for pk in cases]
    return cast_votes(session=session, votes=votes, on=DAY, by=User.objects.get(pk=by)).ref


def hand_over(programme, from_adviser, to_adviser, parties, by):
    by_pk = Party.objects.in_bulk(parties)
    hand_over_caseload(
        programme=Programme.objects.get(pk=programme),
        from_adviser=User.objects.get(pk=from_adviser),
        to_adviser=User.objects.get(pk=to_adviser),
        parties=[by_pk[pk] for pk in parties],
        on=DAY,
        by=User.objects.get(pk=by),
    )


def lock_by_pk(rows):
    """The first thing in a unit of work over several dossiers (the lock order of the house)."""
    for application in Application.objects.filter(pk__in=[row.application_id for row in rows]).order_by("pk"):
        lock_application(application)


def settle(orders, by):
    """Settle the orders one after the other, all in one transaction."""
    by_pk, user = PaymentOrder.objects.in_bulk(orders), User.objects.get(pk=by)
    with unit_of_work():
        lock_by_pk(by_pk.values())
        for pk in orders:
            settle_payment(order=by_pk[pk], bank_reference=f"BANK-{pk}", on=DAY, by=user)


def accept(contributions, by):
    by_pk = Contribution.objects.select_related("award").in_bulk(contributions)
    user = User.objects.get(pk=by)
    with unit_of_work():
        lock_by_pk([row.award for row in by_pk.values()])
        for pk in contributions:
            accept_contribution(contribution=by_pk[pk], amount=100_000, on=DAY, by=user)


def collect(loans, by):
    by_pk = Loan.objects.select_related("programme").in_bulk(loans)
    rows = [(by_pk[pk], 8885, f"SHEET-{pk}") for pk in loans]
    record_collections(programme=rows[0][0].programme, rows=rows, on=DAY, by=User.objects.get(pk=by))


def bounce(orders, by):
    by_pk, user = PaymentOrder.objects.in_bulk(orders), User.objects.get(pk=by)
    with unit_of_work():
        lock_by_pk(by_pk.values())
        for pk in orders:
            return_payment(order=by_pk[pk], reason="The bank sent it back.", on=DAY, by=user)


def decide(session, by):
    return decide_all(session=Session.objects.get(pk=session), on=DAY, by=User.objects.get(pk=by)).ref


def withdraw(cases, by):
    by_pk, user = Application.objects.in_bulk(cases), User.objects.get(pk=by)
    with unit_of_work():
        for pk in sorted(cases):
            lock_application(by_pk[pk])
        for pk in cases:
            withdraw_application(application=by_pk[pk], reason="They moved away.", on=DAY, by=user)


def promise(window, case, by):
    reserve(
        window=Window.objects.get(pk=window),
        applicant_ref="P-000001",
        case_ref=case,
        amount=6_000_000,
        on=DAY,
        by=User.objects.get(pk=by),
    )


def weigh(criterion, by):
    row = Criterion.objects.select_related("call__programme").get(pk=criterion)
    row.weight = 7
    facts = {"kind": "criterion", "row": row, "relations": {}, "changed": ["weight"], "reason": "Buyers count more."}
    keep_part(programme=row.call.programme, **facts, on=DAY, by=User.objects.get(pk=by))


def send(session, by):
    send_packet(session=Session.objects.get(pk=session), on=DAY, by=User.objects.get(pk=by))


# How they are let go -------------------------------------------------------------------------------------------------


def waiting_for_locks():
    """How many processes on this database wait for a lock at this moment."""
    with connection.cursor() as cursor:
        # Inside a transaction PostgreSQL would go on telling what it told first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def collide(database_url, first, calls, model=Application):
    """The Results of the calls, let go together when all of them wait while the row `first` is held."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            model.objects.select_for_update().get(pk=first)
            running = pool.submit(together, database_url, calls)
            met = 0
            while met < len(calls) and not running.done():
                wait([running], timeout=0.02)
                met = waiting_for_locks()
        results = running.result()
    assert [result.failed for result in results if result.failed] == []
    assert met == len(calls), "they did not meet"
    assert list(faults()) == []
    return results


@pytest.fixture
def busy(transactional_db):
    """A grant office; it is 12 March 2026."""
    with standing_at(DAY):
        yield grant_office("busy")


@pytest.fixture
def fund(transactional_db):
    with standing_at(DAY):
        yield loan_office("fund")


def two_cases(office, **facts):
    people = [registered_person(office, name) for name in ("Anahit Sargsyan", "Hasmik Avagyan")]
    return [eligible_application(office, person, **facts) for person in people]


def test_members_vote_while_the_caseload_goes_to_another_adviser(busy, database_url):
    cases = two_cases(busy, amount=300_000, own=100_000)
    session = sitting_session(busy, *cases)
    pks, parties = [case.pk for case in cases], [case.applicant_id for case in cases]
    other = make_user("Susanna Mkrtchyan", "BUSY-50")
    seat(other, busy.programme, Role.ADVISER, region=busy.region)
    advisers = [busy.people.adviser.pk, other.pk]
    for member in members_of(busy):
        pks.reverse()
        giver, taker = advisers
        handing = {
            "programme": busy.programme.pk,
            "from_adviser": giver,
            "to_adviser": taker,
            "parties": parties,
            "by": busy.people.manager.pk,
        }
        voting = {"session": session.pk, "cases": pks, "by": member.pk}
        results = collide(database_url, min(pks), [(f"{HERE}:vote_on", voting), (f"{HERE}:hand_over", handing)])
        assert [result.refused for result in results] == ["", ""]
        assert set(Application.objects.values_list("adviser", flat=True)) == {taker}
        advisers.reverse()
        parties.reverse()
    assert Vote.objects.live().count() == 6


def test_payments_settle_while_the_own_parts_of_the_same_awards_are_accepted(busy, database_url):
    awards = [signed_award(busy, amount=400_000, own=100_000, parts=[200_000] * 2, deliverables=()) for _ in range(2)]
    people = busy.people
    for turn in range(2):
        orders, contributions = [], []
        for award in awards:
            contribution = award.contributions.filter(accepted_on=None).first() or pledge_cofinancing(
                award=award, source="own_cash", amount=100_000, on=DAY, by=people.adviser
            )
            evidence_contribution(
                contribution=contribution,
                amount=100_000,
                supplier="Metal Works",
                invoice_number=f"{award.ref}-{turn}",
                on=DAY,
                by=people.adviser,
            )
            contributions.append(contribution.pk)
            orders.append(sent_order(busy, ordered_tranche(busy, award.tranches.get(number=turn + 1))).pk)
        (orders if turn else contributions).reverse()
        results = collide(
            database_url,
            min(award.application_id for award in awards),
            [
                (f"{HERE}:settle", {"orders": orders, "by": people.maker.pk}),
                (f"{HERE}:accept", {"contributions": contributions, "by": people.monitor.pk}),
            ],
        )
        assert [result.refused for result in results] == ["", ""]
    for award in awards:
        assert Account.objects.get(code="5000", subject=award.ref).balance_amount == 400_000
        assert sum(award.contributions.values_list("accepted_amount", flat=True)) == 200_000
    assert Entry.objects.count() == 8


def test_a_collection_sheet_and_the_bank_sending_the_same_loans_back(fund, database_url):
    people = fund.people
    for turn in range(2):
        loans = [active_loan(fund, bank_reference=f"BANK-{turn}-{number}") for number in range(2)]
        orders = [PaymentOrder.objects.get(source_ref=loan.ref).pk for loan in loans]
        pks = [loan.pk for loan in loans]
        (orders if turn else pks).reverse()
        results = collide(
            database_url,
            min(loan.application_id for loan in loans),
            [
                (f"{HERE}:collect", {"loans": pks, "by": people.loan_officer.pk}),
                (f"{HERE}:bounce", {"orders": orders, "by": people.maker.pk}),
            ],
        )
        # Money that was not lent is not repaid, and what was repaid was lent: one of the two comes too late.
        assert sorted(result.refused for result in results) == ["", "Blocked"]
        repaid = results[0].refused == ""
        assert Repayment.objects.filter(loan__in=loans).count() == (2 if repaid else 0)
        owed = set(Loan.objects.filter(pk__in=pks).values_list("state", "principal_amount"))
        assert owed == ({("active", 92_115)} if repaid else {("signed", 0)})


def test_a_committee_decides_while_the_applicants_withdraw(busy, database_url):
    for turn in range(2):
        cases = [eligible_application(busy, amount=300_000, own=100_000) for _ in range(2)]
        session = vote_all(busy, sitting_session(busy, *(cases if turn else cases[::-1])))
        pks = [case.pk for case in cases]
        if not turn:
            pks.reverse()
        results = collide(
            database_url,
            min(pks),
            [
                (f"{HERE}:decide", {"session": session.pk, "by": busy.people.secretary.pk}),
                (f"{HERE}:withdraw", {"cases": pks[::-1], "by": busy.people.adviser.pk}),
            ],
        )
        assert results[1].refused == ""
        assert results[0].refused in ("", "Blocked")
        assert set(Application.objects.filter(pk__in=pks).values_list("state", flat=True)) == {"withdrawn"}
        decided = 2 if results[0].refused == "" else 0
        assert Decision.objects.live().filter(case__session=session).count() == decided
    assert available_on(busy.line) == busy.line.ceiling_amount - 300_000 * Commitment.objects.live().count()


def test_two_promises_against_the_last_money_of_a_line_wait_for_each_other(busy, database_url):
    facts = {"window": busy.window.pk, "by": busy.people.manager.pk}
    calls = [(f"{HERE}:promise", {**facts, "case": f"A-2026-0000{number}"}) for number in (1, 2)]
    results = collide(database_url, busy.line.pk, calls, model=FundingLine)
    assert sorted(result.refused for result in results) == ["", "Blocked"]
    assert available_on(busy.line) == 4_000_000


def test_two_promises_on_lines_of_their_own_cannot_both_take_the_last_money_of_the_line_they_share(busy, database_url):
    """Each award of 60,000.00 takes half from the shared line, which has 59,999.99; there is enough on the others."""
    shared = another_line(busy, key="shared", ceiling_amount=5_999_999)
    apart = another_line(busy, key="apart", ceiling_amount=5_000_000)
    other = Window.objects.create(
        call=busy.call, key="other", name="Other", line=apart, currency="EUR", ceiling_amount=9_000_000
    )
    for window in (busy.window, other):
        for line in (window.line, shared):
            LineShare.objects.create(window=window, line=line, weight=5_000)
    calls = [
        (f"{HERE}:promise", {"window": window.pk, "case": f"A-2026-0000{window.pk}", "by": busy.people.manager.pk})
        for window in (busy.window, other)
    ]
    results = collide(database_url, shared.pk, calls, model=FundingLine)
    assert sorted(result.refused for result in results) == ["", "Blocked"]
    assert next(result.sentence for result in results if result.refused).startswith("The line More has EUR 29,999.99")
    assert available_on(shared) == 2_999_999
    assert Commitment.objects.count() == 2


def test_rules_change_while_the_packet_is_sent_and_the_log_says_rightly_whom_they_govern(busy, database_url):
    application = eligible_application(busy)
    session, criterion = planned_session(busy, application), busy.call.criteria.first()
    calls = [
        (f"{HERE}:weigh", {"criterion": criterion.pk, "by": busy.people.manager.pk}),
        (f"{HERE}:send", {"session": session.pk, "by": busy.people.secretary.pk}),
    ]
    collide(database_url, busy.call.pk, calls, model=Call)
    session.refresh_from_db()
    frozen = next(row["weight"] for row in session.rules["criteria"] if row["code"] == criterion.code)
    told = json.loads(Event.objects.get(kind="programme.set_up", body__contains='"fields":["weight"]').body)
    # Whichever came first: a case that the change says it governs is judged by the new weight, another by the old one.
    assert {7: "governs", criterion.weight: "keep"}[frozen] == next(
        name for name in ("governs", "keep") if told[name] == [application.ref]
    )
