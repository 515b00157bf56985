"""A canvas on which everything drawn is either part of an element or an artifact."""

from contextlib import contextmanager

from pages.paper import FONT, QUIET, Numbered
from reports.tagged.tree import Link, Marked


class TaggedCanvas(Numbered):
    """Numbers the marked content of each page. Page numbers of the contents are printed when all pages are known."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "initialFontName": FONT})
        self.marked, self.page_at, self._late, self._spoken = Marked(), 0, [], False
        self.setNamedCB("language", TaggedCanvas.language)

    def showPage(self):
        super().showPage()
        self.page_at += 1
        self.marked.pages.append([])
        self._late = []

    def begin(self, element):
        """What is drawn until `end` belongs to the element."""
        on_page = self.marked.pages[self.page_at]
        element.marks.append((self.page_at, len(on_page)))
        self._code.append(f"/{element.tag} <</MCID {len(on_page)}>> BDC")
        on_page.append(element)

    def end(self):
        self._code.append("EMC")

    @contextmanager
    def artifact(self, kind=""):
        """What is drawn is decoration, or said once already. kind: "Pagination" for what each page repeats."""
        self._code.append(f"/Artifact <</Type /{kind}>> BDC" if kind else "/Artifact BMC")
        yield
        self._code.append("EMC")

    def area(self, width, height):
        """(page, left, bottom, right, top) of what the current flowable covers."""
        left, bottom = self.absolutePosition(0, 0)
        return self.page_at, left, bottom, left + width, bottom + height

    def lead(self, element, width, height, target, words):
        """Make the area of the current flowable a link of the element."""
        page, *box = self.area(width, height)
        element.links.append(len(self.marked.links))
        self.marked.links.append(Link(page, tuple(box), target, words))

    def number_later(self, element, heading, right, base, size):
        """Print the heading's page number, ending at `right`, as soon as it is known."""
        self._late.append((element, heading, *self.absolutePosition(right, base), size))

    def draw_foot(self, number):
        for element, heading, x, y, size in self._late:
            self.begin(element)
            self.saveState()
            self.setFont(FONT, size)
            self.setFillColor(QUIET)
            self.drawRightString(x, y, str(heading.where()[0] + 1))
            self.restoreState()
            self.end()
        with self.artifact("Pagination"):
            super().draw_foot(number)

    def language(self, _kind, label):
        """Called between the words of a paragraph: the words that follow are of this language, or no longer."""
        text = self._curr_tx_info["tx"]
        self._silence(text)
        if label:
            text._code.append(f"/Span <</Lang ({label})>> BDC")
            self._spoken = True

    def drawText(self, text):
        # A word that is broken at the end of a column or page has lost the mark at its end.
        self._silence(text)
        super().drawText(text)

    def _silence(self, text):
        if self._spoken:
            text._code.append("EMC")
            self._spoken = False
