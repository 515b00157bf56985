"""The people and things behind a loan: guarantors, collateral, cycles, deaths, handovers."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from pypdf import PdfReader

from applicants.services import add_evidence, anonymise_party
from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from loans.contract import draw_contract
from loans.cycles import over_cycle_limit
from loans.daily import daily
from loans.models import CycleLimit, Guarantor, GuarantorNotice, LendingRules, Loan, LoanProduct, SecurityBand
from loans.papers.release import release_paper
from loans.payoff import payoff_quote
from loans.services import (
    add_collateral,
    add_guarantor,
    decide_life_event,
    prepare_handover,
    record_life_event,
    release_collateral,
    release_guarantor,
    reverse_repayment,
    sign_handover,
    sign_loan,
)
from loans.services.agreement import approve_loan
from loans.services.requests import put_in_force, withdraw_request
from programmes.clock import standing_at, today
from programmes.models import ExchangeRate
from programmes.roles import forget
from tests.office import DAY, loan_office, make_user, seat
from tests.steps_applicants import registered_person
from tests.steps_loans import FIRST_DUE, active_loan, approved_loan, repay
from tests.steps_payments import screened
from tests.steps_relief import asked, decided

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def paper(office, loan, text="Signed."):
    return add_evidence(
        programme=office.programme,
        case_ref=loan.ref,
        purpose="consent",
        content=text.encode(),
        name="consent.txt",
        on=today(office.programme),
        by=office.people.loan_officer,
    )


def stand(office, loan, party, amount, **facts):
    given = {"consented_on": DAY, "consent": paper(office, loan), "on": DAY, "by": office.people.loan_officer}
    return add_guarantor(loan=loan, party=party, amount=amount, **{**given, **facts})


def pledged(office, loan, value=50_000, **facts):
    given = {
        "kind": "vehicle",
        "description": "Tractor <b>MTZ-80</b>",
        "owner": loan.borrower,
        "valued_by": "A. Valuer",
        "valued_on": DAY,
        "registration": "LIEN-7",
        "paper": paper(office, loan),
        "on": DAY,
        "by": office.people.loan_officer,
    }
    return add_collateral(loan=loan, value_amount=value, **{**given, **facts})


def sign(office, loan):
    return sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=office.people.loan_officer)


def lending_rules(loan, **facts):
    return LendingRules.objects.create(product=loan.product, **facts)


# Guarantors -----------------------------------------------------------------------------------------------------------


def test_one_person_guarantees_up_to_the_ceiling_over_all_loans_and_not_a_cent_more(lending):
    loan = approved_loan(lending)
    rules = lending_rules(loan, guarantor_ceiling_amount=90_000)
    person, other = registered_person(lending, "Karen Petrosyan", birth_year=1971), lending.people
    first = stand(lending, loan, person, 60_000)
    with pytest.raises(Invalid, match="guarantees this loan already"):
        stand(lending, loan, person, 1)
    second = approved_loan(lending)
    with pytest.raises(Invalid, match=r"stands for USD 600\.00 already, and USD 900\.00"):
        stand(lending, second, person, 30_001)
    assert Guarantor.objects.count() == 1
    stand(lending, second, person, 30_000)
    with pytest.raises(Blocked, match="cannot be forgotten yet"):
        anonymise_party(party=person, reason="Asked by letter.", on=DAY, by=other.manager)
    rules.guarantor_ceiling_amount = 89_999
    rules.save()
    screened(lending, person)
    with pytest.raises(Blocked, match="most that one person may guarantee"):
        sign(lending, second)
    release_guarantor(guarantor=first, reason="Another one stands.", on=DAY, by=other.loan_officer)
    assert sign(lending, second).state == "signed"
    with pytest.raises(Blocked, match="released already"):
        release_guarantor(guarantor=first, reason="Again.", on=DAY, by=other.loan_officer)
    assert not list(faults())


def test_what_a_person_guarantees_in_another_currency_counts_at_the_rate_of_the_day(lending):
    loan, second = approved_loan(lending), approved_loan(lending)
    rules = lending_rules(loan, guarantor_ceiling_amount=90_000)
    person = registered_person(lending, "Karen Petrosyan", birth_year=1971)
    stand(lending, loan, person, 60_000)
    Loan.objects.filter(pk=loan.pk).update(currency="EUR")
    with pytest.raises(
        Invalid, match=r"^There is no rate of EUR to USD up to 0?\d+\.03\.2026 by “.+”\. Enter it first\.$"
    ):
        stand(lending, second, person, 1)
    facts = {"source": lending.line.rate_rule, "on": DAY}
    ExchangeRate.objects.create(base="EUR", quote="USD", rate=Decimal("1.25"), **facts)
    with pytest.raises(Invalid, match=r"stands for USD\s750\.00 already, and USD\s900\.00 is the most"):
        stand(lending, second, person, 15_001)
    stand(lending, second, person, 15_000)
    # 1 USD is 0.799 EUR: 600.00 EUR are 750.9387 USD.
    ExchangeRate.objects.create(base="USD", quote="EUR", rate=Decimal("0.799"), **facts)
    screened(lending, person)
    with pytest.raises(Blocked, match=r"stands for USD\s900\.94 already"):
        sign(lending, second)
    rules.guarantor_ceiling_amount = 90_094
    rules.save()
    assert sign(lending, second).state == "signed"


def test_a_loan_is_signed_with_as_much_security_as_its_amount_asks(lending):
    loan = approved_loan(lending, amount=100_000)
    SecurityBand.objects.create(
        product=loan.product, from_amount=100_000, guarantors_number=1, collateral_pct=Decimal(50), spouse_consent=True
    )
    SecurityBand.objects.create(product=loan.product, from_amount=100_001, guarantors_number=9)
    officer, person = lending.people.loan_officer, registered_person(lending, "Karen Petrosyan", birth_year=1971)
    with pytest.raises(Blocked, match="needs 1 more guarantor"):
        sign(lending, loan)
    guarantor = stand(lending, loan, person, 100_000, married=True)
    with pytest.raises(Blocked, match="The spouse of Karen Petrosyan has not agreed"):
        sign(lending, loan)
    release_guarantor(guarantor=guarantor, reason="Spouse was missing.", on=DAY, by=officer)
    spouse = {"married": True, "spouse_consented_on": DAY, "spouse_consent": paper(lending, loan)}
    stand(lending, loan, person, 100_000, **spouse)
    tractor = pledged(lending, loan, 49_999, description="Tractor T-25")
    with pytest.raises(Invalid, match="secures a loan already"):
        pledged(lending, loan, 1, registration="lien-7")
    with pytest.raises(Blocked, match=r"Collateral of USD 500\.00 is asked, USD 499\.99 is there") as refused:
        sign(lending, loan)
    assert "has not been screened" in str(refused.value)
    release_collateral(collateral=tractor, reason="Valued anew.", on=DAY, by=officer)
    pledged(lending, loan, description="Tractor T-25")
    screened(lending, person)
    lending_rules(loan, lender="Orchard Fund", charge="service")
    loan = sign(lending, loan)
    pages = PdfReader(io.BytesIO(draw_contract(loan))).pages
    said = " ".join(page.extract_text() for page in pages)
    for words in (
        "Orchard Fund",
        "Service charge",
        "Karen Petrosyan",
        "Tractor T-25",
        "LIEN-7",
        "answers for the loan",
    ):
        assert words in said, words
    assert not list(faults())


def words_of(content):
    pages = PdfReader(io.BytesIO(content)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def test_who_and_what_stands_for_a_loan_is_free_when_it_is_repaid_and_bound_again_when_it_is_owed(lending, visit):
    loan = approved_loan(lending)
    neighbour, brother = (registered_person(lending, name, birth_year=1971) for name in ("Karen Petrosyan", "Aram Ter"))
    guarantor, other, tractor = (
        stand(lending, loan, neighbour, 60_000),
        stand(lending, loan, brother, 10_000),
        pledged(lending, loan),
    )
    with pytest.raises(Blocked, match="Nobody and nothing"):
        release_paper(loan, DAY)
    release_guarantor(guarantor=other, reason="He moved away.", on=DAY, by=lending.people.manager)
    screened(lending, neighbour, brother)
    loan = active_loan(lending, loan=sign(lending, loan))
    end = date(2026, 4, 15)
    last = repay(lending, loan, 106_619, on=end)
    loan.refresh_from_db()
    assert (loan.state, loan.closed_on) == ("closed", end)

    def states():
        rows = [guarantor, other, tractor]
        for row in rows:
            row.refresh_from_db()
        return [(row.released_on, row.released_with_loan) for row in rows]

    assert states() == [(end, True), (DAY, False), (end, True)]
    with standing_at(end):
        assert list(faults()) == []
        url = reverse("loans:letter", args=[loan.ref, "release"])
        assert visit(lending.people.loan_officer, loan.get_absolute_url()).all("a", href=url)
        loan.programme.language = "en"
        to_neighbour, to_brother, to_owner = words_of(release_paper(loan, end))
    assert "Karen Petrosyan" in to_neighbour
    assert "you guaranteed it up to USD 600.00. Your guarantee has ended on 15.04.2026" in to_neighbour
    assert "ended on 12.03.2026" in to_brother
    assert "Tractor <b>MTZ-80</b>" in to_owner
    assert "LIEN-7" in to_owner
    assert "is repaid since 15.04.2026: nothing is owed on it." in to_owner
    with standing_at(end):
        reverse_repayment(repayment=last, reason="Bounced.", on=end, by=lending.people.maker)
        # Who was let go for another reason stays free.
        assert states() == [(None, False), (DAY, False), (None, False)]
        assert list(faults()) == []
        Guarantor.objects.filter(pk=guarantor.pk).update(released_on=DAY, release_reason="-", released_with_loan=True)
        assert f"loans_guarantor {guarantor.pk} was released with {loan.ref}, which is owed" in list(faults())


def test_a_lien_that_secures_another_loan_by_now_does_not_come_back_with_the_first(lending):
    first, second = approved_loan(lending), approved_loan(lending)
    pledged(lending, first)
    first = active_loan(lending, loan=sign(lending, first))
    last = repay(lending, first, 106_619, on=date(2026, 4, 15))
    with standing_at(date(2026, 4, 15)):
        again = pledged(lending, second, registration="lien-7", on=date(2026, 4, 15))
        bounced = {"repayment": last, "reason": "Bounced.", "on": date(2026, 4, 15), "by": lending.people.maker}
        with pytest.raises(Blocked, match=f"its lien LIEN-7 secures {second.ref} since it was over") as refused:
            reverse_repayment(**bounced)
        assert f"Release it from {second.ref}" in str(refused.value)
        first.refresh_from_db()
        assert first.state == "closed"
        release_collateral(collateral=again, reason="Back.", on=date(2026, 4, 15), by=lending.people.loan_officer)
        reverse_repayment(**bounced)
        assert first.collateral.get().released_on is None
        assert list(faults()) == []


def test_a_late_borrower_and_the_borrower_guarantee_nothing_and_only_the_loan_team_records_it(lending):
    late = active_loan(lending)
    loan = approved_loan(lending)
    with standing_at(date(2026, 4, 13)), pytest.raises(Blocked, match="is late with a loan of their own"):
        stand(lending, loan, late.borrower, 1000, on=date(2026, 4, 13))
    with pytest.raises(Invalid, match="their own loan"):
        stand(lending, loan, loan.borrower, 1000)
    with pytest.raises(NotAllowed):
        stand(lending, loan, late.borrower, 1000, by=lending.people.adviser)
    with pytest.raises(Invalid, match="not more than the loan"):
        stand(lending, loan, late.borrower, 100_001)


def test_guarantors_are_told_on_the_day_that_the_product_names_and_once(lending):
    loan = approved_loan(lending)
    lending_rules(loan, notice_days=10)
    person = registered_person(lending, "Karen Petrosyan", birth_year=1971)
    stand(lending, loan, person, 50_000)
    screened(lending, person)
    loan = active_loan(lending, loan=sign(lending, loan))
    for day, told in ((21, 0), (22, 1), (23, 1)):
        with standing_at(date(2026, 4, day)):
            daily(date(2026, 4, day))
        assert GuarantorNotice.objects.count() == told
    notice = GuarantorNotice.objects.get()
    assert (notice.days_late, notice.overdue_amount, notice.sent_on) == (10, 8885, None)
    assert "USD 88,85 is overdue, the oldest part by 10 days" in notice.letter.replace("\u00a0", " ")


# The borrower's cycle -------------------------------------------------------------------------------------------------


def test_a_borrower_asks_for_as_much_as_the_number_of_the_loan_allows(lending):
    loan = approved_loan(lending, amount=100_000)
    application, product = loan.application, LoanProduct.objects.get()
    CycleLimit.objects.create(product=product, cycle=1, limit_amount=100_000)
    CycleLimit.objects.create(product=product, cycle=3, limit_amount=200_000)
    application.asked_amount = 100_000
    assert over_cycle_limit(application) is None
    application.asked_amount = 100_001
    said = "With loan number 1, {} can ask for up to USD 1,000.00, not for USD 1,000.01."
    assert str(over_cycle_limit(application)).replace("\u00a0", " ") == said.format(application.applicant)
    application.asked_amount = 200_001
    assert "up to USD 1,000.00, not" in str(over_cycle_limit(application)).replace("\u00a0", " ")
    CycleLimit.objects.filter(cycle=1).update(limit_amount=99_999)
    with pytest.raises(Blocked, match=r"With loan number 1 a borrower gets up to USD 999\.99"):
        sign(lending, loan)


def test_a_step_up_is_earned_by_a_loan_that_was_paid_out_and_not_lost(lending):
    first, again = active_loan(lending), approved_loan(lending)
    Loan.objects.filter(pk=first.pk).update(borrower=again.borrower)
    facts = {"decision": again.application.decisions.get(), "on": DAY, "by": lending.people.secretary}
    assert approve_loan(**facts).cycle == 2
    over = {"principal_amount": 0, "closed_on": DAY}
    for state, more, cycle in (
        ("signed", {}, 1),
        ("written_off", {"principal_amount": 0}, 1),
        ("closed", over, 2),
        ("closed", over | {"forgiven_on": DAY}, 1),
    ):
        Loan.objects.filter(pk=first.pk).update(state=state, **more)
        assert approve_loan(**facts).cycle == cycle


def test_the_number_of_a_loan_says_nothing_of_a_programme_that_is_confidential(lending):
    hidden = active_loan(loan_office("secret", confidential=True))
    loan = approved_loan(lending)
    Loan.objects.filter(pk=hidden.pk).update(borrower=loan.borrower)
    facts = {"decision": loan.application.decisions.get(), "on": DAY, "by": lending.people.secretary}
    assert approve_loan(**facts).cycle == 1
    hidden.programme.confidential = False
    hidden.programme.save()
    assert approve_loan(**facts).cycle == 2


# Deaths and moves abroad ----------------------------------------------------------------------------------------------


def test_a_death_stops_penalties_until_another_person_has_decided(lending):
    loan = active_loan(lending, terms={"penalty_pct": Decimal("36.5")})
    people, payer = lending.people, registered_person(lending, "Karen Petrosyan", birth_year=1971)
    day = date(2026, 5, 12)
    with standing_at(day):
        daily(day)
        row = loan.instalments.get(number=1)
        assert row.penalty_amount == 237  # 7,885 x 36.5% x 30 / 365
        event = record_life_event(
            loan=loan,
            kind="death",
            happened_on=date(2026, 4, 22),
            evidence=paper(lending, loan),
            payer=payer,
            on=day,
            by=people.manager,
        )
        row.refresh_from_db()
        assert row.penalty_amount == 79
        with pytest.raises(Blocked, match="waits for a decision already"):
            record_life_event(
                loan=loan, kind="abroad", happened_on=day, evidence=event.evidence, on=day, by=people.manager
            )
    later = date(2026, 5, 22)
    decided = {"event": event, "outcome": "continue", "decision_ref": "S-2026-05/1", "on": later}
    with standing_at(later):
        daily(later)
        other = make_user("Second Manager", "T-078")
        seat(other, lending.programme, "manager")
        for signed_or_recorded in (people.loan_officer, people.manager):
            with pytest.raises(NotAllowed):
                decide_life_event(**decided, by=signed_or_recorded)
        decide_life_event(**decided, by=other)
    end = date(2026, 6, 1)
    with standing_at(end):
        daily(end)
        row.refresh_from_db()
        assert row.penalty_amount == 158
        assert not list(faults())
        repay(lending, loan, 1000, end)
    loan.penalty_pauses = []
    loan.save()
    with standing_at(end):
        assert any("not those of its events" in line for line in faults())


def test_what_follows_a_death_is_what_the_committee_approved_since(lending):
    """The rest is forgiven by no typed number: not before the committee approved it, and not by an older approval."""
    loan, people, died = active_loan(lending), lending.people, date(2026, 4, 21)
    other = make_user("Second Manager", "T-078")
    seat(other, lending.programme, "manager")
    with standing_at(date(2026, 4, 20)):
        before = decided(lending, asked(lending, loan, "forgive"))
    with standing_at(died):
        facts = {"kind": "death", "happened_on": died, "evidence": paper(lending, loan), "on": died}
        event = record_life_event(loan=loan, by=people.loan_officer, **facts)
        given = {"event": event, "outcome": "forgive", "decision_ref": "S-1", "on": died, "by": other}
        with pytest.raises(Blocked, match="The committee decides that"):
            decide_life_event(**given)
        withdraw_request(request=before, reason="He died.", on=died, by=people.loan_officer)
        request = decided(lending, asked(lending, loan, "forgive"))
        decide_life_event(**given)
        event.refresh_from_db()
        assert (event.outcome, event.decision_ref) == ("forgive", request.motion.ref)
        assert request.motion.ref != before.motion.ref
        put_in_force(request=request, on=died, by=people.manager)
    loan.refresh_from_db()
    assert loan.state == "closed"


def test_a_death_is_decided_after_the_loan_was_repaid_and_the_books_agree(lending):
    loan, people, died = active_loan(lending), lending.people, date(2026, 4, 21)
    with standing_at(died):
        facts = {"kind": "death", "happened_on": died, "evidence": paper(lending, loan), "on": died}
        event = record_life_event(loan=loan, by=people.loan_officer, **facts)
        repay(lending, loan, payoff_quote(loan, died).total, died)
        assert (loan.state, loan.penalty_pauses) == ("closed", [["2026-04-21", None]])
    payer, after = registered_person(lending, "Karen Petrosyan", birth_year=1971), date(2026, 4, 23)
    with standing_at(after):
        given = {"outcome": "continue", "decision_ref": "M-7", "payer": payer, "on": after}
        decide_life_event(event=event, by=people.manager, **given)
        loan.refresh_from_db()
        assert (loan.state, loan.penalty_pauses) == ("closed", [["2026-04-21", "2026-04-23"]])
        assert list(faults()) == []


# Handover -------------------------------------------------------------------------------------------------------------


def test_loans_go_to_another_adviser_by_a_list_that_the_taker_signs(lending):
    loan, people = active_loan(lending), lending.people
    taker = make_user("Second Adviser", "T-077")
    given = {"programme": lending.programme, "giver": people.adviser, "loans": [loan], "reason": "Leave."}
    given |= {"on": DAY, "by": people.manager}
    with pytest.raises(Invalid, match="is not an adviser in"):
        prepare_handover(taker=taker, **given)
    seat(taker, lending.programme, "adviser", region=lending.region)
    forget(taker)
    with pytest.raises(NotAllowed):
        prepare_handover(taker=taker, **{**given, "by": people.adviser})
    handover = prepare_handover(taker=taker, **given)
    with pytest.raises(NotAllowed):
        sign_handover(handover=handover, on=DAY, by=people.manager)
    sign_handover(handover=handover, on=DAY, by=taker)
    loan.refresh_from_db()
    loan.application.refresh_from_db()
    assert loan.application.adviser == taker
    line = handover.loans.get()
    assert (line.principal_amount, line.days_late) == (100_000, 0)
    with pytest.raises(Blocked, match="signed already"):
        sign_handover(handover=handover, on=DAY, by=taker)
    assert not list(faults())
