"""A sample of MED: fourteen businesses, most with a second and a third loan, and work that is open today."""

from datetime import date, timedelta

from applicants.services import record_referral
from demo import answering, applying, sitting, training, visiting
from demo.applying import Plan
from demo.lending import Collections, InTranches, Lending
from loans.models import Loan
from loans.services import record_repayment, write_off_loan
from loans.services.requests import ask_relief
from monitoring.services import add_action_point, plan_visit, record_visit
from programmes.services import request_delegation

WINDOW = "med-armenia-loans"
TRADES = (
    ("Cheese and milk", "food", "Milk cooler, 300 l"),
    ("Bakery", "food", "Electric oven"),
    ("Sewing", "textile", "Two sewing machines"),
    ("Welding", "metal", "Welding set"),
    ("Herbs and tea", "food", "Dryer and packing scale"),
    ("Shoe repair", "services", "Finishing machine"),
    ("Cucumbers under glass", "farming", "Greenhouse film and pipes"),
)
SOCIAL_SERVICES = "Regional social services"
BUSINESSES = 14
CYCLES = ((date(2012, 3, 5), 70_000), (date(2013, 9, 2), 90_000), (date(2016, 4, 4), 110_000))
LATE = 5
LOST = 9
IN_TRANCHES = 6  # grows cucumbers under glass: the pipes come once the frame stands
PARTS = (
    (50, date(2016, 5, 11), ""),
    (30, date(2016, 7, 11), "The frame of the greenhouse stands."),
    (20, date(2017, 1, 16), "The pipes are laid and the stove burns."),
)
NEIGHBOUR = 7  # of a member, who takes no part in any of this owner's cases


def tell(agenda, cast):
    agenda.at(date(1997, 1, 20), lambda on: cast.receive(on, "med-armenia-fund", 2_000_000))
    collections = Collections(agenda, cast, date(2012, 4, 1), date(2016, 12, 28))
    owners = []
    regions = list(cast.regions)
    for number in range(BUSINESSES):
        agenda.at(date(2012, 1, 16) + timedelta(days=number), _register, cast, owners, regions, number)
    for number, region in enumerate(regions):
        training.hold(
            agenda,
            cast,
            date(2012, 2, 6) + timedelta(days=number),
            region,
            "small-business",
            "Small business, five days",
            lambda region=region: [owner["person"] for owner in owners if owner["region"] == region],
            days=5,
        )
        training.hold(
            agenda,
            cast,
            date(2012, 1, 31),
            region,
            "orientation",
            "What the programme offers",
            lambda region=region: [owner["person"] for owner in owners if owner["region"] == region],
            days=1,
            orientation=True,
        )
    call = cast.windows[WINDOW].call
    earlier = {}
    for cycle, (day, amount) in enumerate(CYCLES, 1):
        agenda.at(day - timedelta(days=1), _apply, agenda, cast, owners, call, cycle, amount, earlier, collections)
    agenda.at(date(2016, 11, 14), open_work, agenda, cast, call)


def _register(day, cast, owners, regions, number):
    region = regions[number % len(regions)]
    trade, sector, purchase = TRADES[number % len(TRADES)]
    woman = number % 9 not in (1, 3, 5, 7)
    person = cast.register(day, region, sex="female" if woman else "male", phone=f"+374 00 {number:06d}")
    applying.consent(cast, day, person)
    if number % 2 == 0:
        cast.refer(day, region, person, SOCIAL_SERVICES)
    business = cast.register(
        day,
        region,
        kind="enterprise",
        name=f"{trade} {person.name.split()[-1]}",
        sector=sector,
        legal_form="Individual entrepreneur",
        size="micro",
        manager=person,
        manager_sex=person.sex,
    )
    if number == NEIGHBOUR:
        sitting.stand(cast, "member_3", person, "friend", "Neighbours for twenty years.", day)
    owners.append({"person": person, "business": business, "region": region, "purchase": purchase, "number": number})


def _apply(day, agenda, cast, owners, call, cycle, amount, earlier, collections):
    """All who come for this cycle apply within ten days and go before one sitting each fortnight."""
    coming = [owner for owner in owners if cycle < 3 or owner["number"] not in (LOST, 12)]
    plans = []
    for place, owner in enumerate(coming):
        asked = amount + 2_500 * (owner["number"] % 7)
        plan = Plan(
            window=WINDOW,
            region=owner["region"],
            applicant=owner["person"],
            business=owner["business"],
            title=owner["purchase"],
            asked=asked,
            approved=asked - 10_000 if owner["number"] == 4 else asked,
            term_months=12,
            jobs_now=1,
            jobs_planned=1 if owner["number"] % 2 else 0,
            monthly_sales=60_000 + 4_000 * owner["number"],
            waiver="repeat" if cycle > 1 and owner["number"] % 3 == 0 else "",
            repeat_of=earlier.get(owner["number"]),
        )
        plans.append(plan)
        applying.schedule(agenda, cast, plan, day + timedelta(days=1 + place % 8))
        agenda.at(day + timedelta(days=9), _remember, owner, plan, earlier)
    if cycle == 2:
        collections.late[coming[LATE]["person"].pk] = (date(2014, 3, 1), date(2014, 5, 27))
        collections.late[coming[LOST]["person"].pk] = (date(2014, 2, 1), date(2030, 1, 1))
        agenda.at(date(2015, 4, 20), _write_off, cast, coming[LOST])
        agenda.at(date(2016, 2, 8), _recover, cast, coming[LOST])
    if cycle == 3:
        collections.late[coming[LATE]["person"].pk] = (date(2016, 9, 1), date(2030, 1, 1))

    def after(on, plan):
        if cycle == 3 and plan.applicant == owners[IN_TRANCHES]["person"]:
            InTranches(agenda, cast, plan, parts=PARTS, found=_found).begin(on)
        else:
            Lending(agenda, cast, plan, found=_found).begin(on)

    sitting.schedule(agenda, cast, call, plans, day + timedelta(days=32), after)


