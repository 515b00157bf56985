"""The minutes as a paper: drawn from the frozen body, with the applicants' names from the register of that day."""

from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from applicants.models import Party
from ledger.money import Money
from pages.paper import facts, paper, signatures, space, table, text, together
from selection.models import Decision, Declaration, Seat
from selection.wording import outcome_sentence, undone_sentence, votes_sentence


def minutes_paper(session):
    """The PDF (bytes) of a closed session's minutes, in the programme's language of papers."""
    body = session.minutes_body
    with translation.override(session.programme.language):
        names = dict(
            Party.objects.filter(ref__in=[row["applicant"] for row in body["cases"]]).values_list("ref", "name")
        )
        story = [
            text(_("Minutes of the selection committee"), "title"),
            facts(
                [
                    (_("Session"), body["session"]),
                    (_("Committee"), body["committee"]),
                    (_("Call"), body["call"]),
                    (_("Sat on"), _day(body["sits_on"])),
                    (_("Closed on"), _day(body["closed_on"])),
                    (_("Present"), _people(body["present"])),
                    (_("Absent"), _people(body["absent"]) or _("nobody")),
                    (_("Quorum"), _quorum(body)),
                ]
            ),
            space(10),
            _summary(body, names),
        ]
        for row in body["cases"]:
            story.append(together(_case(row, names)))
        rules = {"number": body.get("rules_version") or "-", "hash": body["rules"]}
        story += [space(8), text(_("Rules of the call, version %(number)s; SHA-256: %(hash)s") % rules, "small")]
        story.append(text(_("SHA-256 of these minutes: %(hash)s") % {"hash": session.minutes_hash}, "small"))
        story.append(signatures([(Seat.Role(row["role"]).label, row["member"]) for row in body["present"]]))
        return paper(
            _("Minutes"),
            story,
            reference=body["session"],
            footer=session.programme.public_name,
            lang=session.programme.language,
            subtitle=session.programme.public_name,
        )


def _day(text):
    return f"{date.fromisoformat(text):%d.%m.%Y}"


def _people(rows):
    return "\n".join(f"{row['member']}, {Seat.Role(row['role']).label}" for row in rows)


def _quorum(body):
    return _("%(number)s members, and %(share)s%% of those without an interest in the case") % {
        "number": body["quorum_number"],
        "share": body["quorum_share_pct"],
    }


def _summary(body, names):
    rows = [
        [
            row["position"],
            f"{names.get(row['applicant'], row['applicant'])}\n{row['application']}",
            str(Money(row["asked_amount"], row["currency"])),
            _outcome(row),
            str(Money(row["amount"], row["currency"])) if row["amount"] else "",
        ]
        for row in body["cases"]
    ]
    head = [_("No."), _("Applicant"), _("Asked for"), _("Decision"), _("Amount")]
    return table(rows, widths=[8, 60, 32, 32, 32], head=head, numbers=(2, 4))


def _outcome(row):
    return Decision.Outcome(row["outcome"]).label if row["outcome"] else _("Withdrawn")


def _case(row, names):
    parts = [
        text(f"{row['position']}. {names.get(row['applicant'], row['applicant'])}", "h3"),
        text(f"{row['application']} · {row['title']}", "quiet"),
        text(outcome_sentence(row)),
    ]
    if row["tally"] and row["tally"].get("rule") != "removed":
        parts.append(text(votes_sentence(row["tally"])))
    for label, words in ((_("Conditions"), row["conditions"]), (_("Reasons"), row["reason"])):
        if words:
            parts.append(text(f"{label}: {words}"))
    for interest in row["interests"]:
        late = _("declared during the sitting; the vote is void") if interest["late"] else _("declared before")
        parts.append(
            text(
                _("%(member)s took no part: %(kind)s (%(late)s).")
                % {"member": interest["member"], "kind": Declaration.Kind(interest["kind"]).label, "late": late}
            )
        )
    parts += [text(undone_sentence(one, row["currency"]), "quiet") for one in row["undone"]]
    return parts
