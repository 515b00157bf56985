"""The simplex method in whole numbers. Pure.

A tableau holds integers over one common denominator (Edmonds), so that each division is without remainder. Bland's rule
keeps it from going round in circles.
"""

from fractions import Fraction


class Contradiction(Exception):
    """No numbers of at least zero fulfil the equations."""


class Region:
    """All numbers of at least zero that fulfil the equations [({name: factor}, value)] on these names."""

    def __init__(self, names, equations):
        self.names = names
        self._place = {name: number for number, name in enumerate(names)}
        self._rows = []
        for row, value in equations:
            dense = [0] * len(names) + [value]
            for name, factor in row.items():
                dense[self._place[name]] += factor
            self._rows.append(dense if value >= 0 else [-number for number in dense])
        self._over = 1
        self._basis = []
        self._kept = {}
        self._begin()

    def range_of(self, wanted):
        """(lowest, highest) of {name: factor} as Fractions; None where there is no limit."""
        key = frozenset(wanted.items())
        if key not in self._kept:
            aim = [0] * len(self.names)
            for name, factor in wanted.items():
                aim[self._place[name]] += factor
            high = self._most(aim)
            low = self._most([-factor for factor in aim])
            self._kept[key] = (None if low is None else -low, high)
        return self._kept[key]

    def _begin(self):
        """A first corner: auxiliary numbers, one for each equation, are driven to zero and taken out."""
        width, number = len(self.names), len(self._rows)
        for at, row in enumerate(self._rows):
            row[width:width] = [int(at == other) for other in range(number)]
        self._basis = list(range(width, width + number))
        if self._most([0] * width + [-1] * number):
            raise Contradiction
        for at in range(number):
            if self._basis[at] >= width:
                column = next((place for place in range(width) if self._rows[at][place]), None)
                if column is not None:
                    self._pivot(at, column)
        # An equation that still holds an auxiliary number follows from the others.
        used = [at for at in range(number) if self._basis[at] < width]
        self._rows = [[*self._rows[at][:width], self._rows[at][-1]] for at in used]
        self._basis = [self._basis[at] for at in used]

    def _most(self, aim):
        """The largest value of the sum; None when it has no limit."""
        while True:
            column = self._entering(aim)
            if column is None:
                total = sum(aim[name] * row[-1] for name, row in zip(self._basis, self._rows, strict=True))
                return Fraction(total, self._over)
            best = None
            for at, row in enumerate(self._rows):
                if row[column] > 0:
                    found = (Fraction(row[-1], row[column]), self._basis[at], at)
                    best = found if best is None or found < best else best
            if best is None:
                return None
            self._pivot(best[2], column)

    def _entering(self, aim):
        """The first column that makes the sum larger, or None."""
        weights = [(aim[name], row) for name, row in zip(self._basis, self._rows, strict=True) if aim[name]]
        for column, factor in enumerate(aim):
            if factor * self._over > sum(weight * row[column] for weight, row in weights):
                return column
        return None

    def _pivot(self, at, column):
        if self._rows[at][column] < 0:
            self._rows[at] = [-number for number in self._rows[at]]
        pivot = self._rows[at]
        by = pivot[column]
        for other, row in enumerate(self._rows):
            if other != at:
                factor = row[column]
                if factor or by != self._over:
                    self._rows[other] = [
                        (by * number - factor * known) // self._over for number, known in zip(row, pivot, strict=True)
                    ]
        self._over = by
        self._basis[at] = column
