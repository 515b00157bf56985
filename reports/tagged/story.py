"""The text of a tagged paper as it is written: each call adds an element and the part of a page that draws it."""

import re
from contextlib import contextmanager

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, TableStyle

from pages.paper import BOLD, FONT, INK, LINE, QUIET, SUNK, WIDTH, clean, new_page, space, together
from reports.tagged.parts import Entry, Photo, Picture, TaggedTable, paragraph
from reports.tagged.tree import Element

BREAKS = re.compile(r"[ \t\n]+")
HEADINGS = {1: "title", 2: "h2", 3: "h3"}


class Story:
    """Document, its parts in the order of reading, its headings. lang: the language of its words. It is drawn once."""

    def __init__(self, lang):
        self.lang, self.root, self.parts, self.headings = lang, Element("Document"), [], []
        self.anchors, self._contents = {}, None

    # Words -----------------------------------------------------------------------------------------------------------

    def heading(self, level, value, style=""):
        """A heading of level 1 to 3; all stand in the reader's outline. Returns its element."""
        element = self.root.add(f"H{level}")
        self.headings.append((level, clean(value), element))
        self.parts.append(paragraph(value, style or HEADINGS[level], element, self.lang))
        return element

    def text(self, value, style="text"):
        """A paragraph of plain text. Returns its element."""
        element = self.root.add("P")
        self.parts.append(paragraph(value, style, element, self.lang))
        return element

    def items(self, values, style="text"):
        """A list with a dot before each of its items."""
        listed, rows = self.root.add("L"), []
        for value in values:
            item = listed.add("LI")
            parts = [("•", item.add("Lbl")), (value, item.add("LBody"))]
            rows.append([paragraph(words, style, element, self.lang) for words, element in parts])
        made = TaggedTable(rows, colWidths=[5 * mm, WIDTH - 5 * mm], hAlign="LEFT", splitInRow=1)
        made.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_padded(left=0, above=0, below=0)]))
        self.parts += [together([made]), space(4)]

    # Tables and pictures ---------------------------------------------------------------------------------------------

    def table(self, rows, widths, *, head, numbers=(), total=None, links=None, anchors=None, room=WIDTH):
        """A table: `head` repeats on each page, the first cell of each row names it, `numbers` stand to the right.

        rows: lists of values; widths: shares of the width, more where a word asks for it; of two or three columns the
        table is narrower than the page, so that the eye finds from a name to its number. total: a last row in
        bold; links: {row: (where its first cell leads, as "#" and an anchor or as an address; the same in words)};
        anchors: {row: its name for links}.
        """
        if not rows and total is None:
            self.text(_("No rows."), "quiet")
            return
        links, anchors = links or {}, anchors or {}
        grid = self.root.add("Table")
        lines = [self._row(grid.add("THead"), head, "cell_head", numbers, scope="Column")]
        body = grid.add("TBody")
        for number, row in enumerate(rows):
            lines.append(self._row(body, row, "cell", numbers, link=links.get(number)))
            if number in anchors:
                self.anchors[anchors[number]] = body.kids[-1]
        if total is not None:
            lines.append(self._row(body, total, "cell_bold", numbers))
        made = TaggedTable(
            lines,
            colWidths=_fitted(
                widths, head, [*rows, *([total] if total else [])], min(room, WIDTH * min(1, 0.3 * len(widths)))
            ),
            repeatRows=1,
            hAlign="LEFT",
            splitInRow=1,
            spaceAfter=5,
        )
        made.setStyle(TableStyle(_table_style(total is not None)))
        self.parts.append(made)

    def _row(self, above, values, style, numbers, *, scope="", link=None):
        row, cells = above.add("TR"), []
        for column, value in enumerate(values):
            side = f"{style}_number" if column in numbers else style
            named = scope or ("" if column else "Row")
            cell = row.add("TH" if named else "TD", scope=named)
            target, words = link if link and not column else (None, "")
            element = cell.add("Link") if target is not None else cell
            cells.append(paragraph(value, side, element, self.lang, target, words))
        return cells

    def picture(self, drawing, said):
        """A drawing; `said` is what it shows, for those who do not see it."""
        self.parts.append(Picture(drawing, self.root.add("Figure", alt=clean(said))))

    def photo(self, pixels, width, height, said):
        """A picture of pixels (PIL), `width` by `height` points; `said` as above."""
        self.parts.append(Photo(pixels, width, height, self.root.add("Figure", alt=clean(said))))

    def tiles(self, found, columns=2):
        """Short texts side by side, read one after the other: a list of [(value, style), ...] for each."""
        cells = []
        for lines in found:
            cells.append([paragraph(value, style, self.root.add("P"), self.lang) for value, style in lines if value])
        cells += [[]] * (-len(cells) % columns)
        rows = [cells[at : at + columns] for at in range(0, len(cells), columns)]
        made = TaggedTable(rows, colWidths=[WIDTH / columns] * columns, hAlign="LEFT")
        style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEABOVE", (0, 0), (-1, -1), 2, SUNK)]
        made.setStyle(TableStyle([*style, *_padded(left=0, above=6, below=8)]))
        self.parts.append(made)

    # Places on the page ----------------------------------------------------------------------------------------------

    def space(self, points=6):
        self.parts.append(space(points))

    def room(self, points):
        """What follows begins on the next page if fewer points are left on this one."""
        self.parts.append(CondPageBreak(points))

    def new_page(self):
        self.parts.append(new_page())

    @contextmanager
    def together(self):
        """What is written inside stays on one page."""
        before, self.parts = self.parts, []
        yield
        self.parts = [*before, together(self.parts)]

    # Contents --------------------------------------------------------------------------------------------------------

    def contents(self):
        """Here the table of contents will stand; it lists every heading of level 2 that follows."""
        self.heading(2, _("Contents"))
        self._contents = len(self.parts), len(self.headings), self.root.add("TOC")

    def finished(self):
        """The parts with the contents filled in."""
        if self._contents is None:
            return self.parts
        at, known, contents = self._contents
        lines = []
        for _level, title, heading in (one for one in self.headings[known:] if one[0] == 2):
            link = contents.add("TOCI").add("Reference").add("Link")
            lines.append(Entry(title, heading, link, self.lang))
        # On the page where it begins if it is whole there, else on one of its own.
        return [*self.parts[: at - 1], together([self.parts[at - 1], *lines]), *self.parts[at:]]


