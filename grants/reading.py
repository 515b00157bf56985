"""What the award's page says: its figures, what comes next and who must do it. Reads only; amounts in minor units."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from applicants.conditions import cofinancing_share
from audit.moves import doors, facts, moving
from grants.conditions import retention_of
from grants.conditions_purchases import purchases_matched
from grants.models import Award, Tranche


@dataclass(frozen=True)
class Next:
    """One step and whose it is."""

    sentence: str
    who: str = ""


def figures_of(award, tranches, contributions, assets):
    """Promised, matched, spent, paid."""
    return {
        "paid": sum(row.amount for row in tranches if row.state == Tranche.State.PAID),
        "pledged": sum(row.pledged_amount for row in contributions),
        "evidenced": sum(row.evidenced_amount or 0 for row in contributions),
        "accepted": sum(row.accepted_amount or 0 for row in contributions),
        "spent": sum(row.amount for row in assets),
        "handed_over": sum(row.amount for row in assets if row.handed_over_on),
    }


def own_share(award, accepted, paid):
    """(percent with one decimal, the base that the window names, its least percent), or None where nothing is asked.

    Beside what is paid so far; before the first payment beside the award.
    """
    window = award.window
    if not window.cofinancing_pct:
        return None
    share = cofinancing_share(accepted, paid or award.amount, window.cofinancing_base)
    return {
        "percent": f"{share:.1f}",
        "base": window.get_cofinancing_base_display(),
        "least": f"{window.cofinancing_pct.normalize():f}",
    }


def next_step(award, tranches, on):
    """The next step of the award, or None when it has ended."""
    if award.state == Award.State.APPROVED:
        return _before_signing(award, on)
    if award.state == Award.State.SUSPENDED:
        return Next(_("The award is suspended. Nothing is paid until it is resumed."), _("Programme manager"))
    if award.state != Award.State.ACTIVE:
        return None
    for tranche in tranches:
        if tranche.state != Tranche.State.PAID:
            return _of_tranche(tranche)
    if award.contributions.filter(accepted_on=None).exists():
        return Next(_("Next: accept the rest of the own part."), _("Manager, finance or M&E officer"))
    return Next(_("Next: everything is paid. Close the award."), _("Programme manager"))


def _before_signing(award, on):
    missing = [sentence for holds, sentence in facts(moving(award, None, on), "sign") if not holds]
    if missing:
        return Next(_("Before signing: %(missing)s") % {"missing": missing[0]}, _("Programme manager"))
    return Next(_("Next: sign the agreement."), _("Programme manager"))


def _of_tranche(tranche):
    number = {"number": tranche.number}
    unbought = purchases_matched.missing(tranche)
    if unbought and tranche.state in (Tranche.State.PLANNED, Tranche.State.REQUESTED):
        sentence = _("Next: buy what tranche %(number)s pays for.") % number
        return Next(f"{sentence} {unbought}", _("Business adviser or manager"))
    steps = {
        "planned": (_("Next: request tranche %(number)s."), _("Business adviser or manager")),
        "requested": (
            _("Next: certify tranche %(number)s."),
            _("Manager or M&E officer, not the one who requested it"),
        ),
        "certified": (_("Next: prepare the payment of tranche %(number)s."), _("Finance officer")),
        "in_payment": (_("The payment of tranche %(number)s is on its way."), _("Finance officer")),
        "returned": (_("The bank returned tranche %(number)s. Prepare it anew."), _("Finance officer")),
    }
    sentence, who = steps[tranche.state]
    return Next(sentence % number, who)


@dataclass(frozen=True)
class TrancheLine:
    """A tranche as a row: what was shown, what can be done by this user, and what stands in the way."""

    tranche: object
    deliverables: list
    accepted: int
    moves: list
    blocked: list


def tranche_lines(tranches, user, on):
    lines = []
    for tranche in tranches:
        shown = list(tranche.deliverables.all())
        found = doors(tranche, user, on)
        lines.append(
            TrancheLine(
                tranche=tranche,
                deliverables=shown,
                accepted=sum(one.accepted_on is not None for one in shown),
                moves=[door for door in found if door.open],
                blocked=[door for door in found if not door.open],
            )
        )
    return lines


def planned_rows(award):
    """What the planning form starts with: the plan as it is, else the window's, else one tranche of everything."""
    kept = list(award.tranches.kept().prefetch_related("deliverables"))
    if kept:
        return [
            {
                "kind": row.kind,
                "amount": row.amount,
                "cofinancing_amount": row.cofinancing_amount,
                "modality": row.modality,
                "due_on": row.due_on,
                "deliverables": "\n".join(one.text for one in row.deliverables.all()),
            }
            for row in kept
        ]
    plan = award.window.tranche_plan or [{"percent": 100, "deliverable": ""}]
    retained = retention_of(award.window, award.amount)
    parts = left = award.amount - retained
    rows = []
    for number, part in enumerate(plan, 1):
        amount = left if number == len(plan) else parts * int(part.get("percent", 0)) // 100
        left -= amount
        rows.append(
            {
                "amount": amount,
                "cofinancing_amount": 0,
                "modality": award.window.modality,
                "deliverables": part.get("deliverable", ""),
            }
        )
    if retained:
        rows.append({"kind": Tranche.Kind.RETENTION, "amount": retained, "modality": award.window.modality})
    return rows