def _remember(day, owner, plan, earlier):
    earlier[owner["number"]] = plan.application


def _write_off(day, cast, owner):
    for loan in Loan.objects.filter(borrower=owner["person"], state="active"):
        write_off_loan(
            loan=loan,
            decision_ref="Committee, 20.04.2015",
            reason="The borrower left the country; nothing paid for a year.",
            on=day,
            by=cast["manager"],
        )


def _recover(day, cast, owner):
    loan = Loan.objects.get(borrower=owner["person"], state="written_off")
    record_repayment(loan=loan, amount=12_000, reference="A brother paid", on=day, by=cast["loan_officer"])


def _found(lending, day):
    plan, cast = lending.plan, lending.cast
    people = [cast.register(day, plan.region) for _number in range(plan.jobs_planned)]

    def what(month, on):
        jobs = [
            visiting.post("Helper", day, person, day + timedelta(days=10), on, hours=30, kind="seen")
            for person in people
            if month == 6
        ]
        return visiting.open_business(plan.monthly_sales * (100 + 4 * month) // 100, jobs=jobs)

    visiting.schedule(lending.agenda, cast, plan.application, plan.region, day, what)


def open_work(day, agenda, cast, call):
    """What waits on the last day, for each role: drafts, referrals, a case to check, a session open, loans to sign and
    to pay, a visit to verify, leave to cover.
    """
    region = "Lori"
    waiting = []
    for number in range(9):
        place = region if number < 4 else list(cast.regions)[number % 8]
        person = cast.register(day, place, phone=f"+374 00 9{number:05d}")
        applying.consent(cast, day, person)
        waiting.append((place, person))

    def plan(number, ending, asked=120_000):
        place, person = waiting[number]
        return Plan(
            window=WINDOW,
            region=place,
            applicant=person,
            business=None,
            title=TRADES[number % len(TRADES)][2],
            asked=asked,
            term_months=12,
            monthly_sales=70_000,
            ending=ending,
            waiver="experience",
        )

    drafted, handed_in = plan(0, "draft"), plan(1, "submitted")
    before_committee = [plan(2, "approve"), plan(3, "approve"), plan(4, "approve", 140_000)]
    decided = [plan(5, "approve"), plan(6, "approve", 90_000), plan(7, "approve", 95_000), plan(8, "reject", 110_000)]
    applying.schedule(agenda, cast, drafted, date(2016, 12, 20))
    applying.schedule(agenda, cast, handed_in, date(2016, 12, 27))
    for one in before_committee:
        applying.schedule(agenda, cast, one, date(2016, 12, 8))
    for one in decided:
        applying.schedule(agenda, cast, one, date(2016, 11, 16))
    stops = iter(("approved", "ordered", "signed"))

    def after(on, one):
        Lending(agenda, cast, one, stop=next(stops)).begin(on)

    sitting.schedule(agenda, cast, call, decided, date(2016, 12, 14), after)
    answering.appeal(agenda, cast, decided[-1], date(2016, 12, 14), answered=False)
    answering.armenia(agenda, cast)
    sitting.schedule(agenda, cast, call, before_committee, date(2017, 1, 5), after, stop="open")
    for place in cast.regions:
        agenda.at(date(2016, 12, 19), _refer, cast, place)
    agenda.at(date(2016, 12, 28), _visit, cast)
    agenda.at(date(2016, 12, 29), _ask_for_cover, cast)


def _refer(day, cast, region):
    """Somebody new whom the adviser of the region has not answered yet."""
    name = cast.names.person("female", day)["name"]
    record_referral(
        programme=cast.programme,
        region=cast.regions[region],
        name=name,
        source=SOCIAL_SERVICES,
        on=day,
        by=cast.advisers[region],
    )


def _visit(day, cast):
    """The adviser has been to a late borrower: another person verifies it, and the manager has something to do."""
    late = Loan.objects.filter(programme=cast.programme, state="active").at_risk(day).order_by("first_overdue_on", "pk")
    loan = late.select_related("application__adviser", "application__programme").first()
    if loan is None:
        return
    adviser = loan.application.adviser
    visit = plan_visit(application=loan.application, planned_on=day, on=day, by=adviser)
    facts = visiting.open_business(
        48_000, found="Open, but the machine broke in autumn; he asks for smaller instalments."
    )
    visit = record_visit(visit=visit, on=day, by=adviser, **facts)
    due = day + timedelta(days=9)
    text = "Answer whether the instalments can be made smaller"
    add_action_point(visit=visit, text=text, owner=cast["manager"], due_on=due, on=day, by=adviser)
    # The committee that sits in January is asked.
    ask_relief(
        loan=loan,
        kind="reschedule",
        reason="The machine broke in autumn; the repair is paid, and a year of smaller instalments can be paid again.",
        instalments_number=12,
        first_due_on=date(2017, 2, 28),
        on=day,
        by=cast["loan_officer"],
    )


def _ask_for_cover(day, cast):
    """The second secretary is away in January and asks the loan officer to cover: the manager decides."""
    membership = cast["secretary_2"].memberships.get(role="secretary", programme=cast.programme)
    request_delegation(
        membership=membership,
        delegate=cast["loan_officer"],
        starts_on=date(2017, 1, 9),
        ends_on=date(2017, 1, 20),
        on=day,
        by=cast["secretary_2"],
    )
