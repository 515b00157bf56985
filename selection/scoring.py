"""From score cards to a total: pure functions of the cards and the frozen grid.

A criterion's points are the mean of the values given; "not applicable" is left out of the mean, and a criterion that
nobody scored is left out of the total. Exact fractions inside; the one decimal that people read is made at the end.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Section:
    """Points of one section of the grid, as if every criterion of it had been scored; None when none was."""

    name: str
    points: Fraction | None
    top: int
    threshold: int

    @property
    def below(self):
        return self.points is not None and self.points < self.threshold


@dataclass(frozen=True)
class Score:
    """`percent` of the points that could be had (Fraction), None without a value; `cards` counts those with one."""

    percent: Fraction | None
    sections: tuple
    cards: int

    @property
    def shown(self):
        return "" if self.percent is None else one_decimal(self.percent)

    def below(self, total_threshold_pct):
        """Names of what is under its threshold: "total", and sections."""
        names = [section.name for section in self.sections if section.below]
        if self.percent is not None and self.percent < total_threshold_pct:
            names.insert(0, "total")
        return names


def one_decimal(fraction):
    """ "82.7": half goes up."""
    tenths = int(fraction * 10 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}"


def score(criteria, cards):
    """The Score of `cards` (dicts criterion code -> int or None) on `criteria` (the frozen rows of the grid)."""
    means = {}
    for criterion in criteria:
        values = [card[criterion["code"]] for card in cards if card.get(criterion["code"]) is not None]
        if values:
            means[criterion["code"]] = Fraction(sum(values), len(values))
    sections = []
    for name in dict.fromkeys(criterion["section"] for criterion in criteria):
        rows = [criterion for criterion in criteria if criterion["section"] == name]
        whole = sum(row["top"] * row["weight"] for row in rows)
        share = _share(rows, means)
        threshold = max(row["section_threshold"] for row in rows)
        sections.append(Section(name, None if share is None else share * whole, whole, threshold))
    share = _share(criteria, means)
    scored = sum(any(value is not None for value in card.values()) for card in cards)
    return Score(None if share is None else share * 100, tuple(sections), scored)


def spread(criteria, cards):
    """Percentage points (Fraction) between the highest and the lowest total of single cards; None below two totals."""
    totals = [total for total in (score(criteria, [card]).percent for card in cards) if total is not None]
    return max(totals) - min(totals) if len(totals) > 1 else None


def _share(rows, means):
    scored = [row for row in rows if row["code"] in means]
    whole = sum(row["top"] * row["weight"] for row in scored)
    return sum(means[row["code"]] * row["weight"] for row in scored) / whole if whole else None
