"""The packet of one member as a paper: cover, grid, agenda, one page for each case, and the annexes.

Every page carries whose copy it is. Texts too long for the one page are cut there and stand whole in the annex.
"""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.money import shown
from pages.paper import facts, mark, new_page, one_page, paper, space, table, text
from selection.packet import summary_of
from selection.papers.annex import annex
from selection.papers.requests import request_page, requests_table
from selection.rules_told import rules_told
from selection.scoring import score

# How many letters a text, and how many lines a table, may have on the one page: from the most to the least.
LEVELS = ((900, 12, 99), (600, 8, 99), (400, 6, 99), (250, 5, 12), (140, 3, 10))


def packet_paper(printed, on, language="en", progress=None):
    """The PDF (bytes) of a printed.Printed packet, drawn on `on` in its member's language.

    `progress(done)` is told how many cases are drawn.
    """
    session = printed.session
    with translation.override(language):
        story = [*_cover(printed, on), *_grid(session), *_agenda(printed)]
        annexes = []
        for number, case in enumerate(printed.cases, 1):
            unnamed = case.pk in printed.unnamed
            summary = summary_of(case, unnamed=unnamed)
            story += _summary_page(case, summary)
            annexes += annex(case, summary, unnamed, _tell(progress, number))
        for standing in printed.motions:
            story += request_page(standing)
        return paper(
            _("Packet of the committee"),
            [*story, *annexes],
            reference=session.ref,
            footer=_("Copy of %(member)s. Confidential: not to be passed on.") % {"member": printed.member.name},
            lang=language,
            subtitle=session.programme.public_name,
            watermark=f"{printed.member.name} · {session.ref} · {on:%d.%m.%Y}",
        )


def _tell(progress, number):
    return (lambda: progress(number)) if progress else None


def _cover(printed, on):
    session = printed.session
    neutral = session.programme.confidential
    return [
        mark(_("Cover")),
        text(_("Packet of the committee"), "title"),
        facts(
            [
                (_("For"), printed.member.name),
                (_("Session"), session.ref),
                *([] if neutral else [(_("Committee"), session.committee.name), (_("Call"), session.call.name)]),
                (_("The committee"), when_told(session)),
                *([(_("Scores until"), f"{session.scores_due_on:%d.%m.%Y}")] if session.scores_due_on else []),
                (_("Cases"), _cases_told(printed)),
                *([(_("Requests"), _motions_told(printed))] if printed.motions or printed.motions_gone else []),
                (_("Drawn on"), f"{on:%d.%m.%Y}"),
            ]
        ),
        text(_("The rules"), "h2"),
        facts(rules_told(session.rules)),
        space(8),
        text(
            _(
                "This copy is yours alone: your name stands on every page. It holds no identity number, no telephone "
                "and no kind of vulnerability. Destroy it after the sitting."
            ),
            "quiet",
        ),
    ]


def when_told(session):
    """ "sits on 12.03.2026", or until when it votes in writing."""
    if session.procedure == session.Procedure.WRITTEN and session.votes_due_on:
        return _("votes in writing until %(day)s") % {"day": f"{session.votes_due_on:%d.%m.%Y}"}
    return _("sits on %(day)s") % {"day": f"{session.sits_on:%d.%m.%Y}"}


def _cases_told(printed):
    here = len(printed.cases)
    said = ngettext("%(count)s case", "%(count)s cases", here) % {"count": here}
    return f"{said}. {gone_told(printed.gone)}" if printed.gone else said


def gone_told(gone):
    """The one line that a case in which the reader takes no part leaves."""
    return ngettext("%(count)s case is not in your packet.", "%(count)s cases are not in your packet.", gone) % {
        "count": gone
    }


def _motions_told(printed):
    here, gone = len(printed.motions), printed.motions_gone
    said = ngettext("%(count)s request", "%(count)s requests", here) % {"count": here}
    return f"{said}. {motions_gone_told(gone)}" if gone else said


def motions_gone_told(gone):
    """The same line for requests."""
    return ngettext("%(count)s request is not in your packet.", "%(count)s requests are not in your packet.", gone) % {
        "count": gone
    }


def _grid(session):
    criteria = session.rules.get("criteria", [])
    if not criteria:
        return []
    rows = [
        [
            number,
            f"{row['question']}\n{row['section']}",
            row["weight"],
            row["top"],
            "\n".join(f"{value}: {said}" for value, said in sorted(row["guidance"].items()) if said),
        ]
        for number, row in enumerate(criteria, 1)
    ]
    head = [_("No."), _("Criterion"), _("Weight"), _("Highest"), _("What the values mean")]
    return [
        new_page(),
        mark(_("Evaluation grid")),
        text(_("Evaluation grid"), "h2"),
        table(rows, widths=[8, 56, 16, 18, 72], head=head, numbers=(2, 3)),
    ]


