"""What an indicator is: a figure before it is read."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from reports.indicators.standards import CODES, LEDGER, PROOF, SIDES

SECTIONS = {
    "way": _("From referral to support"),
    "grants": _("Grants"),
    "loans": _("Loans"),
    "portfolio": _("Portfolio and fund"),
    "money": _("Money against plan"),
    "people": _("People and businesses"),
    "jobs": _("Jobs"),
    "income": _("Income and trade"),
}
# A cell of these would be one family, one business, or what may not be known of anybody.
NEVER = {"award", "business", "enterprise", "group", "household", "person", "village", "vulnerability"}


@dataclass(frozen=True)
class Indicator:
    """`measure(reading)` gives a Tally, or {currency: Tally} for money. `by`: the breakdowns that are shown.

    rule: the part of the programme's Definition on which it depends ("direct", "women_run", "full_time",
    "full_time_year", "lasting", "attribution", "two_x"), or "".
    of_people: it counts people, so that small counts are hidden from donors. by_line: it hangs on a funding line, so
    that a donor's edition counts that donor's part only. impersonal: money of the programme itself, behind which no
    person stands. proved_by: what proves it, where the programme itself names the figure. sensitive: it counts people
    of groups that nobody may be known to belong to; it has no breakdown.
    """

    code: str
    section: str
    name: str
    unit: str
    definition: str
    measure: Callable
    by: tuple = ()
    version: int = 1
    rule: str = ""
    of_people: bool = False
    headline: bool = False
    by_line: bool = True
    total_of: tuple = ()
    impersonal: bool = False
    proved_by: str = ""
    sensitive: bool = False

    def __post_init__(self):
        if self.sensitive and self.by:
            raise ValueError(f"{self.code}: people of sensitive groups are counted whole and broken down by nothing")
        if set(self.by) & NEVER:
            raise ValueError(f"{self.code}: no figure is broken down by {', '.join(sorted(set(self.by) & NEVER))}")

    @property
    def codes(self):
        """((catalogue, code), ...) under which donors know it."""
        return CODES.get(self.code, ())

    @property
    def proof(self):
        """What proves its records: LEDGER, DECISION, SECOND or ENTERED."""
        return self.proved_by or PROOF.get(self.code, LEDGER)

    @property
    def sides(self):
        """(numerator, denominator, unknown) in words, of a share; None of another figure."""
        return SIDES.get(self.code)


def read(arithmetic, *arguments):
    return lambda reading: reading(arithmetic, *arguments)


PEOPLE = {"of_people": True, "by": ("sex", "age", "region")}
COURSES = {**PEOPLE, "by_line": False}
