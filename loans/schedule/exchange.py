"""Requests and schedules as JSON: money and rates as decimal strings, days as ISO dates."""

import json
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

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
)

DECIMAL = re.compile(r"-?[0-9]{1,24}(\.[0-9]{1,24})?")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAX_LIST = 12_000
# What an object must name, though it is as usual.
NEEDED = {Frequency: ("every", "unit"), Rounding: ("mode",), Payoff: ("interest_until",)}

Reader = Callable[[str, Any], Any]


def _decimal(field: str, value: Any) -> Decimal:
    if not isinstance(value, str) or not DECIMAL.fullmatch(value):
        raise ScheduleError(field, 'give a decimal number as a string, such as "1000.00".')
    return Decimal(value)


def _date(field: str, value: Any) -> date:
    if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
        raise ScheduleError(field, 'give a date as a string, such as "2026-03-31".')
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ScheduleError(field, f"{value} is not a day of the calendar.") from None


def _whole(field: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScheduleError(field, "give a whole number, such as 12.")
    return value


def _word(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ScheduleError(field, "give a word as a string.")
    return value


def _yes_or_no(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ScheduleError(field, "give true or false.")
    return value


def _list_of(read: Reader) -> Reader:
    def read_list(field: str, value: Any) -> tuple:
        if not isinstance(value, list):
            raise ScheduleError(field, "give a list.")
        if len(value) > MAX_LIST:
            raise ScheduleError(field, f"is too long; give at most {MAX_LIST} entries.")
        return tuple(read(f"{field}[{place}]", item) for place, item in enumerate(value))

    return read_list


def _object_of(kind: type, fields: dict[str, tuple[str, Reader]], required: tuple[str, ...]) -> Reader:
    """Reads an object: `fields` gives each JSON name its attribute and reader."""

    def read_object(field: str, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ScheduleError(field, "give an object with named fields.")
        prefix = f"{field}." if field else ""
        for name in value:
            if name not in fields:
                sentence = f"is not a field that is known here; use one of {', '.join(fields)}."
                raise ScheduleError(f"{prefix}{name}"[:200], sentence)
        for name in required:
            if name not in value:
                raise ScheduleError(f"{prefix}{name}", "is missing; add it.")
        read = {}
        for name, item in value.items():
            attribute, reader = fields[name]
            read[attribute] = reader(f"{prefix}{name}", item)
        return kind(**read)

    return read_object


def _named(**readers: Reader) -> dict[str, tuple[str, Reader]]:
    return {name: (name, reader) for name, reader in readers.items()}


_dated_amount = _named(date=_date, amount=_decimal)
_rate_change = {"from": ("from_", _date), "annual_rate_pct": ("annual_rate_pct", _decimal)}
_rounding = _named(mode=_word, instalment_multiple_of=_decimal, instalment_mode=_word)
_non_working = _named(weekend=_list_of(_word), holidays=_list_of(_date), interest_moves=_yes_or_no)
_payoff = _named(date=_date, interest_until=_word)

_read_request = _object_of(
    ScheduleRequest,
    _named(
        currency_digits=_whole,
        currency_multiple=_decimal,
        principal=_decimal,
        disbursed_on=_date,
        disbursements=_list_of(_object_of(Disbursement, _dated_amount, ("date", "amount"))),
        on_disbursement=_word,
        approved_amount=_decimal,
        first_due=_date,
        frequency=_object_of(Frequency, _named(every=_whole, unit=_word), ("every", "unit")),
        anchor_day=_whole,
        n=_whole,
        method=_word,
        annual_rate_pct=_decimal,
        day_count=_word,
        period_rate_pct=_decimal,
        first_period=_word,
        rounding=_object_of(Rounding, _rounding, ("mode",)),
        annuity=_word,
        instalment_amount=_decimal,
        remainder=_word,
        grace_principal=_whole,
        grace_interest=_whole,
        grace_interest_kind=_word,
        principal_weights=_list_of(_decimal),
        interest_weights=_list_of(_decimal),
        non_working=_object_of(NonWorking, _non_working, ()),
        rate_changes=_list_of(_object_of(RateChange, _rate_change, ("from", "annual_rate_pct"))),
        payments=_list_of(_object_of(Payment, _dated_amount, ("date", "amount"))),
        as_of=_date,
        on_payment=_object_of(OnPayment, _named(early=_word, excess=_word), ()),
        payoff=_object_of(Payoff, _payoff, ("date", "interest_until")),
    ),
    ("currency_digits", "principal", "disbursed_on", "first_due", "method"),
)


def request_from_json(source: str | bytes | dict[str, Any]) -> ScheduleRequest:
    """The request in a JSON text, or in the object that one was read into.

    Raises ScheduleError for a text that is not JSON, an unknown, missing or doubled field, and a wrong type; whether
    the values go together is found out by `build_schedule`.
    """
    data = source if isinstance(source, dict) else _parsed(source)
    request = _read_request("", data)
    if "annuity" in data and "instalment_amount" in data:
        raise ScheduleError("annuity", "does not go with instalment_amount, which gives the instalment; keep one.")
    if "annual_rate_pct" in data and "period_rate_pct" not in data and "day_count" not in data:
        raise ScheduleError("day_count", "is missing; an annual rate needs it.")
    return request


def _parsed(source: str | bytes) -> Any:
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
        data = json.loads(text, object_pairs_hook=_once_each)
    except ScheduleError:
        raise
    except UnicodeDecodeError:
        raise ScheduleError("", "the request is not UTF-8 text; save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        sentence = f"the request is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise ScheduleError("", sentence) from None
    except (ValueError, RecursionError):
        raise ScheduleError("", "the request is nested too deeply, or holds a number that is too long.") from None
    if not isinstance(data, dict):
        raise ScheduleError("", "the request must be one JSON object with named fields.")
    return data


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        names = [name for name, _value in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise ScheduleError(doubled[:200], "is given twice; keep one of them.")
    return read


def request_as_json(request: ScheduleRequest) -> dict[str, Any]:
    """What `request_from_json` reads the same request from; settings that are as usual are left out."""
    plain = _plain(request)
    if request.annual_rate_pct is not None:
        plain["day_count"] = request.day_count
    if request.instalment_amount is not None:
        plain.pop("annuity", None)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if not is_dataclass(value):
        return value
    told = ((field.name.rstrip("_"), field, getattr(value, field.name)) for field in fields(value))
    keep = NEEDED.get(type(value), ())
    return {name: _plain(item) for name, field, item in told if name in keep or item != field.default}


def schedule_as_json(schedule: Schedule) -> dict[str, Any]:
    """The answer as plain data for `json.dumps`."""
    rows = [
        {
            "no": row.no,
            "due": row.due.isoformat(),
            "principal": f"{row.principal:f}",
            "interest": f"{row.interest:f}",
            "total": f"{row.total:f}",
            "balance": f"{row.balance:f}",
        }
        for row in schedule.rows
    ]
    return {"rows": rows, "total_interest": f"{schedule.total_interest:f}"}
