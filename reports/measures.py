"""Figures that add up what several apps know. Each takes a Reading and gives a Tally, or Tallies by currency."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q

from applicants import figures as applicants
from applicants.figures import Named, Part, Tally, people, persons_of, sex_of, shares, single, tally
from applicants.models import Party
from applicants.ownership import facts_of, two_x, woman_owned
from grants import figures as grants
from ledger import postings
from ledger.money import round_minor
from loans import figures as loans
from monitoring import figures as monitoring
from programmes.models import Definition, FundingLine

FEMALE, UNKNOWN = Party.Sex.FEMALE, Party.Sex.UNKNOWN
SHARED = ("sex", "region")


class Reading:
    """A scope in which figures are read: each arithmetic runs once, however many figures use it."""

    def __init__(self, scope):
        self.scope = scope
        self.definition = scope.programme.definition_at(scope.to_on)
        self.currency = scope.programme.currency
        self._kept = {}

    def __call__(self, arithmetic, *arguments):
        key = (arithmetic, arguments)
        if key not in self._kept:
            self._kept[key] = arithmetic(self.scope, *arguments)
        return self._kept[key]


def reduced(found, dims):
    """The tally by these dimensions only, its parts added up."""
    places = [found.dims.index(dim) for dim in dims]
    sums = {}
    for part in found.parts:
        key = tuple(part.key[place] for place in places)
        before = sums.get(key)
        sums[key] = part._replace(key=key) if before is None else _added(before, part)
    return replace(found, dims=tuple(dims), parts=tuple(sums.values()))


def _added(one, other):
    of = None if one.of is None else one.of + other.of
    return Part(
        one.key,
        one.value + other.value,
        of,
        one.unknown + other.unknown,
        one.records + other.records,
        one.units + other.units,
        max(one.largest, other.largest),
    )


def both(arithmetic):
    """A measure: the same of grants and of loans, by sex and region."""

    def measure(read):
        return reduced(read(getattr(grants, arithmetic)), SHARED) + reduced(read(getattr(loans, arithmetic)), SHARED)

    return measure


def paid_cases(read):
    """Awards with money paid, and loans paid out."""
    return reduced(read(grants.paid), SHARED) + reduced(read(loans.loans), SHARED)


# Money ---------------------------------------------------------------------------------------------------------------


def contributed(step):
    return lambda read: read(grants.contributed, step)


def own_money(read):
    """(accepted co-financing, grants paid) in the programme's currency, minor units; and what both rest on."""
    accepted = read(grants.contributed, "accepted").get(read.currency, Tally())
    paid = read(grants.disbursed).get(read.currency, Tally())
    # Without any own part there is no share of it to speak of.
    records = accepted.records + paid.records if accepted.records else 0
    rests_on = {"records": records, "units": accepted.records, "behind": accepted.behind + paid.behind}
    return accepted.value, paid.value, {**rests_on, "currency": read.currency}


def share_of_total(read):
    own, paid, rests_on = own_money(read)
    return single(own, own + paid, **rests_on)


def own_over_grant(read):
    own, paid, rests_on = own_money(read)
    return single(own, paid, **rests_on)


def burn_rate(read):
    """Paid over the ceiling, by funding line with a ceiling, in the programme's currency; its records are the lines."""
    ceilings = read(grants.budget).get(read.currency, Tally(("line",)))
    paid = read(grants.disbursed).get(read.currency)
    by_line = {key: part.value for key, part in paid.split("line").items()} if paid else {}
    parts = [
        Part(part.key, by_line.get(part.key[0], 0), part.value, 0, part.records, part.records)
        for part in ceilings.parts
    ]
    return Tally(("line",), tuple(parts), read.currency, ceilings.behind)


def moved_on(read, code, sign=1):
    """{currency: Tally} on a loan account."""
    return loans.moved(read.scope, read(loans.by_day), code, sign)


def lent(read):
    """Principal paid out: {currency: Tally}."""
    return loans.disbursed(read.scope, read(loans.by_day))


def moved(code, sign=1):
    """A measure: what moved on a loan account in the scope, by currency."""
    return lambda read: moved_on(read, code, sign)


written_off = moved(postings.WRITTEN_OFF)
recovered = moved(postings.RECOVERED, -1)
interest_received = moved(postings.INTEREST, -1)


def write_off_ratio(read):
    """Written off, over the average portfolio of the scope's months."""
    average = loans.average_portfolio(read.scope, read(loans.by_day), read.currency)
    if not average:
        return None
    gone = moved_on(read, postings.WRITTEN_OFF).get(read.currency, Tally())
    lent_ = read(loans.lent_by_then, read.currency)
    facts = {"records": lent_.records, "units": lent_.units, "behind": lent_.behind}
    return single(gone.value, round_minor(average), currency=read.currency, **facts)


