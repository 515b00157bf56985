"""Facts that the moves of awards and tranches ask for."""

from datetime import timedelta

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applicants.conditions import cofinancing_share
from audit.moves import fact
from ledger.money import Money
from programmes.clock import today


def _on(row):
    move = getattr(row, "move", None)
    return move.on if move and move.on else today(row.programme)


@fact(_("The committee's decision stands."))
def still_approved(award):
    if award.application.state == "approved":
        return None
    return _("The application is in the state “%(state)s”: the committee's decision does not stand.") % {
        "state": award.application.state_label
    }


@fact(_("The screening is clear and current."))
def screening_clear(award):
    if award.screened_on is None:
        return _("The applicant has not been screened.")
    if award.screened_on < _on(award) - timedelta(days=award.application.call.screening_days):
        return _("The screening of %(date)s is too old.") % {"date": award.screened_on.strftime("%d.%m.%Y")}
    return None


@fact(_("The conditions of the approval are met."))
def conditions_met(award):
    if award.conditions_text and award.conditions_met_on is None:
        return _("The conditions of the approval are not met yet.")
    return None


def _least(award):
    return award.window.cofinancing_pct, award.window.cofinancing_base


def in_kind_cap(award):
    """Minor units up to which contributions in kind count: a percentage of the own part that is pledged."""
    return award.contributions.total("pledged_amount") * award.window.in_kind_cap_pct // 100


def counted(award, name):
    """Minor units of co-financing (`pledged_amount` or `accepted_amount`), in kind only up to the window's cap."""
    in_kind = award.contributions.in_kind().total(name)
    return award.contributions.total(name) - max(0, in_kind - in_kind_cap(award))


@fact(_("The co-financing minimum is pledged."))
def cofinancing_pledged(award):
    least, base = _least(award)
    pledged = counted(award, "pledged_amount")
    if least and cofinancing_share(pledged, award.amount, base) < least:
        return _("Co-financing of %(amount)s is pledged; the minimum is %(least)s%%.") % {
            "amount": Money(pledged, award.currency),
            "least": least,
        }
    return None


@fact(_("The co-financing minimum is accepted."))
def cofinancing_accepted(award):
    least, base = _least(award)
    paid = award.tranches.filter(state="paid").total_amount()
    accepted = counted(award, "accepted_amount")
    if least and paid and cofinancing_share(accepted, paid, base) < least:
        return _("Co-financing of %(amount)s is accepted; the minimum is %(least)s%%.") % {
            "amount": Money(accepted, award.currency),
            "least": least,
        }
    return None


@fact(_("The tranches add up to the award."))
def tranches_cover_award(award):
    planned = award.tranches.kept().total_amount()
    if planned != award.amount:
        return _("The tranches add up to %(sum)s, the award is %(award)s.") % {
            "sum": Money(planned, award.currency),
            "award": Money(award.amount, award.currency),
        }
    return None


@fact(_("Every tranche is paid or released."))
def nothing_open(award):
    count = award.tranches.filter(state__in=["requested", "certified", "in_payment", "returned"]).count()
    if count:
        return ngettext("%(count)s tranche is still open.", "%(count)s tranches are still open.", count) % {
            "count": count
        }
    return None


@fact(_("No payment is on its way."))
def nothing_in_payment(award):
    if award.tranches.filter(state="in_payment").exists():
        return _("A payment is on its way. Wait until it is settled or cancelled.")
    return None


@fact(_("The award is active."))
def award_active(tranche):
    if tranche.award.state == "active":
        return None
    return _("The award is %(state)s.") % {"state": tranche.award.state_label}


@fact(_("The tranche before it is paid."))
def earlier_tranche_paid(tranche):
    open_before = tranche.award.tranches.kept().filter(number__lt=tranche.number).exclude(state="paid")
    if open_before.exists():
        return _("The tranche before it is not paid.")
    return None


@fact(_("Its deliverables are accepted."))
def deliverables_accepted(tranche):
    count = tranche.deliverables.filter(accepted_on=None).count()
    if count:
        return ngettext("%(count)s deliverable is not accepted.", "%(count)s deliverables are not accepted.", count) % {
            "count": count
        }
    return None


@fact(_("The co-financing for it is evidenced."))
def tranche_cofinancing_evidenced(tranche):
    """The co-financing of this tranche and of those before it, together."""
    due = tranche.award.tranches.kept().filter(number__lte=tranche.number)
    need = due.aggregate(total=Sum("cofinancing_amount", default=0))["total"]
    evidenced = tranche.award.contributions.total("evidenced_amount")
    if evidenced < need:
        return _("Co-financing of %(have)s is evidenced; up to this tranche %(need)s is needed.") % {
            "have": Money(evidenced, tranche.currency),
            "need": Money(need, tranche.currency),
        }
    return None
