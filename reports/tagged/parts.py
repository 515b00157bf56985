"""Parts of a page that say to the canvas which element they are."""

import re
from xml.sax.saxutils import escape

from reportlab.lib.utils import ImageReader
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph

from pages.paper import HEIGHT, QUIET, WIDTH, clean, styles

# Words in a script that tells the language. Cyrillic is Russian unless a letter of another alphabet stands in the word,
# or the paper itself is written in Cyrillic.
SCRIPTS = (
    ("hy", re.compile(r"[\u0531-\u058f]")),
    ("ka", re.compile(r"[\u10a0-\u10ff\u1c90-\u1cbf]")),
    ("tg", re.compile(r"[ҷҶӣӢқҚғҒӯӮҳҲ]")),
    ("ky", re.compile(r"[өӨүҮңҢ]")),
    ("sr", re.compile(r"[ђЂћЋџЏљЉњЊјЈ]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("az", re.compile(r"[əƏ]")),
)
FOREIGN = re.compile(r"\S*[\u0400-\u058f\u10a0-\u10ff\u1c90-\u1cbfəƏ]\S*")


CYRILLIC = ("ru", "tg", "ky", "sr")


def language_of(word, lang=""):
    """The language of a word by its letters, on a paper in `lang`."""
    code = next((code for code, letters in SCRIPTS if letters.search(word)), "")
    return lang if code == "ru" and lang in CYRILLIC else code


def worded(value, lang):
    """Plain text as a paragraph's markup; words of another script carry their language."""
    said = clean(value)
    if not FOREIGN.search(said):
        return escape(said).replace("\n", "<br/>")
    made, at = [], 0
    for found in FOREIGN.finditer(said):
        code = language_of(found[0], lang)
        made.append(escape(said[at : found.start()]))
        at = found.end()
        word = escape(found[0])
        if code == lang:
            made.append(word)
        else:
            made.append(f'<onDraw name="language" label="{code}"/>{word}<onDraw name="language" label=""/>')
    return "".join([*made, escape(said[at:])]).replace("\n", "<br/>")


# Rows at the end of a table that are not parted by the end of a page.
FEW = 3


class TaggedParagraph(Paragraph):
    """Text of one element; drawn once more, as the head of a table on its next page, it is an artifact."""

    element, target, words, _drawn = None, None, "", False

    def split(self, *room):
        parts = super().split(*room)
        for part in parts:
            part.element, part.target, part.words = self.element, self.target, self.words
        return parts

    def draw(self):
        if self._drawn:
            with self.canv.artifact("Pagination"):
                super().draw()
            return
        self._drawn = True
        canvas = self.canv
        canvas.begin(self.element)
        super().draw()
        canvas.end()
        if self.element.box is None:
            self.element.box = canvas.area(self.width, self.height)
        if self.target is not None:
            canvas.lead(self.element, self.width, self.height, self.target, self.words)


def paragraph(value, style, element, lang, target=None, words=""):
    made = TaggedParagraph(worded(value, lang), styles()[style])
    made.element, made.target, made.words = element, target, words
    return made


class TaggedTable(LongTable):
    """A table whose cells are tagged paragraphs: its lines and grounds are artifacts."""

    def split(self, width, height):
        """A row goes to the next page whole, unless no page could hold it; and never alone, where there are others."""
        self._calc(width, height)
        heads = self.repeatRows
        self.splitInRow = int(sum(self._rowHeights[: heads + 1]) > HEIGHT)
        parts = super().split(width, height)
        if len(parts) == 2 and parts[1]._nrows - heads < FEW <= self._nrows - heads - FEW:
            first, rest = super().split(width, sum(self._rowHeights[:-FEW]) + 1)
            tall = sum(self._rowHeights[:heads]) + sum(self._rowHeights[-FEW:])
            return [first, CondPageBreak(tall), rest]
        return parts

    def _drawBkgrnd(self):
        with self.canv.artifact("Layout"):
            super()._drawBkgrnd()

    def _drawLines(self):
        with self.canv.artifact("Layout"):
            super()._drawLines()


class Picture(Flowable):
    """A drawing that is one figure."""

    def __init__(self, drawing, element):
        super().__init__()
        self._drawing, self._element = drawing, element
        self.width, self.height = drawing.width, drawing.height

    def wrap(self, *_room):
        return self.width, self.height

    def draw(self):
        self.canv.begin(self._element)
        self._drawing.drawOn(self.canv, 0, 0)
        self.canv.end()
        self._element.box = self.canv.area(self.width, self.height)


class Photo(Picture):
    """Pixels (a PIL image) that are one figure, `width` by `height` points."""

    def __init__(self, pixels, width, height, element):
        Flowable.__init__(self)
        self._pixels, self._element, self.width, self.height = ImageReader(pixels), element, width, height

    def draw(self):
        self.canv.begin(self._element)
        self.canv.drawImage(self._pixels, 0, 0, self.width, self.height)
        self.canv.end()
        self._element.box = self.canv.area(self.width, self.height)


class Entry(Flowable):
    """A line of the contents: title, dots, page number; the whole of it leads to the heading."""

    def __init__(self, title, heading, element, lang):
        super().__init__()
        self._heading, self._element, self._title = heading, element, clean(title)
        self._text = TaggedParagraph(worded(title, lang), styles()["text"])
        self._text.element = element

    def wrap(self, *_room):
        _width, self._tall = self._text.wrap(WIDTH - 36, 10**6)
        self.width, self.height = WIDTH, self._tall + 3
        return self.width, self.height

    def draw(self):
        canvas, base = self.canv, 3 + self._text.style.leading - self._text.style.fontSize - 1
        self._text.drawOn(canvas, 0, 3)
        begin = self._text.getActualLineWidths0()[-1] + 6
        with canvas.artifact("Layout"):
            canvas.saveState()
            canvas.setStrokeColor(QUIET)
            canvas.setLineWidth(0.6)
            canvas.setDash(0.6, 3)
            canvas.line(begin, base, WIDTH - 24, base)
            canvas.restoreState()
        canvas.number_later(self._element, self._heading, WIDTH, base, 9.5)
        canvas.lead(self._element, self.width, self.height, self._heading, self._title)
