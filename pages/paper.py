"""Papers: A4 PDFs on DejaVu, which has the Armenian, Georgian, Cyrillic, Azerbaijani and Albanian letters.

    story = [text(_("Loan contract"), "title"), facts([(_("Borrower"), party.name), ...]), table(rows, head=[...])]
    content = paper(_("Loan contract"), story, reference=loan.ref, lang="hy")

Text from users is never read as markup: `text` and `table` escape what they are given. DejaVu has no signs for AMD, GEL
and AZN: print ISO codes.
"""

import io
import unicodedata
from decimal import Decimal
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image as Picture
from PIL import UnidentifiedImageError
from reportlab import rl_config
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.charts.barcharts import HorizontalBarChart, VerticalBarChart
from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    Frame,
    KeepInFrame,
    KeepTogether,
    LongTable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus.doctemplate import BaseDocTemplate

# Bytes as they are: spelling them in printable letters costs a fifth of the size and most of the time of a large paper.
rl_config.useA85 = 0

FONT, BOLD, OBLIQUE = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"
FACES = {FONT: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf", OBLIQUE: "DejaVuSans-Oblique.ttf"}

INK = colors.HexColor("#1c221d")
QUIET = colors.HexColor("#565d56")
LINE = colors.HexColor("#bdbab0")
SEED = colors.HexColor("#37631d")
SUNK = colors.HexColor("#f4f2ec")
SERIES = [colors.HexColor(code) for code in ("#37631d", "#b26a0c", "#2a6a94", "#8b4470")]

LACKING = "\N{REPLACEMENT CHARACTER}"

MARGIN = 20 * mm
WIDTH = A4[0] - 2 * MARGIN
HEIGHT = A4[1] - 46 * mm
PHOTO_PIXELS = 640
# A table of at most so many rows stays on the page of its heading.
SHORT_TABLE = 8


@lru_cache(maxsize=1)
def fonts():
    """Register the vendored faces once for each process."""
    folder = Path(settings.BASE_DIR) / "static" / "vendor" / "dejavu"
    for name, file in FACES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=OBLIQUE, boldItalic=BOLD)


@lru_cache(maxsize=1)
def styles():
    """The styles by name: title, h2, h3, text, strong, letter, small, quiet, cell, cell_head, figure, right."""
    fonts()
    base = {"fontName": FONT, "textColor": INK, "splitLongWords": 1}
    table = [
        ("text", {"fontSize": 9.5, "leading": 14, "spaceAfter": 5}),
        ("title", {"fontName": BOLD, "fontSize": 18, "leading": 23, "spaceAfter": 8}),
        (
            "h2",
            {"fontName": BOLD, "fontSize": 12, "leading": 16, "spaceBefore": 12, "spaceAfter": 5, "keepWithNext": 1},
        ),
        ("h3", {"fontName": BOLD, "fontSize": 10, "leading": 14, "spaceBefore": 8, "spaceAfter": 3, "keepWithNext": 1}),
        ("strong", {"fontName": BOLD, "fontSize": 9.5, "leading": 14, "spaceAfter": 3}),
        ("letter", {"fontSize": 10.5, "leading": 16, "spaceAfter": 9}),
        ("small", {"fontSize": 8, "leading": 11}),
        ("quiet", {"fontSize": 8.5, "leading": 12, "textColor": QUIET, "spaceAfter": 4}),
        ("cell", {"fontSize": 8.5, "leading": 11.5}),
        ("cell_head", {"fontName": BOLD, "fontSize": 8, "leading": 10.5, "textColor": QUIET}),
        ("cell_bold", {"fontName": BOLD, "fontSize": 8.5, "leading": 11.5}),
        ("figure", {"fontName": BOLD, "fontSize": 20, "leading": 25, "textColor": SEED}),
        ("right", {"fontSize": 9.5, "leading": 14, "alignment": TA_RIGHT}),
    ]
    made = {name: ParagraphStyle(name, **{**base, **facts}) for name, facts in table}
    for name in ("cell", "cell_head", "cell_bold"):
        made[f"{name}_number"] = ParagraphStyle(f"{name}_number", parent=made[name], alignment=TA_RIGHT)
    return made


