"""The settings of a product through the life of a loan: agreed, shown, paid early, changed, and closed to the unit."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from audit.refusals import Invalid
from config.proof import faults
from loans.contract import draw_contract
from loans.daily import daily
from loans.lending import LendingRulesForm
from loans.models import LendingRules, LoanProduct
from loans.papers.account import schedule_paper, statement_paper
from loans.papers.letters import payoff_paper
from loans.payoff import payoff_quote
from loans.services import change_rate, reschedule_loan, set_terms, sign_loan
from programmes.clock import standing_at
from reports.paper_words import translated
from tests.markup import filled
from tests.office import DAY
from tests.steps_loans import FIRST_DUE, active_loan, approved_loan, loan_product, repay, signed_loan
from tests.steps_tranches import SECOND_ON, active_in_tranches, pay_tranche
from tests.test_loans_early import planned, product_form, rows

LOWERS = {"early": "principal_first", "first_period": "actual_days_in_annuity", "early_interest": "date"}


def words_of(content):
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


# What is agreed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "number", "expected"),
    [
        # One third of the principal with every third instalment: 1% of 1,000.00, of 666.67 and of 333.34 a month.
        (
            {"method": "weighted", "principal_parts": [0, 0, 1]},
            9,
            [(0, 1000), (0, 1000), (33333, 1000), (0, 667), (0, 667), (33333, 667), (0, 333), (0, 333), (33334, 333)],
        ),
        # Flat: 60.00 of interest in the parts 3, 2, 1, and the principal in equal parts.
        (
            {"method": "flat", "interest_parts": [3, 2, 1]},
            6,
            [(16667, 1500), (16667, 1000), (16667, 500), (16667, 1500), (16667, 1000), (16665, 500)],
        ),
        (
            {"method": "flat", "principal_parts": [1, 3]},
            4,
            [(12500, 1000), (37500, 1000), (12500, 1000), (37500, 1000)],
        ),
        # 1,000.00 at 1% in three: 340.02 by the formula; in whole units 340, and the last takes what is left.
        ({"annuity": "mean_rate"}, 3, [(33002, 1000), (33332, 670), (33666, 337)]),
        ({"coin_amount": 100}, 3, [(33000, 1000), (33300, 700), (33700, 300)]),
        # 340.02 is 300 in hundreds, and 400 where the instalment is always rounded up.
        ({"multiple_amount": 10000, "instalment_rounding": "ceiling"}, 3, [(39000, 1000), (39390, 610), (21610, 216)]),
    ],
)
def test_what_a_product_says_is_what_falls_due(terms, number, expected):
    assert [(row.principal, row.interest) for row in planned(terms, FIRST_DUE, number=number)] == expected


def test_a_first_period_counts_as_one_whole_where_that_is_agreed(lending):
    """From 12 March to 12 May are two months: one of them bears interest, and a new schedule counts its days again."""
    loan = active_loan(lending, terms={"first_period": "nominal"}, months=3, first_due_on=date(2026, 5, 12))
    assert rows(loan)[0] == (33_002, 1_000)
    with standing_at(date(2026, 5, 20)):
        repay(lending, loan, 34_002, date(2026, 5, 12), reason="Late.")
        agreed = {"instalments_number": 2, "decision_ref": "S-9", "reason": "Hail.", "by": lending.people.manager}
        loan = reschedule_loan(loan=loan, first_due_on=date(2026, 7, 12), on=date(2026, 5, 20), **agreed)
    # 669.98 from 12 May on: 61 days of interest with the first new instalment, where a month has 30.
    assert rows(loan)[0][1] == 1_362
    assert not list(faults())


def test_an_instalment_agreed_as_an_amount_says_how_many_there_are(lending):
    """1,000.00 at 1% a month in instalments of 150.00: six of them, and 140.12 in the seventh."""
    loan = approved_loan(lending, terms={"instalment_given": True, "reference_rate_pct": Decimal(24)})
    officer = lending.people.loan_officer
    for amount, said in (
        (1_000, "no more than the interest"),
        (4_600, r"in 25 instalments\. The product allows 3 to 24"),
        (60_000, r"in 2 instalments"),
    ):
        with pytest.raises(Invalid, match=said):
            set_terms(loan=loan, instalment_amount=amount, on=DAY, by=officer)
    loan = set_terms(loan=loan, instalment_amount=15_000, on=DAY, by=officer)
    assert loan.instalments_number == 7
    loan = active_loan(lending, loan=sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=officer))
    agreed = rows(loan)
    assert [principal + interest for principal, interest in agreed[:-1]] == [15_000] * 6
    assert agreed[-1] == (13_873, 139)
    assert sum(principal for principal, _interest in agreed) == 100_000
    said = words_of(draw_contract(loan))
    assert "Instalment agreed USD 150,00" in said
    # A higher rate leaves the instalment and makes more of them.
    with standing_at(date(2026, 4, 20)):
        repay(lending, loan, 15_000, FIRST_DUE, reason="Late.")
        loan = change_rate(
            loan=loan,
            annual_rate_pct=Decimal(60),
            decision_ref="S-9",
            reason="x",
            on=date(2026, 4, 20),
            by=lending.people.manager,
        )
        later = rows(loan)
        assert len(later) > 7
        assert {principal + interest for principal, interest in later[:-1]} == {15_000}
        closed(lending, loan, date(2026, 4, 20))


def test_the_officer_agrees_on_an_amount_on_the_page_of_the_terms_and_takes_it_back(lending, client):
    loan = approved_loan(lending, terms={"instalment_given": True})
    client.force_login(lending.people.loan_officer)
    url = reverse("loans:terms", args=[loan.ref])
    for typed, agreed, number in (("150.00", 15_000, 7), ("", None, 7)):
        answer = client.post(url, {**filled(client.get(url)), "instalment_amount": typed})
        assert answer.status_code == 302
        loan.refresh_from_db()
        assert (loan.instalment_amount, loan.instalments_number) == (agreed, number)
    refused = client.post(url, {**filled(client.get(url)), "instalment_amount": "10.00"})
    assert "This does not repay the loan" in refused.content.decode()


def test_an_amount_is_agreed_only_where_the_product_allows_it(lending):
    loan = approved_loan(lending)
    with pytest.raises(Invalid, match="Of this product the instalment is calculated"):
        set_terms(loan=loan, instalment_amount=15_000, on=DAY, by=lending.people.loan_officer)


def closed(lending, loan, on):
    """The payoff quote of the day closes the loan to the unit."""
    quote = payoff_quote(loan, on).total
    repay(lending, loan, quote, on)
    assert (loan.state, loan.principal_amount, loan.overpaid_amount) == ("closed", 0, 0)
    assert not list(faults())


# Early money that lowers the principal -------------------------------------------------------------------------------


@pytest.mark.parametrize("prepay", ["reduce_number", "reduce_instalment", "next_instalments"])
def test_early_money_lowers_the_principal_that_day_and_the_interest_falls_due_on_its_day(lending, prepay):
    """500.00 on 27 March, halfway: 15 of 31 days bear on 1,000.00 (4.84), 16 on 500.00 (2.58)."""
    loan = active_loan(lending, terms=LOWERS | {"prepay": prepay}, months=6)
    money = repay(lending, loan, 50_000, date(2026, 3, 27))
    assert (money.principal_amount, money.interest_amount, loan.principal_amount) == (50_000, 0, 50_000)
    assert rows(loan)[0] == (50_000, 742)
    with standing_at(date(2026, 4, 20)):
        due = repay(lending, loan, 742, FIRST_DUE, reason="Late.")
        assert (due.interest_amount, due.principal_amount) == (742, 0)
        second = rows(loan)[1]
        assert (
            second
            == {
                "reduce_number": (16_755, 500),
                "reduce_instalment": (9_802, 500),
                # 500.00 were 337.45 more than the first instalment asked: they are the principal of the next ones.
                "next_instalments": (0, 500),
            }[prepay]
        )
        closed(lending, loan, date(2026, 4, 20))


def test_money_that_waits_to_close_an_instalment_is_used_on_its_day_without_anybody(lending):
    """20.00 on 27 March do not close 172.55: on 12 April they pay the interest and 10.00 of the principal."""
    terms = LOWERS | {"early": "next_instalment", "prepay": "reduce_number"}
    loan = active_loan(lending, terms=terms, months=6)
    repay(lending, loan, 2_000, date(2026, 3, 27))
    assert (loan.overpaid_amount, loan.principal_amount) == (2_000, 100_000)
    with standing_at(FIRST_DUE):
        daily(FIRST_DUE)
        loan.refresh_from_db()
        assert (loan.overpaid_amount, loan.principal_amount) == (0, 99_000)
        assert not list(faults())


def test_what_a_lowered_principal_bore_until_then_goes_into_a_new_schedule(lending):
    """500.00 on 27 March: 4.84 was borne until then, and the new schedule bears interest on 500.00 from that day."""
    loan = active_loan(lending, terms=LOWERS | {"prepay": "reduce_instalment"}, months=6)
    repay(lending, loan, 50_000, date(2026, 3, 27))
    with standing_at(date(2026, 4, 2)):
        agreed = {"instalments_number": 5, "decision_ref": "S-9", "reason": "Hail.", "by": lending.people.manager}
        loan = reschedule_loan(loan=loan, first_due_on=date(2026, 4, 27), on=date(2026, 4, 2), **agreed)
        assert rows(loan)[0][1] == 484 + 500
        assert not list(faults())


def test_what_a_grace_deferred_is_handed_on_as_the_lowered_principal_bore_it(lending):
    """500.00 on 27 March: of the first deferred month 4.84 and 2.58 are owed by 12 April, and not 10.00."""
    grace = {"prepay": "reduce_instalment", "interest_grace": 2, "interest_grace_kind": "deferred"}
    loan = active_loan(lending, terms=LOWERS | grace, months=6)
    repay(lending, loan, 50_000, date(2026, 3, 27))
    with standing_at(date(2026, 4, 20)):
        agreed = {"instalments_number": 5, "decision_ref": "S-9", "reason": "Hail.", "by": lending.people.manager}
        loan = reschedule_loan(loan=loan, first_due_on=date(2026, 5, 12), on=date(2026, 4, 20), **agreed)
        assert rows(loan)[0][1] == 484 + 258 + 500
        assert not list(faults())


def test_what_a_grace_deferred_is_not_asked_for_again_where_it_was_paid_ahead(lending):
    """Two instalments of principal alone and the 24.92 of three months' interest are paid on 20 April."""
    grace = {"interest_grace": 2, "interest_grace_kind": "deferred"}
    loan = active_loan(lending, terms=grace, months=6)
    planned = rows(loan)
    # 10.00, 1% of what is left after the first instalment, and 1% of what is left after the second.
    first, second = planned[0][0], planned[1][0]
    left = 100_000 - first - second
    assert planned[2][1] == 1_000 + round((100_000 - first) / 100) + round(left / 100) == 2_492
    on = date(2026, 4, 20)
    repay(lending, loan, first + second + 2_492, on)
    agreed = {"instalments_number": 5, "decision_ref": "S-9", "reason": "Hail.", "by": lending.people.manager}
    with standing_at(on):
        loan = reschedule_loan(loan=loan, first_due_on=date(2026, 7, 12), on=on, capitalise=True, **agreed)
        # Interest is paid to 12 June: the month after it bears 1% of what is left.
        assert (loan.principal_amount, loan.capitalised_amount) == (left, 0)
        assert rows(loan)[0][1] == round(left / 100)
        assert not list(faults())


