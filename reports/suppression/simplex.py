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
        # [(denominator, {place of a name: numerator})] of the corners at which a sum was largest.
        self.corners = []
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
        self.corners = []
        self._remember()

    def _most(self, aim):
        """The largest value of the sum; None when it has no limit."""
        # What the sum gains by each number, over the common denominator: the last row of the tableau.
        gains = [factor * self._over for factor in aim] + [0]
        for name, row in zip(self._basis, self._rows, strict=True):
            if aim[name]:
                weight = aim[name]
                gains = [gain - weight * number for gain, number in zip(gains, row, strict=True)]
        self._rows.append(gains)
        try:
            return self._climb()
        finally:
            self._rows.pop()

    def _climb(self):
        while True:
            gains = self._rows[-1]
            column = next((place for place, gain in enumerate(gains[:-1]) if gain > 0), None)
            if column is None:
                self._remember()
                return Fraction(-gains[-1], self._over)
            best = None
            for at, row in enumerate(self._rows[:-1]):
                if row[column] > 0 and (best is None or self._sooner(row, at, column, best)):
                    best = at
            if best is None:
                return None
            self._pivot(best, column)

    def _sooner(self, row, at, column, best):
        """Does this row bound the column before `best` does? Of two alike the one whose number comes first."""
        other = self._rows[best]
        mine, its = row[-1] * other[column], other[-1] * row[column]
        return mine < its or (mine == its and self._basis[at] < self._basis[best])

    def _remember(self):
        self.corners.append((self._over, {name: row[-1] for name, row in zip(self._basis, self._rows, strict=False)}))

    def seen(self, wanted):
        """(low, high) in whole numbers of {name: factor} at the corners met so far: the range holds at least these."""
        row = [(self._place[name], factor) for name, factor in wanted.items()]
        low = high = None
        for over, at in self.corners:
            total = sum(at[place] * factor for place, factor in row if place in at)
            above, below = -(-total // over), total // over
            low = above if low is None or above < low else low
            high = below if high is None or below > high else high
        return low, high

    def _pivot(self, at, column):
        if self._rows[at][column] < 0:
            self._rows[at] = [-number for number in self._rows[at]]
        pivot, over = self._rows[at], self._over
        by = pivot[column]
        for other, row in enumerate(self._rows):
            if other == at:
                continue
            factor = row[column]
            if factor:
                self._rows[other] = [
                    (by * number - factor * known) // over for number, known in zip(row, pivot, strict=True)
                ]
            elif by != over:
                self._rows[other] = [by * number // over for number in row]
        self._over = by
        self._basis[at] = column
