"""46 projects of phase I as legacy records, 27 of phase II by works contracts, with their workers' registers."""

from datetime import date, timedelta

from demo import applying, sitting, visiting
from demo.applying import Plan
from demo.building import Building
from demo.granting import Granting
from monitoring.attendance import record_attendance, register_attendance
from monitoring.services import verify_workers

PHASES = (
    ("beautiful-kosovo-phase-1-works", "beautiful-kosovo-1", 46, date(2011, 3, 1), 600_000_000),
    ("beautiful-kosovo-phase-2-works", "beautiful-kosovo-2", 27, date(2014, 1, 13), 500_000_000),
)
OBJECTS = (
    "Park and playground",
    "Riverside path",
    "Health centre yard",
    "School yard",
    "Market square",
    "Bus shelters",
    "Cultural house facade",
    "Public lighting",
    "Sports ground",
)
WORKERS = 65  # on each project of phase II: 1,755 in all
KNOWN = 63  # of whom the answer about the employment centre is known
REGISTERED = 48  # of those: 76 percent


def tell(agenda, cast):
    state = {}
    for window, line, count, start, money in PHASES:
        agenda.at(start - timedelta(days=30), lambda on, line=line, money=money: cast.receive(on, line, money))
        agenda.at(start, _projects, agenda, cast, window, count, state)


def _projects(day, agenda, cast, window, count, state):
    if not state:
        for region in cast.regions:
            town = cast.register(
                day, region, kind="municipality", name=f"Municipality of {region}", legal_form="Municipality"
            )
            applying.consent(cast, day, town)
            builder = cast.register(
                day, region, kind="enterprise", name=f"Ndërtimi {region} L.L.C.", sector="construction"
            )
            state[region] = (town, builder, cast.account(day, builder))
    regions = list(cast.regions)
    plans = []
    for number in range(count):
        region = regions[number % len(regions)]
        plans.append(
            Plan(
                window=window,
                region=region,
                applicant=state[region][0],
                business=None,
                title=f"{OBJECTS[number % len(OBJECTS)]} {region} {number + 1}",
                asked=9_000_000 + 150_000 * (number % 11),
                jobs_now=0,
                jobs_planned=0,
            )
        )
        applying.schedule(agenda, cast, plans[-1], day + timedelta(days=number % 10))
    with_workers = "phase-2" in window

    def after(on, plan):
        _town, builder, account = state[plan.region]
        given = {"payee": builder, "payee_account": account, "months": 12}
        if not with_workers:
            Granting(agenda, cast, plan, found=_users_found, **given).begin(on)
            return
        place = regions.index(plan.region)
        bidders = [state[regions[(place + step) % len(regions)]][1] for step in range(3)]
        serial = plans.index(plan)
        Building(agenda, cast, plan, found=_workers_found, bidders=bidders, serial=serial, **given).begin(on)

    call = cast.windows[window].call
    for place in range(0, count, 16):
        sitting.schedule(agenda, cast, call, plans[place : place + 16], day + timedelta(days=31 + place // 4), after)


def _users_found(granting, day):
    plan = granting.plan

    def what(month, on):
        return {
            "business_state": "open",
            "findings": "The object is in use and kept.",
            "measurements": {"users_served": 800 + plan.asked // 100_000},
            "jobs": [],
        }

    visiting.schedule(granting.agenda, granting.cast, plan.application, plan.region, day, what)


def _workers_found(granting, day):
    _users_found(granting, day)
    granting.agenda.at(day + timedelta(days=60), _workers, granting)


def _workers(day, granting):
    """Attendance and wage sheets of the two months before; their sums are the register."""
    cast, plan = granting.cast, granting.plan
    people = cast.register_people(
        day, plan.region, ["female" if number % 7 == 0 else "male" for number in range(WORKERS)]
    )
    last = day.replace(day=1) - timedelta(days=1)
    for month, first in (((last.replace(day=1) - timedelta(days=1)).replace(day=1), 0), (last.replace(day=1), 20)):
        rows = []
        for number, person in enumerate(people):
            # 12 to 36 days in all: up to 20 of them in the first month.
            worked = min(20, 12 + number % 25 - first)
            if worked > 0:
                registered = None if number >= KNOWN else number < REGISTERED
                days = list(range(3, 3 + worked))
                rows.append(
                    {"worker": person, "days": days, "daily_amount": 1_700, "registered": registered, "paid_on": day}
                )
        record_attendance(application=plan.application, month=month, rows=rows, on=day, by=granting.adviser)
    register_attendance(application=plan.application, on=day, by=granting.adviser)
    granting.agenda.at(day + timedelta(days=9), _verify, granting)


def _verify(day, granting):
    verify_workers(application=granting.plan.application, on=day, by=granting.cast["monitoring"])
