"""Facts that the moves of awards and tranches ask for."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Max, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applicants.conditions import cofinancing_share
from audit.moves import fact
from grants.standing import standing
from ledger.money import Money, round_minor
from payments.clearance import missing
from programmes.clock import today


def day_of_move(row):
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
    """The applicant, the business and the people behind them, on the day of the signature."""
    days = award.application.call.screening_days
    return missing([award.applicant, award.business], award.programme, day_of_move(award), days)


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


@fact(_("The budget adds up to the award."))
def budget_adds_up(award):
    total = award.budget.total("grant_amount")
    if total != award.amount:
        return _("The budget takes %(sum)s from the grant, the award is %(award)s.") % {
            "sum": Money(total, award.currency),
            "award": Money(award.amount, award.currency),
        }
    return None


def years_before(day, years):
    """The same day `years` before; the 28th where that year has no 29 February."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return date(day.year - years, day.month, day.day)


def aid_counted(award, on):
    """Minor units of public aid that count beside this award on the day `on`: those declared, within the years."""
    return award.aid.since(years_before(on, award.window.aid_years)).total_amount()


@fact(_("The public aid received is declared and within the limit."))
def aid_within_limit(award):
    limit = award.window.aid_limit_amount
    if not limit:
        return None
    if award.aid_declared_on is None:
        return _("The grantee has not declared the public aid received.")
    aid = aid_counted(award, day_of_move(award))
    if aid + award.amount > limit:
        return _("With %(aid)s of public aid in %(years)s years this award passes the limit of %(limit)s.") % {
            "aid": Money(aid, award.currency),
            "years": award.window.aid_years,
            "limit": Money(limit, award.currency),
        }
    return None


@fact(_("No cost waits to be accepted."))
def no_cost_waits(award):
    count = award.expenses.waiting().count()
    if count:
        return ngettext(
            "%(count)s cost is neither accepted nor refused.",
            "%(count)s costs are neither accepted nor refused.",
            count,
        ) % {"count": count}
    return None


def retention_of(window, amount):
    """Minor units that are retained of an award of `amount`."""
    return round_minor(Decimal(amount) * window.retention_pct / 100)


BY_PAPERS = ("cash", "reimbursement")


def to_be_accounted(tranche):
    """Minor units of costs that must be accepted before this tranche can be requested.

    Of the tranche before it the share that the window sets; those earlier than that, and before the retention all, in
    full. Only tranches paid in
    cash are accounted for by papers: a supplier is paid on the purchase, and a reimbursement after its costs.
    """
    percent = tranche.award.window.accounted_pct
    if not percent:
        return 0
    before = list(tranche.award.tranches.kept().filter(number__lt=tranche.number).order_by("number"))
    need = Fraction(0)
    for row in before:
        if row.modality in BY_PAPERS:
            next_part = row.number == before[-1].number and tranche.kind == "part"
            share = percent if next_part and row.modality == "cash" else 100
            need += Fraction(row.amount * share, 100)
    return -(-need.numerator // need.denominator)


@fact(_("The tranches before it are accounted for."))
def earlier_tranches_accounted(tranche):
    need, have = to_be_accounted(tranche), tranche.award.expenses.total_accepted_amount()
    if have < need:
        return _("Costs of %(have)s are accepted; before this tranche %(need)s must be.") % {
            "have": Money(have, tranche.currency),
            "need": Money(need, tranche.currency),
        }
    return None


@fact(_("The time for defects is over."))
def retention_due(tranche):
    """Retention waits for the window's days after the last deliverable of the other tranches was accepted.

    Where nothing had to be shown, the days run from the last payment.
    """
    if tranche.kind != "retention":
        return None
    before = tranche.award.tranches.kept().filter(number__lt=tranche.number)
    found = before.aggregate(accepted=Max("deliverables__accepted_on"), paid=Max("paid_on"))
    last = found["accepted"] or found["paid"]
    if last is None:
        return _("Nothing that it is retained from is accepted yet.")
    due_on = last + timedelta(days=tranche.award.window.acceptance_days)
    if day_of_move(tranche) < due_on:
        return _("The retention can be requested from %(date)s on.") % {"date": f"{due_on:%d.%m.%Y}"}
    return None


@fact(_("The costs that it pays back are accepted."))
def reimbursed_costs_accepted(tranche):
    """A retention pays back as well, where papers are asked for: the grantee has borne its costs since."""
    final = tranche.kind == "retention" and tranche.award.window.accounted_pct
    if tranche.modality != "reimbursement" and not final:
        return None
    so_far = tranche.award.tranches.kept().filter(number__lte=tranche.number, modality__in=BY_PAPERS)
    need, have = so_far.total_amount(), tranche.award.expenses.total_accepted_amount()
    if have < need:
        return _("Costs of %(have)s are accepted; with this tranche %(need)s would be paid for.") % {
            "have": Money(have, tranche.currency),
            "need": Money(need, tranche.currency),
        }
    return None


@fact(_("Nothing that it changes has changed since it was proposed."))
def award_as_it_was(amendment):
    if standing(amendment.award, amendment.before) != amendment.before:
        return _("The award has changed since this was proposed. Refuse it, and propose it anew.")
    return None
