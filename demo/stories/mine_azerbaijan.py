"""50 survivors trained, 25 families with equipment bought by the agency and handed over, 150 others in their homes."""

from datetime import date, timedelta

from applicants.services import add_member, confirm_group
from demo import applying, buying, sitting, training, visiting
from demo.applying import Plan
from demo.granting import Granting

WINDOW = "mine-azerbaijan-grants"
SURVIVORS, GRANTS, OTHERS = 50, 25, 6
PURPOSES = ("Two cows", "Greenhouse", "Sewing machine", "Beehives", "Welding set", "Sheep", "Small tractor tools")


def tell(agenda, cast):
    agenda.at(date(2014, 3, 3), lambda on: cast.receive(on, "mine-azerbaijan-cssf", 4_000_000))
    people = []
    for group in range(5):
        day = date(2014, 5, 5) + timedelta(days=7 * group)
        agenda.at(day, _survivors, cast, people, group)
        training.hold(
            agenda,
            cast,
            day + timedelta(days=14),
            "Aran",
            "livelihood",
            "Livelihood and small business",
            lambda group=group: people[group * 10 : group * 10 + 10],
            days=4,
        )
    agenda.at(date(2014, 9, 1), _apply, agenda, cast, people)


def _survivors(day, cast, people, group):
    for number in range(10):
        person = cast.register(day, "Aran", sex="female" if (group + number) % 4 == 0 else "male")
        applying.consent(cast, day, person)
        cast.refer(day, "Aran", person, "District hospital")
        confirm_group(
            party=person,
            programme=cast.programme,
            group=cast.groups["mine-survivor"],
            on=day,
            by=cast["data_protection"],
        )
        people.append(person)


def _apply(day, agenda, cast, people):
    plans = []
    supplier = cast.register(day, "Aran", kind="enterprise", name="Aran Təchizat MMC", sector="trade")
    account = cast.account(day, supplier)
    rivals = buying.rivals(cast, day, "Aran", ("Kür Təchizat MMC", "Mil Avadanlıq MMC"))
    for number, person in enumerate(people[: GRANTS + 3]):
        if number < GRANTS:
            _household(cast, day, person)
        plan = Plan(
            window=WINDOW,
            region="Aran",
            applicant=person,
            business=None,
            title=PURPOSES[number % len(PURPOSES)],
            asked=90_000 + 1_500 * number,
            jobs_now=0,
            jobs_planned=0,
            monthly_sales=15_000,
            ending="approve" if number < GRANTS else "reject",
        )
        plans.append(plan)
        applying.schedule(agenda, cast, plan, day + timedelta(days=number % 6))

    def after(on, plan):
        given = {"payee": supplier, "payee_account": account, "rivals": rivals}
        Granting(agenda, cast, plan, found=_found, months=6, pace=24, **given).begin(on)

    call = cast.windows[WINDOW].call
    sitting.schedule(agenda, cast, call, plans[:14], day + timedelta(days=30), after)
    sitting.schedule(agenda, cast, call, plans[14:], day + timedelta(days=37), after)


def _household(cast, day, person):
    home = cast.register(day, "Aran", kind="household", name=f"Household {person.name.split()[-1]}")
    add_member(party=home, person=person, role="head", on=day, by=cast.advisers["Aran"])
    for number in range(OTHERS):
        sex = "female" if number % 2 else "male"
        facts = cast.names.person(sex, day)
        facts["birth_year"] = 1960 + 7 * number
        other = cast.register(day, "Aran", **facts)
        add_member(party=home, person=other, role="member", on=day, by=cast.advisers["Aran"])


def _found(granting, day):
    plan = granting.plan

    def what(month, on):
        return visiting.open_business(plan.monthly_sales * (100 + 8 * month) // 100)

    visiting.schedule(granting.agenda, granting.cast, plan.application, plan.region, day, what)
