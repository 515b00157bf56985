"""Loan schedules: pure, exact, without a database.

`build_schedule(ScheduleRequest(...))` answers a request; `request_from_json` and `schedule_as_json` speak the format of
`manage.py loan_schedule --json`. Four methods (equal instalments, equal principal, weighted principal, flat), five day
counts, graces, tranches, changes of rate, payments early and late, and payoff. Where the format leaves a question open:

- with `annuity: mean_rate` a recomputed instalment uses the rate now known for all rows, also those gone by;
- a flat period bears the rate in force on its first day; a change within it counts from the next period;
- 30/360 with weekly or daily instalments counts the actual days over 360;
- principal is never negative: where a row's interest is above the instalment, the row is that interest;
- `instalment_amount` is kept whatever changes, and an instalment on the approved amount is never recomputed;
- `remainder: first` moves to the first row that repays principal, and never makes a row negative;
- money that finds no balance to lower waits for the interest that falls due next; more than that is refused.
"""

from loans.schedule.build import build_schedule
from loans.schedule.exchange import request_as_json, request_from_json, schedule_as_json
from loans.schedule.request import (
    Disbursement,
    Frequency,
    NonWorking,
    OnPayment,
    Payment,
    Payoff,
    RateChange,
    Rounding,
    Schedule,
    ScheduleError,
    ScheduleRequest,
    ScheduleRow,
)

__all__ = [
    "Disbursement",
    "Frequency",
    "NonWorking",
    "OnPayment",
    "Payment",
    "Payoff",
    "RateChange",
    "Rounding",
    "Schedule",
    "ScheduleError",
    "ScheduleRequest",
    "ScheduleRow",
    "build_schedule",
    "request_as_json",
    "request_from_json",
    "schedule_as_json",
]
