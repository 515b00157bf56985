"""The attack on small cells: everything that the printed figures of several reports leave possible, by scipy's HiGHS.

It shares no code with reports.suppression and reads only what donors see. An unknown is a cell of a breakdown (or a
total) in a stretch of time and of the money of one donor; every printed number is a sum of them.
"""

from datetime import date, timedelta
from itertools import combinations

from scipy.optimize import linprog

from reports.figure import COUNT, MONEY, SHARE

# What people are on the last day of a report: their cells say nothing of those of another day.
AGEING = {"age"}
TIME = {"quarter", "year", "line", "term", "source"}
# Percent: an amount that is known to within less of itself is as good as told.
NEARLY = 15
# Percent: an amount of which one award or loan has more is that one's amount.
DOMINANT = 85
# Shares of money whose two sides are cells of a figure that is printed in money.
OF_CELLS = {"women_run_amount_share": ("loans_disbursed", "sex", "female", "male")}
LINKED = {"trained_started": ("trained_completed", "trained_dropped_out"), "jobs_created": ("jobs_net", "jobs_lost")}


class Attack:
    """`reports`: [(figures as donors see them, first day or None, last day, donor key or "")]."""

    def __init__(self, reports, scopes=()):
        """`scopes`: reports that are not read, of whose days and donors something will be asked."""
        self.reports = reports
        edges = {date.min}
        for _figures, first, last, _donor in [*reports, *scopes]:
            edges |= {first or date.min, last + timedelta(days=1)}
        self.edges = sorted(edges)
        donors = {donor for *_rest, donor in [*reports, *scopes]}
        self.donors = [*sorted(donors - {""}), ""]
        self.names, self.rows = {}, []
        self.cells = {}
        for figures, *_scope in reports:
            for figure in figures:
                for cell in figure.by:
                    self.cells.setdefault((figure.code, cell.by), {})[cell.key] = None
        for report in reports:
            self._read(*report)
        self._add_up()

    def at(self, one, first, last, donor):
        """The row of an id (a tuple that begins with the code) in the scope of a report."""
        times = [edge for edge in self.edges[:-1] if (first or date.min) <= edge <= last]
        who = [donor] if donor else self.donors
        if one[1:2] and one[1] in AGEING:
            times = [(last, time) for time in times]
        return {self._name((one, time, name)): 1 for time in times for name in who}

    def _name(self, atom):
        return self.names.setdefault(atom, len(self.names))

    def _read(self, figures, first, last, donor):
        told = {figure.code: figure for figure in figures}
        for figure in figures:
            scope = (first, last, "" if figure.whole_programme else donor)
            if figure.unit == SHARE:
                self._read_share(figure, scope)
                continue
            if figure.unit not in (COUNT, MONEY) or figure.hidden or figure.value is None:
                continue
            self.rows.append((self.at((figure.code,), *scope), figure.value))
            if first and figure.in_all is not None:
                self.rows.append((self.at((figure.code,), None, *scope[1:]), figure.in_all))
            for dim in set(figure.dims()) - TIME:
                shown = {cell.key: cell.value for cell in figure.cells(dim)}
                for key in self.cells[figure.code, dim]:
                    if shown.get(key, 0) is not None:
                        self.rows.append((self.at((figure.code, dim, key), *scope), shown.get(key, 0)))
        for total, parts in LINKED.items():
            found = [told.get(code) for code in (total, *parts)]
            if None in found or any(one.whole_programme for one in found):
                continue
            numbers = [one.value for one in found]
            if None in numbers or numbers[0] == sum(numbers[1:]):
                row = self.at((total,), first, last, donor)
                for code in parts:
                    row |= dict.fromkeys(self.at((code,), first, last, donor), -1)
                self.rows.append((row, 0))

    def _read_share(self, figure, scope):
        if figure.hidden or not figure.denominator:
            return
        if figure.currency:
            if figure.code in OF_CELLS and OF_CELLS[figure.code][:2] in self.cells:
                code, dim, *keys = OF_CELLS[figure.code]
                for key, number in zip(keys, (figure.numerator, figure.denominator - figure.numerator), strict=True):
                    self.rows.append((self.at((code, dim, key), *scope), number))
            return
        keys, code, dim = ("numerator", "rest", "unknown"), figure.code, "side"
        if figure.total_of[1:2] == ("sex",):
            keys, (code, dim) = ("female", "male", "unknown"), figure.total_of
        numbers = (figure.numerator, figure.denominator - figure.numerator, figure.unknown)
        for key, number in zip(keys, numbers, strict=True):
            self.rows.append((self.at((code, dim, key), *scope), number))

    def _add_up(self):
        """In each stretch of time a breakdown adds up to its total, unless a report shows that it does not."""
        wrong = set()
        for figures, *_scope in self.reports:
            for figure in figures:
                for dim in figure.dims():
                    numbers = [cell.value for cell in figure.cells(dim)]
                    if figure.unit != SHARE and None not in numbers and figure.value != sum(numbers):
                        wrong.add((figure.code, dim))
        for (code, dim), keys in self.cells.items():
            if dim in TIME or (code, dim) in wrong:
                continue
            for last in {last for _figures, _first, last, _donor in self.reports} if dim in AGEING else {None}:
                for time in self.edges[:-1]:
                    for donor in self.donors:
                        row = {self._name(((code,), time, donor)): -1}
                        for key in keys:
                            row[self._name(((code, dim, key), (last, time) if last else time, donor))] = 1
                        self.rows.append((row, 0))

    def range_of(self, row):
        """(lowest, highest) that the row can be; highest None without a limit."""
        if not self.rows:
            return 0, None
        lead = [0] * len(self.names)
        for name, factor in row.items():
            lead[name] = factor
        matrix = [[row.get(name, 0) for name in range(len(self.names))] for row, _value in self.rows]
        values = [value for _row, value in self.rows]
        ends = []
        for sign in (1, -1):
            found = linprog([sign * one for one in lead], A_eq=matrix, b_eq=values, bounds=(0, None), method="highs")
            if found.status == 2:
                raise ValueError("no numbers fulfil what is printed")
            ends.append(None if found.status == 3 else sign * found.fun)
        return ends[0], ends[1]

    def told(self, one, scope, unit, least):
        """(lowest, highest) of a hidden cell that is known too well, else None.

        A count is when it is known to within less than `least`, an amount to within less than NEARLY percent.
        """
        low, high = self.range_of(self.at(one, *scope))
        if high is None:
            return None
        if unit == MONEY:
            # A whole unit of doubt for the solver's floats.
            close = (high - low - 1) * 100 < NEARLY * max(high, 1)
        else:
            close = high - low < least - 1e-6
        return (round(low, 3), round(high, 3)) if close else None


