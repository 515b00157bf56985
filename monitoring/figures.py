"""Figures of what came of it: jobs, people employed, income, survival. Pure reads; only verified facts count."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, Max, Min, OuterRef, Q, Subquery, Sum

from applicants.figures import Named, Tally, people, region_of, shares, single, tally
from applicants.models import FieldVerification, Party, SensitiveFact
from applicants.services.consent import group_index
from grants import figures as grants
from loans import figures as loans
from monitoring.baseline import baseline_posts, losses
from monitoring.models import BaselineLoss, Employment, JobPlace, Measurement, MonitoringVisit, ShortTermJob

HALF_YEAR, YEAR = 183, 365
# A post that ended within so many months is short-term work, where a programme has no definition yet.
SHORT_TERM_MONTHS = 6
CHUNK = 2000
VISIT_LINE = ("application__window__line", "application__window")


def _visits(scope):
    return MonitoringVisit.objects.verified_through(scope.to_on).filter(
        scope.line(*VISIT_LINE), programme=scope.programme
    )


def visits(scope):
    """Verified visits made in the scope."""
    return tally(_visits(scope).filter(scope.days("made_on")), {"found": "business_state", "region": "region__name"})


def visited(scope):
    """Applications with a verified visit in the scope; the records are the visits."""
    rows = _visits(scope).filter(scope.days("made_on"))
    said = rows.aggregate(cases=Count("application", distinct=True), number=Count("pk"))
    return single(said["cases"], records=said["number"], units=said["cases"], behind=(rows,))


# Jobs ----------------------------------------------------------------------------------------------------------------


def _posts(scope):
    return JobPlace.objects.filter(
        scope.line(*VISIT_LINE),
        application__programme=scope.programme,
        found_at__state=MonitoringVisit.State.VERIFIED,
    )


def _created(scope):
    return _posts(scope).filter(scope.days("created_on"))


STOOD = ExpressionWrapper(F("ended_on") - F("created_on"), output_field=DurationField())


def _lasting(scope, months):
    """Posts but those that ended within `months` months: that was short-term work."""
    lasts = Q(ended_on=None) | Q(stood__gte=timedelta(days=months * 365 // 12))
    return _posts(scope).annotate(stood=STOOD).filter(lasts)


def jobs_created(scope, months):
    """Posts that did not exist before the support, found at a verified visit, that did not end within `months`."""
    rows = _lasting(scope, months).filter(scope.days("created_on"))
    return tally(rows, {"region": "application__region__name", "window": "application__window__name"})


def jobs_lost(scope, months):
    """Posts that ended: those made with the support that had lasted, and those that existed before it."""
    made = _lasting(scope, months).filter(scope.days("ended_on"))
    before = losses(scope, BaselineLoss.What.POST).filter(scope.days("lost_on"))
    ended = tally(made, {"region": "application__region__name"})
    gone = tally(before, {"region": "post__verification__application__region__name"})
    return replace(ended + gone, verified=ended.records + before.filter(found_at__isnull=False).count())


def jobs_net(scope, months):
    """Posts made less posts that ended; a post that did both in the scope is one record and counts nothing."""
    created, lost = scope.days("created_on"), scope.days("ended_on")
    rows = _lasting(scope, months).filter(created | lost)
    before = losses(scope, BaselineLoss.What.POST).filter(scope.days("lost_on"))
    said = rows.aggregate(made=Count("pk", filter=created), gone=Count("pk", filter=lost), number=Count("pk"))
    went = before.aggregate(number=Count("pk"), seen=Count("found_at"))
    net = single(
        said["made"] - said["gone"] - went["number"],
        records=said["number"] + went["number"],
        units=said["made"],
        behind=(rows, before),
    )
    return replace(net, verified=said["number"] + went["seen"])


def baseline_jobs(scope):
    """Posts found at the last field verification before the support, of the first paid case of each business."""
    rows = baseline_posts(scope)
    return tally(rows, {"sex": "holder_sex", "region": "verification__application__region__name"})


def _open(scope):
    """Posts made with the support and open on the last day."""
    return _posts(scope).filter(Q(ended_on=None) | Q(ended_on__gt=scope.to_on), scope.through("created_on"))


def _worked(rows):
    """(weekly hours as a Decimal, number) of posts."""
    said = rows.aggregate(hours=Sum("hours_per_week", default=Decimal(0)), number=Count("pk"))
    return Decimal(said["hours"]), said["number"]


def _full_time(hours, full_time_hours):
    return (hours / full_time_hours).quantize(Decimal("0.1"), ROUND_HALF_UP)


def full_time_posts(scope, full_time_hours):
    """Full-time equivalents (Decimal, one digit) of posts made with the support and open on the last day."""
    rows = _open(scope)
    hours, number = _worked(rows)
    return single(_full_time(hours, full_time_hours), records=number, behind=(rows,))


def full_time_at_work(scope, full_time_hours):
    """(all, kept, new): full-time equivalents on the last day in the businesses supported, as IRIS asks for them.

    all: posts made with the support, and posts of the baseline that stand. kept: posts of the baseline that stand with
    who held them before. new: all less kept, so that whoever took the place of somebody counts as new.
    """
    whole = replace(scope, from_on=None)
    made, before = _open(scope), baseline_posts(whole)
    gone = losses(whole, BaselineLoss.What.POST).filter(scope.through("lost_on"))
    changed = losses(whole, *BaselineLoss.What.values).filter(scope.through("lost_on"))
    new_hours, new = _worked(made)
    stand_hours, _stand = _worked(before.exclude(pk__in=gone.values("post")))
    kept_hours, kept = _worked(before.exclude(pk__in=changed.values("post")))
    asked = before.count()
    # A post that is gone was asked about: no post kept is an answer, and no posts at all are none.
    every = {"records": new + asked, "behind": (made, before)}
    return (
        single(_full_time(new_hours + stand_hours, full_time_hours), **every),
        single(_full_time(kept_hours, full_time_hours), records=asked, units=kept, behind=(before,)),
        single(_full_time(new_hours + stand_hours - kept_hours, full_time_hours), **every),
    )


def jobs_sustained(scope, days):
    """Share of posts that stood for `days` days, of those made at least so many days before the last day."""
    rows = _created(scope).filter(created_on__lte=scope.to_on - timedelta(days=days))
    holds = Q(ended_on=None) | Q(stood__gte=timedelta(days=days))
    return shares(rows.annotate(stood=STOOD), holds, Q(pk__isnull=False))


def job_quality(scope, fact):
    """Share of created posts for which `fact` (with_contract, insured, minimum_wage) is true; unknown left out."""
    return shares(_created(scope), Q(**{fact: True}), Q(**{f"{fact}__isnull": False}))


# People at work ------------------------------------------------------------------------------------------------------


def _employments(scope):
    return Employment.objects.filter(
        scope.days("starts_on"),
        scope.line(*(f"place__{path}" for path in VISIT_LINE)),
        place__application__programme=scope.programme,
        found_at__state=MonitoringVisit.State.VERIFIED,
    )


def _short_term(scope):
    return ShortTermJob.objects.filter(
        scope.days("starts_on"),
        scope.line(*VISIT_LINE),
        programme=scope.programme,
        verified_by__isnull=False,
    )


def employed(scope):
    """Q on Party: persons with a verified employment or a verified short-term job that began in the scope."""
    return Q(pk__in=_employments(scope).values("person")) | Q(pk__in=_short_term(scope).values("worker"))


def employed_persons(scope):
    """Persons with a verified employment in a post."""
    return people(scope, Q(pk__in=_employments(scope).values("person")))


def employed_of_groups(scope, groups):
    """Persons of these target groups at work, each once; groups are counted by their blind index, never read.

    The tally names no records: who belongs to a group is listed nowhere.
    """
    indexes = [group_index(scope.programme, group.code) for group in groups]
    facts = SensitiveFact.objects.filter(scope.through("confirmed_on"), group_index__in=indexes)
    rows = Party.objects.persons().filter(employed(scope), pk__in=facts.values("party"))
    return replace(tally(rows), behind=())


def short_term_jobs(scope):
    """Persons with verified short-term work."""
    return people(scope, Q(pk__in=_short_term(scope).values("worker")))


def registered_share(scope):
    """Of short-term workers with a known answer, those registered at an employment centre."""
    work = _short_term(scope).filter(worker=OuterRef("pk"))
    rows = Party.objects.persons().filter(pk__in=_short_term(scope).values("worker"))
    said = rows.annotate(yes=Exists(work.filter(registered=True)), told=Exists(work.filter(registered__isnull=False)))
    return shares(said, Q(yes=True), Q(told=True), {"sex": "sex", "region": region_of(scope.programme)})


def short_term_work(scope):
    """(Tally of person-days, {currency: Tally of wages}) of verified short-term work."""
    rows, days, wages = _short_term(scope), Tally(), {}
    grouped = rows.order_by().values("currency")
    for row in grouped.annotate(days=Sum("person_days"), wages=Sum("wage_amount"), number=Count("pk")):
        currency = row["currency"]
        facts = {"records": row["number"], "behind": (rows.filter(currency=currency),)}
        days += single(row["days"], **facts)
        days_of = rows.filter(currency=currency).order_by().values_list("ends_on").annotate(total=Sum("wage_amount"))
        wages[currency] = replace(single(row["wages"], currency=currency, **facts), by_day=partial(list, days_of))
    return days, wages


# Income and trade ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """One quantity at the last verified visit of each case that has it; `before` only where a baseline was taken.

    `rows` are the measurements, `based` those with a baseline; neither is read.
    """

    rows: object
    based: object
    cases: int
    latest: int
    paired: int
    before: int
    after: int


BASELINES = {"sales": "sales_amount", "profit": "profit_amount", "household_income": "household_income_amount"}


def measured(scope):
    """{(code, currency): Measured}: minor units a month, or a count for users served."""
    rows = Measurement.objects.filter(visit__in=_visits(scope).values("pk"))
    later = Measurement.objects.filter(
        Q(visit__made_on__gt=OuterRef("visit__made_on"))
        | Q(visit__made_on=OuterRef("visit__made_on"), visit__gt=OuterRef("visit")),
        code=OuterRef("code"),
        visit__application=OuterRef("visit__application"),
        visit__state=MonitoringVisit.State.VERIFIED,
        visit__made_on__lte=scope.to_on,
    )
    verified = FieldVerification.objects.filter(application=OuterRef("visit__application"))
    rows = rows.filter(~Exists(later), scope.days("visit__made_on"))
    rows = rows.annotate(**{name: Subquery(verified.values(name)[:1]) for name in BASELINES.values()})
    sums = {"cases": Count("pk"), "money": Sum("amount", default=0), "number_": Sum("number", default=0)}
    for code, name in BASELINES.items():
        have = Q(**{f"{name}__isnull": False})
        sums |= {
            f"paired_{code}": Count("pk", filter=have),
            f"before_{code}": Sum(name, filter=have, default=0),
            f"after_{code}": Sum("amount", filter=have, default=0),
        }
    found = {}
    for row in rows.order_by().values("code", "currency").annotate(**sums):
        code = row["code"]
        based = code in BASELINES
        own = rows.filter(code=code, currency=row["currency"])
        found[code, row["currency"]] = Measured(
            rows=own,
            based=own.filter(**{f"{BASELINES[code]}__isnull": False}) if based else own.none(),
            cases=row["cases"],
            latest=row["money"] + row["number_"],
            paired=row[f"paired_{code}"] if based else 0,
            before=row[f"before_{code}"] if based else 0,
            after=row[f"after_{code}"] if based else 0,
        )
    return found


def lives(scope):
    """[(business, day of its first payment, last day seen open or paused, first day seen closed)]; None: never seen so.

    Of businesses paid by the last day, by what verified visits found until then; one look for every horizon.
    """
    party_of, found = {}, {}
    for rows in (grants.first_paid(scope), loans.first_paid(scope)):
        for app, party, first in rows.order_by().values_list("app", "party", "first").iterator(CHUNK):
            party_of[app] = party
            life = found.setdefault(party, [first, None, None])
            life[0] = min(life[0], first)
    open_, closed = Q(business_state__in=["open", "paused"]), Q(business_state="closed")
    seen = _visits(scope).order_by().values_list("application")
    for app, last, end in seen.annotate(last=Max("made_on", filter=open_), end=Min("made_on", filter=closed)).iterator(
        CHUNK
    ):
        life = found.get(party_of.get(app))
        if life is None:
            continue
        if last:
            life[1] = max(life[1] or last, last)
        if end:
            life[2] = min(life[2] or end, end)
    return [(party, *life) for party, life in found.items()]


def survival(scope, known, months):
    """Share of businesses found open `months` months after their first payment, of those whose day has passed.

    Open: a verified visit on or after that day found it open or paused. Closed: one found it closed by then, and none
    open later. The others are unknown. `known` is what `lives` told.
    """
    horizon = timedelta(days=months * 365 // 12)
    due, stands, gone = [], 0, 0
    for party, first, opened, closed in known:
        day = first + horizon
        if day > scope.to_on:
            continue
        due.append(party)
        if opened and opened >= day:
            stands += 1
        elif closed and closed <= day and (opened is None or opened < closed):
            gone += 1
    asked = stands + gone
    behind = (Named(Party, tuple(sorted(due))),)
    return single(stands, asked, unknown=len(due) - asked, records=len(due), behind=behind)


def alive(scope):
    """(cases whose last verified visit found the business open or paused, cases visited)."""
    # By the case alone: a database that reaches for the programme's index reads all its visits for each of them.
    later = MonitoringVisit.objects.verified_through(scope.to_on).filter(
        Q(made_on__gt=OuterRef("made_on")) | Q(made_on=OuterRef("made_on"), pk__gt=OuterRef("pk")),
        application=OuterRef("application"),
    )
    last = _visits(scope).filter(~Exists(later), scope.days("made_on"))
    said = last.aggregate(number=Count("pk"), open=Count("pk", filter=Q(business_state__in=["open", "paused"])))
    return single(said["open"], said["number"], records=said["number"], behind=(last,))
