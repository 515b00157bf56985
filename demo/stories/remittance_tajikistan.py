"""Credits to households of labour migrants, and two community projects. Illustrative throughout."""

from datetime import date, timedelta

from demo import applying, sitting, training, visiting
from demo.applying import Plan
from demo.cash import CashLending, Runs
from demo.granting import Granting
from demo.lending import Collections

CREDIT = "remittance-tajikistan-credit"
WORKS = "remittance-tajikistan-community-works"
PURPOSES = ("Two milk cows", "Greenhouse", "Beehives", "Sewing workshop", "Apricot drying racks", "Water pump")
HOUSEHOLDS = 12


def tell(agenda, cast):
    agenda.at(date(2014, 1, 20), lambda on: cast.receive(on, "remittance-tajikistan-fund", 15_000_000))
    agenda.at(date(2014, 1, 20), lambda on: cast.receive(on, "remittance-tajikistan-community", 20_000_000))
    Collections(agenda, cast, date(2014, 6, 1), date(2016, 12, 28))
    homes = []
    regions = list(cast.regions)
    for number in range(HOUSEHOLDS):
        agenda.at(date(2014, 3, 3) + timedelta(days=number), _household, cast, homes, regions[number % 2], number)
    for region in regions:
        training.hold(
            agenda,
            cast,
            date(2014, 3, 24),
            region,
            "family-budget",
            "Family Budget Planning",
            lambda region=region: [home["person"] for home in homes if home["region"] == region],
            days=2,
        )
    agenda.at(date(2014, 4, 7), _credits, agenda, cast, homes)
    agenda.at(date(2015, 3, 2), _community, agenda, cast)


def _household(day, cast, homes, region, number):
    person = cast.register(day, region, sex="female" if number % 3 else "male")
    applying.consent(cast, day, person)
    if number == 4:
        sitting.stand(cast, "member_2", person, "family", "A brother of the applicant is my husband.", day)
    homes.append({"person": person, "region": region, "number": number})


def _credits(day, agenda, cast, homes):
    plans = [
        Plan(
            window=CREDIT,
            region=home["region"],
            applicant=home["person"],
            business=None,
            title=PURPOSES[home["number"] % len(PURPOSES)],
            asked=600_000 + 20_000 * home["number"],
            term_months=12,
            jobs_now=0,
            jobs_planned=0,
            monthly_sales=220_000,
        )
        for home in homes
    ]
    for number, plan in enumerate(plans):
        applying.schedule(agenda, cast, plan, day + timedelta(days=number % 5))

    runs = Runs(agenda, cast, day, most=3_000_000, away=[homes[5]["person"].pk])

    def after(on, plan):
        CashLending(agenda, cast, plan, runs=runs, found=_found).begin(on)

    sitting.schedule(agenda, cast, cast.windows[CREDIT].call, plans, day + timedelta(days=30), after)


def _found(way, day):
    plan = way.plan

    def what(month, on):
        return visiting.open_business(plan.monthly_sales * (100 + 5 * month) // 100)

    visiting.schedule(way.agenda, way.cast, plan.application, plan.region, day, what)


def _community(day, agenda, cast):
    plans = []
    for number, (region, title, asked, own) in enumerate(
        (("Sughd", "Clean water for Chorkuh", 7_000_000, 3_500_000), ("Khatlon", "School roof", 5_000_000, 2_500_000))
    ):
        body = cast.register(day, region, kind="municipality", name=f"Jamoat {cast.villages[region][0].name}")
        applying.consent(cast, day, body)
        builder = cast.register(day, region, kind="enterprise", name=f"Sokhtmon {number + 1}", sector="construction")
        plan = Plan(
            window=WORKS,
            region=region,
            applicant=body,
            business=None,
            title=title,
            asked=asked,
            own=own,
            own_sources=(("remittance", 100),),
            jobs_now=0,
            jobs_planned=0,
        )
        plans.append((plan, builder))
        applying.schedule(agenda, cast, plan, day + timedelta(days=2))
    builders = {id(plan): (builder, cast.account(day, builder)) for plan, builder in plans}

    def after(on, plan):
        payee, account = builders[id(plan)]
        Granting(agenda, cast, plan, payee=payee, payee_account=account, found=_users, months=6).begin(on)

    sitting.schedule(
        agenda, cast, cast.windows[WORKS].call, [plan for plan, _builder in plans], day + timedelta(days=35), after
    )


def _users(granting, day):
    def what(month, on):
        return {
            "business_state": "open",
            "findings": "The work is in use.",
            "measurements": {"users_served": 1200},
            "jobs": [],
        }

    plan = granting.plan
    visiting.schedule(granting.agenda, granting.cast, plan.application, plan.region, day, what)
