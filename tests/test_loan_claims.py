"""Bank lines that are repayments: which loan fits, claimed once, and money that a reversal gives back."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from audit.refusals import Blocked, Invalid, NotAllowed, Refusal, Stale
from config.proof import faults
from ledger.models import Account
from loans.ahead import waiting
from loans.models import Loan, Repayment
from loans.proposals import LoanFacts, propose_claims
from loans.queues import queue_for
from loans.services import (
    claim_line,
    keep_receipt,
    refund_overpayment,
    release_receipt,
    reverse_repayment,
    take_claims,
    write_off_loan,
)
from loans.services.claims import claims_to_read, proposed_claims
from loans.services.restating import still_claimed
from payments.matching import seal_of
from payments.models import StatementLine
from payments.proposals import LineFacts
from payments.services import settle_payment
from programmes.clock import standing_at
from tests.office import DAY, make_user, seat
from tests.steps_loans import FIRST_DUE, active_loan, approved_loan, repay, sent_order
from tests.steps_payments import another_line, own_account
from tests.steps_statements import loaded, moved

pytestmark = pytest.mark.in_turn

LENT, DUE = date(2026, 3, 12), 8885


def fact(ref="L-2026-0001", *, names=("Anahit Sargsyan",), late=0, coming=DUE, owed=106_620, indexes=()):
    return LoanFacts(int(ref[-4:]), ref, "USD", LENT, late, coming, owed, names, frozenset(indexes))


def line(amount=DUE, pk=1, *, currency="USD", value_on=FIRST_DUE, **facts):
    return LineFacts(pk, amount, currency, value_on, **facts)


def said(claim):
    return [str(one) for one in (*claim.against, *claim.reasons)]


def only(one, *loans):
    return propose_claims([one], loans).get(one.pk)


ANAHIT, RUBEN = fact(), fact("L-2026-0002", names=("Ռուբեն Սարգսյան", "Ruben Sargsyan"), coming=5000, owed=60_000)


@pytest.mark.once
@pytest.mark.parametrize(
    ("facts", "refs", "sure", "words"),
    [
        ({"text": "credit L-2026-0001"}, ["L-2026-0001"], True, "The amount is the next instalment."),
        (
            {"text": "L 2026/0001 april", "name": "Sargsyan Anahit", "amount": 100},
            ["L-2026-0001"],
            True,
            "like the bor",
        ),
        ({"text": "L-2026-0001", "amount": 777, "name": "Somebody"}, ["L-2026-0001"], False, "mistyped reference"),
        ({"text": "L-2026-0001 L-2026-0002"}, ["L-2026-0001", "L-2026-0002"], False, "names L-2026-0001, L-2026-0002"),
        ({"text": "L-2026-0001", "name": "Ruben Sargsyan"}, ["L-2026-0001", "L-2026-0002"], False, "is that of the bo"),
        ({"name": "САРГСЯН РУБЕН", "amount": 5000}, ["L-2026-0002"], True, "The name is like the borrower's."),
        ({"name": "Ruben Sargsyan", "amount": 4999}, ["L-2026-0002"], False, "not what is due"),
        ({"number_index": "abc", "amount": 60_000}, ["L-2026-0003"], True, "all that is owed"),
        ({"name": "Somebody"}, ["L-2026-0001"], False, "Only the amount fits."),
        ({"text": "L-2026-0001", "amount": 106_621, "name": "Anahit Sargsyan"}, ["L-2026-0001"], False, "0.01 more"),
        ({"text": "L-2026-0001", "currency": "EUR"}, ["L-2026-0001"], False, "The loan is in USD."),
        ({"text": "L-2026-0001", "value_on": date(2026, 3, 11)}, ["L-2026-0001"], False, "before the loan was paid"),
        ({"text": "rent", "amount": 12}, [], False, ""),
        ({"text": "L-2026-0001", "amount": -DUE}, [], False, ""),
    ],
)
def test_a_line_leads_to_a_loan_for_a_reason_or_says_why_it_is_not_sure(facts, refs, sure, words):
    loans = (ANAHIT, RUBEN, fact("L-2026-0003", names=("Third",), coming=7000, owed=60_000, indexes=("abc",)))
    claim = only(line(**facts), *loans)
    assert (list(claim.refs) if claim else []) == refs
    assert bool(claim and claim.sure) is sure
    if claim:
        assert words in " ".join(said(claim))


@pytest.mark.once
def test_two_loans_of_one_amount_and_name_are_both_shown_and_two_lines_beyond_what_is_due_are_not_sure():
    twin = fact("L-2026-0009")
    claim = only(line(name="Anahit Sargsyan"), ANAHIT, twin)
    assert (claim.refs, claim.sure) == (("L-2026-0001", "L-2026-0009"), False)
    lines = [line(pk=1, text="L-2026-0001"), line(pk=2, text="L-2026-0001")]
    assert [claim.sure for claim in propose_claims(lines, [ANAHIT]).values()] == [False, False]
    late = fact(late=DUE)
    assert [claim.sure for claim in propose_claims(lines, [late]).values()] == [True, True]


# Claimed, reversed, kept ---------------------------------------------------------------------------------------------


@pytest.fixture
def banking(lending, settings, tmp_path):
    """An office with one loan paid out on 12 March, and its account at the bank; it is 12 April."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    lending.loan = active_loan(lending)
    lending.account = own_account(lending)
    with standing_at(FIRST_DUE):
        yield lending


