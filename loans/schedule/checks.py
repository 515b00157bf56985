"""Does a request make sense? Each fault is one sentence that says what, where and what to do."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from loans.schedule import request as words
from loans.schedule.periods import Periods
from loans.schedule.request import NonWorking, ScheduleError, ScheduleRequest
from loans.schedule.request import gettext_noop as _
from loans.schedule.rounding import COINS


def check_request(request: ScheduleRequest) -> None:
    """Raises ScheduleError at the first fault."""
    _check_choices(request)
    _check_money(request)
    _check_dates(request)
    _check_calendar(request.non_working)
    _check_rate(request)
    _check_rows(request)
    if request.principal_weights or request.interest_weights or request.method == "declining_weighted_principal":
        _check_weights(request)
    if request.disbursements:
        _check_tranches(request)
    if request.rate_changes:
        _check_rate_changes(request)
    if request.as_of is not None:
        _check_as_of(request)
    if request.payments:
        _check_payments(request)
    if request.payoff is not None:
        _check_payoff(request)


def _choice(field: str, value: object, allowed: Iterable[str]) -> None:
    if not isinstance(value, str) or value not in allowed:
        raise ScheduleError(
            field,
            _("%(value)s is not known; choose one of %(allowed)s."),
            value=repr(value),
            allowed=", ".join(allowed),
        )


def _whole(field: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScheduleError(field, _("give a whole number from %(least)s to %(most)s."), least=least, most=most)
    if not least <= value <= most:
        raise ScheduleError(
            field,
            _("%(value)s is out of range; give a whole number from %(least)s to %(most)s."),
            value=value,
            least=least,
            most=most,
        )


def _amount(field: str, value: object, *, above_zero: bool = True) -> None:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ScheduleError(field, _("give an exact decimal number, such as 1000.00."))
    if value < 0 or (above_zero and value == 0):
        raise ScheduleError(field, _("%(value)s is not possible; give an amount above zero."), value=value)
    if value > words.MAX_PRINCIPAL:
        raise ScheduleError(
            field, _("%(value)s is too large; give at most %(most)s."), value=value, most=words.MAX_PRINCIPAL
        )
    if value.as_tuple().exponent < -12:
        raise ScheduleError(field, _("has too many decimals; give at most 12."))


def _day(field: str, value: object) -> None:
    if type(value) is not date:
        raise ScheduleError(field, _("give a date, such as 2026-03-31."))
    if not words.FIRST_YEAR <= value.year <= words.LAST_YEAR:
        raise ScheduleError(
            field,
            _("%(value)s is out of range; give a year %(first)s to %(last)s."),
            value=value,
            first=words.FIRST_YEAR,
            last=words.LAST_YEAR,
        )


def _check_choices(request: ScheduleRequest) -> None:
    _choice("method", request.method, words.METHODS)
    _choice("first_period", request.first_period, words.FIRST_PERIODS)
    _choice("annuity", request.annuity, words.ANNUITIES)
    _choice("remainder", request.remainder, words.REMAINDERS)
    _choice("on_disbursement", request.on_disbursement, words.ON_DISBURSEMENT)
    _choice("on_payment.early", request.on_payment.early, words.EARLY)
    _choice("on_payment.excess", request.on_payment.excess, words.EXCESS)
    _choice("rounding.mode", request.rounding.mode, words.ROUNDING_MODES)
    if request.rounding.instalment_mode is not None:
        _choice("rounding.instalment_mode", request.rounding.instalment_mode, words.ROUNDING_MODES)
    _choice("frequency.unit", request.frequency.unit, words.UNITS)
    _whole("frequency.every", request.frequency.every, 1, 1200)


def _check_money(request: ScheduleRequest) -> None:
    _whole("currency_digits", request.currency_digits, 0, 4)
    _amount("principal", request.principal)
    if request.currency_multiple is not None:
        _amount("currency_multiple", request.currency_multiple)
    if request.rounding.instalment_multiple_of is not None:
        _amount("rounding.instalment_multiple_of", request.rounding.instalment_multiple_of)
    if request.principal != request.principal.quantize(COINS[request.currency_digits]):
        sentence = _(
            "%(principal)s has more decimals than the currency, which has %(digits)s; give whole smallest coins."
        )
        raise ScheduleError("principal", sentence, principal=request.principal, digits=request.currency_digits)
    if request.approved_amount is not None:
        _check_approved(request)
    if request.instalment_amount is not None:
        _amount("instalment_amount", request.instalment_amount)
        if not request.is_level:
            raise ScheduleError("instalment_amount", _("goes with declining_equal_instalment only; leave it out."))


def _check_approved(request: ScheduleRequest) -> None:
    _amount("approved_amount", request.approved_amount)
    if request.approved_amount < request.principal:
        sentence = _("is less than %(principal)s, the principal; correct one of them.")
        raise ScheduleError("approved_amount", sentence, principal=request.principal)
    if request.is_flat or request.on_disbursement != words.ON_DISBURSEMENT[1]:
        sentence = _("goes with instalment_on_approved_amount and a declining balance only; leave it out.")
        raise ScheduleError("approved_amount", sentence)


def _check_dates(request: ScheduleRequest) -> None:
    _day("disbursed_on", request.disbursed_on)
    _day("first_due", request.first_due)
    if request.first_due <= request.disbursed_on:
        raise ScheduleError(
            "first_due",
            _("%(first_due)s is not after the disbursement on %(disbursed_on)s; choose a later date."),
            first_due=request.first_due,
            disbursed_on=request.disbursed_on,
        )
    if request.anchor_day is not None:
        _whole("anchor_day", request.anchor_day, 1, 31)
        last = monthrange(request.first_due.year, request.first_due.month)[1]
        if request.frequency.unit != "month" or request.first_due.day != min(request.anchor_day, last):
            raise ScheduleError(
                "anchor_day", _("is the day of the month on which first_due falls; correct one of them.")
            )


def _check_rate(request: ScheduleRequest) -> None:
    annual, per_period = request.annual_rate_pct, request.period_rate_pct
    if (annual is None) == (per_period is None):
        raise ScheduleError("annual_rate_pct", _("give either annual_rate_pct or period_rate_pct."))
    if per_period is not None:
        _percent("period_rate_pct", per_period, words.MAX_PERIOD_RATE_PCT)
        return
    _percent("annual_rate_pct", annual, words.MAX_ANNUAL_RATE_PCT)
    _choice("day_count", request.day_count, words.DAY_COUNTS)


def _percent(field: str, value: object, most: Decimal) -> None:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ScheduleError(field, _("give an exact decimal number of per cent, such as 12.5."))
    if not 0 <= value <= most:
        raise ScheduleError(
            field, _("%(value)s %% is out of range; give a rate from 0 to %(most)s."), value=value, most=most
        )
    if value.as_tuple().exponent < -12:
        raise ScheduleError(field, _("has too many decimals; give at most 12."))


def _check_rows(request: ScheduleRequest) -> None:
    if request.n is not None:
        _whole("n", request.n, 1, words.MAX_ROWS)
    elif request.instalment_amount is None:
        raise ScheduleError("n", _("give the number of instalments, or an instalment_amount."))
    elif request.remainder == "spread":
        raise ScheduleError("remainder", _("spread needs the number of instalments; give n, or choose last."))
    most = (request.n or words.MAX_ROWS) - 1
    _whole("grace_principal", request.grace_principal, 0, most)
    _whole("grace_interest", request.grace_interest, 0, most + 1)
    if request.grace_interest_kind is not None:
        _choice("grace_interest_kind", request.grace_interest_kind, words.GRACE_INTEREST_KINDS)
    if request.grace_interest and request.grace_interest_kind is None:
        raise ScheduleError("grace_interest_kind", _("say whether the interest of the grace is waived or deferred."))
    if request.grace_interest > most and request.grace_interest_kind == "deferred":
        raise ScheduleError(
            "grace_interest", _("leaves no row to bear the deferred interest; give at most %(most)s."), most=most
        )


def _check_weights(request: ScheduleRequest) -> None:
    if request.principal_weights and request.method not in ("flat", "declining_weighted_principal"):
        raise ScheduleError(
            "principal_weights", _("go with flat or declining_weighted_principal only; leave them out.")
        )
    if request.method == "declining_weighted_principal" and not request.principal_weights:
        raise ScheduleError("principal_weights", _("are needed for declining_weighted_principal; give one per row."))
    if request.interest_weights and not request.is_flat:
        raise ScheduleError("interest_weights", _("go with flat only; leave them out."))
    for field, weights in (
        ("principal_weights", request.principal_weights),
        ("interest_weights", request.interest_weights),
    ):
        if not weights:
            continue
        for place, weight in enumerate(weights):
            _amount(f"{field}[{place}]", weight, above_zero=False)
        rows = request.n - request.grace_principal
        if len(weights) != rows:
            raise ScheduleError(
                field,
                _("has %(number)s shares for %(rows)s rows that repay; give one share for each of them."),
                number=len(weights),
                rows=rows,
            )
        total = sum(Fraction(weight) for weight in weights)
        if total != 1:
            raise ScheduleError(field, _("add up to %(total)s, not to 1; correct the shares."), total=sum(weights))


def _check_tranches(request: ScheduleRequest) -> None:
    if len(request.disbursements) > words.MAX_ROWS:
        raise ScheduleError("disbursements", _("are too many; give at most %(most)s."), most=words.MAX_ROWS)
    for place, tranche in enumerate(request.disbursements):
        _day(f"disbursements[{place}].date", tranche.date)
        _amount(f"disbursements[{place}].amount", tranche.amount)
    first = request.tranches[0].date
    if first != request.disbursed_on:
        raise ScheduleError(
            "disbursements",
            _("the first is dated %(first)s, and disbursed_on is %(disbursed_on)s; make them agree."),
            first=first,
            disbursed_on=request.disbursed_on,
        )
    total = sum(Fraction(tranche.amount) for tranche in request.disbursements)
    if total != Fraction(request.principal):
        raise ScheduleError(
            "disbursements",
            _("do not add up to %(principal)s, the principal; correct them."),
            principal=request.principal,
        )
    if request.is_flat and len(request.disbursements) > 1 and request.on_disbursement != words.ON_DISBURSEMENT[1]:
        raise ScheduleError(
            "on_disbursement",
            _("flat interest is on the approved amount; with tranches choose instalment_on_approved_amount."),
        )
    if request.n is not None:
        last, end = request.tranches[-1].date, Periods(request).due(request.n)
        if last >= end:
            raise ScheduleError(
                "disbursements",
                _("a tranche is dated %(last)s, but the last instalment is due %(end)s; move it before that day."),
                last=last,
                end=end,
            )


def _check_rate_changes(request: ScheduleRequest) -> None:
    if request.annual_rate_pct is None:
        raise ScheduleError(
            "rate_changes", _("need an annual_rate_pct to change; they do not go with period_rate_pct.")
        )
    if len(request.rate_changes) > words.MAX_ROWS:
        raise ScheduleError("rate_changes", _("are too many; give at most %(most)s."), most=words.MAX_ROWS)
    seen = set()
    for place, change in enumerate(request.rate_changes):
        _day(f"rate_changes[{place}].from", change.from_)
        _percent(f"rate_changes[{place}].annual_rate_pct", change.annual_rate_pct, words.MAX_ANNUAL_RATE_PCT)
        if change.from_ in seen:
            raise ScheduleError(
                f"rate_changes[{place}].from", _("%(day)s is named twice; keep one of them."), day=change.from_
            )
        seen.add(change.from_)


def _check_as_of(request: ScheduleRequest) -> None:
    _day("as_of", request.as_of)
    if request.as_of < request.disbursed_on:
        raise ScheduleError(
            "as_of",
            _("%(as_of)s is before the disbursement on %(disbursed_on)s."),
            as_of=request.as_of,
            disbursed_on=request.disbursed_on,
        )


def _check_payments(request: ScheduleRequest) -> None:
    if request.is_flat:
        raise ScheduleError("payments", _("change nothing in a flat schedule; leave them out."))
    if request.remainder == "first":
        raise ScheduleError("remainder", _("first could change a paid instalment; with payments choose last."))
    if len(request.payments) > 10 * words.MAX_ROWS:
        raise ScheduleError("payments", _("are too many; give at most %(most)s."), most=10 * words.MAX_ROWS)
    for place, payment in enumerate(request.payments):
        _day(f"payments[{place}].date", payment.date)
        _amount(f"payments[{place}].amount", payment.amount)
        if payment.date < request.disbursed_on:
            raise ScheduleError(
                f"payments[{place}].date",
                _("%(date)s is before the disbursement on %(disbursed_on)s; correct the date."),
                date=payment.date,
                disbursed_on=request.disbursed_on,
            )
        if request.as_of is not None and payment.date > request.as_of:
            raise ScheduleError(
                f"payments[{place}].date",
                _("%(date)s is after as_of %(as_of)s; leave the payment out or move as_of."),
                date=payment.date,
                as_of=request.as_of,
            )


def _check_payoff(request: ScheduleRequest) -> None:
    payoff = request.payoff
    _day("payoff.date", payoff.date)
    _choice("payoff.interest_until", payoff.interest_until, words.INTEREST_UNTIL)
    if request.is_flat:
        raise ScheduleError("payoff", _("is computed on a declining balance only; leave it out for flat interest."))
    if request.remainder == "first":
        raise ScheduleError("remainder", _("first does not go with a payoff; choose last."))
    if payoff.date < request.disbursed_on:
        raise ScheduleError(
            "payoff.date",
            _("%(date)s is before the disbursement on %(disbursed_on)s."),
            date=payoff.date,
            disbursed_on=request.disbursed_on,
        )
    if any(payment.date > payoff.date for payment in request.payments):
        raise ScheduleError(
            "payoff.date", _("there are payments after %(date)s; a loan paid off takes none."), date=payoff.date
        )
    if request.tranches[-1].date > payoff.date:
        raise ScheduleError(
            "payoff.date", _("there are disbursements after %(date)s; a loan paid off has none."), date=payoff.date
        )
    if request.n is not None and payoff.date > Periods(request).due(request.n):
        raise ScheduleError(
            "payoff.date", _("%(date)s is after the last due date; choose an earlier day."), date=payoff.date
        )


def _check_calendar(non_working: NonWorking) -> None:
    for place, day in enumerate(non_working.weekend):
        _choice(f"non_working.weekend[{place}]", day, words.WEEKDAYS)
    if len(set(non_working.weekend)) == len(words.WEEKDAYS):
        raise ScheduleError("non_working.weekend", _("names every day of the week; leave at least one working day."))
    for place, day in enumerate(non_working.holidays):
        _day(f"non_working.holidays[{place}]", day)
    if not isinstance(non_working.interest_moves, bool):
        raise ScheduleError("non_working.interest_moves", _("give true or false."))