def clean(value):
    """Any value as one plain text: no control characters, composed letters, line breaks kept.

    A letter that the faces lack becomes the sign for one, which can be read aloud and kept; an empty box cannot.
    """
    said = unicodedata.normalize("NFC", "" if value is None else str(value))
    said = "".join(letter for letter in said if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs"))
    if said.isascii():
        return said
    return "".join(letter if letter in "\n\t" or ord(letter) in _letters() else LACKING for letter in said)


@lru_cache(maxsize=1)
def _letters():
    """The letters that every face has, as numbers."""
    fonts()
    return frozenset.intersection(*(frozenset(pdfmetrics.getFont(name).face.charToGlyph) for name in FACES))


def text(value, style="text"):
    """A paragraph of plain text. Nothing in it is markup: `<`, `&` and `<img>` stay what they are."""
    return Paragraph(escape(clean(value)).replace("\n", "<br/>"), styles()[style])


def space(points=6):
    return Spacer(1, points)


def new_page():
    return PageBreak()


def together(parts):
    """Parts that stay on one page."""
    # One KeepTogether inside another asks for a page of its own, however much room there is.
    whole = [one for part in parts for one in (part._content if isinstance(part, KeepTogether) else [part])]
    return KeepTogether(whole)


def one_page(make, levels):
    """What `make(level)` gives for the first of `levels` that fits on one page, on a page of its own.

    `levels` go from the most to the least that can be said. When even the least does not fit, it is set smaller.
    """
    for level in levels:
        parts = make(level)
        if _height(parts) <= HEIGHT - 4:
            return [*parts, PageBreak()]
    return [KeepInFrame(WIDTH, HEIGHT - 4, make(levels[-1]), mode="shrink"), PageBreak()]


def _height(parts):
    """Points from the top of the first part to the bottom of the last."""
    height, gap = 0, 0
    for number, part in enumerate(parts):
        _width_taken, tall = part.wrap(WIDTH, 10**6)
        height += tall + (max(gap, part.getSpaceBefore()) if number else 0)
        gap = part.getSpaceAfter()
    return height


class _Mark(Flowable):
    """Nothing to see: an entry in the reader's outline, and a call when the drawing has come so far."""

    width = height = 0

    def __init__(self, title, reached):
        super().__init__()
        self._title, self._reached = title, reached

    def wrap(self, *_room):
        return 0, 0

    def draw(self):
        if self._title:
            self.canv.outline.append(self._title)
        if self._reached:
            self._reached()


def mark(title="", reached=None):
    """An entry of the PDF's outline at this page; `reached` is called when the paper is drawn up to here."""
    return _Mark(clean(title), reached)


def photos(contents, columns=3):
    """Pictures side by side, set small: nobody needs the millions of points of a phone on paper. [] without any.

    What is no picture is left out.
    """
    width = WIDTH / columns - 6
    found = [made for made in (_photo(content, width) for content in contents) if made is not None]
    if not found:
        return []
    found += [""] * (-len(found) % columns)
    rows = [found[at : at + columns] for at in range(0, len(found), columns)]
    made = LongTable(rows, colWidths=[WIDTH / columns] * columns, hAlign="LEFT")
    made.setStyle(TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return [made]


def _photo(content, width):
    try:
        with Picture.open(io.BytesIO(content)) as picture:
            picture.draft("RGB", (PHOTO_PIXELS, PHOTO_PIXELS))
            small = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
    small.thumbnail((PHOTO_PIXELS, PHOTO_PIXELS), Picture.Resampling.BILINEAR)
    kept = io.BytesIO()
    small.save(kept, "JPEG", quality=65)
    return _Photo(kept.getvalue(), width, min(width * small.height / small.width, HEIGHT - 20))


class _Jpeg(ImageReader):
    """A JPEG that goes into the paper as it is. ReportLab would unpack every point of it only to tell two apart."""

    def __init__(self, content):
        self._content = content
        super().__init__(io.BytesIO(content))

    def getRGBData(self):
        self._dataA = None
        return self._content


class _Photo(Flowable):
    def __init__(self, content, width, height):
        super().__init__()
        self._content, self.width, self.height = content, width, height

    def wrap(self, *_room):
        return self.width, self.height

    def draw(self):
        self.canv.drawImage(_Jpeg(self._content), 0, 0, self.width, self.height)


def facts(pairs, *, label_width=50 * mm):
    """Labels and values one under the other, as on the pages. A value may be a ready paragraph."""
    rows = [[text(label, "quiet"), _cell(value, "cell")] for label, value in pairs]
    made = LongTable(rows, colWidths=[label_width, WIDTH - label_width], hAlign="LEFT", splitInRow=1)
    made.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ]
        )
    )
    return made


