"""The minutes in sentences, the same on the page and on paper. Reads a body of minutes.told(); older ones say less."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applicants.models import Part
from ledger.money import Money, locale_of
from selection.models import Decision, Declaration, Seat, Session, Vote
from selection.motions import matter_of
from selection.wording import counts_sentence, outcome_sentence, undone_sentence


@dataclass(frozen=True)
class CaseTold:
    """One case: the decision in a sentence, then (label, text) lines; `dissent` are minority reasons, apart."""

    row: dict
    name: str
    asked: Money
    decided: str
    sentence: str
    votes: str
    score: str
    lines: list
    dissent: list
    recusals: list
    undone: list

    @property
    def on_consent(self):
        return self.row.get("on_consent", False)


def day(text):
    return f"{date.fromisoformat(text):%d.%m.%Y}" if text else ""


def head(body, neutral=False):
    """[(label, text)] of the head. `neutral`: without names that may tell what a confidential programme is about."""
    written = body.get("procedure") == Session.Procedure.WRITTEN
    votes_due = day(body.get("votes_due_on", ""))
    rows = [
        (_("Session"), body["session"]),
        (_("Committee"), "" if neutral else body["committee"]),
        (_("Call"), "" if neutral else body["call"]),
        (_("Procedure"), _("Written, votes until %(day)s") % {"day": votes_due} if written and votes_due else ""),
        (_("Began on") if written else _("Sat on"), day(body["sits_on"])),
        (_("Closed on"), day(body["closed_on"])),
        (_("Minutes kept by"), body.get("closed_by", "")),
        (
            _("Quorum of each case"),
            _("%(number)s members, and %(share)s%% of those without an interest in the case")
            % {"number": body["quorum_number"], "share": body["quorum_share_pct"]},
        ),
        (_("Decided"), decided(body["cases"])),
    ]
    return [(label, text) for label, text in rows if text]


def decided(rows):
    """ "18 approved: EUR 180,000.00. 2 on the reserve list: EUR 20,000.00. 1 rejected." of the minutes' cases."""
    return " ".join(filter(None, (_decided(outcome, rows) for outcome in Decision.Outcome)))


def _decided(outcome, rows):
    sums, count = {}, 0
    for row in rows:
        if row["outcome"] == outcome:
            count += 1
            sums[row["currency"]] = sums.get(row["currency"], 0) + (row["amount"] or 0)
    if not count:
        return ""
    words = {"count": count, "amounts": ", ".join(str(Money(amount, code)) for code, amount in sorted(sums.items()))}
    sentences = {
        Decision.Outcome.APPROVE: _("%(count)s approved: %(amounts)s."),
        Decision.Outcome.RESERVE: _("%(count)s on the reserve list: %(amounts)s."),
        Decision.Outcome.DEFER: _("%(count)s put off."),
        Decision.Outcome.REJECT: _("%(count)s rejected."),
    }
    return sentences[outcome] % words


def attendance(body):
    """[(member, seat, here or not, from when to when)] of everybody who holds a seat."""
    found = []
    for where, word in (("present", _("present")), ("absent", _("absent"))):
        for row in body[where]:
            came, left = row.get("came", ""), row.get("left", "")
            times = f"{came or '…'}\u2013{left or '…'}" if came or left else ""
            found.append((row["member"], Seat.Role(row["role"]).label, word, times))
    return found


def recusals(cases):
    """[(case number, sentence)] of everybody who took no part in a case, of these CaseTold."""
    return [(case.row["position"], sentence) for case in cases for sentence in case.recusals]


def corrections(body):
    """Sentences about each reopening; what changed then stands at the cases."""
    for row in body.get("corrections", []):
        said = _("Reopened on %(day)s by %(name)s: %(reason)s") % {
            "day": day(row["on"]),
            "name": row["by"],
            "reason": row["reason"] or "-",
        }
        replaced = _("The minutes that were replaced had the SHA-256 %(hash)s.") % {"hash": row["minutes"]}
        yield f"{said} {replaced}" if row["minutes"] else said


def cases_told(body, names):
    """The CaseTold of each case in agenda order; `names`: party reference -> name."""
    return [_case(row, names) for row in body["cases"]]


def _case(row, names):
    currency = row["currency"]
    voted = row["tally"] if row["tally"].get("rule") != "removed" else {}
    return CaseTold(
        row=row,
        name=names.get(row["applicant"], row["applicant"]),
        asked=Money(row["asked_amount"], currency),
        decided=str(Money(row["amount"], currency)) if row["amount"] else "",
        sentence=outcome_sentence(row),
        votes=_votes(voted),
        score=_points(row.get("scores", {}).get("total", "") or voted.get("score", "")),
        lines=[(label, text) for label, text in _lines(row) if text],
        dissent=[(Vote.Choice(one["choice"]).label, one["reason"]) for one in row.get("dissent", [])],
        recusals=list(_recusals(row)),
        undone=[undone_sentence(one, currency) for one in row["undone"]],
    )


@dataclass(frozen=True)
class MotionTold:
    """A request with its terms, what was decided in a sentence, its votes, the minority's reasons, who took no part."""

    row: dict
    name: str
    title: str
    terms: list
    sentence: str
    votes: str
    dissent: list
    recusals: list


