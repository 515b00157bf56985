"""What the figures count: from records entered through the ordinary services, in the donor's words and to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from applicants.figures import single
from applicants.services import add_member, confirm_group, register_party
from audit.refusals import Blocked, Invalid, NotAllowed
from grants.services import cancel_award
from loans.models import Loan
from loans.portfolio import portfolios
from loans.services import record_repayment
from monitoring.checks import checks as monitoring_checks
from monitoring.models import BaselineLoss, MonitoringVisit
from monitoring.services import (
    end_job_place,
    plan_visit,
    record_loss,
    record_visit,
    record_workers,
    return_visit,
    verify_visit,
    verify_workers,
)
from payments.services import convert
from programmes.clock import standing_at
from programmes.models import Definition, Donor, FundingLine
from reports.edition import compile_report
from reports.indicators import figures
from reports.models import Target
from tests.office import DAY, grant_office
from tests.steps_applicants import registered_enterprise, registered_person, trained
from tests.steps_grants import accepted_contribution, approved_award, paid_tranche, signed_award
from tests.steps_loans import active_loan, repay

pytestmark = pytest.mark.django_db


def found(office, **scope):
    return {one.code: one for one in figures(office.programme, **scope)}


def by(figure, dim):
    return {cell.key: cell.value for cell in figure.cells(dim)}


@pytest.fixture
def award(office):
    """EUR 20,000.00 to a woman, signed, with 5,000.00 of her own pledged."""
    return signed_award(office)


@pytest.fixture
def paid(office, award):
    paid_tranche(office, award.tranches.get())
    award.refresh_from_db()
    return award


def visited(office, application, *, verified=True, on=DAY, jobs=(), **facts):
    """A visit of the adviser, verified by the M&E officer."""
    visit = plan_visit(application=application, planned_on=on, on=on, by=office.people.adviser)
    facts = {"business_state": "open", "findings": "It is open and sells.", **facts}
    visit = record_visit(visit=visit, on=on, by=office.people.adviser, jobs=jobs, **facts)
    return verify_visit(visit=visit, on=on, by=office.people.monitor) if verified else visit


def post(person, *, created_on=DAY, **facts):
    held = {"person": person, "starts_on": created_on, "evidence_kind": "contract", "evidenced_on": DAY}
    return {
        "title": "Helper",
        "hours_per_week": 20,
        "created_on": created_on,
        "with_contract": True,
        "insured": None,
        "employments": [held],
        **facts,
    }


# Grants --------------------------------------------------------------------------------------------------------------


def test_a_new_programme_has_no_figure_at_all(office):
    assert set(found(office)) == {"budget", "burn_rate"}


def test_a_signed_award_counts_and_nothing_is_paid_yet(office, award):
    now = found(office)
    assert (now["awards"].value, now["awards"].records) == (1, 1)
    assert now["awards_micro"].value == 1
    assert now["awards_signed"].value == 1
    assert now["cofinancing_pledged"].value == 500_000
    assert "grants_disbursed" not in now
    assert "cofinancing_accepted" not in now
    assert "businesses_supported" not in now


def test_money_counts_when_it_has_left_the_bank(office, paid):
    now = found(office)
    assert (now["grants_disbursed"].value, now["grants_disbursed"].currency) == (2_000_000, "EUR")
    assert now["grants_disbursed"].records == 1
    assert by(now["grants_disbursed"], "quarter") == {"2026-1": 2_000_000}
    assert by(now["grants_disbursed"], "region") == {"Lori": 2_000_000}
    assert now["burn_rate"].result() == Decimal("0.2000")


def test_co_financing_counts_when_a_second_person_has_accepted_it(office, paid):
    accepted_contribution(office, paid.contributions.get(), 400_000)
    now = found(office)
    assert now["cofinancing_pledged"].value == 500_000
    assert now["cofinancing_evidenced"].value == 400_000
    assert now["cofinancing_accepted"].value == 400_000
    assert (now["cofinancing_share_of_total"].numerator, now["cofinancing_share_of_total"].denominator) == (
        400_000,
        2_400_000,
    )
    assert now["cofinancing_over_grant"].result() == Decimal("0.2000")


def test_a_business_without_an_enterprise_is_the_person_who_runs_it(office, paid):
    now = found(office)
    assert now["businesses_supported"].value == 1
    assert (now["women_run_share"].numerator, now["women_run_share"].denominator) == (1, 1)
    assert by(now["businesses_supported"], "sex") == {"female": 1}


def test_a_manager_whose_sex_is_not_known_is_in_neither_side_of_the_share(office):
    person = registered_person(office, "Sam Petrosyan", sex="male")
    business = registered_enterprise(office, manager=None)
    paid_tranche(office, signed_award(office, applicant=person, business=business).tranches.get())
    now = found(office)
    assert (now["businesses_supported"].value, now["women_run_share"].unknown) == (1, 1)
    assert now["women_run_share"].result() is None


def test_a_cancelled_award_does_not_count(office):
    award = approved_award(office)
    assert found(office)["awards"].value == 1
    cancel_award(award=award, reason="The applicant left.", on=DAY, by=office.people.manager)
    assert "awards" not in found(office)


# People --------------------------------------------------------------------------------------------------------------


def test_who_is_trained_twice_counts_once(office):
    person = registered_person(office)
    trained(office, person)
    trained(office, person, kind="marketing")
    now = found(office)
    assert (now["trained_started"].value, now["trained_completed"].value) == (1, 1)


def test_a_recipient_who_is_also_employed_is_one_direct_beneficiary(office, paid):
    helper = registered_person(office, "Karen Melkonyan", sex="male", birth_year=1990)
    visited(office, paid.application, jobs=[post(helper), post(paid.applicant)])
    now = found(office)
    assert now["direct_beneficiaries"].value == 2
    assert by(now["direct_beneficiaries"], "sex") == {"female": 1, "male": 1}
    assert by(now["direct_beneficiaries"], "age") == {"30-44": 2}
    assert "v1" in now["direct_beneficiaries"].version
    assert "persons employed" in now["direct_beneficiaries"].definition


def test_the_rule_of_the_programme_says_who_is_direct(office, paid):
    trained(office, registered_person(office, "Only Trained"))
    assert found(office)["direct_beneficiaries"].value == 1
    Definition.objects.create(
        programme=office.programme, number=2, effective_from=DAY, direct_rule="trained_or_granted", note="As agreed."
    )
    now = found(office)["direct_beneficiaries"]
    assert (now.value, now.version) == (2, "v2")
    assert now.definition.endswith("As agreed.")


def test_the_other_members_of_the_household_are_indirect_and_the_recipient_is_not(office, paid):
    home = register_party(
        kind="household",
        name="Household Sargsyan",
        programme=office.programme,
        region=office.region,
        on=DAY,
        by=office.people.adviser,
    )
    add_member(party=home, person=paid.applicant, role="head", on=DAY, by=office.people.adviser)
    for name in ("A Child", "A Mother"):
        other = registered_person(office, name, consent=False)
        add_member(party=home, person=other, role="member", on=DAY, by=office.people.adviser)
    now = found(office)
    assert (now["direct_beneficiaries"].value, now["indirect_beneficiaries"].value) == (1, 2)


def test_a_target_group_counts_its_members_at_work_once_and_lists_nobody(office, paid):
    member, stranger = registered_person(office, "In The Group"), registered_person(office, "Not In It")
    office.programme.memberships.create(user=office.people.manager, role="data_protection", starts_on=date(2020, 1, 1))
    office.people.manager.__dict__.pop("_held", None)
    confirm_group(party=member, programme=office.programme, group=office.group, on=DAY, by=office.people.manager)
    visited(office, paid.application, jobs=[post(member), post(member), post(stranger)])
    now = found(office)["target_group_employed"]
    assert (now.value, now.by) == (1, ())


# Visits and jobs -----------------------------------------------------------------------------------------------------


def test_what_nobody_verified_does_not_count(office, paid):
    helper = registered_person(office, "Karen Melkonyan")
    visit = visited(office, paid.application, verified=False, jobs=[post(helper)], measurements={"sales": 100_000})
    assert {"jobs_created", "employed_persons", "visited", "sales_latest"} & set(found(office)) == set()
    verify_visit(visit=visit, on=DAY, by=office.people.monitor)
    now = found(office)
    assert (now["jobs_created"].value, now["employed_persons"].value, now["visited"].value) == (1, 1, 1)
    assert now["sales_latest"].value == 100_000


def test_a_returned_visit_does_not_count(office, paid):
    visit = visited(office, paid.application, verified=False, jobs=[post(registered_person(office, "Karen M"))])
    return_visit(visit=visit, reason="The contract is missing.", on=DAY, by=office.people.monitor)
    visit.refresh_from_db()
    assert visit.state == "returned"
    assert "jobs_created" not in found(office)


def test_two_people_in_turn_hold_one_post(office, paid):
    first, second = registered_person(office, "First"), registered_person(office, "Second")
    place = post(first, created_on=DAY - timedelta(days=40))
    place["employments"][0]["ends_on"] = DAY - timedelta(days=10)
    place["employments"].append(
        {"person": second, "starts_on": DAY - timedelta(days=9), "evidence_kind": "payroll", "evidenced_on": DAY}
    )
    visited(office, paid.application, jobs=[place])
    now = found(office)
    assert (now["jobs_created"].value, now["employed_persons"].value) == (1, 2)
    assert now["jobs_fte"].value == Decimal("0.5")


def two_posts(office, paid, *, made, ended):
    """Two posts made so many days ago, one of which ended so many days ago."""
    people = [registered_person(office, f"P {number}") for number in (1, 2)]
    jobs = [post(person, created_on=DAY - timedelta(days=made)) for person in people]
    visit = visited(office, paid.application, jobs=jobs)
    end_job_place(place=visit.job_places.first(), on=DAY - timedelta(days=ended), by=office.people.adviser)


def test_a_lost_post_lowers_the_net(office, paid):
    two_posts(office, paid, made=300, ended=100)
    now = found(office)
    assert (now["jobs_created"].value, now["jobs_lost"].value, now["jobs_net"].value) == (2, 1, 1)
    assert (now["jobs_net"].records, now["jobs_net"].verified) == (2, 2)
    assert (now["jobs_sustained_6"].numerator, now["jobs_sustained_6"].denominator) == (2, 2)
    assert "jobs_sustained_12" not in now
    assert now["cost_per_job"].value == 2_000_000


def test_a_lost_post_of_the_baseline_lowers_the_net_and_never_the_gross(office, paid):
    visited(office, paid.application, jobs=[post(registered_person(office, "Karen Melkonyan"))])
    before = found(office)
    assert (before["jobs_baseline"].value, before["jobs_created"].value, before["jobs_net"].value) == (1, 1, 1)
    # IRIS: 20 of 40 hours made, 40 of 40 kept.
    assert at_work(before) == ["1.5", "1.0", "0.5"]
    gone = {"post": paid.application.verifications.get().jobs.get(), "what": "post", "by": office.people.adviser}
    record_loss(**gone, on=DAY)
    now = found(office)
    assert (now["jobs_created"].value, now["jobs_lost"].value, now["jobs_net"].value) == (1, 1, 0)
    assert (now["jobs_baseline"].value, now["jobs_net"].records, now["jobs_net"].verified) == (1, 2, 1)
    assert at_work(now) == ["0.5", "0.0", "0.5"]
    assert list(monitoring_checks()) == []
    with pytest.raises(Blocked, match="entered already"):
        record_loss(**gone, on=DAY)


def at_work(figures):
    return [str(figures[code].value) for code in ("jobs_at_work", "jobs_maintained", "jobs_new")]


def test_who_replaced_somebody_is_new_to_iris_and_no_net_job(office, paid):
    visited(office, paid.application)
    held = paid.application.verifications.get().jobs.get()
    record_loss(post=held, what="holder", on=DAY, by=office.people.adviser)
    now = found(office)
    assert at_work(now) == ["1.0", "0.0", "1.0"]
    assert not {"jobs_lost", "jobs_created", "jobs_net"} & set(now)
    # The post itself may go later.
    record_loss(post=held, what="post", on=DAY, by=office.people.adviser)
    assert found(office)["jobs_net"].value == -1


def test_a_business_found_closed_has_no_posts_from_that_day(office, paid):
    visited(office, paid.application, jobs=[post(registered_person(office, "Karen"), created_on=DAY - timedelta(300))])
    visit = visited(office, paid.application, verified=False, business_state="closed")
    assert found(office)["jobs_net"].value == 1
    verify_visit(visit=visit, on=DAY, by=office.people.monitor)
    now = found(office)
    assert (now["jobs_created"].value, now["jobs_lost"].value, now["jobs_net"].value) == (1, 2, -1)
    assert (now["jobs_lost"].verified, at_work(now)) == (2, ["0.0", "0.0", "0.0"])
    assert list(monitoring_checks()) == []


@pytest.mark.parametrize(
    ("days", "what", "said"),
    [(1, "post", "lies in the future"), (-1, "post", "found there later"), (0, "moved", "who held it left")],
)
def test_a_loss_is_of_a_day_between_the_two_looks_and_of_a_known_kind(office, paid, days, what, said):
    visited(office, paid.application)
    held = paid.application.verifications.get().jobs.get()
    day = held.verification.visited_on if days < 0 else DAY
    with pytest.raises(Invalid, match=said):
        record_loss(post=held, what=what, on=day + timedelta(days=days), by=office.people.adviser)
    with pytest.raises(NotAllowed):
        record_loss(post=held, what="post", on=DAY, by=office.people.maker)


def test_verify_names_a_lost_post_that_is_in_no_baseline_and_a_closed_business_with_posts(office, paid):
    visit = visited(office, paid.application)
    held = paid.application.verifications.get().jobs.get()
    older = held.verification
    older.pk = None
    older.save()
    older.jobs.model.objects.filter(pk=held.pk).update(verification=older)
    other = older.jobs.model.objects.create(verification=paid.application.verifications.last(), title="Old post")
    BaselineLoss.objects.create(post=other, what="post", lost_on=DAY, recorded_by=office.people.adviser)
    assert [fault.split(" ", 2)[2] for fault in monitoring_checks()] == ["is of a post that is not in the baseline"]
    with pytest.raises(Blocked, match="not of the baseline"):
        record_loss(post=other, what="holder", on=DAY, by=office.people.adviser)
    MonitoringVisit.objects.filter(pk=visit.pk).update(business_state="closed")
    assert f"monitoring_monitoringvisit {visit.ref} found the business closed, and posts of it stand" in list(
        monitoring_checks()
    )


def test_verify_adds_up_what_was_there_and_what_came_and_went(office, paid, monkeypatch):
    visited(office, paid.application, jobs=[post(registered_person(office, "Karen Melkonyan"))])
    assert list(monitoring_checks()) == []
    monkeypatch.setattr("monitoring.checks.jobs_net", lambda scope, months: single(0))
    assert list(monitoring_checks()) == [
        f"programme {office.programme.key}: baseline and net jobs say 1 posts, 2 stand"
    ]


def test_the_adviser_enters_a_lost_post_on_the_page_of_the_visit(office, paid, client):
    visit = visited(office, paid.application)
    held = paid.application.verifications.get().jobs.get()
    client.force_login(office.people.adviser)
    address = f"/monitoring/baseline-posts/{held.pk}/lost/"
    assert address in client.get(visit.get_absolute_url()).content.decode()
    assert client.post(address, {"what": "post"}).status_code == 400
    day = f"{DAY:%d.%m.%Y}"
    assert client.post(address, {"what": "post", "lost_on": day}).status_code == 302
    assert "The post is gone" in client.get(visit.get_absolute_url()).content.decode()
    assert client.post(address, {"what": "holder", "lost_on": day}).status_code == 409
    client.force_login(office.people.donor)
    assert client.get(address).status_code == 404


# 182 days are the six months of the definition.
@pytest.mark.parametrize(("stood", "created", "lost"), [(181, 1, 0), (182, 2, 1)])
def test_a_post_that_ended_within_six_months_is_no_job_and_no_loss(office, paid, stood, created, lost):
    two_posts(office, paid, made=200, ended=200 - stood)
    now = found(office)
    assert (now["jobs_created"].value, now["jobs_net"].value) == (created, 1)
    assert (now["jobs_lost"].value if "jobs_lost" in now else 0) == lost
    assert (now["jobs_sustained_6"].numerator, now["jobs_sustained_6"].denominator) == (1, 2)


def test_jobs_owed_to_the_programme_are_told_only_where_the_programme_says_how(office, paid):
    two_posts(office, paid, made=300, ended=100)
    assert not {"jobs_attributable", "cost_per_attributable_job"} & set(found(office))
    rule = {"attribution_share": "0.5", "attribution_method": "before_after", "displacement_share": "0.2"}
    office.programme.definitions.update(**rule)
    now = found(office)
    # One net job, half of it owed to the programme, a fifth of that displaced: 0.4; 20,000.00 of grants for it.
    assert (now["jobs_attributable"].value, now["cost_per_attributable_job"].value) == (Decimal("0.4"), 5_000_000)
    assert "0.5 of the net jobs, of those 0.2 displaced" in now["jobs_attributable"].definition
    assert (now["jobs_net"].value, now["cost_per_job"].value) == (1, 2_000_000)


def test_answers_that_are_not_known_stay_out_of_the_share_and_are_printed_beside(office, paid):
    people = [registered_person(office, f"P {number}") for number in range(3)]
    places = [post(people[0]), post(people[1], with_contract=False), post(people[2], with_contract=None)]
    visited(office, paid.application, jobs=places)
    now = found(office)["jobs_with_contract"]
    assert (now.numerator, now.denominator, now.unknown) == (1, 2, 1)
    assert "jobs_insured" not in found(office)


def test_sales_are_compared_with_the_baseline_of_the_same_business(office, paid):
    paid.application.verifications.update(sales_amount=100_000)
    visited(office, paid.application, on=DAY, measurements={"sales": 150_000})
    with standing_at(DAY + timedelta(days=90)):
        visited(office, paid.application, on=DAY + timedelta(days=90), measurements={"sales": 175_000})
        now = found(office)
    assert (now["sales_baseline"].value, now["sales_latest"].value) == (100_000, 175_000)
    assert now["sales_change"].result() == Decimal("1.7500")


def test_short_term_workers_count_as_persons_and_the_share_by_known_answers(office, paid):
    workers = [registered_person(office, f"Worker {number}", consent=False) for number in range(4)]
    rows = [
        {
            "worker": worker,
            "starts_on": DAY - timedelta(days=30),
            "ends_on": DAY - timedelta(days=10),
            "person_days": 10,
            "wage_amount": 20_000,
            "registered": (True, True, False, None)[number],
        }
        for number, worker in enumerate(workers)
    ]
    record_workers(application=paid.application, rows=rows, on=DAY, by=office.people.adviser)
    assert "short_term_jobs" not in found(office)
    verify_workers(application=paid.application, on=DAY, by=office.people.monitor)
    now = found(office)
    assert (now["short_term_jobs"].value, now["person_days"].value, now["wages_paid"].value) == (4, 40, 80_000)
    share = now["registered_share"]
    assert (share.numerator, share.denominator, share.unknown) == (2, 3, 1)


def test_survival_knows_only_those_whose_year_has_passed_and_who_were_seen_then(office, paid):
    later = DAY + timedelta(days=366)
    with standing_at(later):
        assert "survival_12" not in found(office)
        visited(office, paid.application, on=later)
        now = found(office)["survival_12"]
    assert (now.numerator, now.denominator, now.unknown) == (1, 1, 0)


# Loans ---------------------------------------------------------------------------------------------------------------


def test_a_loan_counts_when_it_is_paid_out_and_its_borrower_once(lending):
    loan = active_loan(lending)
    now = found(lending)
    assert (now["loans"].value, now["borrowers"].value) == (1, 1)
    assert (now["loans_disbursed"].value, now["loans_disbursed"].currency) == (100_000, "USD")
    assert by(now["loans"], "cycle") == {"first": 1}
    assert now["loans_outstanding"].value == loan.principal_amount == 100_000
    assert (now["par30"].numerator, now["par30"].denominator) == (0, 100_000)
    assert now["women_run_loans_share"].result() == 1


def test_a_late_loan_is_at_risk_with_all_that_is_owed(lending):
    active_loan(lending)
    late = date(2026, 4, 12) + timedelta(days=31)
    with standing_at(late):
        now = found(lending)
    assert (now["par1"].numerator, now["par30"].numerator, now["par90"].numerator) == (100_000, 100_000, 0)
    with standing_at(late - timedelta(days=1)):
        now = found(lending)
    assert (now["par1"].numerator, now["par30"].numerator) == (100_000, 0)


def test_one_day_late_is_at_risk_and_says_so_in_report_and_portfolio_alike(lending):
    active_loan(lending)
    for day, owed in ((date(2026, 4, 12), 0), (date(2026, 4, 13), 100_000), (date(2026, 4, 14), 100_000)):
        with standing_at(day):
            figure = found(lending)["par1"]
        whole = portfolios(Loan.objects.all(), day)["USD"]
        assert (figure.numerator, whole.at_risk[1], whole.buckets["1-30"][1]) == (owed, owed, owed)
    assert (figure.version, "at least 1 day late" in figure.definition) == ("v2", True)


def test_repaid_on_time_and_repaid_late_are_two_figures(lending):
    loan = active_loan(lending)
    first = loan.instalments.filter(version=loan.current_version).order_by("number").first()
    due = first.due_amount
    repay(lending, loan, due, on=first.due_on + timedelta(days=3))
    with standing_at(first.due_on + timedelta(days=5)):
        now = found(lending)
        assert (now["repaid_on_time"].numerator, now["repaid_on_time"].denominator) == (0, due)
        assert (now["repaid_of_due"].numerator, now["repaid_of_due"].denominator) == (due, due)
    with standing_at(first.due_on):
        assert found(lending, period_to=first.due_on)["repaid_of_due"].numerator == 0


def test_the_fund_closes_to_the_unit_and_its_terms_add_up_to_the_cash(lending):
    loan = active_loan(lending)
    record_repayment(loan=loan, amount=10_000, on=DAY, by=lending.people.loan_officer)
    now = found(lending)["fund_cash"]
    assert now.value == 1_000_000 - 100_000 + 10_000
    assert sum(cell.value for cell in now.cells("term")) == now.value


def test_the_fund_is_turned_over_by_the_capital_that_was_not_converted_away(lending):
    """1,000.00 of 10,000.00 are lent: 0.10 turns; of the 2,000.00 that stay when 8,000.00 become drams, 0.50."""
    active_loan(lending)
    assert found(lending)["fund_rotations"].value == Decimal("0.10")
    facts = {"programme": lending.programme, "donor": lending.donor, "kind": "revolving", "starts_on": DAY}
    drams = FundingLine.objects.create(**facts, key="drams", name="Drams", currency="AMD")
    facts = {"reference": "X-1", "on": DAY, "by": lending.people.maker}
    convert(from_line=lending.line, from_amount=800_000, to_line=drams, to_amount=320_000_000, **facts)
    now = found(lending)["fund_rotations"]
    assert (now.value, now.version) == (Decimal("0.50"), "v2")


# Scope ---------------------------------------------------------------------------------------------------------------


def test_a_period_shows_what_happened_in_it_and_what_happened_in_all(office, paid):
    now = found(office, period_from=DAY + timedelta(days=1), period_to=DAY + timedelta(days=30))
    assert (now["awards"].value, now["awards"].in_all) == (0, 1)
    assert (now["grants_disbursed"].value, now["grants_disbursed"].in_all) == (0, 2_000_000)
    now = found(office, period_from=DAY, period_to=DAY)
    assert (now["awards"].value, now["awards"].in_all) == (1, 1)


def test_nothing_of_tomorrow_is_in_the_report_of_yesterday(office, paid):
    now = found(office, period_to=DAY - timedelta(days=1))
    assert {"awards", "grants_disbursed", "businesses_supported"} & set(now) == set()


def test_another_programme_is_not_counted(office, paid):
    other = grant_office("autumn")
    assert set(found(other)) == {"budget", "burn_rate"}


def test_the_edition_of_one_donor_counts_the_money_of_that_donors_lines(office, paid):
    other = Donor.objects.create(key="ministry", name="Ministry")
    FundingLine.objects.create(
        programme=office.programme,
        donor=other,
        key="ministry-line",
        name="Ministry",
        currency="EUR",
        ceiling_amount=100,
        starts_on=date(2024, 1, 1),
    )
    mine, theirs = found(office, donor=office.donor), found(office, donor=other)
    assert mine["grants_disbursed"].value == 2_000_000
    assert "grants_disbursed" not in theirs
    assert theirs["trained_completed"].value == 1
    assert theirs["trained_completed"].whole_programme


def test_a_donor_reads_its_own_words(office, paid):
    office.donor.labels = {"awards": "Final grant beneficiaries"}
    office.donor.save()
    assert found(office, donor=office.donor)["awards"].name == "Final grant beneficiaries"
    assert found(office)["awards"].name == "Grants awarded"


def test_a_target_without_any_record_shows_no_data(office):
    Target.objects.create(programme=office.programme, code="short_term_jobs", value=1700, comparator=">")
    now = found(office)["short_term_jobs"]
    assert (now.value, now.records, now.reached) == (None, 0, None)
    assert (now.target.value, now.target.comparator) == (1700, ">")


def test_a_published_value_stands_beside_the_computed_one_and_never_replaces_it(office, paid):
    Target.objects.create(programme=office.programme, code="awards", kind="achieved", value=36)
    now = found(office)["awards"]
    assert (now.value, now.published.value, now.target, now.reached) == (1, 36, None, False)


def test_a_published_value_stands_beside_no_report_of_a_part_of_the_programmes_time(office, paid):
    for kind, value in (("achieved", 36), ("planned", 40)):
        Target.objects.create(programme=office.programme, code="awards", kind=kind, value=value)
    first, last = office.programme.starts_on, DAY + timedelta(days=30)
    office.programme.ends_on = last
    office.programme.save()
    day = timedelta(days=1)
    with standing_at(last + day):
        for period, whole in (((first, last), True), ((first + day, last), False), ((first, last - day), False)):
            report = compile_report(office.programme, period_from=period[0], period_to=period[1], internal=True)
            now = report.figure("awards")
            assert (now.target.value, now.published is not None, report.uncompared) == (40, whole, not whole)
            assert ("covers a part of the programme" in said(report)) is not whole
    with standing_at(last - day):
        assert found(office)["awards"].published.value == 36


def said(report):
    return render_to_string("reports/lead.html", {"report": report}).replace("&#x27;", "'")


def test_every_figure_has_the_same_number_of_questions_to_the_database_however_many_awards(
    office, paid, django_assert_max_num_queries
):
    with django_assert_max_num_queries(90):
        figures(office.programme)