def _padded(*, left, above, below):
    sides = {"LEFTPADDING": left, "RIGHTPADDING": 8, "TOPPADDING": above, "BOTTOMPADDING": below}
    return [(side, (0, 0), (-1, -1), points) for side, points in sides.items()]


def _fitted(widths, head, rows, room):
    """Points for each column: its share of the room, or what its longest word takes: no amount is broken in two."""
    whole, scale = room, room / sum(widths)
    needs = [_longest(cells, FONT, 8.5) for cells in zip(*rows, strict=True)] if rows else [0] * len(head)
    needs = [max(need, _longest([said], BOLD, 8)) for need, said in zip(needs, head, strict=True)]
    fixed = {}
    while True:
        room = whole - sum(fixed.values())
        loose = sum(width for column, width in enumerate(widths) if column not in fixed)
        if room <= 0 or not loose:
            return [width * scale for width in widths]
        found = [fixed.get(column, width * room / loose) for column, width in enumerate(widths)]
        tight = {column: need for column, need in enumerate(needs) if need > found[column] + 0.01}
        if not tight:
            return found
        fixed |= tight


def _longest(cells, font, size):
    # A number is one word in every language: in some a space that does not break parts its thousands.
    words = {word for cell in cells for word in BREAKS.split(clean(cell))}
    return 7 + max((stringWidth(word, font, size) for word in words), default=0)


def _table_style(with_total):
    whole = (0, 0), (-1, -1)
    style = [
        ("FONT", *whole, FONT, 8.5),
        ("TEXTCOLOR", *whole, INK),
        ("VALIGN", *whole, "TOP"),
        *[(f"{side}PADDING", *whole, 3) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")],
        ("LINEBELOW", *whole, 0.3, LINE),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, QUIET),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
    ]
    return [*style, ("LINEABOVE", (0, -1), (-1, -1), 0.8, QUIET)] if with_total else style
