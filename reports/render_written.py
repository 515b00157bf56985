"""What people wrote into a report, on paper: the agreement, the donor's sign, passages, stories."""

import io
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image
from reportlab.lib.units import mm

from applicants.services.evidence import path_of

# The box in which a donor's sign stands, at most.
SIGN_WIDTH, SIGN_HEIGHT = 60 * mm, 22 * mm
AFTER = (("lessons", gettext_lazy("Lessons learned")), ("next", gettext_lazy("Next steps")))


def office_of(report):
    """Who makes the report: as it was frozen with the open data, else the office's name of today."""
    return (report.open_data.org_name if report.open_data else "") or settings.OFFICE_NAME


def sign(story, report):
    """The donor's picture on the cover, as large as its box allows and never larger than its pixels are."""
    if not report.logo:
        return
    with Image.open(io.BytesIO(path_of(report.logo).read_bytes())) as opened:
        # Archives take no transparency without its ground: the paper is white.
        pixels = Image.new("RGB", opened.size, "white")
        pixels.paste(opened.convert("RGBA"), mask=opened.convert("RGBA").getchannel("A"))
    scale = min(SIGN_WIDTH / pixels.width, SIGN_HEIGHT / pixels.height, 1)
    said = _("Sign of %(donor)s") % {"donor": report.donor or ", ".join(report.donors)}
    story.photo(pixels, pixels.width * scale, pixels.height * scale, said)
    story.space(10)


def agreed(story, report):
    """Under which agreement the report is made, who approved it, until when its records go."""
    if report.agreement:
        story.text(_("Under the agreement %(agreement)s.") % {"agreement": report.agreement})
    if report.visibility:
        story.text(report.visibility)
    if report.approved_by:
        story.text(_("Approved by %(person)s.") % {"person": report.approved_by}, "quiet")
    if report.cut_off:
        moment = f"{datetime.fromisoformat(report.cut_off):%d.%m.%Y %H:%M}"
        story.text(_("Nothing entered after %(moment)s UTC is in it.") % {"moment": moment}, "quiet")


def passage(story, report, box):
    """The passage of that box, a paragraph for each of its own."""
    said = next((one.text for one in report.passages if one.box == box), "")
    for part in filter(None, (part.strip() for part in said.split("\n\n"))):
        story.text(part)
    return bool(said)


def written(story, report):
    """Lessons, next steps, stories: each with its heading where somebody wrote it."""
    boxes = {one.box for one in report.passages if one.text.strip()}
    for box, title in AFTER:
        if box in boxes:
            story.heading(2, str(title))
            passage(story, report, box)
    if report.stories:
        story.heading(2, _("Stories"))
        for one in report.stories:
            story.heading(3, one.title)
            for part in filter(None, (part.strip() for part in one.text.split("\n\n"))):
                story.text(part)
        story.text(_("Told with the written consent of those whom they are about."), "quiet")
