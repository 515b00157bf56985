"""A chart as numbers for an SVG: grouped bars from zero, solid and hatched, values printed at the marks. No markup."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

WIDTH, HEIGHT = 760, 280
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 30, 62
# Names under the bars that would run into each other on a phone stand in two lines by turns, and where there are too
# many for that, only every second or third is written: the table has them all. LETTER: the width of one on a phone.
LINES, LETTER = (HEIGHT - 36, HEIGHT - 8), 13
GRIDS = 4


@dataclass(frozen=True)
class Bar:
    """Coordinates are ready texts with a point, whatever the reader's language."""

    series: int
    x: str
    y: str
    width: str
    height: str
    middle: str
    value_y: str
    value: str


@dataclass(frozen=True)
class Drawing:
    number: int
    chart: object
    bars: list
    grid: list
    labels: list
    rows: list
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM

    @property
    def hatched(self):
        return len(self.chart.series) > 1

    @property
    def words(self):
        """What the picture says, for those who do not see it."""
        return f"{self.chart.title}. {self.chart.subtitle}"


def draw(number, chart):
    """The Drawing of a reports.charts.Chart."""
    most = max((value for values in chart.series for value in values), default=Decimal(0))
    top = _round_up(most)
    scale = Decimal(HEIGHT - TOP - BOTTOM) / top
    slot = Decimal(WIDTH - LEFT - RIGHT) / max(len(chart.labels), 1)
    width = min(slot * Decimal("0.8") / len(chart.series), Decimal(56))
    bars = []
    for place in range(len(chart.labels)):
        begin = LEFT + slot * place + (slot - width * len(chart.series)) / 2
        for series, values in enumerate(chart.series):
            value = max(values[place], Decimal(0))
            height = value * scale
            x = begin + width * series
            bars.append(
                Bar(
                    series=series + 1,
                    x=_text(x + 2),
                    y=_text(HEIGHT - BOTTOM - height),
                    width=_text(width - 4),
                    height=_text(height),
                    middle=_text(x + width / 2),
                    value_y=_text(HEIGHT - BOTTOM - height - 6),
                    value=f"{value:,.0f}",
                )
            )
    grid = [
        (_text(HEIGHT - BOTTOM - top * step / GRIDS * scale), f"{top * step / GRIDS:,.0f}") for step in range(GRIDS + 1)
    ]
    labels = [
        (_text(LEFT + slot * place + slot / 2), LINES[line], chart.labels[place])
        for place, line in _places(chart.labels, slot)
    ]
    rows = [(label, [chart.cell(values[place]) for values in chart.exact]) for place, label in enumerate(chart.labels)]
    return Drawing(number, chart, bars, grid, labels, rows)


def _places(labels, slot):
    """[(place, line)] of the names to write under slots of this width, the last one always."""
    need = max((len(str(label)) for label in labels), default=0) * LETTER
    if need <= slot:
        return [(place, 0) for place in range(len(labels))]
    kept = range(len(labels) - 1, -1, -ceil(need / (slot * len(LINES))))
    return [(place, number % len(LINES)) for number, place in enumerate(reversed(kept))]


def _round_up(value):
    """The next round number that four equal steps divide: 4, 8, 20, 40, 80, 200..."""
    size = Decimal(1)
    while True:
        for times in (4, 8, 20):
            if value <= size * times:
                return size * times
        size *= 10


def _text(value):
    return f"{value:.1f}"
