"""Tagged, archivable papers: a layer over the house's ReportLab papers that gives PDF/UA-1 and PDF/A-2a.

story = Story("en")
story.heading(1, report.name)
story.table(rows, [60, 20], head=[_("Figure"), _("Value")], numbers=[1])
content = tagged_paper(report.name, story, reference=report.reference)
"""

from django.conf import settings
from django.utils.translation import get_language

from pages.paper import clean, paper
from reports.tagged.canvas import TaggedCanvas
from reports.tagged.finish import finish
from reports.tagged.story import Story

__all__ = ["Story", "tagged_paper"]


def tagged_paper(title, story, *, on=None, **facts):
    """The PDF as bytes, its fixed words in the active language.

    `on`: the day that its metadata carry, or None; `facts`: those of `pages.paper.paper`.
    """
    made = []

    def sheet(*args, **kwargs):
        made.append(TaggedCanvas(*args, **kwargs))
        return made[-1]

    content = paper(title, story.finished(), lang=get_language(), sheet=sheet, **facts)
    author = settings.OFFICE_NAME
    return finish(content, story, made[0].marked, lang=story.lang, title=clean(title), author=author, on=on)
