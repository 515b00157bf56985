"""What a loan schedule is asked with.

Money and rates are `Decimal` (money in major units, rates in per cent), days are `date`. Nothing here computes:
`checks.check_request` says whether a request makes sense, `build.build_schedule` answers it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

METHODS = (
    "flat",
    "declining_equal_instalment",
    "declining_equal_principal",
    "declining_weighted_principal",
)
UNITS = ("day", "week", "month")
DAY_COUNTS = ("30/360", "actual/365", "actual/364", "actual/360", "actual/actual")
FIRST_PERIODS = ("nominal", "actual_days_in_annuity", "actual_days_on_top")
ROUNDING_MODES = ("half_even", "half_up", "ceiling", "none")
ANNUITIES = ("mean_rate", "solved")
REMAINDERS = ("last", "first", "spread")
GRACE_INTEREST_KINDS = ("waived", "deferred")
ON_DISBURSEMENT = ("recompute_instalment", "instalment_on_approved_amount")
EARLY = ("principal_first", "next_instalment")
EXCESS = ("reduce_instalment", "reduce_number", "next_instalments")
INTEREST_UNTIL = ("date", "period_end")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MAX_ROWS = 1200
MAX_ANNUAL_RATE_PCT = Decimal("500")
MAX_PERIOD_RATE_PCT = Decimal("100")
MAX_PRINCIPAL = Decimal("1000000000000000")
FIRST_YEAR, LAST_YEAR = 1900, 2199


def gettext_noop(template: str) -> str:
    """Marks a sentence as one that pages say in the reader's language; catalogues are made of what is marked."""
    return template


class ScheduleError(ValueError):
    """A request that cannot be answered. `field` names the part at fault, the message says what to do about it.

    `sentence` is English. It is made of `template` and `values`, so that a page can say it in another language.
    """

    def __init__(self, field: str, template: str, /, **values: object) -> None:
        self.field = field
        self.template = template
        self.values = values
        self.sentence = template % values if values else template
        super().__init__(f"{field}: {self.sentence}" if field else self.sentence)


@dataclass(frozen=True, slots=True)
class Frequency:
    every: int = 1
    unit: str = "month"


@dataclass(frozen=True, slots=True)
class Rounding:
    """`mode` rounds every amount; the level instalment may have its own multiple (major units) and mode."""

    mode: str = "half_up"
    instalment_multiple_of: Decimal | None = None
    instalment_mode: str | None = None


@dataclass(frozen=True, slots=True)
class Disbursement:
    date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RateChange:
    """`from_` is the JSON field `from`, a word that Python keeps for itself."""

    from_: date
    annual_rate_pct: Decimal


@dataclass(frozen=True, slots=True)
class NonWorking:
    """`interest_moves`: a period ends on the day that is shown, so that the days moved bear interest."""

    weekend: tuple[str, ...] = ()
    holidays: tuple[date, ...] = ()
    interest_moves: bool = False


@dataclass(frozen=True, slots=True)
class OnPayment:
    """What money does that comes before its due date (`early`) or above what is due on it (`excess`)."""

    early: str = "principal_first"
    excess: str = "reduce_instalment"


@dataclass(frozen=True, slots=True)
class Payoff:
    date: date
    interest_until: str = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRequest:
    principal: Decimal
    currency_digits: int
    disbursed_on: date
    first_due: date
    method: str
    n: int | None = None
    currency_multiple: Decimal | None = None
    disbursements: tuple[Disbursement, ...] = ()
    on_disbursement: str = "recompute_instalment"
    approved_amount: Decimal | None = None  # what the instalment is of, where some of it is not paid out yet
    frequency: Frequency = Frequency()
    anchor_day: int | None = None  # the day of the month to keep, where first_due was cut to a short month's end
    annual_rate_pct: Decimal | None = None
    day_count: str = "30/360"
    period_rate_pct: Decimal | None = None
    first_period: str = "nominal"
    rounding: Rounding = Rounding()
    annuity: str = "mean_rate"
    instalment_amount: Decimal | None = None
    remainder: str = "last"
    grace_principal: int = 0
    grace_interest: int = 0
    grace_interest_kind: str | None = None
    principal_weights: tuple[Decimal, ...] = ()
    interest_weights: tuple[Decimal, ...] = ()
    non_working: NonWorking = NonWorking()
    rate_changes: tuple[RateChange, ...] = ()
    payments: tuple[Payment, ...] = ()
    as_of: date | None = None
    on_payment: OnPayment = OnPayment()
    # As the books take money, where the published rules reckon otherwise: before the first level instalment it lowers
    # its interest and not its amount, and interest of days on top is paid as it is asked.
    as_booked: bool = False
    payoff: Payoff | None = None

    @property
    def is_flat(self) -> bool:
        return self.method == "flat"

    @property
    def is_level(self) -> bool:
        return self.method == "declining_equal_instalment"

    @property
    def tranches(self) -> tuple[Disbursement, ...]:
        """The pay-outs in order of date; without a list the whole principal on the first day."""
        if not self.disbursements:
            return (Disbursement(self.disbursed_on, self.principal),)
        return tuple(sorted(self.disbursements, key=lambda tranche: tranche.date))


class ScheduleRow(NamedTuple):
    """One instalment, in major units with the currency's digits. `balance` is owed after it, `due` the shown date."""

    no: int
    due: date
    principal: Decimal
    interest: Decimal
    total: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Schedule:
    rows: tuple[ScheduleRow, ...]
    total_interest: Decimal
    total_due: Decimal
