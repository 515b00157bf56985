"""Requests in a member's packet: a list for the votes, and a page for each with what is asked for."""

from django.utils.translation import gettext as _

from pages.paper import facts, mark, new_page, space, table, text
from selection.motions import matter_of
from selection.packet import cleaner_of


def requests_table(standings):
    """The list of the agenda with room for the own vote; [] where there is none."""
    if not standings:
        return []
    rows = [
        [
            one.motion.number,
            f"{one.name}\n{one.title} · {one.motion.subject_ref}",
            "\n".join(map(str, one.motion.money)),
            "",
        ]
        for one in standings
    ]
    head = [_("No."), _("Request"), _("Owed"), _("My vote")]
    return [text(_("Requests"), "h3"), table(rows, widths=[9, 100, 40, 24], head=head, numbers=(2,))]


def request_page(standing):
    """What is asked for, as the page of the request shows it, without the numbers of the people it is about."""
    motion = standing.motion
    people = ("applicant", "business__manager")
    clean = cleaner_of(*motion.applications.select_related(*people))
    matter = matter_of(motion.matter)
    shown = matter.table(motion.facts)
    story = [
        mark(f"{motion.number}. {standing.name}"),
        text(f"{motion.number}. {standing.name}", "title"),
        text(f"{standing.title} · {motion.subject_ref}", "quiet"),
        facts([(label, clean(words)) for label, words in matter.rows(motion)], label_width=150),
    ]
    if shown:
        others = len(shown.head) - 1
        widths = [24, *[144 // others] * others]
        figures = tuple(range(1, others + 1))
        story += [space(6), text(shown.title, "h3"), table(shown.rows, widths=widths, head=shown.head, numbers=figures)]
    return [*story, new_page()]