def _agenda(printed):
    criteria = printed.session.rules.get("criteria", [])
    head = [_("No."), _("Case"), _("Asks for"), _("Own part")]
    head += [_("My score")] if criteria else []
    head += [_("My vote")]
    rows = [
        [
            case.position,
            f"{case.shown_name}\n{case.application.ref} · {case.shown_title}"
            + (f"\n{_('Consent agenda')}" if case.on_consent and case.lifted_on is None else ""),
            f"{case.currency} {shown(case.proposed_amount, case.currency)}",
            shown(case.application.own_amount, case.currency) if case.application.own_amount else "",
            *([_own_total(criteria, printed.own_scores.get(case.pk))] if criteria else []),
            "",
        ]
        for case in printed.cases
    ]
    story = [new_page(), mark(_("Agenda")), text(_("Agenda and ranking sheet"), "h2")]
    widths = [9, 66, 34, 26, *([18] if criteria else []), 20]
    if rows:
        story.append(table(rows, widths=widths, head=head, numbers=(2, 3)))
    if printed.gone:
        story.append(text(gone_told(printed.gone), "quiet"))
    story += requests_table(printed.motions)
    if printed.motions_gone:
        story.append(text(motions_gone_told(printed.motions_gone), "quiet"))
    return [*story, new_page()]


def _own_total(criteria, card):
    """The member's own total once it is in; others' scores are in no packet."""
    return score(criteria, [card]).shown if card else ""


# One page ----------------------------------------------------------------------------------------------------------


def _summary_page(case, summary):
    return [mark(f"{case.position}. {summary.name}"), *one_page(lambda level: _summary(case, summary, level), LEVELS)]


def _summary(case, summary, level):
    """The one page, with texts of at most so many letters and tables of so many lines."""
    letters, lines, most_facts = level
    name = f"{summary.name} ({summary.script})" if summary.script else summary.name
    story = [
        text(f"{case.position}. {_cut(name, 120)}", "title"),
        text(f"{case.application.ref} · {_cut(summary.title, 160)}", "quiet"),
        table([_figures(summary)], head=[_("Asks for"), _("Own part"), _("Own share")]),
        space(4),
    ]
    if summary.pays is not None:
        story += [text(_("Can the business pay? %(answer)s") % {"answer": summary.pays.word}, "h3")]
        story += [text(_cut(" ".join(summary.pays.sentences), letters), "cell"), space(3)]
    if summary.lead:
        story += [text(_cut(summary.lead, letters)), space(2)]
    rows = [(label, _cut(value, letters)) for label, value in summary.facts]
    if len(rows) > most_facts:
        rows = rows[:most_facts]
        rows.append(("", _continued()))
    story.append(facts(rows, label_width=112))
    story += _investments(case, summary, lines)
    return story


def _figures(summary):
    return [str(summary.asked), str(summary.own) if summary.own.minor else _("none"), summary.share or "-"]


def _investments(case, summary, lines):
    items = summary.investments
    if not items:
        return []
    rows = [
        [_cut(item.label, 90), shown(item.programme_amount, case.currency), shown(item.own_amount, case.currency)]
        for item in items[:lines]
    ]
    left = len(items) - len(rows)
    if left > 0:
        said = ngettext("%(count)s more in the annex", "%(count)s more in the annex", left) % {"count": left}
        rows.append([f"… {said}", "", ""])
    total = [
        _("Total, %(currency)s") % {"currency": case.currency},
        shown(sum(item.programme_amount for item in items), case.currency),
        shown(sum(item.own_amount for item in items), case.currency),
    ]
    head = [_("What the money buys"), _("Programme"), _("Own part")]
    return [space(6), table(rows, widths=[100, 35, 35], head=head, numbers=(1, 2), total=total)]


def _cut(words, letters):
    """At most so many letters, ended at a word, with the word that the rest stands in the annex."""
    words = " ".join(str(words).split())
    if len(words) <= letters:
        return words
    short = words[:letters].rsplit(" ", 1)[0].rstrip(",;:.") if " " in words[:letters] else words[:letters]
    return f"{short} … {_continued()}"


def _continued():
    return _("(continued in annex)")