def exposed(reports, truths, least, below=None):
    """[(scope, id, (lowest, highest))] of hidden counts and amounts that are known too well (Attack.told).

    below: only counts that are in truth less than this, and amounts of fewer or of one who has nearly all; the others
    are hidden as their cover.

    `truths`: the figures of each report before anything was hidden. Figures that hang together are attacked together,
    in all reports; where these contradict each other (who came in two years counts once in both), in each two of them,
    and in each alone.
    """
    found = []
    for codes in families(truths):
        mine = [([one for one in figures if one.code in codes], *scope) for figures, *scope in reports]
        groups = [list(range(len(reports)))]
        groups += combinations(range(len(reports)), 2)
        groups += [[place] for place in range(len(reports))]
        for group in groups:
            try:
                found += _exposed(
                    [mine[place] for place in group], [truths[place] for place in group], codes, least, below
                )
            except ValueError:
                continue
            if len(group) == len(reports):
                break
    return found


def families(truths):
    """Sets of codes that hang together by sums and shares."""
    links = [{total, *parts} for total, parts in LINKED.items()]
    links += [{one.code, one.total_of[0]} for figures in truths for one in figures if one.total_of]
    links += [{code, figure} for code, (figure, *_cells) in OF_CELLS.items()]
    sets = []
    for link in [*links, *({one.code} for figures in truths for one in figures)]:
        touching = [one for one in sets if one & link]
        sets = [one for one in sets if not one & link] + [link.union(*touching)]
    return sets


def _exposed(reports, truths, codes, least, below):
    attack = Attack(reports)
    attack.range_of({})
    for (shown, *scope), truth in zip(reports, truths, strict=True):
        printed = {(figure.code, cell.by, cell.key) for figure in shown for cell in figure.by if not cell.hidden}
        gone = {figure.code for figure in shown if figure.hidden}
        for figure in truth:
            if figure.code not in codes or figure.unit not in (COUNT, MONEY):
                continue
            where = (scope[0], scope[1], "" if figure.whole_programme else scope[2])
            cells = {(figure.code, cell.by, cell.key): cell for cell in figure.by if cell.by not in TIME}
            rows = {one: cell for one, cell in cells.items() if one not in printed}
            rows |= {(figure.code,): figure} if figure.code in gone else {}
            for one, row in rows.items():
                if below is not None and not _is_sensitive(row, figure.unit, below):
                    continue
                told = attack.told(one, where, figure.unit, least)
                # What the reports before it told without it is not its fault.
                if told and not Attack(reports[:-1], reports).told(one, where, figure.unit, least):
                    yield where, one, told


def _is_sensitive(row, unit, below):
    if unit == COUNT:
        return row.value < below
    return row.units < below or (row.largest or 0) * 100 > DOMINANT * row.value
