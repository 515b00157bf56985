"""The same cases carried by the services and in bulk: nothing but the speed tells them apart."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import ForeignKey

from audit.models import Event, Head, Moving, Once, Remark
from config.proof import faults
from demo import applying, sitting, training, visiting
from demo.agenda import Agenda
from demo.applying import Plan
from demo.blueprint import build
from demo.bulk import LoanPlan, Sitting, carry_loans
from demo.cast import Cast
from demo.lending import Lending
from demo.programmes.med_armenia import BLUEPRINT
from loans.models import Loan
from loans.services import fold_cells, record_repayment
from loans.standing import Row
from payments.services import return_capital
from programmes.clock import standing_at
from selection.models import Case, Vote

START, LAST = date(2012, 1, 10), date(2014, 3, 31)
LATE_BY = timedelta(days=9)
# Identity of a row, moments, and what hangs on them.
LEFT_OUT = {
    "Entry": {"id", "seq", "booked_at"},
    "Event": {"seq", "moment", "hash", "remark_hash"},
    "Session": {"chain_seq", "chain_hash"},
    "Remark": {"event_seq", "salt"},
}
# Keys of rows inside texts: a repayment, an account, a line of an order, an entry.
NUMBERS = re.compile(
    r'("repayment":|"account":|repayment:|account:|screening:|settle:O-[0-9-]+:|entry:med-armenia/)\d+'
)


@pytest.fixture
def scene(db):
    """MED's office in 2012 with three trained people and their businesses, and money in the fund."""
    with standing_at(START):
        build(BLUEPRINT, password_hash="!")
        cast = Cast(BLUEPRINT, 1)
        cast.load_lists(START)
        cast.receive(START, "med-armenia-fund", 2_000_000)
    agenda, owners = Agenda(LAST), []
    for number, region in enumerate(("Lori", "Yerevan", "Lori")):
        agenda.at(START + timedelta(days=number), _register, cast, owners, region)
    for region in ("Lori", "Yerevan"):
        training.hold(
            agenda,
            cast,
            START + timedelta(days=6),
            region,
            "small-business",
            "Small business",
            lambda region=region: [person for person, _business, place in owners if place == region],
        )
    agenda.run()
    return owners


def _register(day, cast, owners, region):
    number = len(owners)
    name = ("Gayane Arakelyan", "Hrant Simonyan", "Zaruhi Melkonyan")[number]
    person = cast.register(day, region, name=name, sex="female", phone=f"+374 91 {number}{number}0 123")
    applying.consent(cast, day, person)
    business = cast.register(
        day, region, kind="enterprise", name=f"Dairy {number}", manager=person, manager_sex="female"
    )
    owners.append((person, business, region))


def late(loan, rows):
    """Each instalment nine days late, the last one twice as large: an overpayment."""
    paid = [(row.due + LATE_BY, row.principal + row.interest, "late") for row in rows]
    day, amount, reference = paid[-1]
    return [*paid[:-1], (day, amount * 2, reference)]


