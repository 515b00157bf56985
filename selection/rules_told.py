"""The frozen rules of a session in plain sentences, for the cover of a packet and the head of the minutes."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programmes.models import Call


def rules_told(rules):
    """[(what it is about, sentences)] of frozen rules (call_rules.rules_of_call), leaving out what does not apply."""
    rows = [
        (_("Method"), [dict(Call.Method.choices).get(rules["method"], rules["method"])]),
        (_("Quorum"), _quorum(rules)),
        (_("Approval"), _approval(rules)),
        (_("Scores"), list(_scores(rules)) if rules.get("criteria") else []),
        (_("Checks"), _checks(rules)),
        (_("Appeal"), _appeal(rules)),
    ]
    return [(label, " ".join(str(sentence) for sentence in sentences)) for label, sentences in rows if sentences]


def quorum_sentence(rules):
    """What makes a quorum, for one case."""
    return _(
        "Each case needs the votes of %(number)s members, and of %(share)s%% of those without an interest in it."
    ) % {
        "number": rules["quorum_number"],
        "share": rules["quorum_share_pct"],
    }


def _quorum(rules):
    said = [quorum_sentence(rules), _("Who abstains counts for the quorum.")]
    if rules.get("odd_number"):
        said.append(_("The voting members are an odd number."))
    return said


def _approval(rules):
    said = [
        _("A case is approved when more than %(share)s%% of the votes for and against are for.")
        % {"share": max(50, rules["majority_pct"])}
    ]
    chair = rules.get("tie_rule") == Call.TieRule.CHAIR
    said.append(_("The chair’s vote decides a tie.") if chair else _("A tie does not approve."))
    needed = max((band.get("approvals") or 0 for band in rules.get("bands", [])), default=0)
    if needed:
        words = ngettext(
            "Large amounts need at least %(count)s vote for.",
            "Large amounts need at least %(count)s votes for.",
            needed,
        )
        said.append(words % {"count": needed})
    if rules.get("consent_repeats") or any(band.get("consent") for band in rules.get("bands", [])):
        said.append(_("Small and repeat cases are decided by one vote together, unless a member lifts one out."))
    return said


def _scores(rules):
    assessors = rules["assessors"]
    yield ngettext(
        "At least %(count)s member scores each case.", "At least %(count)s members score each case.", assessors
    ) % {"count": assessors}
    if rules.get("third_assessor_pct"):
        yield _("When two totals differ by more than %(share)s points of 100, one more member scores.") % {
            "share": rules["third_assessor_pct"]
        }
    yield _("“Not applicable” is left out of the mean.")
    if rules.get("reasoned_values"):
        values = ", ".join(str(value) for value in rules["reasoned_values"])
        yield _("These values need a written reason: %(values)s.") % {"values": values}
    if rules.get("total_threshold_pct"):
        yield _("Below %(least)s of 100 in all a case is not approved.") % {"least": rules["total_threshold_pct"]}
    for section, least in _section_thresholds(rules):
        yield _("Below %(least)s points in “%(section)s” a case is not approved.") % {
            "least": least,
            "section": section,
        }
    if rules.get("blind"):
        yield _("Who applies is not told until your own scores are in.")


def _section_thresholds(rules):
    found = {}
    for row in rules["criteria"]:
        found[row["section"]] = max(found.get(row["section"], 0), row["section_threshold"])
    return [(section, least) for section, least in found.items() if least]


def _checks(rules):
    return [_("The checks are run again before a case is approved.")] if rules.get("recheck_selected") else []


def _appeal(rules):
    days = rules.get("appeal_days")
    if not days:
        return []
    return [
        ngettext(
            "An applicant can appeal within %(count)s day of the letter.",
            "An applicant can appeal within %(count)s days of the letter.",
            days,
        )
        % {"count": days}
    ]
