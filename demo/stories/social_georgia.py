"""Five partners whose job places people hold in turn: over 120 persons at risk, over 25 of the target group."""

from datetime import date, timedelta
from decimal import Decimal

from applicants.services import confirm_group
from demo import applying, sitting, visiting
from demo.applying import Plan
from demo.granting import Granting
from programmes.services import enter_rate

WINDOW = "social-georgia-partners"
PARTNERS = (
    ("Tbilisi", "Green Laundry", "Laundry and ironing", 9_800_000, 1_200_000),
    ("Tbilisi", "Second Bread", "Bakery", 10_000_000, 1_500_000),
    ("Adjara", "Black Sea Wood", "Furniture workshop", 9_500_000, 1_900_000),
    ("Imereti", "Imereti Greenhouse", "Greenhouse and canteen", 9_900_000, 990_000),
    ("Imereti", "Courier Team", "Courier service", 8_800_000, 1_100_000),
)
PLACES = 9
TURNS = (0, 150, 300)  # days after which the next people hold the places


def tell(agenda, cast):
    agenda.at(date(2014, 7, 1), lambda on: cast.receive(on, "social-georgia-fom", 50_000_000))
    for month in range(9, 22):
        year, number = divmod(month, 12)
        agenda.at(date(2014 + year, number + 1, 1), _rate, cast, month)
    agenda.at(date(2014, 8, 18), _apply, agenda, cast)


def _rate(day, cast, month):
    rate = Decimal(188 + 3 * (month % 7)) / 100
    enter_rate(base="CHF", quote="GEL", on=day, rate=rate, source="bank", by=cast["finance_1"])


def _apply(day, agenda, cast):
    plans = []
    for region, name, title, asked, own in PARTNERS:
        manager = cast.register(day, region)
        applying.consent(cast, day, manager)
        partner = cast.register(
            day,
            region,
            kind="enterprise",
            name=name,
            sector="social",
            legal_form="Non-commercial legal entity",
            manager=manager,
            manager_sex=manager.sex,
        )
        applying.consent(cast, day, partner)
        plan = Plan(
            window=WINDOW,
            region=region,
            applicant=partner,
            business=partner,
            title=title,
            asked=asked,
            own=own,
            own_sources=(("own_cash", 60), ("own_in_kind", 40)),
            jobs_now=3,
            jobs_planned=PLACES,
            monthly_sales=600_000,
        )
        plans.append(plan)
        applying.schedule(agenda, cast, plan, day + timedelta(days=7))

    def after(on, plan):
        account = cast.account(on, plan.applicant)
        # The partners' invoices are in lari; the grant is in francs.
        given = {"payee": plan.applicant, "payee_account": account, "found": _found, "paper_currency": "GEL"}
        Granting(agenda, cast, plan, **given, months=14).begin(on)

    sitting.schedule(agenda, cast, cast.windows[WINDOW].call, plans, day + timedelta(days=50), after)


def _found(granting, day):
    """Nine places at each partner, held in turn by three persons each, all at risk; every fifth of the target group."""
    plan, cast = granting.plan, granting.cast
    people = []
    for number in range(PLACES * len(TURNS)):
        person = cast.register(day, plan.region, sex="female" if number % 5 == 0 else "male")
        for code in ("at-risk", *(("stabilised",) if number % 5 == 0 else ("former",) if number % 9 == 1 else ())):
            confirm_group(
                party=person, programme=cast.programme, group=cast.groups[code], on=day, by=cast["data_protection"]
            )
        people.append(person)

    def what(month, on):
        if month != 12:
            return visiting.open_business(plan.monthly_sales * (100 + 3 * month) // 100)
        places = []
        for place in range(PLACES):
            turns = []
            for turn, start in enumerate(TURNS):
                starts_on = day + timedelta(days=10 + start)
                last = turn == len(TURNS) - 1
                turns.append(
                    {
                        "person": people[place * len(TURNS) + turn],
                        "starts_on": starts_on,
                        "ends_on": None if last else starts_on + timedelta(days=140),
                        "evidence_kind": "payroll",
                        "evidenced_on": on,
                    }
                )
            places.append(
                {
                    "title": f"Job place {place + 1}",
                    "hours_per_week": 40,
                    "created_on": day + timedelta(days=10),
                    "with_contract": True,
                    "insured": True,
                    "minimum_wage": True,
                    "employments": turns,
                }
            )
        return visiting.open_business(plan.monthly_sales * 140 // 100, jobs=places)

    visiting.schedule(granting.agenda, cast, plan.application, plan.region, day, what)
