"""The attack on small cells: everything that the printed figures of several reports leave possible, by scipy's HiGHS.

It shares no code with reports.suppression and reads only what donors see. An unknown is a cell of a breakdown (or a
total) in a stretch of time and of the money of one donor; every printed number is a sum of them.
"""

from datetime import date, timedelta

from scipy.optimize import linprog

from reports.figure import COUNT, SHARE

TIME = {"quarter", "year", "line", "term", "source"}
LINKED = {"trained_started": ("trained_completed", "trained_dropped_out"), "jobs_created": ("jobs_net", "jobs_lost")}


class Attack:
    """`reports`: [(figures as donors see them, first day or None, last day, donor key or "")]."""

    def __init__(self, reports):
        self.reports = reports
        edges = {date.min}
        for _figures, first, last, _donor in reports:
            edges |= {first or date.min, last + timedelta(days=1)}
        self.edges = sorted(edges)
        donors = {donor for *_rest, donor in reports}
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
            if figure.unit != COUNT or figure.hidden or figure.value is None:
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
        if figure.currency or figure.hidden or not figure.denominator:
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
                    if figure.unit == COUNT and None not in numbers and figure.value != sum(numbers):
                        wrong.add((figure.code, dim))
        for (code, dim), keys in self.cells.items():
            if dim in TIME or (code, dim) in wrong:
                continue
            for time in self.edges[:-1]:
                for donor in self.donors:
                    row = {self._name(((code,), time, donor)): -1}
                    for key in keys:
                        row[self._name(((code, dim, key), time, donor))] = 1
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

    def width(self, one, scope):
        """How far apart the lowest and the highest value of a hidden cell are; None without a limit."""
        low, high = self.range_of(self.at(one, *scope))
        return None if high is None else round(high - low, 6)