def table(rows, widths=None, *, head=(), numbers=(), total=None, quick=False):
    """A long table: the head repeats on each page, the columns in `numbers` stand to the right.

    rows: lists of values; widths: shares of the page's width (any unit) or None for equal columns; total: a last row in
    bold. `quick` sets plain strings without wrapping, for thousands of rows.
    """
    numbers = set(numbers)
    columns = len(head or (rows[0] if rows else total or [""]))
    shares = list(widths or [1] * columns)
    scale = WIDTH / sum(shares)
    lines = [_line(head, "cell_head", numbers, quick=False)] if head else []
    lines += [_line(row, "cell", numbers, quick=quick) for row in rows]
    if total is not None:
        lines.append(_line(total, "cell_bold", numbers, quick=False))
    if not lines:
        return text(_("No rows."), "quiet")
    columns_wide = [share * scale for share in shares]
    # A cell taller than a page goes on over the next one.
    made = LongTable(lines, colWidths=columns_wide, repeatRows=1 if head else 0, hAlign="LEFT", splitInRow=1)
    style = [
        ("FONT", (0, 0), (-1, -1), FONT, 8.5),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE),
        *[("ALIGN", (column, 0), (column, -1), "RIGHT") for column in numbers],
    ]
    if head:
        style += [("LINEBELOW", (0, 0), (-1, 0), 0.8, QUIET), ("VALIGN", (0, 0), (-1, 0), "BOTTOM")]
    if total is not None:
        style.append(("LINEABOVE", (0, -1), (-1, -1), 0.8, QUIET))
    made.setStyle(TableStyle(style))
    return made


def _line(row, style, numbers, *, quick):
    if quick:
        return [clean(value) for value in row]
    return [_cell(value, f"{style}_number" if column in numbers else style) for column, value in enumerate(row)]


def _cell(value, style):
    return value if hasattr(value, "wrapOn") else text(value, style)


def code_square(address, size=26 * mm):
    """The address as a square code for a telephone's camera; the address itself is printed beside it."""
    code = QrCodeWidget(address, barLevel="M", barWidth=size, barHeight=size, barBorder=0)
    drawing = Drawing(size, size)
    drawing.add(code)
    return drawing


def signatures(names):
    """Lines to sign on, two abreast; `names`: who signs, as (role, name)."""
    blocks = [[space(28), text("_" * 34, "quiet"), text(name, "cell"), text(role, "quiet")] for role, name in names]
    blocks += [[]] * (len(blocks) % 2)
    made = LongTable([blocks[at : at + 2] for at in range(0, len(blocks), 2)], colWidths=[WIDTH / 2] * 2, hAlign="LEFT")
    made.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return KeepTogether([made])


def bar_chart(labels, series, *, names=(), width=WIDTH, height=70 * mm, horizontal=False, printed=None):
    """Bars from zero, values printed at the marks; put the table under it.

    labels: one for each bar; series: up to four lists of numbers (None is no bar); names: what each series is called;
    printed: a function(number) -> text for the values, grouped whole numbers without it.
    """
    fonts()
    if not labels or not any(value is not None for values in series for value in values):
        return text(_("No data for this chart."), "quiet")
    chart = (HorizontalBarChart if horizontal else VerticalBarChart)()
    legend_height = 14 if names else 0
    left = min(60 * mm, 6 + max(_width(label) for label in labels)) if horizontal else 14 * mm
    chart.x, chart.y = left, 14 if horizontal else 26
    chart.width, chart.height = width - left - 16 * mm, height - chart.y - legend_height - 12
    chart.data = [[0 if value is None else float(value) for value in values] for values in series[:4]]
    most = max((value for values in chart.data for value in values), default=0)
    least = min((value for values in chart.data for value in values), default=0)
    # From zero, or the smallest bar vanishes and the others lie.
    chart.valueAxis.valueMin = min(0, least)
    chart.valueAxis.valueMax = most * 1.12 if most > 0 else 1
    chart.valueAxis.labels.fontName = chart.categoryAxis.labels.fontName = chart.barLabels.fontName = FONT
    chart.valueAxis.labels.fontSize = chart.categoryAxis.labels.fontSize = chart.barLabels.fontSize = 7
    chart.valueAxis.labelTextFormat = printed or _grouped
    chart.valueAxis.strokeColor = chart.categoryAxis.strokeColor = QUIET
    chart.valueAxis.gridStrokeColor, chart.valueAxis.visibleGrid = LINE, True
    chart.valueAxis.gridStrokeWidth = 0.3
    chart.categoryAxis.categoryNames = [clean(label)[:40] for label in labels]
    chart.categoryAxis.labels.textAnchor = "end" if horizontal else "middle"
    chart.categoryAxis.reverseDirection = 1 if horizontal else 0
    chart.barLabelFormat = printed or _grouped
    chart.barLabels.nudge, chart.barLabels.dx = (0, 12) if horizontal else (7, 0)
    for number, color in enumerate(SERIES[: len(chart.data)]):
        chart.bars[number].fillColor = color
        chart.bars[number].strokeColor = None
    drawing = Drawing(width, height)
    drawing.add(chart)
    _legend(drawing, names, left, height)
    return drawing


