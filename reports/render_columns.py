"""Tables of figures on paper: a row for each figure, its number leading to how it is counted."""

from django.utils.translation import gettext as _
from reportlab.lib.units import mm

from reports.figure import MONEY, printed


def columns_of(story, figures, columns):
    """A table of figures; a column in which nothing stands is left out."""
    made = [(width, head, [cell(one) for one in figures]) for width, head, cell in filter(None, columns)]
    made = [column for place, column in enumerate(made) if place < 2 or any(column[2])]
    rows = list(zip(*(cells for _width, _head, cells in made), strict=True))
    links = {
        row: (f"#{one.code}", _("How %(figure)s is counted") % {"figure": one.name}) for row, one in enumerate(figures)
    }
    story.table(
        rows,
        [width for width, _head, _cells in made],
        head=[head for _width, head, _cells in made],
        numbers=range(2, len(made)),
        # No wider than its columns ask for: the eye finds from a name to its number.
        room=sum(width for width, _head, _cells in made) * mm,
        links=links,
    )


def named(figure):
    of_all = _("all donors")
    name = f"{figure.name} ({of_all})" if figure.whole_programme else figure.name
    return f"{name}, {figure.currency}" if figure.unit == MONEY else name


def in_all(figure):
    return _("hidden") if figure.hidden else printed(figure.in_all, figure.unit, figure.currency)
