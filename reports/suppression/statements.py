"""What several reports say together: the published ones and the one to come, as one system of sums. Pure.

The unknowns are atoms: a cell of a breakdown (or a total) in a stretch of time and of the money of one donor, cut so
finely that each report is a sum of whole atoms. Who reads two reports can add and subtract them; what then follows of
a hidden cell, or of a few people who came between, is hidden as well: in the report to come, for the others are out.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from reports.figure import COUNT, MONEY, SHARE

# Dimensions that say who somebody is or where. Time, line and source of money say nothing about a person.
PERSONAL = {"sex", "age", "region", "sector", "window", "cycle", "reason"}
# Totals that are the sum of others: (total, parts). Figures with `total_of` are parts of that figure, too.
SUMS = (("trained_started", ("trained_completed", "trained_dropped_out")), ("jobs_created", ("jobs_net", "jobs_lost")))
# Figures of one day, the last: two of them say something about each other only when it is the same day.
OF_A_DAY = {"active_borrowers", "loans_outstanding"}
# Breakdowns by what people are on the last day: who was 29 in one report is 30 in the next.
AGEING = {"age"}
# A difference may lie below zero.
SIGNED = {"jobs_net"}
SIDES = ("numerator", "rest", "unknown")


@dataclass(frozen=True)
class Statement:
    """What one report says. An id is (code,), (code, dim, key), or ("in_all", code) for the value since the beginning.

    values: {id: number, or None where it is hidden}; money in minor units. told: {(code, dim): keys that are printed}.
    sums: [(total id, part ids)] between figures. people: ids that count people or their businesses, so that a few of
    them are hidden. whole: codes that count every donor's, though the report is one donor's.
    """

    first: date | None
    last: date
    donor: str = ""
    values: dict = field(default_factory=dict)
    told: dict = field(default_factory=dict)
    sums: tuple = ()
    people: frozenset = frozenset()
    money: frozenset = frozenset()
    whole: frozenset = frozenset()
    sides: frozenset = frozenset()

    def without(self, hidden):
        """The same with these ids hidden, and what goes with them.

        A hidden total takes its breakdowns with it, a hidden side the whole share; of a breakdown that is all hidden,
        not even the keys are printed.
        """
        gone = {one[0] for one in hidden if len(one) == 1}
        shares = {one[0] for one in hidden if one[1:2] == ("side",)}
        values = {
            one: None if one in hidden or self._falls(one, gone, shares) else number
            for one, number in self.values.items()
        }
        told = {
            (code, dim): keys
            for (code, dim), keys in self.told.items()
            if any(values[code, dim, key] is not None for key in keys)
        }
        return replace(self, values=values, told=told)

    def _falls(self, one, gone, shares):
        if one[0] in shares and one[1:2] == ("side",):
            return True
        # The sides of a share are told by the share, whatever becomes of the figure that has the same cells.
        return code_of(one) in gone and one not in self.sides

    @property
    def hidden(self):
        return {one for one, number in self.values.items() if number is None}

    def within(self, other):
        """Is everything of this report also in the other one?"""
        early = other.first is None or (self.first is not None and self.first >= other.first)
        return early and self.last <= other.last and other.donor in ("", self.donor)

    def meets(self, other):
        """Do the two have days and donors in common?"""
        begins = max(self.first or date.min, other.first or date.min)
        return begins <= min(self.last, other.last) and (not self.donor or other.donor in ("", self.donor))


def statement_of(figures, *, first, last, donor="", strict=False):
    """The Statement of figures, hidden ones among them or not. `strict`: every count is one of people."""
    values, told, sums, people, money, sides = {}, {}, [], set(), set(), set()
    for figure in figures:
        if figure.impersonal:
            continue
        if figure.unit == SHARE:
            sides |= _say_share(figure, values, sums, people, strict=strict)
        elif figure.unit in (COUNT, MONEY) and (figure.hidden or figure.value is not None):
            _say_figure(figure, values, told, people, strict=strict, period=first)
            money |= {figure.code} if figure.unit == MONEY else set()
    sums += _sums_of(figures, values)
    whole = frozenset(figure.code for figure in figures if figure.whole_programme)
    sets = {"people": frozenset(people), "money": frozenset(money), "whole": whole, "sides": frozenset(sides)}
    return Statement(first, last, donor, values, told, tuple(sums), **sets)


def _say_figure(figure, values, told, people, *, strict, period):
    total = (figure.code,)
    values[total] = None if figure.hidden else int(figure.value)
    counts = figure.unit == COUNT
    if counts and (strict or figure.of_people):
        people.add(total)
    if period and not figure.hidden and figure.in_all is not None:
        values["in_all", figure.code] = int(figure.in_all)
    for dim in figure.dims():
        if not strict and dim not in PERSONAL:
            continue
        cells = figure.cells(dim)
        told[figure.code, dim] = tuple(cell.key for cell in cells)
        values.update({(figure.code, dim, cell.key): None if cell.hidden else cell.value for cell in cells})
        people |= {(figure.code, dim, cell.key) for cell in cells} if counts else set()


def sides_of(figure):
    """(total id, {side id: number or None}): both sides of a share of people, and those of whom nothing is known."""
    code, dim = (figure.total_of or (figure.code, "side"))[:2]
    keys = ("female", "male", "unknown") if dim == "sex" else SIDES
    code, dim = (code, dim) if dim == "sex" else (figure.code, "side")
    numbers = (None, None, None)
    if not figure.hidden:
        numbers = (figure.numerator, figure.denominator - figure.numerator, figure.unknown or 0)
    total = (figure.total_of[0],) if figure.total_of else (figure.code, "all")
    return total, {(code, dim, key): number for key, number in zip(keys, numbers, strict=True)}


def _say_share(figure, values, sums, people, *, strict):
    """Enter the sides of a share of people; return their ids."""
    if figure.currency or not (strict or figure.of_people):
        return set()
    if not figure.hidden and (figure.numerator is None or not figure.denominator):
        return set()
    total, sides = sides_of(figure)
    # What another figure has said already stands, even where the share is hidden.
    for one, number in sides.items():
        if values.get(one) is None:
            values[one] = number
    people |= set(sides)
    adds_up = figure.hidden or values.get(total) in (None, sum(sides.values()))
    if adds_up and total[1:] != ("all",):
        sums.append((total, tuple(sides)))
    return set(sides) if not figure.hidden else set()


def _sums_of(figures, values):
    """[(total id, part ids)] that hold between figures, as far as the figures do not say otherwise."""
    counted = {figure.code for figure in figures if figure.unit == COUNT and (figure.code,) in values}
    parts = {total: list(found) for total, found in SUMS}
    for figure in figures:
        if figure.unit == COUNT and figure.total_of:
            parts.setdefault(figure.total_of[0], []).append(figure.code)
    for total, found in parts.items():
        ids = tuple((part,) for part in found if part in counted)
        if total not in counted or not ids:
            continue
        numbers = [values[one] for one in ((total,), *ids)]
        if None in numbers or numbers[0] == sum(numbers[1:]):
            yield (total,), ids


def families(statements):
    """[ids] of all statements, those of figures that hang together in one list."""
    group = {}
    links = [{one[0] for one in (total, *parts)} for said in statements for total, parts in said.sums]
    codes = {code_of(one) for said in statements for one in said.values}
    for codes_of_link in [*links, *({code} for code in codes)]:
        merged = set(codes_of_link).union(*(group[code] for code in codes_of_link if code in group))
        group |= dict.fromkeys(merged, frozenset(merged))
    found = {}
    for one in sorted({one for said in statements for one in said.values}, key=str):
        found.setdefault(group[code_of(one)], []).append(one)
    return list(found.values())


def code_of(one):
    return one[1] if one[0] == "in_all" else one[0]


class Atoms:
    """How the ids of one family, in all the statements, are sums of atoms."""

    def __init__(self, statements, ids):
        self.ids = set(ids)
        edges = {said.first or date.min for said in statements} | {said.last + timedelta(days=1) for said in statements}
        edges |= {date.min for said in statements if any(one[0] == "in_all" for one in said.values)}
        self.edges = sorted(edges)
        donors = sorted({said.donor for said in statements} - {""})
        # Where one donor's part is told, there is that of the others as well.
        self.donors = [*donors, ""] if donors else [""]
        self.adding = self._adding(statements)
        below = {one[0] for said in statements for one, number in said.values.items() if (number or 0) < 0}
        self.signed = SIGNED | below

    def of(self, said, one):
        """{atom: factor} of an id in a statement."""
        first, code = said.first, code_of(one)
        if one[0] == "in_all":
            first, one = None, (code,)
        if code in OF_A_DAY:
            times = [said.last]
        else:
            times = [edge for edge in self.edges[:-1] if (first or date.min) <= edge <= said.last]
        if one[1:2] and one[1] in AGEING:
            times = [(said.last, time) for time in times]
        donors = [said.donor] if said.donor and code not in said.whole else self.donors
        return self.spread(one, ((donor, time) for donor in donors for time in times))

    def spread(self, one, places):
        if one[0] in self.signed:
            return {(one, *place, sign): sign for place in places for sign in (1, -1)}
        return {(one, *place): 1 for place in places}

    def places(self, statements, code, dim=""):
        """Every (donor, stretch of time) in which a figure, or a breakdown of it, is counted."""
        lasts = sorted({said.last for said in statements})
        times = lasts if code in OF_A_DAY else self.edges[:-1]
        if dim in AGEING:
            times = [(last, time) for last in lasts for time in times if time <= last]
        return [(donor, time) for donor in self.donors for time in times]

    def left_out(self, said):
        """Ids of breakdowns of which a report prints nothing, though it prints their total and another prints them."""
        return {
            (code, dim, key)
            for (code, dim), keys in self.adding.items()
            if said.values.get((code,)) is not None and (code, dim) not in said.told
            for key in keys
        }

    def _adding(self, statements):
        """{(code, dim): keys} of the breakdowns whose cells add up to the total, wherever all of it is told."""
        keys, wrong = {}, set()
        for said in statements:
            for (code, dim), told in said.told.items():
                if (code,) not in self.ids:
                    continue
                keys.setdefault((code, dim), {}).update(dict.fromkeys(told))
                cells = [said.values[code, dim, key] for key in told]
                total = said.values.get((code,))
                if None not in cells and total is not None and sum(cells) != total:
                    wrong.add((code, dim))
        return {one: list(found) for one, found in keys.items() if one not in wrong}

    def equations(self, statements):
        """[({atom: factor}, value)]: what is printed, and how it hangs together."""
        return [*self._printed(statements), *self._adding_up(statements), *self._between(statements)]

    def _printed(self, statements):
        for said in statements:
            for one, number in said.values.items():
                if number is not None and one in self.ids:
                    yield self.of(said, one), number
            for (code, dim), keys in self.adding.items():
                # A group that a printed breakdown does not name has nobody.
                if (code, dim) in said.told:
                    for key in set(keys) - set(said.told[code, dim]):
                        if (code, dim, key) not in said.values:
                            yield self.of(said, (code, dim, key)), 0

    def _adding_up(self, statements):
        for (code, dim), keys in self.adding.items():
            for place in self.places(statements, code, dim):
                donor, time = place
                whole = (donor, time[1] if dim in AGEING else time)
                row = {atom: -factor for atom, factor in self.spread((code,), [whole]).items()}
                for key in keys:
                    row |= self.spread((code, dim, key), [place])
                yield row, 0

    def _between(self, statements):
        for said in statements:
            for total, parts in said.sums:
                if total not in self.ids:
                    continue
                row = {atom: -factor for atom, factor in self.of(said, total).items()}
                for part in parts:
                    for atom, factor in self.of(said, part).items():
                        row[atom] = row.get(atom, 0) + factor
                yield row, 0
