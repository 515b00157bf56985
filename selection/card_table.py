"""The score cards of a whole packet as one table: a row for each case, a column for each criterion."""

import hashlib
import json
from dataclasses import dataclass
from http import HTTPStatus

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from pages.forms import SeedbedForm
from pages.problems import Problem
from selection.models import Case
from selection.scoring import score
from selection.services.judging import MOST_COMMENT as MOST_REASON

# Rows on one page: sixty cases on ten criteria, with their reasons, stay far below what one form may send.
MOST_ROWS = 60
MOST_COMMENT = 2000
NOT_APPLICABLE = ("n", "na", "n/a", "-", "–")


@dataclass
class Cell:
    """One box: what was typed, what is wrong with it. `shown` is False for a reason that nothing asks for."""

    name: str
    label: str
    text: str = ""
    error: str = ""
    shown: bool = True


@dataclass
class Line:
    """One case with its boxes; `values` and `reasons` by code of the criterion.

    `seen` is the token of what the page showed: the revision of the case, and the card as it was kept. `posted` is the
    token that came back, None when the page did not hold this row.
    """

    case: Case
    grid: list
    values: dict
    reasons: dict
    comment: Cell
    stored: dict
    stale: bool = False
    posted: str | None = None
    error: str = ""

    @property
    def seen(self):
        return (
            f"{self.case.revision}-{hashlib.sha256(json.dumps(sorted(self.stored.items())).encode()).hexdigest()[:12]}"
        )

    @property
    def seen_name(self):
        return f"seen_{self.case.position}"

    @property
    def pairs(self):
        """(criterion, box of its value)"""
        return [(row, self.values[row["code"]]) for row in self.grid]

    @property
    def reason_pairs(self):
        return [(row, self.reasons[row["code"]]) for row in self.grid]

    @property
    def cells(self):
        return [*self.values.values(), *self.reasons.values(), self.comment]

    @property
    def has_errors(self):
        return bool(self.error) or any(cell.error for cell in self.cells)

    @property
    def shows_reasons(self):
        return any(cell.shown for cell in self.reasons.values())

    @property
    def is_changed(self):
        return any(cell.text != self.stored.get(cell.name, "") for cell in self.cells)

    @property
    def is_complete(self):
        return all(cell.text for cell in self.values.values())

    @property
    def sheet(self):
        """What was typed as the service takes it: code -> a whole number, or None for not applicable."""
        return {code: value_of(cell.text) for code, cell in self.values.items() if cell.text}

    @property
    def total(self):
        """ "72.0": the points of 100 by this card alone, "" when nothing applies."""
        return score(self.grid, [self.sheet]).shown

    def forget_typed(self):
        for cell in self.cells:
            cell.text = self.stored.get(cell.name, "")
            cell.shown = bool(cell.text) or cell.name not in [reason.name for reason in self.reasons.values()]

    def card(self, submit):
        """What the service takes for this row; `submit` hands it in."""
        sheet = self.sheet
        return {
            "case": self.case,
            "scores": sheet,
            "comments": {code: self.reasons[code].text for code in sheet if code in self.reasons},
            "comment": self.comment.text,
            "revision": self.case.revision,
            "submit": submit,
        }


def value_of(text):
    return None if text.lower() in NOT_APPLICABLE else int(text)