def test_where_only_interest_is_left_there_is_nothing_to_make_a_new_schedule_of(lending):
    """1,000.00 on 27 March repay the principal; 4.84 of interest fall due on 12 April as agreed."""
    loan = active_loan(lending, terms=LOWERS, months=6)
    repay(lending, loan, 100_000, date(2026, 3, 27))
    assert (loan.state, loan.principal_amount, rows(loan)[0]) == ("active", 0, (100_000, 484))
    agreed = {"instalments_number": 5, "decision_ref": "S-9", "reason": "Hail.", "by": lending.people.manager}
    with standing_at(date(2026, 4, 2)), pytest.raises(Invalid, match="The principal is repaid"):
        reschedule_loan(loan=loan, first_due_on=date(2026, 4, 27), on=date(2026, 4, 2), **agreed)


@pytest.mark.both
def test_unpaid_interest_is_handed_on_by_a_schedule_that_is_made_anew_before_it_falls_due(lending):
    """18.37 of interest was unpaid on 20 May. Rescheduled twice that day, it is asked for once, and not forgotten."""
    loan = active_loan(lending, months=6)
    agreed = {"instalments_number": 6, "decision_ref": "S-9", "reason": "Hail.", "by": lending.people.manager}
    day = date(2026, 5, 20)
    with standing_at(day):
        for _time in range(2):
            loan = reschedule_loan(loan=loan, first_due_on=date(2026, 6, 12), on=day, **agreed)
            assert rows(loan)[:2] == [(16_255, 1_000 + 1_837), (16_418, 837)]
        # Of 20.00 that come, 1.63 are interest of the days to come.
        repay(lending, loan, 2_000, day)
        loan = reschedule_loan(loan=loan, first_due_on=date(2026, 6, 12), on=day, **agreed)
        for _time in range(2):
            loan = reschedule_loan(loan=loan, first_due_on=date(2026, 6, 12), on=day, **agreed)
            assert rows(loan)[0] == (16_255, 1_000 + 1_837 - 2_000)
        assert not list(faults())


