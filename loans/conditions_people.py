"""Facts about the people and things behind a loan that its signature asks for."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.moves import fact
from ledger.money import Money, round_minor
from loans.exposure import late_borrower, over_ceiling
from payments.clearance import missing
from programmes.clock import today


def _on(loan):
    move = getattr(loan, "move", None)
    return move.on if move and move.on else today(loan.programme)


def band_of(loan):
    """The SecurityBand that the loan's amount falls in, or None."""
    return loan.product.security_bands.filter(from_amount__lte=loan.amount).order_by("-from_amount").first()


@fact(_("As many guarantors stand for it as its amount asks."))
def guarantors_enough(loan):
    band = band_of(loan)
    if band is None or not band.guarantors_number:
        return None
    standing = loan.guarantors.standing()
    short = band.guarantors_number - standing.count()
    if short > 0:
        return ngettext(
            "A loan of this amount needs %(short)s more guarantor.",
            "A loan of this amount needs %(short)s more guarantors.",
            short,
        ) % {"short": short}
    if band.spouse_consent:
        for guarantor in standing.filter(married=True, spouse_consent=None).select_related("party")[:1]:
            return _("The spouse of %(name)s has not agreed in writing.") % {"name": guarantor.party}
    return None


@fact(_("The guarantors are screened, within their ceiling, and not late themselves."))
def guarantors_sound(loan):
    guarantors = list(loan.guarantors.standing().select_related("party"))
    if not guarantors:
        return None
    for guarantor in guarantors:
        if guarantor.amount > loan.amount:
            return _("%(name)s guarantees more than the loan is. Record the guarantee anew.") % {
                "name": guarantor.party
            }
        party, on = guarantor.party, _on(loan)
        sentence = late_borrower(party, loan, on) or over_ceiling(party, loan, on)
        if sentence:
            return sentence
    parties = [guarantor.party for guarantor in guarantors]
    return missing(parties, loan.programme, _on(loan), loan.application.call.screening_days)


@fact(_("The collateral is worth what its amount asks."))
def collateral_enough(loan):
    band = band_of(loan)
    if band is None or not band.collateral_pct:
        return None
    asked = round_minor(loan.amount * band.collateral_pct / 100)
    there = loan.collateral.held().total_value_amount()
    if there >= asked:
        return None
    return _("Collateral of %(asked)s is asked, %(there)s is there.") % {
        "asked": Money(asked, loan.currency),
        "there": Money(there, loan.currency),
    }


@fact(_("A group has its act, its leader and its members' shares."))
def group_constituted(loan):
    """Asked of a group; another borrower has no members. The shares must still be those of the loan's amount."""
    if loan.borrower.kind != "group":
        return None
    shares = list(loan.shares.in_force(_on(loan)).values_list("amount", flat=True))
    if not shares:
        return _("The group has not handed in its act of constitution with its members' shares.")
    if sum(shares) != loan.amount:
        return _("The members' shares add up to %(shares)s, the loan is %(loan)s.") % {
            "shares": Money(sum(shares), loan.currency),
            "loan": Money(loan.amount, loan.currency),
        }
    return None


def limit_of(product, cycle):
    """Minor units that a borrower's loan of that number may have: of the last number up to it; None without limits."""
    return (
        product.cycle_limits.filter(cycle__lte=cycle).order_by("-cycle").values_list("limit_amount", flat=True).first()
    )


@fact(_("The amount is within the limit of the borrower's cycle."))
def within_cycle_limit(loan):
    limit = limit_of(loan.product, loan.cycle)
    if limit is None or loan.amount <= limit:
        return None
    return _("With loan number %(cycle)s a borrower gets up to %(limit)s.") % {
        "cycle": loan.cycle,
        "limit": Money(limit, loan.currency),
    }