def arrived(office, *lines, **facts):
    return list(loaded(office, office.account, lines, currency="USD", **facts).lines.order_by("position"))


def balance(code, subject=""):
    found = Account.objects.filter(code=code, subject=subject).first()
    return found.balance_amount if found else 0


def take(office, **facts):
    _lines, claims = claims_to_read(office.people.loan_officer, office.programme, FIRST_DUE)
    sure = [claim for claim in claims.values() if claim.sure]
    given = {"programme": office.programme, "seal": seal_of(sure), "on": FIRST_DUE, "by": office.people.loan_officer}
    return take_claims(**{**given, **facts})


@pytest.mark.django_db
@pytest.mark.both
def test_one_press_takes_the_sure_lines_and_leaves_the_others(banking):
    loan, bank = banking.loan, balance("1000")
    sure, other = arrived(banking, moved(DUE, "T-1", text=f"loan {loan.ref}"), moved(123, "T-2", text="interest"))
    with pytest.raises(Stale):
        take(banking, seal="0" * 64)
    with pytest.raises(NotAllowed):
        take(banking, by=banking.people.adviser)
    take(banking, key="press")
    sure.refresh_from_db()
    other.refresh_from_db()
    repayment = Repayment.objects.get()
    assert (repayment.amount, repayment.value_on, repayment.means) == (DUE, FIRST_DUE, "bank")
    assert (repayment.reference, repayment.receipt, sure.state, other.state) == ("T-1", sure.ref, "booked", "open")
    assert (balance("2100", sure.ref), balance("1000") - bank) == (0, DUE)
    assert set(repayment.entry.legs.values_list("account__code", "amount")) == {
        ("2100", DUE),
        ("4000", -1000),
        ("1100", -7885),
    }
    with pytest.raises(Blocked, match="No line leads"):
        take(banking)
    assert list(faults()) == []