# Tranches ------------------------------------------------------------------------------------------------------------


def test_the_instalment_of_the_whole_loan_is_asked_for_from_the_first_tranche_on(lending):
    """1,000.00 in 12 are 88.85 each, of 600.00 and 400.00: what was lent first is repaid sooner."""
    terms = {"on_disbursement": "instalment_on_approved_amount", "prepay": "reduce_number"}
    loan = active_in_tranches(lending, terms=LOWERS | terms)
    assert rows(loan)[0] == (8_285, 600)
    assert [sum(parts) for parts in rows(loan)[:6]] == [8_885] * 6
    assert sum(principal for principal, _interest in rows(loan)) == 60_000
    with standing_at(SECOND_ON):
        repay(lending, loan, 17_770, date(2026, 5, 12), reason="Late.")
        loan, _order = pay_tranche(lending, loan, 2, SECOND_ON)
        assert [sum(parts) for parts in rows(loan)[:8]] == [8_885] * 8
        assert loan.principal_amount == 100_000 - 8_285 - 8_368
        repay(lending, loan, 30_000, SECOND_ON)
        # 432.32 to 27 May, then 832.32 less 300.00: 15 of 31 days and 16 of 31.
        assert rows(loan)[2][0] == 30_000
        assert not list(faults())
        closed(lending, loan, SECOND_ON)


