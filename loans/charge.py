"""What the charge for a loan is called on papers, and what a subsidised borrower is spared of it."""

from django.utils.functional import lazy
from django.utils.translation import gettext as _

from ledger.money import Money, shown_rate
from loans.models import LendingRules
from loans.terms import interest_spared
from pages.paper_language import language_in_force


def charge_of(loan) -> str:
    """The name of the charge, in the language in force: the product's own word, else one of the usual ones."""
    rules = getattr(loan.product, "lending_rules", None)
    own = rules.charge_names.get(language_in_force()) if rules else None
    return own or str((rules or LendingRules()).get_charge_display())


def charge_within(loan) -> str:
    """The same inside a sentence: a usual word in small letters, a product's own as it was typed."""
    rules = getattr(loan.product, "lending_rules", None)
    name = charge_of(loan)
    return name if rules and name in rules.charge_names.values() else name.lower()


# Asked again in each language in which a text is said.
charge_of_lazy = lazy(charge_of, str)
charge_within_lazy = lazy(charge_within, str)


def spared_of(loan, version) -> Money | None:
    """How much less the schedule of a ScheduleVersion costs than at the product's market rate; None where no less."""
    spared = interest_spared(loan, version.request)
    return Money(spared, loan.currency) if spared and spared > 0 else None


def subsidy_of(loan, version) -> str:
    """The same as a sentence in the language in force; "" where nothing is spared."""
    spared = spared_of(loan, version)
    if spared is None:
        return ""
    facts = {"amount": spared, "charge": charge_within(loan), "rate": shown_rate(loan.reference_rate_pct)}
    return _("%(amount)s less %(charge)s than at %(rate)s%% a year") % facts