def drawn(chart, width=WIDTH):
    """A chart that was worked out for a page (texts of coordinates from the top left) as a drawing of that width.

    It has `width`, `height`, `bars`, `grid`, `zero`, `line`, `left` and `right`, as applicants.cashchart gives them.
    """
    fonts()
    scale = width / chart.width
    drawing = Drawing(width, chart.height * scale)

    def across(x):
        return float(x) * scale

    def up(y):
        return (chart.height - float(y)) * scale

    def words(x, y, said, anchor):
        said = clean(said)
        drawing.add(String(x, y, said, fontName=FONT, fontSize=6, fillColor=QUIET, textAnchor=anchor))

    for y, said in chart.grid:
        ends = (across(chart.left), up(y), across(chart.right), up(y))
        drawing.add(Line(*ends, strokeColor=LINE, strokeWidth=0.3))
        words(across(chart.left) - 3, up(y) - 2, said, "end")
    for bar in chart.bars:
        low = up(float(bar.y) + float(bar.height))
        color = SERIES[1] if bar.negative else SERIES[0]
        size = (across(bar.x), low, across(bar.width), float(bar.height) * scale)
        drawing.add(Rect(*size, fillColor=color, strokeColor=None))
        words(across(bar.middle), up(bar.value_y), bar.value, "middle")
        words(across(bar.middle), up(chart.label_y), bar.label, "middle")
    ends = (across(chart.left), up(chart.zero), across(chart.right), up(chart.zero))
    drawing.add(Line(*ends, strokeColor=QUIET, strokeWidth=0.6))
    points = [float(number) for point in chart.line.split() for number in point.split(",")]
    if points:
        places = [up(number) if at % 2 else across(number) for at, number in enumerate(points)]
        drawing.add(PolyLine(places, strokeColor=SERIES[2], strokeWidth=1.2))
    return drawing


def _legend(drawing, names, left, height):
    for name, color in zip(names, SERIES, strict=False):
        drawing.add(Rect(left, height - 9, 8, 8, fillColor=color, strokeColor=None))
        drawing.add(String(left + 11, height - 8, clean(name)[:40], fontName=FONT, fontSize=7, fillColor=INK))
        left += 22 + _width(name)


def _width(word):
    return pdfmetrics.stringWidth(clean(word)[:40], FONT, 7)


def _grouped(value):
    number = Decimal(str(value))
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.1f}"


class Numbered(canvas.Canvas):
    """A canvas that knows at the end how many pages there are, and only then prints the feet."""

    def __init__(self, *args, foot, **kwargs):
        super().__init__(*args, **kwargs)
        self._foot, self._kept, self.outline = foot, [], []

    def showPage(self):
        self._kept.append(dict(self.__dict__))
        self.outline = []
        self._startPage()

    def save(self):
        for number, kept in enumerate(self._kept, 1):
            self.__dict__.update(kept)
            # Only now the page has the number under which the reader's outline finds it.
            for place, title in enumerate(kept["outline"]):
                self.bookmarkPage(f"{number}-{place}")
                self.addOutlineEntry(title, f"{number}-{place}")
            self.draw_foot(number)
            super().showPage()
        super().save()

    def draw_foot(self, number):
        """What each page has around its text; a canvas that tags says that it is no part of the text."""
        self._foot(self, number, len(self._kept))