class CardTable(SeedbedForm):
    """The rows that wait for the member's scores. `rows` are PacketRows, `reviews` the cards begun, by case.

    `hand_in` are the positions that are to be handed in: these must be whole. Every row stands for itself: one with an
    error stays on the page, the others are kept.
    """

    def __init__(self, *args, rows, reviews, rules, hand_in=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.grid = rules["criteria"]
        self.reasoned = {str(value) for value in rules.get("reasoned_values", ())}
        self.hand_in = set(hand_in)
        self.lines = [self._line(row, reviews.get(row.case.pk)) for row in rows]

    def _line(self, packet_row, review):
        case = packet_row.case
        stored = _stored(case, review)
        typed = self.data if self.is_bound else stored
        number = {"number": case.position}

        def cell(kind, row, label):
            name = f"{kind}_{case.position}_{row['code']}"
            return Cell(name, label % (number | {"question": row["question"]}), _words(typed.get(name, "")))

        reasoned = self.grid if self.reasoned else ()
        comment = f"c_{case.position}"
        line = Line(
            case=case,
            grid=self.grid,
            values={row["code"]: cell("v", row, _("Case %(number)s, %(question)s")) for row in self.grid},
            reasons={row["code"]: cell("r", row, _("Reason for case %(number)s, %(question)s")) for row in reasoned},
            comment=Cell(comment, _("Comment on case %(number)s") % number, typed.get(comment, "").strip()),
            stored=stored,
            stale=packet_row.stale,
        )
        line.posted = self.data.get(line.seen_name) if self.is_bound else None
        for code, reason in line.reasons.items():
            reason.shown = bool(reason.text) or line.values[code].text in self.reasoned
        return line

    @property
    def posted_lines(self):
        """The rows that the page held: a page that is sent back without a row says nothing about it."""
        return [line for line in self.lines if line.posted is not None]

    def clean(self):
        for line in self.posted_lines:
            if line.posted != line.seen:
                line.error = _("It has changed since this page was opened. The row shows what is kept now: look again.")
                self.status = HTTPStatus.CONFLICT
                line.forget_typed()
                continue
            for row in self.grid:
                self._check(line, row)
            if len(line.comment.text) > MOST_COMMENT:
                line.comment.error = _("There is room for %(room)s letters.") % {"room": MOST_COMMENT}
        return super().clean()

    def _check(self, line, row):
        cell, reason = line.values[row["code"]], line.reasons.get(row["code"])
        due = line.case.position in self.hand_in
        plain = cell.text.isascii() and cell.text.isdigit() and len(cell.text) <= 3
        if cell.text and cell.text.lower() not in NOT_APPLICABLE and not (plain and int(cell.text) <= row["top"]):
            cell.error = _("0 to %(top)s, or n for not applicable.") % {"top": row["top"]}
        elif due and not cell.text:
            cell.error = _("Choose a value for “%(question)s”.") % {"question": row["question"]}
        if reason is None:
            return
        if len(reason.text) > MOST_REASON:
            reason.error = _("There is room for %(room)s letters.") % {"room": MOST_REASON}
        elif due and cell.text in self.reasoned and not reason.text:
            words = {"value": cell.text, "question": row["question"]}
            reason.error = _("Say why you give %(value)s for “%(question)s”.") % words
        reason.shown = reason.shown or bool(reason.error)

    @cached_property
    def problems(self):
        found = [Problem(sentence) for sentence in self.non_field_errors()]
        for line in self.lines:
            own = [Problem(line.error, next(iter(line.values.values())).name)] if line.error else []
            own += [Problem(cell.error, cell.name) for cell in line.cells if cell.error]
            for problem in own:
                number = {"number": line.case.position, "error": problem.sentence}
                found.append(Problem(_("Case %(number)s: %(error)s") % number, problem.anchor))
        return found

    def cards(self):
        """The cards of the rows without an error: those to hand in, and those that differ from what is kept."""
        return [
            line.card(line.case.position in self.hand_in)
            for line in self.posted_lines
            if not line.has_errors and (line.is_changed or line.case.position in self.hand_in)
        ]

    def note_saved(self, cards, reviews):
        """After saving the page shows the rows that are left, with the tokens of what is kept now."""
        handed = {card["case"].pk for card in cards if card["submit"]}
        self.lines = [line for line in self.lines if line.case.pk not in handed]
        for line in self.lines:
            line.stored = _stored(line.case, reviews.get(line.case.pk))

    @property
    def gone(self):
        """Positions of rows that were typed on the page and wait no more: in, decided, or not the member's to judge."""
        waiting = {line.case.position for line in self.lines}
        posted = [name.removeprefix("seen_") for name in self.data if name.startswith("seen_")]
        return sorted({int(text) for text in posted if text.isdecimal() and len(text) < 6} - waiting)

    @property
    def complete(self):
        return [line for line in self.lines if line.is_complete and not line.has_errors]

    @property
    def incomplete(self):
        return [line for line in self.lines if not line.is_complete]


def _words(text):
    """A reason is kept with single spaces, so that what comes back is compared with what was sent."""
    return " ".join(text.split())


def _stored(case, review):
    """What the boxes of a case show of the card that is begun (dict name -> text). A stale card is made anew."""
    if review is None or review.submitted_on is not None:
        return {}
    found = {f"c_{case.position}": review.comment.strip()}
    for row in review.scores.all():
        name = f"{case.position}_{row.criterion.code}"
        found[f"v_{name}"] = "n" if row.value is None else str(row.value)
        found[f"r_{name}"] = row.comment
    return {name: text for name, text in found.items() if text}
