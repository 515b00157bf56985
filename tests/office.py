"""A small office for tests: one programme with all its people, one call, one window, one funding line.

`grant_office()` and `loan_office()` build it through the ordinary models and services; the clock stands at DAY.
"""

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace

import pytest

from accounts.models import User
from payments.models import ScreeningList
from payments.services import load_list, receive_capital
from programmes.clock import standing_at
from programmes.models import (
    AmountBand,
    Call,
    Criterion,
    Definition,
    District,
    Donor,
    EligibilityRule,
    FundingLine,
    Membership,
    Programme,
    Region,
    Role,
    TargetGroup,
    TrainingRule,
    Village,
    Window,
)
from tests.markup import read
from tests.replay import prepared

DAY = date(2026, 3, 12)
# One invented person: the smallest list with which somebody can be compared.
LIST = b"name,aliases,kind,birth_year,country,reference\nZorbek Invented Qadiruk,,person,1961,,INV-1\n"
PASSWORD = "a-long-test-password"


@dataclass
class Office:
    programme: Programme
    region: Region
    other_region: Region
    village: Village
    donor: Donor
    line: FundingLine
    call: Call
    window: Window
    group: TargetGroup
    people: SimpleNamespace = field(default_factory=SimpleNamespace)


def make_user(name, number):
    email = f"{number.lower()}@seedbed.test"
    return User.objects.create_user(email, PASSWORD, name=name, staff_number=number)


def seat(user, programme, role, **where):
    return Membership.objects.create(user=user, programme=programme, role=role, starts_on=date(2020, 1, 1), **where)


def _people(programme, region, donor, prefix):
    people = SimpleNamespace()
    names = [
        ("adviser", "Anahit Grigoryan", Role.ADVISER, {"region": region}),
        ("field_agent", "Karen Sahakyan", Role.FIELD_AGENT, {"region": region}),
        ("secretary", "Lilit Danielyan", Role.SECRETARY, {}),
        ("manager", "Vahan Stepanyan", Role.MANAGER, {}),
        ("loan_officer", "Arsen Hovsepyan", Role.LOAN_OFFICER, {}),
        ("maker", "Narine Petrosyan", Role.FINANCE, {}),
        ("checker", "Tigran Avetisyan", Role.FINANCE, {}),
        ("monitor", "Mariam Kapanadze", Role.MONITORING, {}),
        ("member1", "Ruben Harutyunyan", Role.MEMBER, {}),
        ("member2", "Sona Melkonyan", Role.MEMBER, {}),
        ("member3", "Davit Karapetyan", Role.MEMBER, {}),
        ("second_secretary", "Gohar Simonyan", Role.SECRETARY, {}),
        ("donor", "Ingrid Sommer", Role.DONOR, {"donor": donor}),
    ]
    for number, (key, name, role, where) in enumerate(names, 1):
        user = make_user(name, f"{prefix}-{number:02d}")
        seat(user, programme, role, **where)
        setattr(people, key, user)
    people.administrator = make_user("Aram Minasyan", f"{prefix}-99")
    Membership.objects.create(user=people.administrator, role=Role.ADMINISTRATOR, starts_on=date(2020, 1, 1))
    return people


