"""All of MED: 9,900 loans to 3,547 businesses over eighteen years, from one revolving fund.

People, businesses and trainings come in by the ordinary services, quarter by quarter; their loans by the bulk path.
"""

from datetime import date, timedelta

from demo import applying, training, visiting
from demo.applying import Plan
from demo.bulk import LoanPlan, Sitting, as_due, carry_loans
from demo.stories.med_armenia import TRADES, WINDOW, open_work
from loans.models import Loan
from loans.services import write_off_loan
from programmes.clock import standing_at

BUSINESSES = 3_547
WOMEN_RUN = 1_951  # 55 percent
TRAINED = 3_400  # the others had proven experience
LOANS = 9_900  # two each, and a third for the first 2,806 of them
EMPLOYED = 1_665  # beside the 3,547 who borrow: 5,212 direct beneficiaries
FIRST = date(1998, 1, 12)
QUARTERS = 61  # the last loans are paid out in the autumn of 2016, and run
CAPITAL = 60_000_000
CYCLES = ((0, 70_000), (20, 85_000), (40, 110_000))  # months after the first sitting, minor units
# Of the third loans one in 97 is lost; of those that run some are one or two instalments late on the last day.
LOST, LATE_TWICE, LATE_ONCE = 97, 29, 23
WRITTEN_OFF = date(2016, 12, 20)


def tell(agenda, cast, businesses=BUSINESSES):
    """Put registers and trainings on the agenda. Returns the owners, filled while it runs."""
    owners = []
    agenda.at(date(1998, 1, 5), lambda on: cast.receive(on, "med-armenia-fund", CAPITAL))
    regions = list(cast.regions)
    shares = [businesses * (number + 1) // QUARTERS - businesses * number // QUARTERS for number in range(QUARTERS)]
    first = 0
    for quarter, share in enumerate(shares):
        day = _month(quarter * 3)
        agenda.at(day, _register, cast, owners, regions, first, share, businesses)
        if share:
            training.hold(
                agenda,
                cast,
                day + timedelta(days=3),
                regions[quarter % len(regions)],
                "small-business",
                "Small business, five days",
                lambda first=first, share=share: [
                    owner["person"] for owner in owners[first : first + share] if owner["trained"]
                ],
                days=5,
            )
        first += share
    agenda.at(date(2016, 11, 14), open_work, agenda, cast, cast.windows[WINDOW].call)
    return owners


def _month(months):
    year, month = divmod(FIRST.month - 1 + months, 12)
    return date(FIRST.year + year, month + 1, FIRST.day)


def _spread(number, part, whole):
    """True for `part` of every `whole` numbers, evenly spread."""
    return (number + 1) * part // whole > number * part // whole


def _register(day, cast, owners, regions, first, share, businesses):
    for number in range(first, first + share):
        region = regions[number % len(regions)]
        woman = _spread(number, WOMEN_RUN * businesses // BUSINESSES, businesses)
        trade, sector, purchase = TRADES[number % len(TRADES)]
        person = cast.register(day, region, sex="female" if woman else "male")
        applying.consent(cast, day, person)
        business = cast.register(
            day,
            region,
            kind="enterprise",
            name=f"{trade} {person.name.split()[-1]} {number + 1}",
            sector=sector,
            legal_form="Individual entrepreneur",
            size="micro",
            manager=person,
            manager_sex=person.sex,
        )
        employs = _spread(number, EMPLOYED * businesses // BUSINESSES, businesses)
        owners.append(
            {
                "person": person,
                "business": business,
                "region": region,
                "purchase": purchase,
                "number": number,
                "trained": _spread(number, TRAINED * businesses // BUSINESSES, businesses),
                "helper": cast.register(day, region) if employs else None,
            }
        )


def lend(cast, owners, last_day, say=None):
    """Carry the loans of all owners by the bulk path. Returns how many were carried."""
    thirds = (LOANS - 2 * BUSINESSES) * len(owners) // BUSINESSES
    by_month = {}
    for place, owner in enumerate(owners):
        start = 2 + QUARTERS * 3 * place // max(len(owners), 1)
        earlier = None
        for cycle, (later, amount) in enumerate(CYCLES, 1):
            if cycle == 3 and not _spread(place, thirds, len(owners)):
                continue
            month = start + later
            day = _month(month)
            earlier = _loan(owner, cycle, amount, day, earlier)
            by_month.setdefault(month, []).append(earlier)
    sittings = [Sitting(_month(month), loans) for month, loans in sorted(by_month.items())]
    carried = carry_loans(cast=cast, call=cast.windows[WINDOW].call, sittings=sittings, last_day=last_day, say=say)
    _write_off(cast)
    return carried


def _write_off(cast):
    """What has been due for more than a year is written off by one decision."""
    with standing_at(WRITTEN_OFF):
        for loan in Loan.objects.filter(
            programme=cast.programme, state="active", matures_on__lt=WRITTEN_OFF - timedelta(days=365)
        ):
            write_off_loan(
                loan=loan,
                decision_ref=f"Committee, {WRITTEN_OFF:%d.%m.%Y}",
                reason="Nothing was paid for more than a year, and nobody is found.",
                on=WRITTEN_OFF,
                by=cast["manager"],
            )


def _loan(owner, cycle, amount, day, earlier):
    waiver = "" if owner["trained"] else ("experience" if cycle == 1 else "repeat")
    plan = Plan(
        window=WINDOW,
        region=owner["region"],
        applicant=owner["person"],
        business=owner["business"],
        title=owner["purchase"],
        asked=amount,
        term_months=12,
        jobs_now=1,
        jobs_planned=1 if cycle == 1 and owner["helper"] else 0,
        monthly_sales=60_000,
        waiver=waiver,
        repeat_of=None,
    )
    return LoanPlan(
        plan,
        day - timedelta(days=30),
        paying=_paying(owner["number"]) if cycle == 3 else as_due,
        visiting=_finding(owner if cycle == 1 else None),
        repeats=earlier,
    )


def _paying(number):
    if number % LOST == 0:
        return _unpaid
    if number % LATE_TWICE == 1:
        return _until(date(2016, 11, 1))
    return _until(date(2016, 12, 1)) if number % LATE_ONCE == 1 else as_due


def _unpaid(loan, rows):
    """Nothing any more after half of the instalments."""
    return as_due(loan, rows[: len(rows) // 2])


def _until(day):
    """Everything that falls due before the day, and nothing from then on."""
    return lambda loan, rows: as_due(loan, [row for row in rows if row.due < day])


def _finding(owner):
    def found(month, on):
        jobs = []
        if owner is not None and owner["helper"] and month == 6:
            since = on - timedelta(days=90)
            jobs = [visiting.post("Helper", since, owner["helper"], since, on, hours=30, kind="seen")]
        return visiting.open_business(60_000 + 2_000 * month, jobs=jobs)

    return found