# Names of the charge, and the subsidy --------------------------------------------------------------------------------


def test_every_paper_calls_the_charge_as_the_product_does_in_its_language(lending):
    loan = active_loan(lending, months=6, terms={"reference_rate_pct": Decimal(24), "early_interest": "date"})
    LendingRules.objects.create(
        product=loan.product, charge="service", charge_names={"hy": "սպասարկման վճար", "en": "Murabaha margin"}
    )
    loan.borrower.script_language = "hy"
    repay(lending, loan, 5_000, FIRST_DUE)
    papers = (
        draw_contract(loan),
        schedule_paper(loan, DAY),
        statement_paper(loan, FIRST_DUE),
        payoff_paper(loan, date(2026, 4, 27), FIRST_DUE),
    )
    for content in papers:
        said = words_of(content)
        assert "սպասարկման վճար" in said
        assert "Interest" not in said
    assert "սպասարկման վճար / Murabaha margin" in words_of(papers[0])
    # At 24% six instalments of 178.53 bear 71.16, at 12% six of 172.55 bear 35.28.
    assert "35.88" in words_of(papers[1]).replace(",", ".")
    # Where the product has no name of its own in a language, the usual word of that language stands.
    loan.borrower.script_language = "sq"
    assert translated("sq")["Service charge"] in words_of(schedule_paper(loan, DAY))


