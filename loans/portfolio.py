"""The portfolio on a day: gross loan portfolio, portfolio at risk, ageing, whole and in parts. Whole balances."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Sum, Value, When
from django.utils.translation import gettext as _

from applicants.figures import run_by
from loans.arrears import AGE_BUCKETS, OLDEST_BUCKET, RISK_DAYS, age_bucket, days_before_risk
from loans.models import ScheduleVersion

BUCKETS = (*(name for name, _last in AGE_BUCKETS), OLDEST_BUCKET)
# What the portfolio can be divided by. The officer in charge is the adviser who follows the borrower.
DIMENSIONS = {
    "officer": F("application__adviser"),
    "district": F("borrower__village__district"),
    "sex": run_by("business", "borrower"),
    "product": F("product"),
}


@dataclass
class Portfolio:
    """Amounts are minor units of one currency. A loan is in a bucket with its whole outstanding principal."""

    currency: str
    as_of: date
    loans: int = 0
    principal: int = 0
    buckets: dict = field(default_factory=lambda: dict.fromkeys(BUCKETS, (0, 0)))
    rescheduled: int = 0
    at_risk: dict = field(default_factory=lambda: dict.fromkeys(RISK_DAYS, 0))
    at_risk_or_rescheduled: dict = field(default_factory=lambda: dict.fromkeys(RISK_DAYS, 0))

    def add(self, principal, days, rescheduled, number=1):
        """`number` loans of one lateness that owe `principal` minor units together."""
        self.loans += number
        self.principal += principal
        name = age_bucket(days)
        loans, amount = self.buckets[name]
        self.buckets[name] = (loans + number, amount + principal)
        self.rescheduled += principal if rescheduled else 0
        for bound in RISK_DAYS:
            late = days > days_before_risk(bound)
            self.at_risk[bound] += principal if late else 0
            self.at_risk_or_rescheduled[bound] += principal if late or rescheduled else 0

    def share(self, bound, *, with_rescheduled=False):
        """PAR as an exact fraction of the portfolio; None when nothing is outstanding."""
        table = self.at_risk_or_rescheduled if with_rescheduled else self.at_risk
        return Fraction(table[bound], self.principal) if self.principal else None


def rescheduled_by(as_of):
    """Expression: had the loan been given a new schedule by the end of `as_of`? Few were, so few are looked at."""
    newer = ScheduleVersion.objects.decided().filter(loan=OuterRef("pk"), number__gt=1, made_on__lte=as_of)
    return Case(When(ever_rescheduled=True, then=Exists(newer)), default=Value(False), output_field=BooleanField())


def portfolios(loans, as_of):
    """{currency: Portfolio} of the loans of a queryset outstanding at the end of `as_of`.

    PAR1 counts loans with any instalment unpaid after its due date, PAR30 more than 30 days after, PAR90 more than 90.
    """
    return {currency: whole for (currency,), whole in breakdown(loans, as_of, ()).items()}


def breakdown(loans, as_of, by):
    """{(currency, value of each dimension): Portfolio}; `by` are names of DIMENSIONS. The parts add up to the whole.

    The database adds up the loans that are equally late, so that a million of them come back as a few thousand rows.
    """
    names = [f"by_{name}" for name in by]
    rows = (
        loans.outstanding(as_of)
        .with_first_overdue(as_of)
        .with_principal(as_of)
        .order_by()
        .annotate(rescheduled_by=rescheduled_by(as_of), **{f"by_{name}": DIMENSIONS[name] for name in by})
        .values_list("currency", *names, "first_overdue_on", "rescheduled_by")
        .annotate(number=Count("pk"), owed=Sum("principal_on"))
    )
    found = {}
    for *key, first_overdue_on, rescheduled, number, owed in rows.iterator(chunk_size=5000):
        one = found.setdefault(tuple(key), Portfolio(key[0], as_of))
        one.add(owed, (as_of - first_overdue_on).days if first_overdue_on else 0, rescheduled, number)
    return found


def bucket_word(name):
    """How an age bucket is called."""
    if name == "current":
        return _("Not late")
    if name.startswith("over"):
        return _("More than 365 days late")
    return _("%(days)s days late") % {"days": name.replace("-", "\u2013")}