@pytest.mark.django_db
@pytest.mark.both
def test_a_reversal_gives_the_money_back_and_the_line_can_be_claimed_again(banking):
    (row,) = arrived(banking, moved(DUE, "T-1", text=banking.loan.ref))
    officer, bank = banking.people.loan_officer, balance("1000")
    first = claim_line(line=row, loan=banking.loan, on=FIRST_DUE, by=officer)
    with pytest.raises(Blocked, match="has claimed this line already"):
        claim_line(line=row, loan=banking.loan, on=FIRST_DUE, by=officer)
    with pytest.raises(Blocked, match="has claimed this line already"):
        release_receipt(line=row, reason="rent", on=FIRST_DUE, by=officer)
    reverse_repayment(repayment=first, reason="Another borrower's.", on=FIRST_DUE, by=officer)
    assert (balance("2100", row.ref), balance("1000") - bank) == (-DUE, DUE)
    assert claims_to_read(officer, banking.programme, FIRST_DUE)[0] == [row]
    assert list(faults()) == []
    second = claim_line(line=row, loan=banking.loan, on=FIRST_DUE, by=officer)
    # Money of an earlier day folds the loan anew: what was claimed stays claimed from its receipt.
    repay(banking, banking.loan, 1000, on=FIRST_DUE - timedelta(days=2))
    second.refresh_from_db()
    assert (balance("2100", row.ref), balance("1000") - bank) == (0, DUE + 1000)
    assert (second.reversed_on, second.entry.reverses_id) == (None, None)
    assert list(faults()) == []


@pytest.mark.django_db
@pytest.mark.both
def test_money_that_was_entered_by_hand_is_not_taken_from_the_statement_once_more(banking):
    loan, officer = banking.loan, banking.people.loan_officer
    typed = repay(banking, loan, DUE, on=FIRST_DUE, reference="T-1")
    (row,) = arrived(banking, moved(DUE, "T-1", text=loan.ref))
    (claim,) = proposed_claims([row], FIRST_DUE).values()
    words = "USD 88.85 of 12.04.2026 was entered for L-2026-0001 by hand"
    assert (claim.sure, words in str(claim.against[0])) == (False, True)
    with pytest.raises(Blocked, match=words):
        claim_line(line=row, loan=loan, on=FIRST_DUE, by=officer)
    row.refresh_from_db()
    assert (row.state, loan.repayments.count()) == ("open", 1)
    reverse_repayment(repayment=typed, reason="It stands on the statement.", on=FIRST_DUE, by=officer)
    claim_line(line=row, loan=loan, on=FIRST_DUE, by=officer)
    assert loan.repayments.live().get().receipt == row.ref
    assert list(faults()) == []


@pytest.mark.django_db
def test_one_reference_of_the_bank_is_entered_once_by_hand_and_not_while_its_line_waits(banking):
    loan = banking.loan
    (row,) = arrived(banking, moved(DUE, "T-1", text=loan.ref))
    with pytest.raises(Invalid, match="stands on a bank statement"):
        repay(banking, loan, DUE, on=FIRST_DUE, reference="t-1")
    claim_line(line=row, loan=loan, on=FIRST_DUE, by=banking.people.loan_officer)
    with pytest.raises(Invalid, match="with this bank reference is recorded for L-2026-0001 already"):
        repay(banking, loan, DUE, on=FIRST_DUE, reference="t-1")
    repay(banking, loan, DUE - 1, on=FIRST_DUE, reference="T-1")
    repay(banking, loan, DUE, on=FIRST_DUE, reference="T-2")
    assert list(loan.repayments.values_list("amount", flat=True)) == [DUE, DUE - 1, DUE]


@pytest.mark.django_db
def test_money_of_nobody_is_kept_as_a_receipt_and_moves_to_the_line_of_the_loan_that_claims_it(banking):
    more = another_line(banking, currency="USD", kind="revolving")
    banking.account.lines.add(more)
    (row,) = arrived(banking, moved(DUE, "T-1", name="Unknown"))
    officer = banking.people.loan_officer
    with pytest.raises(NotAllowed):
        keep_receipt(line=row, funding_line=more, on=FIRST_DUE, by=banking.people.adviser)
    row = keep_receipt(line=row, funding_line=more, on=FIRST_DUE, by=officer)
    assert balance("2100", row.ref) == -DUE
    with pytest.raises(Blocked):
        keep_receipt(line=row, funding_line=more, on=FIRST_DUE, by=officer)
    claim_line(line=row, loan=banking.loan, on=FIRST_DUE, by=officer)
    held = Account.objects.filter(code="2100", subject=row.ref).values_list("line", "balance_amount")
    assert dict(held) == {more.key: 0, banking.line.key: 0}
    assert list(faults()) == []


