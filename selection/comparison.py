"""Score cards side by side: what each member gave, how far they lie apart on each criterion and in all.

It compares the cards that it is given; which of them somebody may read is asked by Review.objects.shown_to().
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from selection.scoring import one_decimal, score


@dataclass(frozen=True)
class Line:
    """One criterion. `given` are the values card by card as they are printed, `mean` is of those that count.

    `apart`: points between the highest and the lowest, None below two values.
    """

    question: str
    weight: int
    given: list
    mean: str
    apart: int | None
    is_wide: bool


@dataclass(frozen=True)
class Comparison:
    """The cards of one case. `totals` beside each card, `total` of those that count, `apart` in points of 100."""

    cards: list
    lines: list
    totals: list
    total: str
    apart: str
    third_due: bool = False

    @property
    def has_words(self):
        return any(card.words for card in self.cards)


def compare(cards, rules, third_due=False):
    """The Comparison of these Reviews (with their scores) by the frozen rules, or None without a card."""
    if not cards:
        return None
    grid = rules["criteria"]
    for card in cards:
        card.words = _words(card)
    standing = [card for card in cards if not card.is_stale]
    sheets = [_values(card) for card in cards]
    counted = [_values(card) for card in standing]
    alone = [score(grid, [sheet]) for sheet in sheets]
    totals = [one.percent for one, card in zip(alone, cards, strict=True) if not card.is_stale]
    totals = [percent for percent in totals if percent is not None]
    return Comparison(
        cards=cards,
        lines=[_line(row, cards, counted) for row in grid],
        totals=[one.shown or _("n/a") for one in alone],
        total=score(grid, counted).shown,
        apart=one_decimal(max(totals) - min(totals)) if len(totals) > 1 else "",
        third_due=third_due,
    )


def total_of(card, grid):
    """The total of one card in points of 100, as it is printed; "" without a value."""
    return score(grid, [_values(card)]).shown


def _values(card):
    return {row.criterion.code: row.value for row in card.scores.all()}


def _words(card):
    """[(what it is about, what was written)] of a card: reasons of single values, then the comment."""
    found = [(f"{row.criterion.question}, {row.value}", row.comment) for row in card.scores.all() if row.comment]
    return [*found, ("", card.comment)] if card.comment else found


def _line(row, cards, counted):
    values = [sheet[row["code"]] for sheet in counted if sheet.get(row["code"]) is not None]
    apart = max(values) - min(values) if len(values) > 1 else None
    return Line(
        question=row["question"],
        weight=row["weight"],
        given=[_given(card, row["code"]) for card in cards],
        mean=f"{sum(values) / len(values):.1f}" if values else "",
        apart=apart,
        # Half of the scale apart is a disagreement that somebody should explain.
        is_wide=apart is not None and apart * 2 >= row["top"],
    )


def _given(card, code):
    found = next((one for one in card.scores.all() if one.criterion.code == code), None)
    if found is None:
        return ""
    return _("n/a") if found.value is None else str(found.value)