def fund_cash(read):
    """Closing cash of the revolving lines: opening and every term of their statements, by currency.

    Its records are the lines, each of which has its statement.
    """
    found = {}
    statements = read(loans.funds)
    for statement in statements:
        named = f"{statement.line.name}: " if len(statements) > 1 else ""
        parts = [Part((f"{named}{title}",), amount, None, 0, 0, 0) for title, amount in statement.rows()[:-1] if amount]
        if not parts and not statement.closing:
            continue
        first = parts[0]._replace(records=1) if parts else Part((named,), 0, None, 0, 1, 0)
        currency, line = statement.line.currency, Named(FundingLine, (statement.line.pk,))
        before = found.get(currency, Tally(("term",), (), currency))
        found[currency] = Tally(("term",), (*before.parts, first, *parts[1:]), currency, (*before.behind, line))
    return found


def fund_rotations(read):
    """How often the capital was lent, over all revolving lines of the programme's currency."""
    statements = [row for row in read(loans.funds) if row.line.currency == read.currency]
    capital = sum(row.capital_ever for row in statements)
    if capital <= 0:
        return None
    lent = sum(row.disbursed_ever for row in statements)
    rotations = (Decimal(lent) / capital).quantize(Decimal("0.01"))
    lines = Named(FundingLine, tuple(row.line.pk for row in statements))
    return single(rotations, records=len(statements), behind=(lines,))


# Loans ---------------------------------------------------------------------------------------------------------------


def outstanding(read):
    found = read(loans.portfolio)
    return {
        currency: single(
            row.outstanding, records=row.number, units=row.borrowers, currency=currency, behind=(row.loans,)
        )
        for currency, row in found.items()
    }


def outstanding_number(read):
    """Loans with principal to repay on the last day."""
    found = read(loans.portfolio).values()
    facts = {"units": sum(row.borrowers for row in found), "behind": [row.loans for row in found]}
    number = sum(row.number for row in found)
    return single(number, records=number, **facts)


def active_borrowers(read):
    """Persons behind the loans with principal to repay: the members of a group each, each person once."""
    return read(_count_active)


def _count_active(scope):
    return people(scope, persons_of(loans.owing(scope)))


def rescheduled_share(read):
    """Whole principal of the loans that were ever rescheduled, of the outstanding principal."""
    row = read(loans.portfolio).get(read.currency)
    if row is None:
        return None
    facts = {"records": row.number, "units": row.borrowers, "behind": (row.loans,)}
    return single(row.rescheduled, row.outstanding, currency=read.currency, **facts)


def at_risk(bound, *, rescheduled=False):
    """PAR`bound`: the whole principal of the loans so late, of the outstanding principal."""

    def measure(read):
        row = read(loans.portfolio).get(read.currency)
        if row is None:
            return None
        amount, _number = row.at_risk(bound, rescheduled=rescheduled)
        facts = {"records": row.number, "units": row.borrowers, "behind": (row.loans,)}
        return single(amount, row.outstanding, currency=read.currency, **facts)

    return measure


def repayment_rate(part):
    def measure(read):
        found = read(loans.repaid, read.currency)
        facts = {"records": found.instalments, "behind": (found.rows,)}
        return single(getattr(found, part), found.due, currency=read.currency, **facts)

    return measure


def women_of(source):
    """Share of women-run among what `source` counts or adds, of that whose manager's sex is known."""

    def measure(read):
        found = source(read)
        found = found.get(read.currency) if isinstance(found, dict) else found
        if not found or not found.parts:
            return None
        by_sex = found.split("sex")
        number = {key: part.value for key, part in by_sex.items()}
        known = sum(value for key, value in number.items() if key != UNKNOWN)
        return single(
            number.get(FEMALE, 0),
            known,
            unknown=number.get(UNKNOWN, 0),
            records=found.records,
            units=found.units,
            currency=found.currency,
            behind=found.behind,
        )

    return measure


# People --------------------------------------------------------------------------------------------------------------


def _businesses(scope):
    rows = Party.objects.exclude(kind=Party.Kind.MUNICIPALITY)
    return rows.filter(Q(pk__in=grants.supported(scope)) | Q(pk__in=loans.supported(scope)))


def businesses_supported(read):
    """Distinct businesses with an award or loan paid; a person without an enterprise is their own business."""
    return read(_count_businesses)


def _count_businesses(scope):
    dims = {"sex": sex_of(""), "region": applicants.region_of(scope.programme), "sector": "sector"}
    return tally(_businesses(scope), dims)


def women_run_share(read):
    return read(_women_run)


def _women_run(scope):
    rows = _businesses(scope).annotate(run=sex_of(""))
    return shares(rows, Q(run=FEMALE), ~Q(run=UNKNOWN))


def _facts(scope):
    """(the businesses, [Facts] of them on the last day)."""
    rows = _businesses(scope)
    return rows, [facts for _party, facts in facts_of(rows, scope.to_on)]


def _answered(found, said):
    """A share of businesses: those of which it is true / those of which it is known."""
    rows, answers = found[0], [said(facts) for facts in found[1]]
    yes, unknown = answers.count(True), answers.count(None)
    return single(yes, len(answers) - unknown, unknown=unknown, records=len(answers), behind=(rows,))


def women_owned_share(read):
    return _answered(read(_facts), woman_owned)


