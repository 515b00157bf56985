"""36 awards of 51 applications: 21 micro, 15 small and medium; EUR 3,000,000 beside EUR 2,000,000 of their own."""

from datetime import date, timedelta
from decimal import Decimal

from applicants.services import add_member, record_ownership
from demo import answering, applying, buying, sitting, visiting
from demo.applying import Plan
from demo.granting import Granting
from grants.models import Award
from grants.services import approve_amendment, propose_amendment
from ledger.money import split
from monitoring.baseline import posts_of
from monitoring.services import record_loss

GRANTS = 300_000_000
OWN = 200_000_000
MICRO, SMALL = 21, 15
PROLONGED = (2_212_500, 2_237_500)  # asked for by awards whose implementation was prolonged
SHRUNK = (2_200_000,)  # asked for by awards whose business lost posts that it had before
TRADES = (
    ("Carpentry", "wood", "Computer-driven cutting line"),
    ("Dairy", "food", "Cheese vat and cold store"),
    ("Bakery", "food", "Deck oven and packing line"),
    ("Metal works", "metal", "Plasma cutter"),
    ("Raspberry freezing", "food", "Freezing tunnel"),
    ("Textile workshop", "textile", "Twelve sewing machines"),
    ("Windows and doors", "construction", "Welding line for profiles"),
    ("Fruit juices", "food", "Bottling line"),
    ("Furniture", "wood", "Edge bander"),
    ("Printing", "services", "Digital press"),
)


def amounts():
    """(micro awards, small awards, own part of each) in minor units, adding up to the published sums."""
    micro = [2_200_000 + 12_500 * (number % 7) for number in range(MICRO)]
    left = GRANTS - sum(micro)
    small = split(left, [100 + (number % 5) * 2 for number in range(SMALL)])
    grants = [*micro, *small]
    own = split(OWN, [grant * (90 + 7 * (number % 4)) for number, grant in enumerate(grants)])
    return micro, small, own


def tell(agenda, cast):
    """Put the whole programme on the agenda."""
    agenda.at(date(2014, 3, 3), lambda on: cast.receive(on, "msme-kosovo-eu", 180_000_000))
    agenda.at(date(2014, 12, 1), lambda on: cast.receive(on, "msme-kosovo-eu", 120_000_000))
    suppliers = {}
    agenda.at(date(2014, 4, 2), lambda on: _suppliers(cast, on, suppliers))
    micro, small, own = amounts()
    regions = list(cast.regions)
    plans = []
    for number, amount in enumerate([*micro, *small]):
        window = "msme-kosovo-micro" if number < MICRO else "msme-kosovo-sme"
        more = 500_000 if number in (24, 29) else 0
        plans.append(
            Plan(
                window=window,
                region=regions[number % len(regions)],
                applicant=None,
                business=None,
                title="",
                asked=amount + more,
                approved=amount,
                own=own[number],
                own_sources=(("own_cash", 70), ("bank", 30)) if number % 3 == 0 else (("own_cash", 100),),
                jobs_now=2 if number < MICRO else 9,
                jobs_planned=1 if number < MICRO else 5,
                monthly_sales=400_000 if number < MICRO else 3_500_000,
            )
        )
    endings = ["reject"] * 7 + ["ineligible"] * 4 + ["withdraw"] * 2 + ["reserve"] * 2
    for number, ending in enumerate(endings):
        plans.append(
            Plan(
                window="msme-kosovo-micro",
                region=regions[number % len(regions)],
                applicant=None,
                business=None,
                title="",
                asked=2_400_000,
                own=1_000_000,
                ending=ending,
                monthly_sales=300_000,
            )
        )
    for number, plan in enumerate(plans):
        agenda.at(date(2014, 4, 7) + timedelta(days=number % 40), _register, agenda, cast, plan, number)
    call = next(iter(cast.windows.values())).call
    after = _after(agenda, cast, suppliers)
    # The reserve comes last, when the line is spent: its cases wait for money that never came free.
    groups = [plans[:12], plans[12:MICRO], plans[MICRO:29], plans[29 : MICRO + SMALL], plans[36:47], plans[47:]]
    for number, group in enumerate(groups):
        day = date(2014, 7, 15) + timedelta(days=7 * number)
        sitting.schedule(agenda, cast, call, group, day, after, conflict=number in (1, 3))
        if number == 4:
            answering.appeal(agenda, cast, group[0], day)
    answering.kosovo(agenda, cast)


