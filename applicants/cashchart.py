"""The cash flow as a drawing: bars for what is left over, a line for the instalment. Numbers for an SVG, no markup."""

from collections import namedtuple
from dataclasses import dataclass

from babel.numbers import format_decimal

from ledger.money import locale_of, to_major

LARGE = 1_000_000  # major units; above it a chart of amounts prints thousands
WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 76, 8, 20, 44
STEPS = (1, 2, 5)


# What the chart reads of a cash flow and of each of its months.
Flow = namedtuple("Flow", "months instalment", defaults=(0,))
Month = namedtuple("Month", "number left instalment", defaults=(0,))


@dataclass(frozen=True)
class Bar:
    """Coordinates are ready texts with a point, whatever the reader's language."""

    x: str
    y: str
    width: str
    height: str
    middle: str
    value_y: str
    label: str
    value: str
    negative: bool


@dataclass(frozen=True)
class Chart:
    width: int
    height: int
    bars: list
    grid: list  # (y, words at the axis)
    zero: str
    line: str  # points of the instalment's line, empty without one
    left: int
    right: int
    label_y: int


def step_for(span):
    """A round distance between grid lines (1, 2 or 5 times a power of ten) that gives at most five of them."""
    size = 1
    while True:
        for times in STEPS:
            if span <= size * times * 5:
                return size * times
        size *= 10


def draw(flow, heads, shown, slots=12):
    """The Chart of a cashflow.Flow; the axis holds zero, `shown` prints amounts of minor units. `slots` bars fit."""
    top = max(0, *(month.left for month in flow.months), flow.instalment)
    low = min(0, *(month.left for month in flow.months))
    step = step_for(max(1, top - low))
    high, low = -(-top // step) * step, low // step * step
    high = high if high > low else low + step
    scale = (HEIGHT - TOP - BOTTOM) / (high - low)

    def at(amount):
        return TOP + (high - amount) * scale

    slot = (WIDTH - LEFT - RIGHT) / slots
    bars = [_bar(month, head, slot, at, shown) for month, head in zip(flow.months, heads, strict=True)]
    points = [
        f"{_text(LEFT + slot * (month.number + side))},{_text(at(month.instalment))}"
        for month in flow.months
        if month.instalment
        for side in (0, 1)
    ]
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        bars=bars,
        grid=[(_text(at(amount)), shown(amount)) for amount in range(low, high + 1, step)],
        zero=_text(at(0)),
        line=" ".join(points),
        left=LEFT,
        right=WIDTH - RIGHT,
        label_y=HEIGHT - BOTTOM + 20,
    )


def in_thousands(amounts, currency):
    """Does the chart of these amounts (minor units) print thousands?"""
    return to_major(max(abs(amount) for amount in amounts), currency) >= LARGE


def draw_amounts(amounts, heads, currency, slots=12):
    """The Chart of amounts (minor units of the currency), a bar for each, in whole units or in thousands."""
    size = 1000 if in_thousands(amounts, currency) else 1

    def shown(minor):
        text = format_decimal(to_major(abs(minor), currency) / size, format="#,##0", locale=locale_of())
        return f"\u2212{text}" if minor < 0 else text

    flow = Flow([Month(number, amount) for number, amount in enumerate(amounts)])
    return draw(flow, heads, shown, slots)


def _text(number):
    return f"{number:.1f}"


def _bar(month, head, slot, at, shown):
    x = LEFT + slot * month.number
    top, bottom = at(max(month.left, 0)), at(min(month.left, 0))
    return Bar(
        x=_text(x + slot * 0.18),
        y=_text(top),
        width=_text(slot * 0.64),
        height=_text(bottom - top),
        middle=_text(x + slot / 2),
        value_y=_text(bottom + 14 if month.left < 0 else top - 6),
        label=head,
        value=shown(month.left),
        negative=month.left < 0,
    )