@pytest.mark.django_db
def test_an_officer_of_one_region_reads_the_lines_that_lead_to_its_loans_alone(banking, client):
    """A line that fits nobody may be anybody's: whose name it bears is read by those who work for the whole."""
    loan, programme = banking.loan, banking.programme
    here, there = make_user("Officer Here", "T-081"), make_user("Officer There", "T-082")
    seat(here, programme, "loan_officer", region=loan.region)
    seat(there, programme, "loan_officer", region=banking.other_region)
    own, nobody = arrived(banking, moved(DUE, "T-1", text=loan.ref), moved(123, "T-2", name="Unknown"))
    assert claims_to_read(here, programme, FIRST_DUE)[0] == [own]
    assert claims_to_read(there, programme, FIRST_DUE) == ([], {})
    assert claims_to_read(banking.people.loan_officer, programme, FIRST_DUE)[0] == [own, nobody]
    client.force_login(here)
    pages = [reverse("loans:claim", args=[row.pk]) for row in (own, nobody)]
    assert [client.get(page).status_code for page in pages] == [200, 404]
    assert client.get(reverse("loans:keep_receipt", args=[nobody.pk])).status_code == 403
    for user, row in ((here, nobody), (there, own)):
        with pytest.raises(NotAllowed):
            claim_line(line=row, loan=loan, on=FIRST_DUE, by=user)
    with pytest.raises(NotAllowed, match="for the whole programme"):
        keep_receipt(line=nobody, funding_line=banking.line, on=FIRST_DUE, by=here)
    assert claim_line(line=own, loan=loan, on=FIRST_DUE, by=here).amount == DUE


@pytest.mark.django_db
def test_a_kept_receipt_is_put_back_and_then_is_whatever_finance_says(banking):
    (row,) = arrived(banking, moved(DUE, "T-1"))
    officer = banking.people.loan_officer
    row = keep_receipt(line=row, funding_line=banking.line, on=FIRST_DUE, by=officer)
    with pytest.raises(Invalid, match="Say why"):
        release_receipt(line=row, reason=" ", on=FIRST_DUE, by=officer)
    row = release_receipt(line=row, reason="The donor's.", on=FIRST_DUE, by=officer)
    assert (row.state, row.entry, balance("2100", row.ref)) == ("open", None, 0)
    with pytest.raises(Blocked):
        release_receipt(line=row, reason="Again.", on=FIRST_DUE, by=officer)
    assert list(faults()) == []


@pytest.mark.django_db
def test_bad_claims_are_refused_in_words_and_change_nothing(banking):
    with standing_at(DAY):
        other = approved_loan(banking)
    row, out = arrived(banking, moved(DUE, "T-1"), moved(-500, "T-2"))
    officer = banking.people.loan_officer
    for given, words in (
        ({"line": row, "loan": other}, "Line 1 for L-2026-0002: L-2026-0002 is in the state"),
        ({"line": out, "loan": banking.loan}, "Money went out with this line"),
    ):
        with pytest.raises(Refusal) as refused:
            claim_line(**given, on=FIRST_DUE, by=officer)
        assert words in str(refused.value)
    with pytest.raises(Invalid, match="not paid from the account"):
        keep_receipt(line=row, funding_line=another_line(banking, currency="USD"), on=FIRST_DUE, by=officer)
    with standing_at(FIRST_DUE + timedelta(days=60)), pytest.raises(Invalid, match="so late"):
        claim_line(line=row, loan=banking.loan, on=FIRST_DUE + timedelta(days=60), by=officer)
    assert (Repayment.objects.count(), StatementLine.objects.filter(state="open").count()) == (0, 2)