def _suppliers(cast, day, suppliers):
    for region in cast.regions:
        party = cast.register(
            day, region, kind="enterprise", name=f"Makineri {region} L.L.C.", sector="trade", legal_form="L.L.C."
        )
        others = buying.rivals(cast, day, region, (f"Teknika {region} L.L.C.", f"Pajisje {region} L.L.C."))
        suppliers[region] = (party, cast.account(day, party), others)


def _register(day, agenda, cast, plan, number):
    trade, sector, purchase = TRADES[number % len(TRADES)]
    woman = number % 3 == 1
    owner = cast.register(day, plan.region, sex="female" if woman else "male")
    applying.consent(cast, day, owner)
    family = owner.name.split()[-1]
    plan.applicant = owner
    plan.business = cast.register(
        day,
        plan.region,
        kind="enterprise",
        name=f"{trade} {family}" + (" & Sons" if number == 5 else ""),
        sector=sector,
        legal_form="L.L.C." if plan.window.endswith("sme") else "Individual business",
        registration_number=f"70{number:06d}",
        size="micro" if plan.window.endswith("micro") else ("small" if number % 2 else "medium"),
        started_on=date(2005 + number % 8, 5, 1),
        manager=owner,
        manager_sex=owner.sex,
    )
    _owned(day, cast, plan, owner, woman, number)
    plan.title = f"{purchase} for {trade.lower()}"
    applying.schedule(agenda, cast, plan, day + timedelta(days=14))


def _owned(day, cast, plan, owner, woman, number):
    """A sole trader owns all of it; of two companies in three it is known who owns and leads them."""
    facts = {"party": plan.business, "on": day, "by": cast.advisers[plan.region]}
    if plan.window.endswith("micro"):
        add_member(person=owner, role="owner", share_pct=Decimal(100), **facts)
    elif number % 3:
        record_ownership(
            women_owned_pct=Decimal(60 if woman else 25),
            founded_by_woman=woman,
            woman_chief=None if woman else number % 2 == 0,
            has_board=number % 2 == 0,
            women_board_pct=Decimal(40) if number % 2 == 0 else None,
            women_leaders_pct=Decimal(50 if woman else 20),
            women_workers_pct=Decimal(45),
            two_x_minimum=True,
            **facts,
        )


def _after(agenda, cast, suppliers):
    def begin(day, plan):
        payee, account, rivals = suppliers[plan.region]
        given = {"payee": payee, "payee_account": account, "rivals": rivals}
        Granting(agenda, cast, plan, found=_found, months=14, **given).begin(day)
        if plan.asked in PROLONGED:
            agenda.at(day + timedelta(days=150), _prolong, agenda, cast, plan)

    return begin


def _prolong(day, agenda, cast, plan):
    """The supplier is late: the adviser proposes two months more, the manager puts them in force."""
    award = Award.objects.get(application=plan.application)
    ends_on = (award.ends_on + timedelta(days=60)).isoformat()
    amendment = propose_amendment(
        award=award,
        after={"ends_on": ends_on},
        why="The supplier delivers the machine two months later than agreed.",
        on=day,
        by=cast.advisers[plan.region],
    )
    agenda.at(
        day + timedelta(days=5),
        lambda on: approve_amendment(amendment=amendment, on=on, by=cast["manager"]),
    )


def _lose_posts(day, cast, plan):
    """A buyer went: one post from before the grant is gone, and who held the other was replaced."""
    first, second = posts_of(plan.application, day)[:2]
    adviser = cast.advisers[plan.region]
    record_loss(post=first, what="post", on=day, by=adviser)
    record_loss(post=second, what="holder", on=day, by=adviser)


def _found(granting, day):
    plan, cast = granting.plan, granting.cast
    if plan.asked in SHRUNK:
        granting.agenda.at(day + timedelta(days=200), _lose_posts, cast, plan)
    people = [cast.register(day, plan.region) for _number in range(plan.jobs_planned)]

    def what(month, on):
        growth = 100 + 6 * month
        sales = plan.monthly_sales * growth // 100
        jobs = []
        if month == 6:
            jobs = [
                visiting.post("Production worker", day, person, day + timedelta(days=20), on, kind="payroll")
                for person in people
            ]
        return visiting.open_business(
            sales,
            jobs=jobs,
            exports=sales // 5 if plan.window.endswith("sme") else 0,
            imports_replaced=sales // 8,
        )

    visiting.schedule(granting.agenda, cast, plan.application, plan.region, day, what)
