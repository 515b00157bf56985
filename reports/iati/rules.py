"""The rules of IATI that a schema cannot say: published ones, and those that public checkers leave to the reader.

Each fault is a sentence that names the element. The schema's own order is checked too, for the parts that we write, so
that nothing leaves the house that a validator would send back.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

# The order of the schema for 2.03; elements that we never write are left out.
ORDERS = {
    "iati-activity": (
        "iati-identifier",
        "reporting-org",
        "title",
        "description",
        "participating-org",
        "activity-status",
        "activity-date",
        "recipient-country",
        "location",
        "sector",
        "default-flow-type",
        "default-finance-type",
        "default-aid-type",
        "default-tied-status",
        "budget",
        "transaction",
        "result",
    ),
    "budget": ("period-start", "period-end", "value"),
    "transaction": (
        "transaction-type",
        "transaction-date",
        "value",
        "description",
        "provider-org",
        "receiver-org",
        "flow-type",
        "finance-type",
    ),
    "result": ("title", "indicator"),
    "indicator": ("title", "description", "reference", "baseline", "period"),
    "period": ("period-start", "period-end", "target", "actual"),
}
NEEDED = ("iati-identifier", "reporting-org", "title", "description", "participating-org", "activity-status", "sector")
# The published rule allows none of / & | ? anywhere in an identifier; white space at its ends breaks it as well.
IDENTIFIER = re.compile(r"[^/&|?\s]+")
NUMBERED = ("1", "2", "3", "4")  # IndicatorMeasure: all but the qualitative one.
HUNDRED = Decimal(100)


def faults(root, *, today):
    """Sentences about what breaks a rule in an `iati-activities` element; none when it may be published."""
    found = []
    for activity in root.iter("iati-activity"):
        for check in (_order, _parts, _identifiers, _dates, _percentages, _budgets, _transactions, _results):
            found += check(activity, today)
    return found


def _order(activity, _today):
    for element in activity.iter():
        order = ORDERS.get(element.tag)
        if order is None:
            continue
        places = [order.index(child.tag) if child.tag in order else -1 for child in element]
        for before, after, child in zip(places, places[1:], list(element)[1:], strict=False):
            if -1 < after < before:
                yield _("<%(element)s> stands in the wrong place in <%(parent)s>") % {
                    "element": child.tag,
                    "parent": element.tag,
                }
        for child, place in zip(element, places, strict=True):
            if place == -1:
                yield _("<%(element)s> has no place in <%(parent)s>") % {"element": child.tag, "parent": element.tag}


def _parts(activity, _today):
    for tag in NEEDED:
        if activity.find(tag) is None:
            yield _("<%(element)s> is missing") % {"element": tag}
    if not any(one.get("type") in ("1", "2") for one in activity.iter("activity-date")):
        yield _("the activity has no start")
    for narrative in activity.iter("narrative"):
        if not (narrative.text or "").strip():
            yield _("a narrative is empty")
    for tag in ("participating-org", "provider-org", "receiver-org"):
        for one in activity.iter(tag):
            if not one.get("ref") and one.find("narrative") is None:
                yield _("<%(element)s> has neither identifier nor name") % {"element": tag}


def _identifiers(activity, _today):
    said = [activity.findtext("iati-identifier") or ""]
    for tag in ("reporting-org", "participating-org", "provider-org", "receiver-org"):
        said += [one.get("ref") for one in activity.iter(tag) if one.get("ref") is not None]
    for text in said:
        if not IDENTIFIER.fullmatch(text):
            yield _("the identifier “%(text)s” has a space or one of / & | ?") % {"text": text}
    reporting = activity.find("reporting-org")
    if reporting is not None and not said[0].startswith(f"{reporting.get('ref')}-"):
        yield _("the identifier of the activity does not begin with that of its publisher")


def _day(element, name="iso-date"):
    """The date of an attribute; None when it is missing or no date."""
    try:
        return date.fromisoformat((element.get(name) or "")[:10])
    except (AttributeError, ValueError):
        return None


def _dates(activity, today):
    days = {one.get("type"): _day(one) for one in activity.iter("activity-date")}
    for first, last in (("1", "3"), ("2", "4")):
        if days.get(first) and days.get(last) and days[first] > days[last]:
            yield _("the activity ends before it starts")
    if any(days.get(kind) and days[kind] > today for kind in ("2", "4")):
        yield _("an actual start or end lies in the future")
    for tag in ("budget", "period"):
        for one in activity.iter(tag):
            first, last = _day(one.find("period-start")), _day(one.find("period-end"))
            if first is None or last is None or first > last:
                yield _("a <%(element)s> has no first day before its last") % {"element": tag}


def _number(text):
    try:
        found = Decimal(text or "")
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _percentages(activity, _today):
    """The sectors of each vocabulary, and the countries and regions together, are 100 percent to the last digit."""
    groups = {}
    for one in activity.findall("sector"):
        groups.setdefault(("sector", one.get("vocabulary") or "1"), []).append(one)
    places = [*activity.findall("recipient-country"), *activity.findall("recipient-region")]
    groups["recipient-country", ""] = places
    for (tag, _vocabulary), rows in groups.items():
        if not rows:
            yield _("<%(element)s> is missing") % {"element": tag}
            continue
        shares = [_number(one.get("percentage", "100" if len(rows) == 1 else None)) for one in rows]
        if any(share is None or share < 0 for share in shares) or sum(shares) != HUNDRED:
            yield _("the percentages of <%(element)s> are not 100 together") % {"element": tag}


def _budgets(activity, _today):
    """No budget is longer than a year."""
    for one in activity.iter("budget"):
        first, last = _day(one.find("period-start")), _day(one.find("period-end"))
        if first and last and last >= _year_after(first):
            yield _("the budget from %(first)s to %(last)s is longer than a year") % {"first": first, "last": last}
        yield from _money(one, first)


def _year_after(first):
    leap_day = (first.month, first.day) == (2, 29)
    return date(first.year + 1, 3, 1) if leap_day else first.replace(year=first.year + 1)


def _money(element, on):
    value = element.find("value")
    if value is None or _number(value.text) is None:
        yield _("a <%(element)s> has no amount") % {"element": element.tag}
    elif _day(value, "value-date") is None:
        yield _("an amount of %(day)s has no day of value") % {"day": on}


def _transactions(activity, today):
    for one in activity.iter("transaction"):
        on = _day(one.find("transaction-date"))
        if on is None:
            yield _("a transaction has no date")
            continue
        valued = _day(one.find("value"), "value-date")
        if on > today or (valued and valued > today):
            yield _("the transaction of %(day)s lies in the future") % {"day": max(on, valued or on)}
        yield from _money(one, on)


def _results(activity, today):
    """A period that is over has an actual; what is measured in numbers has numbers; one catalogue place is enough."""
    for result in activity.iter("result"):
        if result.find("reference") is not None and result.find("indicator/reference") is not None:
            yield _("a result and its indicator both carry a reference")
    for indicator in activity.iter("indicator"):
        name = indicator.findtext("title/narrative") or ""
        if indicator.find("period") is None:
            yield _("“%(name)s” has no period") % {"name": name}
        for period in indicator.iter("period"):
            last = _day(period.find("period-end"))
            if last and last <= today and period.find("actual") is None:
                yield _("“%(name)s” has no actual for the period that ended on %(day)s") % {"name": name, "day": last}
        if indicator.get("measure") in NUMBERED:
            for tag in ("baseline", "target", "actual"):
                if any(_number(one.get("value")) is None for one in indicator.iter(tag)):
                    yield _("“%(name)s” has a %(element)s that is no number") % {"name": name, "element": tag}