def named_in(body):
    """References of the parties that the minutes name."""
    return [row["applicant"] for row in (*body["cases"], *body.get("motions", ())) if "applicant" in row]


def motions_told(body, names):
    """The MotionTold of each request; `names`: party reference -> name."""
    return [_motion(row, names) for row in body.get("motions", ())]


def _motion(row, names):
    sentences = {
        Decision.Outcome.APPROVE: _("Approved."),
        Decision.Outcome.REJECT: _("Rejected."),
        Decision.Outcome.DEFER: _("Put off to a later session."),
    }
    sentence, matter = sentences[row["outcome"]], matter_of(row["matter"])
    if row["tally"]["rule"] == "quorum":
        sentence = _("Put off to a later session: there was no quorum.")
    elif row["tally"]["rule"] == "tie" and row["outcome"] == Decision.Outcome.REJECT:
        sentence = _("Rejected: a tie does not approve.")
    elif row["tally"]["rule"] == "approvals":
        need = {"need": row["tally"]["approvals"], "have": row["tally"]["for"]}
        sentence = _("Put off: an approval of this amount needs %(need)s votes for; it had %(have)s.") % need
    others = [_("%(member)s took no part.") % {"member": name} for name in row["others"]]
    return MotionTold(
        row=row,
        name=matter.about(row["facts"]) or names.get(row["applicant"], row["applicant"]),
        title=matter.title(row["facts"]),
        terms=matter.told(row["facts"]),
        sentence=sentence,
        votes=_votes(row["tally"]),
        dissent=[(Vote.Choice(one["choice"]).label, one["reason"]) for one in row["dissent"]],
        recusals=[*_recusals({"interests": [{**one, "late": False} for one in row["interests"]]}), *others],
    )


def _votes(tally):
    """ "3 for, 1 against. 4 of 5 members without an interest voted; 3 were needed." """
    if not tally:
        return ""
    words = {"voted": tally["voted"], "able": tally.get("unconflicted", tally["voted"]), "needed": tally["needed"]}
    quorum = _("%(voted)s of %(able)s members without an interest voted; %(needed)s were needed.") % words
    counts = counts_sentence(tally)
    return f"{counts}. {quorum}" if counts else quorum


def _lines(row):
    yield _("Scores"), _scores(row.get("scores", {}))
    yield _("Conditions"), row["conditions"]
    yield _("Reasons"), row["reason"]
    if row.get("lifted"):
        words = {"name": row["lifted"]["by"], "day": day(row["lifted"]["on"])}
        yield _("Consent agenda"), _("%(name)s lifted it out on %(day)s.") % words
    for one in row.get("clarifications", []):
        yield _("Question, %(day)s") % {"day": day(one["asked_on"])}, one["question"]
        if one["answered_on"]:
            yield _("Answer, %(day)s") % {"day": day(one["answered_on"])}, one["answer"]
        else:
            yield _("Answer"), _("none")


def _scores(scores):
    """ "82.7 of 100 from 3 cards, between 70.0 and 91.0. Quality: 24.0 of 30 (least 12)." """
    if not scores:
        return ""
    said = ngettext(
        "%(total)s of 100 from %(count)s card.", "%(total)s of 100 from %(count)s cards.", scores["cards"]
    ) % {"total": _points(scores["total"]), "count": scores["cards"]}
    if scores["cards"] > 1:
        ends = {"least": _points(scores["least"]), "most": _points(scores["most"])}
        said += " " + _("The totals lie between %(least)s and %(most)s.") % ends
    for section in scores["sections"]:
        part = _("%(name)s: %(points)s of %(top)s") % (section | {"points": _points(section["points"])})
        if section["threshold"]:
            part += " " + _("(least %(threshold)s)") % section
        said += f" {part}."
    return said


def _points(text):
    """ "82.7" as the reader's language writes it, like the amounts beside it."""
    return format_decimal(Decimal(text), format="0.0", locale=locale_of()) if text else ""


def _recusals(row):
    for one in row["interests"]:
        words = {
            "member": one["member"],
            "kind": Declaration.Kind(one["kind"]).label,
            "day": day(one.get("declared_on", "")),
        }
        if one["late"] and not one.get("voided", True):
            yield _("%(member)s took no part: %(kind)s, declared during the sitting.") % words
        elif one["late"]:
            yield _("%(member)s took no part: %(kind)s, declared during the sitting; the vote is void.") % words
        elif words["day"]:
            yield _("%(member)s took no part: %(kind)s, declared on %(day)s.") % words
        else:
            yield _("%(member)s took no part: %(kind)s.") % words
    for one in row.get("others", []):
        words = {"member": one["member"], "part": Part.Name(one["part"]).label}
        yield _("%(member)s took no part: is the %(part)s of the case.") % words


def proofs(session, body):
    """Sentences by which the minutes can be proved: rules, audit chain, the minutes themselves."""
    yield _("Rules of the call, version %(number)s; SHA-256: %(hash)s") % {
        "number": body.get("rules_version") or "-",
        "hash": body["rules"],
    }
    if session.chain_seq:
        yield _("The audit log stood at event %(number)s before the close; its hash: %(hash)s") % {
            "number": session.chain_seq,
            "hash": session.chain_hash,
        }
    if session.minutes_hash:
        yield _("SHA-256 of these minutes: %(hash)s") % {"hash": session.minutes_hash}
