"""What the agreement lets a grantee buy, what was shown for it, and what comes back when it was less."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from config.proof import ledger_faults, state_faults
from grants.agreement import agreement_pdf
from grants.checks import checks
from grants.final_account import final_account
from grants.models import Award, Expense, Tranche
from grants.reading import planned_rows
from grants.services import (
    accept_expense,
    approve_amendment,
    certify_tranche,
    close_award,
    declare_aid,
    enter_expense,
    evidence_contribution,
    give_up_recovery,
    keep_signed_scan,
    plan_tranches,
    pledge_cofinancing,
    propose_amendment,
    receive_recovery,
    refuse_amendment,
    request_tranche,
    set_budget,
    sign_award,
    waive_visibility,
    withdraw_amendment,
)
from grants.standing import differences, standing
from ledger.models import Account
from programmes.clock import standing_at, today
from programmes.models import Commitment, Window
from tests.office import DAY, grant_office
from tests.steps_grants import ENDS, accepted_contribution, approved_award, certified_tranche, paid_tranche, ready_award
from tests.steps_grants import signed_award as sign
from tests.steps_payments import screened
from tests.test_grants_agreement import read

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]

LATER = DAY + timedelta(days=5)


@pytest.fixture
def office():
    with standing_at(DAY):
        yield grant_office()


def cost(office, award, amount=100_000, number="R-1", *, by=None, **facts):
    given = {"line": award.budget.first(), "supplier": "Metal Works", "invoice_number": number, "invoice_on": DAY}
    given |= {"net_amount": amount, "on": DAY, "by": by or office.people.adviser}
    return enter_expense(award=award, **given | facts)


def accept(office, expense, amount=None, **facts):
    amount = expense.eligible_amount if amount is None else amount
    given = {"amount": amount, "on": DAY, "by": office.people.monitor}
    return accept_expense(expense=expense, **given | facts)


def line(label="Oven", net=2_000_000, grant=2_000_000, **facts):
    return {"label": label, "net_amount": net, "grant_amount": grant, **facts}


def test_a_new_award_has_the_budget_of_its_plan_as_the_committee_approved_it(office):
    award = approved_award(office)
    rows = [(row.label, row.net_amount, row.grant_amount, row.own_amount) for row in award.budget.all()]
    assert sum(row[2] for row in rows) == award.amount == 2_000_000
    assert sum(row[3] for row in rows) == 500_000


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (line(grant=2_000_001), "The grant takes at most the cost"),
        (line(net=1_900_000, vat_amount=100_000, vat="recoverable"), "VAT that comes back is no cost"),
        (line(vat_amount=1), "Say who bears the VAT"),
        (line(vat="exempt"), "needs its certificate"),
        (line(eligible=False), "takes nothing from the grant"),
        (line(net=0, grant=0), "above zero"),
    ],
)
def test_a_line_of_the_budget_counts_no_vat_that_comes_back_and_nothing_that_is_not_eligible(office, row, sentence):
    award = approved_award(office)
    with pytest.raises(Invalid, match=sentence):
        set_budget(award=award, lines=[row], on=DAY, by=office.people.adviser)
    assert award.budget.total("grant_amount") == 2_000_000


@pytest.mark.both
def test_the_budget_is_the_award_to_the_cent_before_it_is_signed_and_fixed_afterwards(office):
    award, people = ready_award(office), office.people
    kept = line(net=1_700_000, vat_amount=300_000, vat="kept", grant=1_999_999)
    with pytest.raises(Invalid, match=r"takes EUR 20,000\.01 from the grant"):
        set_budget(award=award, lines=[kept, line(label="Tools", net=2, grant=2)], on=DAY, by=people.adviser)
    set_budget(award=award, lines=[kept], on=DAY, by=people.adviser)
    with pytest.raises(Blocked) as refused:
        sign_award(award=award, ends_on=date(2026, 12, 31), on=DAY, by=people.manager)
    assert "The budget takes EUR 19,999.99 from the grant, the award is EUR 20,000.00." in refused.value.missing
    with pytest.raises(Stale):
        set_budget(award=award, lines=[line()], on=DAY, by=people.adviser, version=award.version)
    set_budget(award=award, lines=[line()], on=DAY, by=people.adviser)
    sign_award(award=award, ends_on=date(2026, 12, 31), on=DAY, by=people.manager)
    with pytest.raises(Blocked, match="changed by an amendment"):
        set_budget(award=award, lines=[line()], on=DAY, by=people.adviser)
    with pytest.raises(NotAllowed):
        set_budget(award=award, lines=[line()], on=DAY, by=people.maker)


@pytest.mark.both
def test_public_aid_is_declared_and_counts_for_as_many_years_as_the_window_says(office):
    Window.objects.update(aid_limit_amount=3_000_000, aid_years=3)
    award, people = ready_award(office), office.people
    ends_on = date(2026, 12, 31)
    with pytest.raises(Blocked) as refused:
        sign_award(award=award, ends_on=ends_on, on=DAY, by=people.manager)
    assert "The grantee has not declared the public aid received." in refused.value.missing
    old = {"giver": "Ministry", "amount": 900_000, "given_on": date(DAY.year - 3, DAY.month, DAY.day) - timedelta(1)}
    new = {"giver": "Region", "amount": 1_000_001, "given_on": date(DAY.year - 3, DAY.month, DAY.day)}
    declare_aid(award=award, aid=[old, new], on=DAY, by=people.adviser)
    with pytest.raises(Blocked) as refused:
        sign_award(award=award, ends_on=ends_on, on=DAY, by=people.manager)
    assert "With EUR 10,000.01 of public aid in 3 years this award passes the limit of EUR 30,000.00." in (
        refused.value.missing
    )
    declare_aid(award=award, aid=[old, {**new, "amount": 1_000_000}], on=DAY, by=people.adviser)
    assert sign_award(award=award, ends_on=ends_on, on=DAY, by=people.manager).state == "active"


@pytest.mark.both
def test_visibility_is_waived_with_a_reason_once_and_only_where_it_is_a_duty(office):
    award, people = approved_award(office), office.people
    with pytest.raises(Blocked, match="no duty of visibility"):
        waive_visibility(award=award, reason="Threats.", on=DAY, by=people.manager)
    Window.objects.update(visibility_text="The flag stands on the machine.")
    with pytest.raises(Invalid, match="Say why"):
        waive_visibility(award=award, reason=" ", on=DAY, by=people.manager)
    with pytest.raises(NotAllowed):
        waive_visibility(award=award, reason="Threats.", on=DAY, by=people.adviser)
    assert waive_visibility(award=award, reason="Threats.", on=DAY, by=people.manager).visibility_waived_on == DAY
    with pytest.raises(Blocked):
        waive_visibility(award=award, reason="Threats.", on=DAY, by=people.manager)


@pytest.mark.both
def test_a_cost_is_entered_with_its_invoice_and_accepted_by_another_person_up_to_what_is_eligible(office):
    award, people = sign(office), office.people
    expense = cost(office, award, 100_000, vat_amount=20_000)
    with pytest.raises(NotAllowed, match="Another person"):
        accept(office, cost(office, award, 1, "R-2", by=people.manager), by=people.manager)
    with pytest.raises(NotAllowed):
        accept(office, expense, by=people.adviser)
    with pytest.raises(Invalid, match=r"At most EUR 1,000\.00 of this cost is eligible"):
        accept(office, expense, 100_001)
    with pytest.raises(Invalid, match="Say why not all"):
        accept(office, expense, 99_999)
    assert accept(office, expense).accepted_amount == 100_000
    with pytest.raises(Blocked, match="decided already"):
        accept(office, expense)
    with pytest.raises(IntegrityError), transaction.atomic():
        Expense.objects.filter(pk=expense.pk).update(accepted_by=people.adviser)
    assert list(checks()) == []


@pytest.mark.both
def test_the_same_invoice_counts_once_as_a_cost_or_as_somebodys_own_part(office):
    award = sign(office)
    accepted_contribution(office, award.contributions.get(), 500_000, invoice="INV-7")
    with pytest.raises(Invalid, match="counts already"):
        cost(office, award, 500_000, "inv 7")
    cost(office, award, 90_000, "INV-8")
    with pytest.raises(Invalid, match="counts already"):
        cost(office, award, 90_000, "Inv8")
    other = sign(office, amount=1_000_000, own=300_000)
    given = {
        "amount": 90_000,
        "supplier": "METAL works",
        "invoice_number": "INV8",
        "on": DAY,
        "by": office.people.adviser,
    }
    with pytest.raises(Invalid, match="counts already"):
        evidence_contribution(contribution=other.contributions.get(), **given)
    refused = accept(office, Expense.objects.get(), 0, reason="It is for the house.")
    assert (refused.accepted_amount, refused.invoice_key) == (0, None)
    assert cost(office, award, 90_000, "INV-8").pk != refused.pk


def test_nothing_from_before_the_agreement_nothing_of_tomorrow_and_no_line_of_another_award(office):
    award, other = sign(office), sign(office, amount=1_000_000, own=300_000)
    for wrong in (
        {"invoice_on": DAY - timedelta(days=1)},
        {"invoice_on": DAY + timedelta(days=1)},
        {"line": other.budget.first()},
        {"amount": 0},
        {"number": " "},
    ):
        with pytest.raises(Invalid):
            cost(office, award, **wrong)
    assert not Expense.objects.exists()
    with pytest.raises(Blocked):
        cost(office, approved_award(office, amount=900_000, own=300_000))


def test_a_line_is_passed_by_ten_percent_and_not_by_a_cent_more(office):
    award = sign(office)
    set_to = award.budget.first()
    most = set_to.grant_amount * 110 // 100
    accept(office, cost(office, award, most - 1, "R-1"))
    with pytest.raises(Invalid, match=r"bears EUR 0\.01 more"):
        accept(office, cost(office, award, 2, "R-2"))
    accept(office, cost(office, award, 1, "R-3"))
    assert set_to.expenses.total_accepted_amount() == most


def test_the_second_tranche_waits_until_seventy_percent_of_the_first_are_accounted_for(office):
    Window.objects.update(accounted_pct=70)
    award = sign(office, parts=[1_000_001, 999_999])
    paid_tranche(office, award.tranches.get(number=1))
    second = award.tranches.get(number=2)
    accept(office, cost(office, award, 700_000))
    with pytest.raises(Blocked) as refused:
        request_tranche(tranche=second, on=DAY, by=office.people.adviser)
    assert refused.value.missing == ["Costs of EUR 7,000.00 are accepted; before this tranche EUR 7,000.01 must be."]
    accept(office, cost(office, award, 1, "R-2"))
    assert request_tranche(tranche=second, on=DAY, by=office.people.adviser).state == "requested"


def test_before_the_third_tranche_the_first_is_accounted_for_in_full(office):
    Window.objects.update(accounted_pct=70)
    award = sign(office, parts=[800_000, 700_000, 500_000])
    paid_tranche(office, award.tranches.get(number=1))
    accept(office, cost(office, award, 560_000))
    paid_tranche(office, award.tranches.get(number=2), "BANK-2")
    third = award.tranches.get(number=3)
    accept(office, cost(office, award, 800_000 + 490_000 - 560_000 - 1, "R-2"))
    with pytest.raises(Blocked):
        request_tranche(tranche=third, on=DAY, by=office.people.adviser)
    accept(office, cost(office, award, 1, "R-3"))
    assert request_tranche(tranche=third, on=DAY, by=office.people.adviser).state == "requested"


def retained(office, **facts):
    """An award of 20,000.00 in a window that retains a tenth, planned as its page proposes; not signed yet."""
    award, people = approved_award(office), office.people
    screened(office, award.applicant, award.business)
    pledge_cofinancing(award=award, source="own_cash", amount=500_000, on=DAY, by=people.adviser)
    plan = [{"percent": 60, "deliverable": "Quote of the supplier"}, {"percent": 40}]
    Window.objects.update(retention_pct=10, acceptance_days=30, tranche_plan=plan, **facts)
    award = Award.objects.get(pk=award.pk)
    rows = [{**row, "deliverables": row.get("deliverables", "").splitlines()} for row in planned_rows(award)]
    return plan_tranches(award=award, tranches=rows, on=DAY, by=people.manager)


def test_a_tenth_is_retained_in_a_last_tranche_and_a_plan_without_it_is_refused(office):
    award, by = retained(office), office.people.manager
    assert list(award.tranches.kept().values_list("kind", "amount")) == [
        ("part", 1_080_000),
        ("part", 720_000),
        ("retention", 200_000),
    ]

    def refused(sentence, *rows):
        tranches = [{"kind": kind, "amount": amount, **facts} for kind, amount, facts in rows]
        with pytest.raises(Invalid, match=sentence):
            plan_tranches(award=award, tranches=tranches, on=DAY, by=by)

    part, retention = ("part", 1_800_000, {}), ("retention", 200_000, {})
    refused(r"EUR 2,000\.00 of this award is retained", ("part", 1_800_001, {}), ("retention", 199_999, {}))
    refused("retained to the end", ("part", 2_000_000, {}))
    refused("is the last tranche", retention, part)
    refused("is the last tranche", ("retention", 2_000_000, {}))
    refused("paid to the grantee", part, ("retention", 200_000, {"modality": "supplier"}))
    signed = sign_award(award=award, ends_on=ENDS, on=DAY, by=by)
    assert "Retention: paid this many days after the last deliverable was accepted: 30" in read(agreement_pdf(signed))
    *rows, last = planned(signed)
    with pytest.raises(Invalid, match="is the last tranche"):
        propose(office, signed, tranches=[last, *rows])
    less = propose(office, signed, tranches=[{**rows[0], "amount": 1_800_000}, {**last, "number": 2}])
    assert "Retention EUR 2,000.00" in [now for _what, _was, now in differences(less)][1]
    assert list(checks()) == []
    Tranche.objects.filter(number=2).update(kind="retention")
    assert list(checks()) == [f"grants_tranche {signed.ref}/2 is a retention and not the last tranche"]


@pytest.mark.both
def test_what_is_retained_is_requested_when_its_days_are_over_and_certified_when_all_costs_are_accepted(office):
    award, people = retained(office, accounted_pct=70), office.people
    award = sign_award(award=award, ends_on=ENDS, on=DAY, by=people.manager)
    first, second, last = award.tranches.kept()
    paid_tranche(office, first)
    accept(office, cost(office, award, 1_080_000))
    paid_tranche(office, second, "BANK-2")
    last.refresh_from_db()
    early, due = DAY + timedelta(days=29), DAY + timedelta(days=30)
    with standing_at(early), pytest.raises(Blocked) as refused:
        request_tranche(tranche=last, on=early, by=people.adviser)
    assert refused.value.missing == [
        "Costs of EUR 10,800.00 are accepted; before this tranche EUR 18,000.00 must be.",
        f"The retention can be requested from {due:%d.%m.%Y} on.",
    ]
    accept(office, cost(office, award, 720_000, "R-2"))
    with standing_at(due):
        last = request_tranche(tranche=last, on=due, by=people.adviser)
        with pytest.raises(Blocked, match=r"with this tranche EUR 20,000\.00 would be paid for"):
            certify_tranche(tranche=last, on=due, by=people.manager)
        accept(office, cost(office, award, 200_000, "R-3", on=due), on=due)
        assert certify_tranche(tranche=last, on=due, by=people.manager).state == "certified"


@pytest.mark.both
def test_a_reimbursement_is_certified_when_the_costs_that_it_pays_back_are_accepted(office):
    award = sign(office)
    Tranche.objects.update(modality="reimbursement")
    tranche, people = award.tranches.get(), office.people
    tranche.deliverables.all().delete()
    request_tranche(tranche=tranche, on=DAY, by=people.adviser)
    accept(office, cost(office, award, 1_999_999))
    with pytest.raises(Blocked) as refused:
        certify_tranche(tranche=tranche, on=DAY, by=people.manager)
    assert "with this tranche EUR 20,000.00 would be paid for" in refused.value.missing[0]
    accept(office, cost(office, award, 1, "R-2"))
    assert certify_tranche(tranche=tranche, on=DAY, by=people.manager).state == "certified"


def balance(code, award):
    account = Account.objects.filter(code=code, subject=award.ref).first()
    return account.balance_amount if account else 0


@pytest.mark.both
def test_what_was_paid_beyond_the_share_of_the_accepted_cost_is_asked_back_when_the_award_closes(office):
    """20,000.00 beside 5,000.00 is four fifths. Of 18,000.00 and 4,000.00 four fifths are 17,600.00."""
    Window.objects.update(accounted_pct=70, cofinancing_pct=0)
    award, people = sign(office), office.people
    paid_tranche(office, award.tranches.get())
    accepted_contribution(office, award.contributions.get(), 400_000)
    expense = cost(office, award, 1_800_000)
    with pytest.raises(Blocked) as refused:
        close_award(award=award, reason="", on=DAY, by=people.manager)
    assert refused.value.missing == ["1 cost is neither accepted nor refused."]
    accept(office, expense)
    account = final_account(award)
    assert (account.paid, account.cost, account.due, account.excess) == (2_000_000, 2_200_000, 1_760_000, 240_000)
    closed = close_award(award=award, reason="", on=DAY, by=people.manager)
    assert (closed.state, closed.recovery_amount) == ("closed", 240_000)
    assert (balance("5000", award), balance("1200", award)) == (1_760_000, 240_000)
    with pytest.raises(NotAllowed):
        give_up_recovery(award=award, amount=1, reason="Small.", on=DAY, by=people.manager)
    receive_recovery(award=award, amount=200_000, bank_reference="IN-1", on=DAY, by=people.maker)
    give_up_recovery(award=award, amount=40_000, reason="Letter 9.", on=DAY, by=people.checker)
    assert (balance("5000", award), balance("1200", award)) == (1_800_000, 0)
    assert [*checks(), *ledger_faults(), *state_faults()] == []


def test_nothing_is_asked_back_when_own_part_and_costs_are_what_was_promised(office):
    award = sign(office)
    paid_tranche(office, award.tranches.get())
    accepted_contribution(office, award.contributions.get(), 500_000)
    assert final_account(award).excess == 0
    assert close_award(award=award, reason="", on=DAY, by=office.people.manager).recovery_amount == 0


# Amendments ----------------------------------------------------------------------------------------------------------


def propose(office, award, by=None, **after):
    return propose_amendment(
        award=award, after=after, why="The supplier is late.", on=DAY, by=by or office.people.adviser
    )


def planned(award):
    return standing(award, ["tranches"])["tranches"]


@pytest.mark.both
def test_an_amendment_moves_the_end_and_the_plan_and_the_signed_paper_stays_as_it_was(office):
    award, people = sign(office, parts=[1_200_000, 800_000]), office.people
    certified_tranche(office, award.tranches.get(number=1))
    (second,) = planned(award)
    rows = [{**second, "amount": 500_000}, {**second, "number": 3, "amount": 300_000, "deliverables": ["Photo"]}]
    amendment = propose(office, award, ends_on="2027-03-31", tranches=rows)
    assert [(str(what), was.split("\n")[0], now.split("\n")[0]) for what, was, now in differences(amendment)] == [
        ("Implementation ends", "31.12.2026", "31.03.2027"),
        ("Tranche 2", "EUR 8,000.00", "EUR 5,000.00"),
        ("Tranche 3", "–", "EUR 3,000.00"),
    ]
    with pytest.raises(NotAllowed):
        approve_amendment(amendment=amendment, on=DAY, by=people.adviser)
    with pytest.raises(Blocked, match="waits for a decision already"):
        propose(office, award, ends_on="2027-04-30")
    with standing_at(LATER):
        approve_amendment(amendment=amendment, on=LATER, by=people.manager)
    award.refresh_from_db()
    assert award.ends_on == date(2027, 3, 31)
    assert [(row.number, row.amount, row.state) for row in award.tranches.kept()] == [
        (1, 1_200_000, "certified"),
        (2, 500_000, "planned"),
        (3, 300_000, "planned"),
    ]
    before = agreement_pdf(award, by=people.manager, on=DAY)
    assert before == agreement_pdf(award, by=people.manager, on=DAY)
    assert amendment.award.agreement_id != award.amendments.get().paper_id
    with pytest.raises(IntegrityError), transaction.atomic():
        award.amendments.update(decided_by=people.adviser)
    assert [*checks(), *state_faults()] == []


@pytest.mark.both
def test_an_award_becomes_less_by_an_amendment_and_never_more(office):
    award, people = sign(office, parts=[1_200_000, 800_000]), office.people
    for wrong in ({"amount": 2_000_001}, {"amount": 1_900_000}, {"amount": 0}):
        with pytest.raises(Invalid):
            propose(office, award, **wrong)
    (first, second) = planned(award)
    budget = standing(award, ["budget"])["budget"]
    less = [{**budget[0], "grant_amount": budget[0]["grant_amount"] - 100_000}, *budget[1:]]
    rows = [first, {**second, "amount": 700_000}]
    amendment = propose(office, award, people.manager, amount=1_900_000, tranches=rows, budget=less)
    with pytest.raises(NotAllowed):
        approve_amendment(amendment=amendment, on=DAY, by=people.manager)
    approve_amendment(amendment=amendment, on=DAY, by=people.checker)
    award.refresh_from_db()
    assert (award.amount, award.budget.total("grant_amount")) == (1_900_000, 1_900_000)
    assert Commitment.objects.get(case_ref=award.application.ref).released_amount == 100_000
    with pytest.raises(DatabaseError, match="less than its tranches"), transaction.atomic():
        Award.objects.filter(pk=award.pk).update(amount=1_899_999)
    assert [*checks(), *state_faults()] == []


@pytest.mark.both
def test_an_amendment_that_the_award_has_overtaken_is_not_put_in_force(office):
    award, people = sign(office, parts=[1_200_000, 800_000]), office.people
    first, second = planned(award)
    amendment = propose(office, award, tranches=[{**first, "amount": 1_000_000}, {**second, "amount": 1_000_000}])
    certified_tranche(office, award.tranches.get(number=1))
    with pytest.raises(Blocked) as refused:
        approve_amendment(amendment=amendment, on=DAY, by=people.manager)
    assert refused.value.missing == ["The award has changed since this was proposed. Refuse it, and propose it anew."]
    with pytest.raises(Invalid, match="Say why"):
        refuse_amendment(amendment=amendment, reason="", on=DAY, by=people.manager)
    refuse_amendment(amendment=amendment, reason="Overtaken.", on=DAY, by=people.manager)
    again = propose(office, award, ends_on="2027-01-31")
    assert (again.number, withdraw_amendment(amendment=again, on=DAY, by=people.adviser).state) == (2, "withdrawn")
    with pytest.raises(Invalid, match="Nothing would change"):
        propose(office, award, ends_on=award.ends_on.isoformat())


@pytest.mark.both
def test_the_signed_scan_is_kept_with_the_award_and_only_after_signing(office):
    award = approved_award(office)
    with pytest.raises(Blocked, match="not signed yet"):
        keep_signed_scan(award=award, evidence=None, on=today(office.programme), by=office.people.manager)