def women_2x_share(read):
    rule = read.definition
    leaders, workers = (rule.two_x_leaders_pct, rule.two_x_workers_pct) if rule else (None, None)
    return _answered(read(_facts), lambda facts: two_x(facts, leaders=leaders, workers=workers))


def _recipients(scope):
    return persons_of(grants.recipients(scope)) | persons_of(loans.recipients(scope))


def clients(read):
    """Persons behind the grants and loans paid, each once; no household multiplier."""
    return read(_count_clients)


def _count_clients(scope):
    return people(scope, _recipients(scope))


def direct(scope, rule):
    """Q on Party: the direct beneficiaries by the rule of the programme's definition."""
    rules = Definition.DirectRule
    if rule == rules.EMPLOYED:
        return monitoring.employed(scope)
    if rule == rules.TRAINED_OR_GRANTED:
        return applicants.trained(scope) | _recipients(scope)
    if rule == rules.RECIPIENTS_AND_EMPLOYED:
        return _recipients(scope) | monitoring.employed(scope)
    return _recipients(scope)


def direct_beneficiaries(read):
    return read(_count_direct, read.definition.direct_rule) if read.definition else None


def _count_direct(scope, rule):
    return people(scope, direct(scope, rule))


def indirect_beneficiaries(read):
    return read(_count_indirect, read.definition.direct_rule) if read.definition else None


def _count_indirect(scope, rule):
    rows = Party.objects.persons().filter(direct(scope, rule))
    return people(scope, *applicants.other_members(rows))


# Jobs and income -----------------------------------------------------------------------------------------------------


def _months(read):
    """A post that ended within so many months is short-term work, by the programme's definition."""
    return read.definition.short_term_months if read.definition else monitoring.SHORT_TERM_MONTHS


def jobs_created(read):
    return read(monitoring.jobs_created, _months(read))


def jobs_lost(read):
    return read(monitoring.jobs_lost, _months(read))


def jobs_net(read):
    return read(monitoring.jobs_net, _months(read))


def jobs_attributable(read):
    """Net jobs x the part owed to the programme, less what of that was displaced; None where either is not set."""
    rule = read.definition
    if rule is None or rule.attribution_share is None or rule.displacement_share is None:
        return None
    net = jobs_net(read)
    if not net.records:
        return None
    owed = net.value * rule.attribution_share * (1 - rule.displacement_share)
    value = owed.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return single(value, records=net.records, units=net.units, behind=net.behind)


def short_term_fte(read):
    """Days of short-term work / the days of a full-time year (Decimal, one digit)."""
    found = person_days(read)
    if not read.definition or not found.records:
        return None
    years = (Decimal(found.value) / read.definition.full_time_days).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return single(years, records=found.records, units=found.units, behind=found.behind)


def full_time_equivalents(read):
    if not read.definition:
        return None
    return read(monitoring.full_time_posts, read.definition.full_time_hours)


def at_work(place):
    """A measure: full-time equivalents in the businesses supported; all, kept or new by `place`."""

    def measure(read):
        if not read.definition:
            return None
        return read(monitoring.full_time_at_work, read.definition.full_time_hours)[place]

    return measure


def person_days(read):
    return read(monitoring.short_term_work)[0]


def wages_paid(read):
    return read(monitoring.short_term_work)[1]


def cost_for(jobs):
    """A measure: grants paid for each of these jobs, in the programme's currency; no figure without jobs."""

    def measure(read):
        paid, found = read(grants.disbursed).get(read.currency), jobs(read)
        if paid is None or found is None or found.value <= 0:
            return None
        each = round_minor(Decimal(paid.value) / found.value)
        facts = {"records": found.records + paid.records, "units": found.units, "behind": found.behind + paid.behind}
        whole = int(found.value) if found.value == int(found.value) else None
        return {read.currency: single(each, whole, currency=read.currency, **facts)}

    return measure


def latest(code):
    """A measure: what the last verified visits found of one quantity, by currency."""

    def measure(read):
        found = read(monitoring.measured)
        return {
            currency: single(row.latest, records=row.cases, currency=currency, behind=(row.rows,))
            for (name, currency), row in found.items()
            if name == code
        }

    return measure


def before(code):
    def measure(read):
        found = read(monitoring.measured)
        return {
            currency: single(row.before, records=row.paired, currency=currency, behind=(row.based,))
            for (name, currency), row in found.items()
            if name == code and row.paired
        }

    return measure


def change(code):
    """Last visit over baseline, of the cases that have both; the others are unknown."""

    def measure(read):
        row = read(monitoring.measured).get((code, read.currency))
        if row is None or not row.paired:
            return None
        facts = {"unknown": row.cases - row.paired, "records": row.paired, "behind": (row.based,)}
        return single(row.after, row.before, currency=read.currency, **facts)

    return measure


def survival(months):
    return lambda read: monitoring.survival(read.scope, read(monitoring.lives), months)


def users_served(read):
    row = read(monitoring.measured).get(("users_served", ""))
    return single(row.latest, records=row.cases, behind=(row.rows,)) if row else None
