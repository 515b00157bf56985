"""What a tagged PDF says of itself: elements in the order of reading, and where on the pages each of them stands."""

from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Element:
    """A structure element of ISO 32000-1, 14.8.4.

    `marks`: (page, number of the marked content on it); `links`: places of its link annotations; `box`: (page, left,
    bottom, right, top) in points; `scope`: "Row" or "Column" of a table header.
    """

    tag: str
    kids: list = field(default_factory=list)
    lang: str = ""
    alt: str = ""
    scope: str = ""
    marks: list = field(default_factory=list)
    links: list = field(default_factory=list)
    box: tuple | None = None

    def add(self, tag, **facts):
        """A new element below this one."""
        kid = Element(tag, **facts)
        self.kids.append(kid)
        return kid

    def where(self):
        """(page, left, top) of its first words; None when nothing of it was drawn."""
        if self.box is None:
            return next((place for place in (kid.where() for kid in self.kids) if place), None)
        page, left, _bottom, _right, top = self.box
        return page, left, top


@dataclass(frozen=True, slots=True)
class Link:
    """A place to press: `box` on `page` in points; it leads to `target`, an Element or an address."""

    page: int
    box: tuple
    target: Element | str
    words: str


@dataclass(eq=False, slots=True)
class Marked:
    """What the canvas notes while it draws: the elements by page and number, and the links in their order."""

    pages: list = field(default_factory=lambda: [[]])
    links: list = field(default_factory=list)