def _office(key, instrument, *, currency, line_kind, ceiling, window_ceiling, cofinancing_pct, method, confidential):
    programme = Programme.objects.create(
        key=key,
        name=f"Programme {key}",
        neutral_name="Small business support",
        country="AM",
        place_name="Armenia",
        confidential=confidential,
        time_zone="Asia/Yerevan",
        language="hy",
        currency=currency,
        starts_on=date(2024, 1, 1),
    )
    Definition.objects.create(
        programme=programme, number=1, effective_from=date(2024, 1, 1), direct_rule="recipients_and_employed"
    )
    region = Region.objects.get_or_create(country="AM", name="Lori")[0]
    other = Region.objects.get_or_create(country="AM", name="Shirak")[0]
    programme.regions.set([region, other])
    district = District.objects.get_or_create(region=region, name="Stepanavan")[0]
    village = Village.objects.get_or_create(district=district, name="Gyulagarak")[0]
    donor = Donor.objects.create(key=f"donor-{key}", name="Seed Foundation")
    line = FundingLine.objects.create(
        programme=programme,
        donor=donor,
        key=f"{key}-line",
        name="Seed money",
        currency=currency,
        kind=line_kind,
        ceiling_amount=ceiling,
        starts_on=date(2024, 1, 1),
    )
    call = Call.objects.create(
        programme=programme,
        key=f"{key}-call",
        name="Spring call",
        instrument=instrument,
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 31),
        method=method,
        quorum_number=2,
        assessors=1,
        visit_months=[3, 6, 12],
    )
    window = Window.objects.create(
        call=call,
        key=f"{key}-window",
        name="Micro",
        figure_code="awards_micro" if instrument == "grant" else "",
        line=line,
        currency=currency,
        ceiling_amount=window_ceiling,
        cofinancing_pct=cofinancing_pct,
        tranche_plan=[{"percent": 100, "deliverable": "Quote of the supplier"}],
    )
    AmountBand.objects.create(window=window, from_amount=0, plan_form="one_page", assessors=1, visits=2)
    if method == "scored":
        for position, (code, question) in enumerate(
            [("relevance", "Does it answer a need?"), ("feasibility", "Can it be done?")], 1
        ):
            Criterion.objects.create(
                call=call, position=position, section="Quality", code=code, question=question, weight=position
            )
    TrainingRule.objects.create(
        call=call, course_kind="small_business", effective_from=date(2024, 1, 1), waivers=["repeat", "experience"]
    )
    for position, kind in enumerate(["ceiling", "cofinancing", "training", "consent", "live_award", "duplicate"], 1):
        EligibilityRule.objects.create(call=call, position=position, code=kind, kind=kind)
    group = TargetGroup.objects.create(programme=programme, code="returnee", name="Returnees")
    office = Office(programme, region, other, village, donor, line, call, window, group)
    office.people = _people(programme, region, donor, key.upper())
    if not ScreeningList.objects.exists():
        load_list(
            content=LIST,
            name="Invented list",
            listed_on=date(2026, 1, 1),
            on=date(2026, 1, 5),
            by=office.people.manager,
        )
    return office


def grant_office(key="spring", *, confidential=False, line_ceiling=10_000_000, window_ceiling=2_500_000):
    """EUR grants up to 25,000.00 from an allocation of 100,000.00; own part at least 20% of the total."""
    return _office(
        key,
        "grant",
        currency="EUR",
        line_kind="allocation",
        ceiling=line_ceiling,
        window_ceiling=window_ceiling,
        cofinancing_pct=20,
        method="scored",
        confidential=confidential,
    )


def loan_office(key="orchard", *, confidential=False, capital=1_000_000, window_ceiling=200_000, currency="USD"):
    """USD loans up to 2,000.00 from a revolving fund that received `capital` (minor units) on 5 January 2026."""
    office = _office(
        key,
        "loan",
        currency=currency,
        line_kind="revolving",
        ceiling=0,
        window_ceiling=window_ceiling,
        cofinancing_pct=0,
        method="consensus",
        confidential=confidential,
    )
    receive_capital(
        line=office.line, amount=capital, reference="SEED-1", on=date(2026, 1, 5), by=office.people.maker, reason="seed"
    )
    return office


@pytest.fixture
def office(db):
    """A grant programme with its people; it is 12 March 2026."""
    with standing_at(DAY), prepared(grant_office) as built:
        yield built


@pytest.fixture
def lending(db):
    """A loan programme with its people and its revolving fund; it is 12 March 2026."""
    with standing_at(DAY), prepared(loan_office) as built:
        yield built


@pytest.fixture
def visit(client):
    """visit(user, path, data=None): the page, read; its status is checked. Some tests have a reader of their own."""

    def opened(user, path, data=None, status=None):
        client.force_login(user)
        answer = client.post(path, data) if data is not None else client.get(path)
        assert answer.status_code == (status or (302 if data is not None else 200)), answer.content.decode()[:3000]
        return read(answer)

    return opened