def test_the_set_up_takes_a_name_of_the_charge_for_each_language_of_a_contract(lending):
    product = loan_product(lending)
    form = LendingRulesForm(
        {"charge": "interest", "charge_hy": " տոկոս ", "charge_ka": "", "notice_days": "15"},
        programme=lending.programme,
        above=product,
        instance=LendingRules(product=product),
    )
    assert form.errors == {}
    assert form.save().charge_names == {"hy": "տոկոս"}


def test_the_page_says_what_a_subsidised_borrower_is_spared(lending, client):
    loan = signed_loan(lending, months=6, terms={"reference_rate_pct": Decimal(24), "early_interest": "date"})
    client.force_login(lending.people.loan_officer)
    with translation.override("en"):
        page = client.get(loan.get_absolute_url()).content.decode()
    assert "35.88 less interest than at 24% a year" in page.replace("\xa0", " ")


# Terms that do not go together ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"method": "weighted"}, "principal_parts"),
        ({"method": "weighted", "principal_parts": "0, 0"}, "principal_parts"),
        ({"method": "weighted", "principal_parts": "1, x"}, "principal_parts"),
        ({"principal_parts": "1, 2"}, "principal_parts"),
        ({"interest_parts": "1, 2"}, "interest_parts"),
        ({"method": "flat", "principal_parts": "1, 2", "multiple_amount": "5"}, "multiple_amount"),
        ({"multiple_amount": "5", "coin_amount": "2"}, "multiple_amount"),
        ({"instalment_given": "on", "method": "flat"}, "instalment_given"),
        ({"instalment_given": "on", "remainder": "spread"}, "remainder"),
        ({"instalment_given": "on", "most_tranches": "2"}, "most_tranches"),
        ({"instalment_given": "on", "prepay": "reduce_instalment", "first_period": "nominal"}, "prepay"),
        ({"early": "principal_first"}, "first_period"),
        ({"early": "principal_first", "first_period": "nominal", "prepay": "hold"}, "early"),
        ({"early": "principal_first", "first_period": "nominal", "method": "flat"}, "early"),
        ({"early": "principal_first", "first_period": "nominal", "early_interest": "schedule"}, "early_interest"),
        ({"early": "principal_first", "first_period": "nominal", "remainder": "spread"}, "remainder"),
        ({"prepay": "reduce_number", "first_period": "nominal", "remainder": "spread"}, "remainder"),
        (
            {"most_tranches": "2", "on_disbursement": "instalment_on_approved_amount", "remainder": "spread"},
            "remainder",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_named_at_their_field(lending, change, field):
    assert list(product_form(lending, change).errors) == [field]


@pytest.mark.parametrize(
    "terms",
    [
        {"instalment_given": True, "method": "flat"},
        {"early": "principal_first"},
        {"early": "principal_first", "first_period": "nominal", "remainder": "spread"},
        {"prepay": "reduce_number", "first_period": "nominal", "remainder": "spread"},
        {"most_tranches": 2, "on_disbursement": "instalment_on_approved_amount", "remainder": "spread"},
    ],
)
def test_the_database_keeps_no_product_of_terms_that_do_not_go_together(lending, terms):
    with pytest.raises(IntegrityError), transaction.atomic():
        loan_product(lending, **terms)


def test_every_setting_has_a_name_and_a_sentence_that_says_what_it_means(lending):
    form = product_form(lending, {})
    bare = [name for name, field in form.fields.items() if name != "version" and not (field.label and field.help_text)]
    assert bare == []
    named = {name for _title, names in form.sections for name in names}
    assert {name for name in LoanProduct.names() if name not in named} == set()