def half(loan, rows):
    """Half of what is due, and then nothing."""
    return [(row.due, (row.principal + row.interest) // 2, "") for row in rows[:4]]


def early(loan, rows):
    """All at once with the third instalment."""
    return [(rows[2].due, sum(row.principal + row.interest for row in rows), "all")]


def found(month, on):
    return visiting.open_business(50_000 + month) if month == 6 else None


def sittings(owners):
    def plan(number, asked, approved=None, waiver="", months=6, **more):
        person, business, region = owners[number]
        facts = {"window": "med-armenia-loans", "region": region, "applicant": person, "business": business}
        return Plan(
            title=f"Cooler {number}", asked=asked, approved=approved, waiver=waiver, term_months=months, **facts, **more
        )

    first = [
        LoanPlan(plan(0, 70_000), date(2012, 3, 1), paying=early, visiting=found),
        LoanPlan(plan(1, 90_000, approved=80_000, waiver="experience"), date(2012, 3, 2), paying=late),
        LoanPlan(plan(2, 165_000, jobs_planned=0), date(2012, 3, 3), paying=half, visiting=found),
    ]
    # The first on the consent agenda, the second lifted out of it for a lower amount, the third kept off by its waiver.
    again = LoanPlan(plan(0, 100_000), date(2012, 11, 1), visiting=found, repeats=first[0])
    lower = LoanPlan(plan(0, 90_000, approved=80_000), date(2013, 7, 1), paying=early, repeats=again)
    waived = LoanPlan(plan(0, 60_000, waiver="repeat"), date(2013, 12, 2), repeats=lower)
    return [
        Sitting(date(2012, 4, 2), first),
        Sitting(date(2012, 12, 3), [again]),
        Sitting(date(2013, 8, 2), [lower]),
        Sitting(date(2014, 1, 3), [waived]),
    ]


def by_services(owners):
    """The same through the stories of the demo, one service after the other."""
    cast, agenda = Cast(BLUEPRINT, 1), Agenda(LAST)
    call = cast.windows["med-armenia-loans"].call
    for one in sittings(owners):
        for loan in one.loans:
            agenda.at(loan.applied_on, _repeat, loan)
            applying.schedule(agenda, cast, loan.plan, loan.applied_on)
        plans = {id(loan.plan): loan for loan in one.loans}

        def after(on, plan, plans=plans):
            Lending(agenda, cast, plan, found=lambda lending, day: _live(agenda, cast, plans[id(plan)], day)).begin(on)

        sitting.schedule(agenda, cast, call, [loan.plan for loan in one.loans], one.day, after)
    agenda.run()


def _repeat(day, loan):
    if loan.repeats:
        loan.plan.repeat_of = loan.repeats.plan.application


def _live(agenda, cast, loan_plan, day):
    loan = Loan.objects.get(application=loan_plan.plan.application)
    rows = [
        Row(row.number, row.due_on, row.principal_amount, row.interest_amount)
        for row in loan.instalments.order_by("number")
    ]
    for on, amount, reference in loan_plan.paying(loan_plan, rows):
        agenda.at(on, _pay, cast, loan.pk, amount, reference)
    visiting.schedule(agenda, cast, loan.application, loan_plan.plan.region, day, loan_plan.visiting)


def _pay(day, cast, pk, amount, reference):
    loan = Loan.objects.get(pk=pk)
    record_repayment(loan=loan, amount=amount, on=day, by=cast["loan_officer"], reference=reference)


def picture():
    """Every row of every table of ours as text, with rows named by what they are instead of by their keys."""
    fold_cells(on=LAST)
    ours = [model for model in apps.get_models() if model._meta.app_label in OURS and model not in (Once, Head)]
    names = {}
    found = {}
    for model in ours:
        found[model.__name__] = Counter(_told(row, names) for row in model._base_manager.all())
    return found


OURS = ("applicants", "audit", "ledger", "loans", "monitoring", "payments", "programmes", "selection")


def _told(row, names):
    model = type(row)
    parts = []
    for field in model._meta.concrete_fields:
        if (field.primary_key and model is not Event) or field.name in LEFT_OUT.get(model.__name__, ()):
            continue
        value = getattr(row, field.attname)
        if isinstance(field, ForeignKey) and value is not None:
            value = _name(field.related_model, value, names)
        parts.append(f"{field.name}={value}")
    return NUMBERS.sub(r"\1#", " ".join(parts))


def _name(model, pk, names):
    key = (model, pk)
    if key not in names:
        row = model._base_manager.get(pk=pk)
        moving = issubclass(model, Moving) or (hasattr(row, "ref") and model._meta.app_label != "payments")
        names[key] = getattr(row, "ref", "") if moving else f"({_told(row, names)})"
    return names[key]


@pytest.mark.in_turn
def test_many_at_once_are_the_same_rows_as_one_at_a_time(scene):
    with transaction.atomic():
        by_services(scene)
        with standing_at(LAST):
            assert list(faults()) == []
        one_by_one = picture()
        transaction.set_rollback(True)
    cast = Cast(BLUEPRINT, 1)
    call = cast.windows["med-armenia-loans"].call
    assert carry_loans(cast=cast, call=call, sittings=sittings(scene), last_day=LAST) == 6
    with standing_at(LAST):
        assert list(faults()) == []
    at_once = picture()
    assert one_by_one.keys() == at_once.keys()
    for name in one_by_one:
        assert sorted((one_by_one[name] - at_once[name]).elements()) == sorted(
            (at_once[name] - one_by_one[name]).elements()
        ), name
    assert sum(one_by_one["Repayment"].values()) == 20
    assert sum(one_by_one["Event"].values()) > 200
    assert Remark.objects.exists()
    agendas = list(Case.objects.order_by("application__started_on", "pk").values_list("on_consent", "lifted_on"))
    assert agendas[3:] == [(True, None), (True, date(2013, 8, 2)), (False, None)]
    assert Vote.objects.filter(on_consent=True).count() == 3


@pytest.mark.soak
def test_batches_make_no_difference(scene):
    cast = Cast(BLUEPRINT, 1)
    call = cast.windows["med-armenia-loans"].call
    with transaction.atomic():
        carry_loans(cast=cast, call=call, sittings=sittings(scene), last_day=LAST)
        whole = picture()
        transaction.set_rollback(True)
    carry_loans(cast=Cast(BLUEPRINT, 1), call=call, sittings=sittings(scene), last_day=LAST, batch=1)
    parts = picture()
    assert {name for name in whole if whole[name] != parts[name]} == set()


def test_a_plan_that_the_services_would_refuse_is_named(scene):
    cast = Cast(BLUEPRINT, 1)
    call = cast.windows["med-armenia-loans"].call
    told = sittings(scene)
    told[0].loans[1].applied_on = date(2012, 3, 28)
    with pytest.raises(ValueError, match="Cooler 1: applied on 2012-03-28, too late"):
        carry_loans(cast=cast, call=call, sittings=told, last_day=LAST)
    told = sittings(scene)
    told[0].loans[0].paying = lambda loan, rows: [(rows[0].due, 200_000, ""), (rows[1].due, 1, "")]
    with pytest.raises(ValueError, match="money is planned after it"):
        carry_loans(cast=cast, call=call, sittings=told, last_day=LAST)
    told = sittings(scene)
    for loan, asked in zip(told[0].loans, (250_000, 290_000, 290_000), strict=True):
        loan.plan.asked, loan.plan.approved = asked, asked
    with standing_at(LAST):
        return_capital(
            line=cast.programme.funding_lines.get(),
            amount=1_500_000,
            reference="BACK",
            on=START,
            by=cast["finance_1"],
            reason="Returned to the donors.",
        )
    with pytest.raises(ValueError, match="330000 minor units are lent on 2012-04-07 that are not in the bank"):
        carry_loans(cast=cast, call=call, sittings=told[:1], last_day=LAST)
    assert not Loan.objects.exists()