# Pages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.both
def test_the_page_shows_each_line_with_its_reasons_and_takes_the_sure_ones(banking, client, visit):
    loan, people = banking.loan, banking.people
    sure, other = arrived(banking, moved(DUE, "T-1", text=loan.ref), moved(DUE, "T-2", name="<b>Somebody</b>"))
    page = visit(people.loan_officer, reverse("loans:bank"))
    assert "1 of 2 lines lead to one loan: USD 88.85." in page.text
    assert "The text names L-2026-0001." in page.text
    assert "Only the amount fits." in page.text
    given = {name: page.one("input", type="hidden", name=name)["value"] for name in ("seal", "key")}
    client.post(reverse("loans:take_claims"), given)
    assert loan.repayments.get().receipt == sure.ref
    for user, status in ((people.adviser, 403), (people.maker, 200), (people.donor, 403), (people.manager, 403)):
        client.force_login(user)
        assert client.get(reverse("loans:bank")).status_code == status
    client.force_login(people.loan_officer)
    url = reverse("loans:claim", args=[other.pk])
    answer = client.post(url, {"choice": "another", "ref": "L-2026-0099", "key": "k", "reason": ""})
    assert (answer.status_code, "There is no loan L-2026-0099" in answer.content.decode()) == (400, True)
    assert client.post(url, {"choice": "another", "ref": "l-2026-0001", "key": "k", "reason": ""}).status_code == 302
    assert loan.repayments.count() == 2
    client.force_login(people.adviser)
    assert client.get(url).status_code == 404


@pytest.mark.django_db
@pytest.mark.both
def test_a_line_is_kept_and_put_back_on_its_pages(banking, client):
    (row,) = arrived(banking, moved(DUE, "T-1"))
    client.force_login(banking.people.maker)
    for name, given, state in (
        ("keep_receipt", {"funding_line": banking.line.pk}, "booked"),
        ("release_receipt", {"reason": "It is rent."}, "open"),
    ):
        url = reverse(f"loans:{name}", args=[row.pk])
        assert client.get(url).status_code == 200
        assert client.post(url, {**given, "key": name}).status_code == 302
        row.refresh_from_db()
        assert row.state == state
    assert list(faults()) == []


# After a write-off ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_line_above_the_claim_after_a_write_off_recovers_the_claim_and_the_rest_is_refunded(banking):
    """1,000.00 was written off, 1,066.19 is claimed with the agreed interest, and 1,100.00 comes by the bank."""
    people, loan = banking.people, banking.loan
    given_up = {"decision_ref": "S-2026-04/2", "reason": "Gone.", "on": FIRST_DUE}
    write_off_loan(loan=loan, by=people.manager, **given_up)
    (line_one,) = arrived(banking, moved(110_000, "T-1", text=f"loan {loan.ref}", name=loan.borrower.name))
    claimed = still_claimed(Loan.objects.get(pk=loan.pk))[0]
    assert claimed == 106_619
    claim = proposed_claims([line_one], FIRST_DUE)[line_one.pk]
    assert (claim.sure, [words for words in said(claim) if "more than" in words]) == (
        False,
        ["It is USD 33.81 more than is owed."],
    )
    repayment = claim_line(line=line_one, loan=loan, on=FIRST_DUE, by=people.loan_officer)
    loan.refresh_from_db()
    assert (repayment.recovered_amount, repayment.overpaid_amount) == (claimed, 3_381)
    assert set(repayment.entry.legs.values_list("account__code", "amount")) == {
        ("2100", 110_000),
        ("4100", -claimed),
        ("2000", -3_381),
    }
    assert (loan.state, loan.overpaid_amount, still_claimed(loan)) == ("written_off", 3_381, (0, claimed))
    (late,) = arrived(banking, moved(100, "T-2", text=loan.ref), number="52", opening=6_110_000)
    with pytest.raises(Invalid, match=r"USD\s0.00 is still claimed"):
        claim_line(line=late, loan=loan, on=FIRST_DUE, by=people.loan_officer)
    assert list(faults()) == []
    # Finance gives the rest back; then the recovery cannot be undone any more.
    waits = next(row for row in waiting(people.maker) if row.ref == loan.ref)
    assert waits.amount == 3_381
    order = refund_overpayment(loan=loan, account=loan.borrower.payee_accounts.get(), on=FIRST_DUE, by=people.maker)
    with pytest.raises(Blocked, match="refund is on its way"):
        reverse_repayment(repayment=repayment, reason="Wrong.", on=FIRST_DUE, by=people.loan_officer)
    settle_payment(order=sent_order(banking, order), bank_reference="B-9", on=FIRST_DUE, by=people.maker)
    loan.refresh_from_db()
    assert (loan.state, loan.overpaid_amount, still_claimed(loan)) == ("written_off", 0, (0, claimed))
    assert list(faults()) == []


