"""Households invest remittances, and each unit is matched. Illustrative throughout."""

from datetime import date, timedelta

from demo import applying, sitting, visiting
from demo.applying import Plan
from demo.granting import Granting

WINDOW = "remittance-match-grants"
PURPOSES = ("Drip irrigation", "Felt workshop", "Solar dryer", "Walnut seedlings", "Guest house bathroom", "Beehives")


def tell(agenda, cast):
    agenda.at(date(2015, 2, 2), lambda on: cast.receive(on, "remittance-match-line", 4_000_000))
    agenda.at(date(2015, 4, 6), _apply, agenda, cast)


def _apply(day, agenda, cast):
    plans = []
    regions = list(cast.regions)
    for number in range(9):
        region = regions[number % len(regions)]
        person = cast.register(day, region, sex="female" if number % 2 else "male")
        applying.consent(cast, day, person)
        asked = 150_000 + 30_000 * number
        plan = Plan(
            window=WINDOW,
            region=region,
            applicant=person,
            business=None,
            title=PURPOSES[number % len(PURPOSES)],
            asked=asked,
            own=asked,
            own_sources=(("remittance", 100),),
            jobs_now=0,
            jobs_planned=0,
            monthly_sales=40_000 + 3_000 * number,
            ending="reject" if number == 8 else "approve",
        )
        plans.append(plan)
        applying.schedule(agenda, cast, plan, day + timedelta(days=2))

    def after(on, plan):
        account = cast.account(on, plan.applicant)
        Granting(agenda, cast, plan, payee=plan.applicant, payee_account=account, found=_found, months=9).begin(on)

    sitting.schedule(agenda, cast, cast.windows[WINDOW].call, plans, day + timedelta(days=32), after, written=True)


def _found(granting, day):
    plan = granting.plan

    def what(month, on):
        return visiting.open_business(plan.monthly_sales * (100 + 5 * month) // 100)

    visiting.schedule(granting.agenda, granting.cast, plan.application, plan.region, day, what)
