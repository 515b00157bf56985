"""The minutes as a paper: drawn from the frozen body, with names and words from the records of that day."""

from django.utils import translation
from django.utils.translation import gettext as _

from applicants.models import Party
from pages.paper import facts, mark, paper, signatures, space, table, text, together
from selection.minutes import told
from selection.minutes_words import attendance, cases_told, corrections, head, motions_told, named_in, proofs, recusals
from selection.models import Decision, Seat


def minutes_paper(session):
    """The PDF (bytes) of a closed session's minutes, in the programme's language of papers."""
    programme = session.programme
    with translation.override(programme.language):
        body = told(session)
        names = dict(Party.objects.filter(ref__in=named_in(body)).values_list("ref", "name"))
        cases = cases_told(body, names)
        apart = [case for case in cases if not case.on_consent]
        story = [
            text(_("Minutes of the selection committee"), "title"),
            facts(head(body, neutral=programme.confidential)),
            *_attendance(body),
            *(_decisions(cases) if cases else []),
            *_recusals(cases),
            *_consent([case for case in cases if case.on_consent]),
            *([mark(_("Cases")), text(_("Cases"), "h2")] if apart else []),
        ]
        for case in apart:
            story.append(together([mark(f"{case.row['position']}. {case.name}"), *_case(case)]))
        story += _requests(motions_told(body, names))
        # Nobody signs a page on which nothing stands.
        story += [*_corrections(body), together([*_proofs(session, body), _signatures(body)])]
        return paper(
            _("Minutes"),
            story,
            reference=body["session"],
            footer=programme.public_name,
            lang=programme.language,
            subtitle=programme.public_name,
        )


def _attendance(body):
    rows = [list(row) for row in attendance(body)]
    timed = any(row[3] for row in rows)
    columns = [_("Member"), _("Seat"), _("Present"), *([_("From, to")] if timed else [])]
    rows = rows if timed else [row[:3] for row in rows]
    return [text(_("Attendance"), "h2"), table(rows, widths=[70, 45, 25, 30][: len(columns)], head=columns)]


def _decisions(cases):
    """Every case in one line."""
    scored = any(case.score for case in cases)
    columns = [_("No."), _("Applicant"), _("Decision"), _("Asked for"), _("Amount")]
    columns += [_("Score")] if scored else []
    rows = [
        [
            case.row["position"],
            f"{case.name}\n{case.row['application']}",
            _outcome(case.row),
            str(case.asked),
            case.decided,
            *([case.score] if scored else []),
        ]
        for case in cases
    ]
    widths = [9, 58, 27, 33, 33, *([14] if scored else [])]
    numbers = (3, 4, 5) if scored else (3, 4)
    return [text(_("Decisions"), "h2"), table(rows, widths=widths, head=columns, numbers=numbers)]


def _outcome(row):
    return Decision.Outcome(row["outcome"]).label if row["outcome"] else _("Withdrawn")


def _recusals(cases):
    rows = [[position, sentence] for position, sentence in recusals(cases)]
    if not rows:
        return []
    return [text(_("Who took no part"), "h2"), table(rows, widths=[15, 155], head=[_("Case"), _("Who and why")])]


def _consent(cases):
    """Cases that one vote decided together; what is particular about one stands under it."""
    if not cases:
        return []
    story = [mark(_("Consent agenda")), text(_("Consent agenda"), "h2")]
    story.append(text(_("These cases were decided together; no member lifted one out.")))
    for case in cases:
        position = case.row["position"]
        parts = [text(f"{position}. {case.name} · {case.row['application']}", "h3")]
        story.append(together([*parts, *_said(case), *_words(case)]))
    return story


def _case(case):
    row = case.row
    asked = _("asked for %(amount)s") % {"amount": case.asked}
    return [
        text(f"{row['position']}. {case.name}", "h3"),
        text(f"{row['application']} · {row['title']} · {asked}", "quiet"),
        *_said(case),
        *_words(case),
    ]


def _said(case):
    return [text(case.sentence, "strong"), *([text(case.votes)] if case.votes else [])]


def _words(case):
    parts = [text(f"{label}: {words}") for label, words in case.lines]
    if case.dissent:
        parts.append(text(_("The minority:"), "quiet"))
        parts += [text(f"{choice}: {reason}") for choice, reason in case.dissent]
    parts += [text(sentence, "quiet") for sentence in (*case.recusals, *case.undone)]
    return parts


def _requests(requests):
    """What was asked about running loans and the like, each with its votes."""
    if not requests:
        return []
    story = [mark(_("Requests")), text(_("Requests"), "h2")]
    for one in requests:
        parts = [
            text(f"{one.row['number']}. {one.name}", "h3"),
            text(f"{one.row['subject']} · {one.title}", "quiet"),
            text(one.sentence, "strong"),
            text(one.votes),
            text(". ".join(f"{label}: {words}" for label, words in one.terms) + "."),
        ]
        if one.dissent:
            parts.append(text(_("The minority:"), "quiet"))
            parts += [text(f"{choice}: {reason}") for choice, reason in one.dissent]
        story.append(together([*parts, *(text(sentence, "quiet") for sentence in one.recusals)]))
    return story


def _corrections(body):
    found = list(corrections(body))
    return [text(_("Corrections"), "h2"), *(text(sentence) for sentence in found)] if found else []


def _proofs(session, body):
    return [space(10), *(text(sentence, "small") for sentence in proofs(session, body))]


def _signatures(body):
    people = [(Seat.Role(row["role"]).label, row["member"]) for row in body["present"]]
    named = {row["member"] for row in body["present"]}
    kept_by = body.get("closed_by", "")
    return signatures([*people, *([(_("Kept the minutes"), kept_by)] if kept_by and kept_by not in named else [])])
