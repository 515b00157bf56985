"""What follows from published sums: between which whole numbers each unknown number must lie. Pure and exact.

Unknowns are whole and not below zero. An equation is ({unknown: factor}, value). The range of a sum of unknowns is
found by linear programming (the simplex method with whole numbers only, Bland's rule), so nothing is lost to rounding.
"""

from math import ceil, floor

from reports.suppression.simplex import Contradiction, Region


class Ranges:
    """The ranges that a list of equations leaves. Raises Contradiction when no numbers fulfil them."""

    def __init__(self, equations):
        self.known, left = _substituted(equations)
        self._place, self._regions = {}, []
        for names, rows in _apart(left):
            region = Region(names, rows)
            self._regions.append(region)
            self._place |= dict.fromkeys(names, region)

    def of(self, wanted):
        """(lowest, highest) whole value of {unknown: factor}; highest None: there is no upper limit.

        lowest None likewise, where factors are below zero.
        """
        low = high = sum(factor * self.known.get(name, 0) for name, factor in wanted.items())
        by_region = {}
        for name, factor in wanted.items():
            if name in self.known or not factor:
                continue
            region = self._place.get(name)
            if region is None:
                # No equation knows it.
                low, high = (low, None) if factor > 0 else (None, high)
                continue
            by_region.setdefault(id(region), (region, {}))[1][name] = factor
        for region, part in by_region.values():
            least, most = region.range_of(part)
            low = None if low is None or least is None else low + least
            high = None if high is None or most is None else high + most
        return None if low is None else ceil(low), None if high is None else floor(high)

    def seen(self, wanted):
        """(low, high) between which the range is known to reach at least, without reckoning; None: not looked at yet.

        For {unknown: factor} of which the unknown ones hang together.
        """
        left = {name: factor for name, factor in wanted.items() if name not in self.known and factor}
        regions = {id(self._place.get(name)): self._place.get(name) for name in left}
        (region,) = regions.values() if len(regions) == 1 else (None,)
        if region is None:
            return None
        base = sum(factor * self.known[name] for name, factor in wanted.items() if name in self.known)
        low, high = region.seen(left)
        return base + low, base + high

    @property
    def largest(self):
        """How many unknowns hang together at most."""
        return max((len(region.names) for region in self._regions), default=0)


def _substituted(equations):
    """({unknown: value} that follow at once, the equations that are left without them)."""
    known, left = {}, [(dict(row), value) for row, value in equations]
    while True:
        found, rest = {}, []
        for row, value in left:
            value -= sum(factor * known[name] for name, factor in row.items() if name in known)
            row = {name: factor for name, factor in row.items() if name not in known and factor}
            if not row:
                if value:
                    raise Contradiction
                continue
            if len(row) == 1:
                ((name, factor),) = row.items()
                _learn(found, name, value, factor)
            elif all(factor > 0 for factor in row.values()) and value <= 0:
                if value:
                    raise Contradiction
                for name in row:
                    _learn(found, name, 0, 1)
            else:
                rest.append((row, value))
        left = rest
        if not found:
            return known, left
        known |= found


def _learn(found, name, value, factor):
    if value % factor or value // factor < 0 or found.get(name, value // factor) != value // factor:
        raise Contradiction
    found[name] = value // factor


def _apart(equations):
    """[(unknowns, equations)] that have nothing to do with each other."""
    root = {}

    def top(name):
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for row, _value in equations:
        first, *others = row
        root.setdefault(first, first)
        for name in others:
            root.setdefault(name, name)
            root[top(name)] = top(first)
    groups = {}
    for row, value in equations:
        names, rows = groups.setdefault(top(next(iter(row))), ({}, []))
        names |= dict.fromkeys(row)
        rows.append((row, value))
    return [(list(names), rows) for names, rows in groups.values()]