@pytest.mark.django_db
def test_after_a_write_off_a_line_fits_the_claim_and_no_instalment(banking):
    people, loan = banking.people, banking.loan
    write_off_loan(loan=loan, decision_ref="S-2026-04/2", reason="Gone.", on=FIRST_DUE, by=people.manager)
    repay(banking, loan, 60_000, FIRST_DUE)
    named = {"text": loan.ref, "name": "Somebody"}
    rest, instalment = arrived(banking, moved(46_619, "T-1", **named), moved(DUE, "T-2", **named))
    found = proposed_claims([rest, instalment], FIRST_DUE)
    assert (found[rest.pk].sure, found[instalment.pk].sure) == (True, False)
    assert "The amount is what is due." in said(found[rest.pk])
    assert "Neither the amount nor the name fits: it may be a mistyped reference." in said(found[instalment.pk])
    both = reverse_repayment(
        repayment=claim_line(line=rest, loan=loan, on=FIRST_DUE, by=people.loan_officer),
        reason="Wrong.",
        on=FIRST_DUE,
        by=people.loan_officer,
    )
    assert (both.overpaid_amount, still_claimed(Loan.objects.get(pk=loan.pk))) == (0, (46_619, 60_000))


@pytest.mark.django_db
@pytest.mark.both
def test_a_line_claimed_twice_is_one_repayment_and_the_second_hand_reads_whose_it_was(banking, client):
    """The same form sent twice gives the same answer; the form of another, opened before, says that it is claimed."""
    loan = banking.loan
    (row,) = arrived(banking, moved(DUE, "T-1", text=loan.ref))
    url = reverse("loans:claim", args=[row.pk])
    for user, key, status in (("loan_officer", "mine", 302), ("loan_officer", "mine", 302), ("maker", "theirs", 409)):
        client.force_login(getattr(banking.people, user))
        answer = client.post(url, {"choice": loan.ref, "ref": "", "key": key, "reason": ""})
        assert (answer.status_code, loan.repayments.count()) == (status, 1)
    assert f"Line 1 for {loan.ref}: " in answer.content.decode()


@pytest.mark.django_db
def test_money_on_the_statement_waits_on_the_desk_of_those_who_claim_it(banking):
    arrived(banking, moved(DUE, "T-1", text=banking.loan.ref), moved(123, "T-2", text="interest"), moved(-5, "T-3"))
    for user, said in (
        ("loan_officer", ["2 lines wait"]),
        ("maker", ["2 lines wait"]),
        ("manager", []),
        ("adviser", []),
    ):
        items = queue_for(getattr(banking.people, user))
        assert [item.why for item in items if item.url == reverse("loans:bank")] == said
    take(banking)
    assert [item.why for item in queue_for(banking.people.maker)] == ["1 line waits"]
