"""Figures of the register: who was referred, trained, applied and was approved. Pure reads.

A figure is read in a Scope (programme, days, donor) and comes back as a Tally: the parts of one GROUP BY, which add up
to the figure and to each of its breakdowns. A person counts once, in the region of their Enrolment.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Case, CharField, Count, F, Max, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from applicants.models import Application, Enrolment, Party, PartyMember, Referral, TrainingPlace, Waiver
from programmes.models import Donor, LineShare, Programme

UNKNOWN = "unknown"
# Age groups by the last age they hold; the year of birth is all that is known.
AGES = (("0-17", 17), ("18-29", 29), ("30-44", 44), ("45-59", 59))
OLDEST = "60+"
FINALLY_ELIGIBLE = ("eligible", "under_review", "approved", "reserve", "rejected")


@dataclass(frozen=True)
class Scope:
    """What a figure is read in: facts dated `from_on` to `to_on`, both included; without `from_on` since the beginning.

    With `donor`, facts that hang on a funding line count on that donor's lines only.
    """

    programme: Programme
    to_on: date
    from_on: date | None = None
    donor: Donor | None = None

    def days(self, name):
        """Q: the date `name` lies within the scope."""
        return Q(**{f"{name}__gte": self.from_on}) & self.through(name) if self.from_on else self.through(name)

    def through(self, name):
        """Q: the date `name` lies on or before the last day."""
        return Q(**{f"{name}__lte": self.to_on})

    def line(self, path="line", window=""):
        """Q: the funding line at `path`, or one of those that share the window at `window`, is the donor's.

        What is shared counts whole for each of its donors, and once where no donor is named.
        """
        if self.donor is None:
            return Q()
        own = Q(**{f"{path}__donor": self.donor})
        if window:
            own |= Q(**{f"{window}__in": LineShare.objects.of_donor(self.donor).values("window")})
        return own


class Part(NamedTuple):
    """One group: the value of each dimension, then what was counted.

    value: a count, minor units, or a share's numerator; of: its denominator; unknown: those left out of both; records:
    source rows; units: the people or businesses behind them, by which small cells are known. largest: of an
    amount, the most that one award or loan in it brings, in all of the figure.
    """

    key: tuple
    value: int
    of: int | None = None
    unknown: int = 0
    records: int = 0
    units: int = 0
    largest: int = 0


@dataclass(frozen=True)
class Tally:
    """The parts of a figure by its dimensions. `currency` when the values are minor units.

    `behind`: the records it rests on, as querysets that nobody has read yet, or as Named; as many as `records`. Without
    any, nobody may list them. `verified`: how many of them a second person verified, where that is not all or none.
    `by_day()`: of money that moved, [(day, minor units)] that add up to it; None where it has no days, as a balance.
    """

    dims: tuple = ()
    parts: tuple = ()
    currency: str = ""
    behind: tuple = field(default=(), compare=False)
    verified: int | None = None
    by_day: Callable | None = field(default=None, compare=False)

    @property
    def value(self):
        return sum(part.value for part in self.parts)

    @property
    def of(self):
        return None if any(part.of is None for part in self.parts) else sum(part.of for part in self.parts)

    @property
    def unknown(self):
        return sum(part.unknown for part in self.parts)

    @property
    def records(self):
        return sum(part.records for part in self.parts)

    @property
    def units(self):
        return sum(part.units for part in self.parts)

    @property
    def largest(self):
        """Of an amount, what the one award or loan with most of it brings; 0 when nothing is known of that."""
        return max((part.largest for part in self.parts), default=0)

    def split(self, dim):
        """One Tally for each value of a dimension, in the order of its keys."""
        place = self.dims.index(dim)
        found = {}
        for part in self.parts:
            found.setdefault(part.key[place], []).append(part)
        return {key: Tally((), tuple(parts), self.currency) for key, parts in sorted(found.items())}

    def __add__(self, other):
        """The same dimensions from two sources, such as grants and loans."""
        if not self.parts or not other.parts:
            return self if self.parts else other
        if self.dims != other.dims or self.currency != other.currency:
            raise ValueError("two tallies of different dimensions or currencies cannot be added")
        return Tally(self.dims, self.parts + other.parts, self.currency, self.behind + other.behind)


class Named(NamedTuple):
    """Records named by their primary keys, where no single queryset says which they are."""

    model: type
    keys: tuple


def single(value, of=None, *, unknown=0, records=0, units=None, currency="", behind=()):
    """A Tally of one part without dimensions."""
    part = Part((), value, of, unknown, records, records if units is None else units)
    return Tally((), (part,), currency, tuple(behind))


def tally(rows, dims=None, *, amount=None, currency="", units=None):
    """Group a queryset: `dims` names expressions; each part counts the rows, or adds their `amount` minor units.

    `units`: Q for the rows that bring somebody new, such as first loans; without it every row does.
    """
    dims = dims or {}
    said = {f"by_{name}": F(where) if isinstance(where, str) else where for name, where in dims.items()}
    said = said or {"by_nothing": Value("")}
    counted = {"number": Count("pk"), "behind": Count("pk", filter=units)}
    counted |= {"total": Sum(amount, default=0), "most": Max(amount)} if amount else {}
    parts = []
    for row in rows.order_by().values(**said).annotate(**counted):
        key = tuple("" if row[f"by_{name}"] is None else row[f"by_{name}"] for name in dims)
        value, most = (row["total"], row["most"] or 0) if amount else (row["number"], 0)
        parts.append(Part(key, value, None, 0, row["number"], row["behind"], most))
    return Tally(tuple(dims), tuple(parts), currency, (rows,))


def shares(rows, holds, known, dims=None):
    """A share: of the rows for which `known`, those for which `holds`; the others are unknown."""
    dims = dims or {}
    said = {f"by_{name}": F(where) if isinstance(where, str) else where for name, where in dims.items()}
    said = said or {"by_nothing": Value("")}
    counted = {
        "number": Count("pk"),
        "known": Count("pk", filter=known),
        "held": Count("pk", filter=known & holds),
    }
    parts = []
    for row in rows.order_by().values(**said).annotate(**counted):
        key = tuple("" if row[f"by_{name}"] is None else row[f"by_{name}"] for name in dims)
        unknown = row["number"] - row["known"]
        parts.append(Part(key, row["held"], row["known"], unknown, row["number"], row["number"]))
    return Tally(tuple(dims), tuple(parts), "", (rows,))


def median(values):
    """The middle of ordered whole numbers; of an even number, half way between the two. None of nothing."""
    values = sorted(values)
    if not values:
        return None
    middle = len(values) // 2
    if len(values) % 2:
        return values[middle]
    both = values[middle - 1] + values[middle]
    return both // 2 if both % 2 == 0 else Decimal(both) / 2


# Who somebody is -----------------------------------------------------------------------------------------------------


def sex_of(party):
    """Expression: the sex of a person, or of the manager of anything else, at the path `party` ("" for the row)."""
    at = f"{party}__" if party else ""
    return Case(
        When(**{f"{at}kind": Party.Kind.PERSON}, then=F(f"{at}sex")),
        When(~Q(**{f"{at}manager_sex": UNKNOWN}), then=F(f"{at}manager_sex")),
        default=Coalesce(F(f"{at}manager__sex"), Value(UNKNOWN)),
        output_field=CharField(),
    )


def run_by(business, applicant):
    """Expression: the sex of who runs the business; somebody without an enterprise is their own business."""
    return Case(
        When(**{f"{business}__isnull": False}, then=sex_of(business)),
        default=sex_of(applicant),
        output_field=CharField(),
    )


def age_group(scope):
    """Expression on Party: the age group by the year of birth, at the end of the scope."""
    year = scope.to_on.year
    cases = [When(birth_year__gte=year - last, then=Value(name)) for name, last in reversed(AGES)]
    ordered = [When(birth_year=None, then=Value(UNKNOWN)), *reversed(cases)]
    return Case(*ordered, default=Value(OLDEST), output_field=CharField())


def region_of(programme):
    """Expression on Party: the region in which the party is enrolled; empty when it is not."""
    enrolment = Enrolment.objects.filter(programme=programme, party=OuterRef("pk"))
    return Coalesce(Subquery(enrolment.values("region__name")[:1]), Value(""))


def people(scope, *conditions):
    """Tally of persons, each once, that meet the conditions: by sex, age group and region."""
    rows = Party.objects.persons().filter(*conditions)
    return tally(rows, {"sex": "sex", "age": age_group(scope), "region": region_of(scope.programme)})


def persons_of(parties):
    """Q on Party: the persons behind these parties (a subquery of ids).

    A person; the members of a group; the head of a household; the manager of an enterprise.
    """
    members = PartyMember.objects.filter(party__in=parties)
    behind = members.filter(Q(party__kind=Party.Kind.GROUP) | Q(party__kind=Party.Kind.HOUSEHOLD, role="head"))
    managers = Party.objects.filter(pk__in=parties, kind=Party.Kind.ENTERPRISE, manager__isnull=False)
    return Q(pk__in=parties) | Q(pk__in=behind.values("person")) | Q(pk__in=managers.values("manager"))


def other_members(direct):
    """Persons in a household with somebody of `direct` (a queryset of Party) who are not themselves of `direct`."""
    homes = PartyMember.objects.filter(party__kind=Party.Kind.HOUSEHOLD, person__in=direct.values("pk"))
    family = PartyMember.objects.filter(party__in=homes.values("party"))
    return Q(pk__in=family.values("person")), ~Q(pk__in=direct.values("pk"))


# The way to the committee --------------------------------------------------------------------------------------------


def referred(scope):
    """Referrals, by source and region."""
    rows = Referral.objects.filter(scope.days("referred_on"), programme=scope.programme)
    return tally(rows, {"source": "source", "region": "region__name"})


def _places(scope, *, orientation=False):
    return TrainingPlace.objects.filter(course__programme=scope.programme, course__orientation=orientation)


def _on_course(places):
    return Q(pk__in=places.values("person"))


def completed(scope, *, orientation=False):
    """Subquery of the persons who completed a training (or an orientation)."""
    return _places(scope, orientation=orientation).filter(scope.days("outcome_on"), outcome="completed")


def oriented(scope):
    return people(scope, _on_course(completed(scope, orientation=True)))


def trained_started(scope):
    return people(scope, _on_course(_places(scope).filter(scope.days("course__starts_on"))))


def trained_completed(scope):
    return people(scope, _on_course(completed(scope)))


def trained_dropped_out(scope):
    """Persons who left a training and completed none by the last day."""
    left = _places(scope).filter(scope.days("outcome_on"), outcome="dropped_out")
    done = _places(scope).filter(scope.through("outcome_on"), outcome="completed")
    return people(scope, _on_course(left), ~_on_course(done))


def trained(scope):
    """Q on Party: persons who completed a training."""
    return _on_course(completed(scope))


def waived(scope):
    rows = Waiver.objects.filter(
        scope.days("decided_on"),
        scope.line("application__window__line", "application__window"),
        application__programme=scope.programme,
    )
    return tally(rows, {"reason": "reason_code", "region": "application__region__name"})


def _applications(scope):
    return Application.objects.filter(scope.line("window__line", "window"), programme=scope.programme)


APPLICATION_DIMS = {"sex": run_by("business", "applicant"), "window": "window__name", "region": "region__name"}


FIRST = Q(repeat_of=None)


def applied(scope):
    return tally(_applications(scope).filter(scope.days("submitted_on")), APPLICATION_DIMS, units=FIRST)


def eligible(scope):
    rows = _applications(scope).filter(scope.days("submitted_on"), state__in=FINALLY_ELIGIBLE)
    return tally(rows, APPLICATION_DIMS, units=FIRST)


def approved(scope):
    rows = _applications(scope).filter(scope.days("decided_on"), state=Application.State.APPROVED)
    return tally(rows, APPLICATION_DIMS, units=FIRST)


def days_to_decision(scope):
    """The median of the days from handing in to the decision, of applications decided in the scope."""
    rows = _applications(scope).filter(
        scope.days("decided_on"), submitted_on__isnull=False, state__in=["approved", "rejected", "reserve"]
    )
    found = [(decided - handed_in).days for handed_in, decided in rows.values_list("submitted_on", "decided_on")]
    return single(median(found), records=len(found), behind=(rows,)) if found else Tally()
