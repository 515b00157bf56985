"""Requests in a member's packet: a list for the votes, and a page for each with what is asked for."""

from django.utils.translation import gettext as _

from ledger.money import Money
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
            Money(one.motion.amount, one.motion.application.currency),
            "",
        ]
        for one in standings
    ]
    head = [_("No."), _("Request"), _("Owed"), _("My vote")]
    return [text(_("Requests"), "h3"), table(rows, widths=[9, 100, 40, 24], head=head, numbers=(2,))]


def request_page(standing):
    """What is asked for, as the page of the request shows it; numbers of people are taken out of what was written."""
    motion = standing.motion
    matter, clean = matter_of(motion.matter), cleaner_of(motion.application, unnamed=False)
    schedule = matter.schedule(motion.facts)
    story = [
        mark(f"{motion.number}. {standing.name}"),
        text(f"{motion.number}. {standing.name}", "title"),
        text(f"{standing.title} · {motion.subject_ref}", "quiet"),
        facts([(label, clean(words)) for label, words in matter.rows(motion)], label_width=150),
    ]
    if schedule:
        head = [_("Due"), _("Principal"), _("Interest"), _("Fees, penalties"), _("Instalment")]
        story += [
            space(6),
            text(_("The schedule as it would be"), "h3"),
            table([list(row) for row in schedule], widths=[24, 36, 36, 36, 36], head=head, numbers=(1, 2, 3, 4)),
        ]
    return [*story, new_page()]
