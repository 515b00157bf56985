"""The evaluation report as a PDF and as a workbook: the same Tables as the page."""

from django.utils.translation import gettext as _

from ledger.money import Money
from pages.paper import paper, space, table, text
from pages.sheets import XLSX_TYPE, xlsx_bytes


def pdf(evaluation):
    """PDF as bytes."""
    story = [
        text(_("Evaluation report"), "title"),
        text(f"{evaluation.name} · {evaluation.call}", "h2"),
        text(_("As it stood on %(day)s.") % {"day": f"{evaluation.on:%d.%m.%Y}"}),
        text(edition_words(evaluation), "quiet"),
    ]
    for one in evaluation.tables:
        story += [text(one.title, "h2"), _table(one), space(4)]
        if any(cell is None for row in [*one.rows, one.total or []] for cell in row):
            story.append(text(hidden_words(), "quiet"))
    return paper(_("Evaluation report"), story, reference=f"{evaluation.on:%d.%m.%Y}", subtitle=evaluation.name)


def _table(one):
    columns = len(one.head)
    if one.key == "definitions":
        widths, numbers = [40, 130], ()
    else:
        widths, numbers = [50, *([120 / (columns - 1)] * (columns - 1))], range(1, columns)
    total = one.printed(one.total) if one.total else None
    return table([one.printed(row) for row in one.rows], widths, head=one.head, numbers=numbers, total=total)


def xlsx(evaluation):
    """XLSX as bytes: a sheet for each table; hidden cells say so in words."""
    about = [
        [_("Programme"), evaluation.name],
        [_("Call"), evaluation.call],
        [_("As it stood on"), evaluation.on],
        [_("Edition"), edition_words(evaluation)],
    ]
    sheets = [(_("About"), [_("What"), _("Value")], about)]
    for one in evaluation.tables:
        rows = [*one.rows, *([one.total] if one.total else [])]
        sheets.append((one.title, one.head, [[_cell(cell) for cell in row] for row in rows]))
    return xlsx_bytes(_distinct(sheets)).getvalue()


def _cell(cell):
    if cell is None:
        return _("hidden")
    return str(cell) if isinstance(cell, Money) else cell


def _distinct(sheets):
    """Titles that stay apart in the 31 letters of a worksheet."""
    return [(f"{number}. {title}"[:31], head, rows) for number, (title, head, rows) in enumerate(sheets, 1)]


def edition_words(evaluation):
    if evaluation.internal:
        return _("Internal edition: small groups are shown. Not to be passed on.")
    return _("Donor’s edition: no person and no group smaller than five is shown.")


def hidden_words():
    return _("Hidden: fewer than five, or needed to protect a cell that has fewer than five.")


# What ?format= gives: ending -> (renderer, media type).
FORMATS = {"pdf": (pdf, "application/pdf"), "xlsx": (xlsx, XLSX_TYPE)}
