"""Sentences about votes and decisions, the same on pages and in papers."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.money import Money
from selection.models import Decision


def counts_sentence(tally):
    """ "3 for, 1 against, 1 abstained"; nothing when nobody voted."""
    words = [
        (tally["for"], _("%(count)s for")),
        (tally["conditions"], _("%(count)s for with conditions")),
        (tally["against"], _("%(count)s against")),
        (tally["defer"], _("%(count)s to put off")),
        (tally["abstain"], _("%(count)s abstained")),
    ]
    return ", ".join(word % {"count": count} for count, word in words if count)


def votes_sentence(tally):
    """ "3 for, 1 against, 1 abstained; 5 voted, 3 needed." """
    said = counts_sentence(tally)
    end = ngettext("%(voted)s voted, %(needed)s needed.", "%(voted)s voted, %(needed)s needed.", tally["voted"]) % {
        "voted": tally["voted"],
        "needed": tally["needed"],
    }
    score = " " + _("Score %(score)s of 100.") % {"score": tally["score"]} if tally.get("score") else ""
    return f"{said}; {end}{score}" if said else f"{end}{score}"


def outcome_sentence(row):
    """What was decided on a case of the minutes (a dict of minutes.body_of), in one sentence."""
    outcome, rule = row["outcome"], row["tally"].get("rule")
    amount = Money(row["amount"], row["currency"]) if row["amount"] else ""
    asked = Money(row["asked_amount"], row["currency"])
    if outcome == Decision.Outcome.APPROVE:
        if row["amount"] == row["asked_amount"]:
            said = _("Approved: %(amount)s, as asked.") % {"amount": amount}
        else:
            said = _("Approved: %(amount)s of %(asked)s asked for.") % {"amount": amount, "asked": asked}
        return " ".join(filter(None, [said, _months_sentence(row)]))
    if outcome == Decision.Outcome.RESERVE:
        said = _("Reserve list: %(amount)s, because the money of the line does not reach.") % {"amount": amount}
        return " ".join(filter(None, [said, _months_sentence(row)]))
    if outcome == Decision.Outcome.DEFER:
        return _("Put off without a vote.") if rule == "removed" else _("Put off to a later session.")
    if outcome == Decision.Outcome.REJECT:
        if rule == "tie":
            return _("Rejected: a tie does not approve.")
        return _("Rejected.")
    return _("The applicant withdrew before the close.") if row["withdrawn"] else _("Not decided yet.")


def _months_sentence(row):
    """The months to repay of a loan, where the committee changed them; "" else."""
    months, asked = row.get("months"), row.get("asked_months")
    if not months or months == asked:
        return ""
    return _("To be repaid in %(months)s months; asked were %(asked)s.") % {"months": months, "asked": asked}


def undone_sentence(one, currency):
    """A decision that was undone, in one sentence; `one` has outcome, amount, why."""
    return _("An earlier decision (%(outcome)s%(amount)s) was undone: %(why)s.") % {
        "outcome": Decision.Outcome(one["outcome"]).label,
        "amount": f", {Money(one['amount'], currency)}" if one["amount"] else "",
        "why": Decision.Undone(one["why"]).label,
    }