def paper(
    title, story, *, reference="", footer="", lang="en", subtitle="", numbered=True, watermark="", sheet=Numbered
):
    """The PDF as bytes: A4 upright, title and reference at the head, "page 2 of 5" and `footer` at the foot.

    title: printed at the head of each page and kept as the document's title; the story brings its own heading.
    lang: language of the fixed words and of the document. The same story gives the same bytes. numbered: False leaves
    the number off a paper of one page. watermark: pale words across every page, that say whose copy it is. sheet: the
    canvas, a Numbered.
    """
    fonts()
    buffer = io.BytesIO()
    with translation.override(lang):
        document = BaseDocTemplate(
            buffer,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=24 * mm,
            bottomMargin=22 * mm,
            title=clean(title),
            subject=clean(reference),
            author=settings.OFFICE_NAME,
            creator="Seedbed",
            lang=lang.partition("-x-")[0],
            invariant=1,
        )
        frame = Frame(MARGIN, 22 * mm, WIDTH, HEIGHT, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
        document.addPageTemplates([PageTemplate(id="page", frames=[frame])])
        words = {
            "head": " · ".join(clean(part) for part in (title, subtitle) if part),
            "reference": clean(reference),
            "footer": clean(footer) or settings.OFFICE_NAME,
            "watermark": clean(watermark),
        }

        def foot(page, number, count):
            counted = _("Page %(number)s of %(count)s") % {"number": number, "count": count}
            _draw_frame(page, words, counted if numbered or count > 1 else "")

        document.build(list(_headed(story)), canvasmaker=lambda *args, **kwargs: sheet(*args, foot=foot, **kwargs))
    return buffer.getvalue()


def _headed(story):
    """The heading of a long table, and words between the two, stay with its first rows; with all of them half a page
    would be left empty."""
    story = list(story)
    rooms = {}
    for place, part in enumerate(story):
        if isinstance(part, LongTable) and part._nrows > SHORT_TABLE:
            words = list(takewhile(lambda one: isinstance(one, Paragraph), reversed(story[max(place - 4, 0) : place])))
            # Back to the nearest heading, with those right above it; without one the last paragraph alone.
            between = next((number for number, one in enumerate(words) if one.getKeepWithNext()), 0)
            above = takewhile(lambda one: one.getKeepWithNext(), words[between:])
            words = words[: max(between + len(list(above)), 1)]
            for one in words:
                one.keepWithNext = 0
            if words:
                rooms[place - len(words)] = (45 + 8 * (len(words) - 1)) * mm
    for place, part in enumerate(story):
        if place in rooms:
            yield CondPageBreak(rooms[place])
        yield part


def _draw_frame(page, words, counted):
    page.saveState()
    page.setStrokeColor(LINE)
    page.setLineWidth(0.5)
    page.setFont(FONT, 7.5)
    page.setFillColor(QUIET)
    top, bottom = A4[1] - 15 * mm, 14 * mm
    page.drawString(MARGIN, top, _fitted(words["head"], WIDTH - 45 * mm))
    page.drawRightString(A4[0] - MARGIN, top, words["reference"])
    page.line(MARGIN, top - 2 * mm, A4[0] - MARGIN, top - 2 * mm)
    page.line(MARGIN, bottom + 4 * mm, A4[0] - MARGIN, bottom + 4 * mm)
    # A footnote that a donor's agreement asks for on every page may take three lines.
    for number, line in enumerate(simpleSplit(words["footer"], FONT, 7.5, WIDTH - 35 * mm)[:3]):
        page.drawString(MARGIN, bottom - 9 * number, line)
    page.drawRightString(A4[0] - MARGIN, bottom, counted)
    if words["watermark"]:
        _draw_watermark(page, words["watermark"])
    page.restoreState()


def _draw_watermark(page, words):
    """Across the page and pale enough to read through: a copy that is photographed still says whose it was."""
    size = min(26, 700 / max(1, pdfmetrics.stringWidth(words, BOLD, 1)))
    page.setFont(BOLD, size)
    page.setFillColor(QUIET, alpha=0.13)
    page.translate(A4[0] / 2, A4[1] / 2)
    page.rotate(52)
    page.drawCentredString(0, 0, words)


def _fitted(words, width):
    """As much of one line as fits, with an ellipsis where it was cut."""
    words = " ".join(words.split())
    if pdfmetrics.stringWidth(words, FONT, 7.5) <= width:
        return words
    while words and pdfmetrics.stringWidth(f"{words}…", FONT, 7.5) > width:
        words = words[:-1]
    return f"{words}…"
