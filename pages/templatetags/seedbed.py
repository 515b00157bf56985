"""Template tags and filters of the house: `{% load seedbed %}`."""

import datetime
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from django import template
from django.forms.widgets import CheckboxInput, ChoiceWidget, FileInput, Select
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from audit.moves import doors as doors_of
from audit.moves import machine
from pages.problems import problems_of
from pages.states import shape_of

register = template.Library()


# Forms ------------------------------------------------------------------------------------------------------------


def _classed(widget):
    """The classes that a control gets besides its own."""
    if isinstance(widget, CheckboxInput) or (isinstance(widget, ChoiceWidget) and not isinstance(widget, Select)):
        base = "form-check-input"
    elif isinstance(widget, Select):
        base = "form-select"
    else:
        base = "form-control"
    return f"{base} {widget.attrs.get('class', '')}".strip()


@register.simple_tag
def control(bound, label="", describedby=""):
    """Only the control of a bound field, with our classes: for tables and filters. `label` becomes its aria-label."""
    attrs = {"class": _classed(bound.field.widget)}
    if label:
        attrs["aria-label"] = label
    if describedby:
        attrs["aria-describedby"] = describedby
    return bound.as_widget(attrs=attrs)


@register.inclusion_tag("forms/field.html")
def field(bound):
    """A whole field: label, hint, error, control; radios and boxes as a fieldset. Works for any Django form."""
    widget = bound.field.widget
    choices = []
    if isinstance(widget, ChoiceWidget) and not isinstance(widget, Select):
        for option in bound.subwidgets:
            option.data["attrs"]["class"] = "form-check-input"
            choices.append(option)
    return {
        "bound": bound,
        "choices": choices,
        "one_box": isinstance(widget, CheckboxInput),
        "is_file": isinstance(widget, FileInput),
        "unit": getattr(bound.field, "unit", ""),
        "optional": not bound.field.required and not isinstance(widget, CheckboxInput),
        "hint_id": f"{bound.auto_id}_helptext",
        "error_id": f"{bound.auto_id}_error",
    }


@register.inclusion_tag("forms/fields.html")
def fields(form):
    """All fields of any form, one under the other, the hidden ones first."""
    return {"form": form}


@register.inclusion_tag("forms/errors.html")
def errors(form):
    """The error summary of any form; nothing when there is no error."""
    found = getattr(form, "problems", None) if hasattr(form, "problems") else problems_of(form)
    heading = ngettext("There is a problem", "There are %(count)s problems", len(found or [])) % {
        "count": len(found or [])
    }
    return {"problems": found, "missing": getattr(form, "missing", []), "heading": heading}


# States, moves, facts ---------------------------------------------------------------------------------------------


@register.inclusion_tag("parts/tag.html")
def tag(shape, text):
    """`{% tag "late" "23 days late" %}`"""
    return {"shape": shape, "text": text}


@register.inclusion_tag("parts/tag.html")
def state_tag(row):
    """The state of a row as word, shape and colour."""
    return {"shape": shape_of(machine(row), row.state), "text": row.state_label}


@register.inclusion_tag("parts/doors.html", takes_context=True)
def doors(context, row, on, base=None, title=None):
    """What the user can do with this row on this day, and what is blocked and why.

    `base` is the address before "do/<verb>/"; without it the row's own page.
    """
    found = doors_of(row, context["request"].user, on)
    return {
        "open": [door for door in found if door.open],
        "blocked": [
            {"label": door.label, "facts": door.facts, "missing": sum(not holds for holds, _sentence in door.facts)}
            for door in found
            if not door.open
        ],
        "base": base or row.get_absolute_url(),
        "title": title or _("What you can do"),
    }


@register.inclusion_tag("parts/facts.html")
def facts_list(facts):
    """Conditions met and missing: pairs (holds, sentence)."""
    return {"facts": facts}


@register.inclusion_tag("parts/timeline.html")
def timeline(events):
    """History, newest first: objects or dicts with `when`, `text`; perhaps `strong`, `who`, `remark`, `url`, `state`.

    `state` is "now", "ahead" or nothing.
    """
    return {"events": list(events)}


@register.inclusion_tag("parts/paging.html")
def paging(page):
    """Newer and older pages of a list (pages.lists.Page)."""
    return {"page": page}


# Words for figures and days ---------------------------------------------------------------------------------------


def locale_of(language=None):
    """Babel's locale for a language code of the settings ("sr-latn" -> sr_Latn); English when Babel has none."""
    code = (language or get_language() or "en").replace("-", "_").replace("latn", "Latn")
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


@register.filter
def date(value):
    """27.03.2026, for tables; nothing for None."""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value)
    return f"{value:%d.%m.%Y}" if isinstance(value, datetime.date) else ""


@register.filter
def day(value):
    """27 March 2026 in the reader's language, for text."""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value)
    if not isinstance(value, datetime.date):
        return ""
    locale = locale_of()
    return format_date(value, "d MMMM y" if locale.language in ("en", "sq") else "long", locale=locale)


@register.filter
def weekday(value):
    """Thursday, 12 March 2026: the head of a day's page."""
    if not isinstance(value, datetime.date):
        return ""
    return f"{format_date(value, 'EEEE', locale=locale_of())}, {day(value)}"


@register.filter
def moment(value):
    """27 March 2026, 16:48 in the time zone that is active."""
    if not isinstance(value, datetime.datetime):
        return ""
    local = timezone.localtime(value)
    return f"{day(local)}, {format_time(local.time(), 'HH:mm', locale='en')}"


@register.filter
def number(value):
    """1,951: a whole number or Decimal with its groups; minus is U+2212; nothing for None."""
    if value is None or value == "":
        return ""
    if not isinstance(value, int | Decimal):
        return str(value)
    text = _in_groups(abs(value))
    return f"\u2212{text}" if value < 0 else text


def _in_groups(value):
    """A number that is not negative, with its own decimals and the signs of the reader's language."""
    if get_language() in ("en", None):
        return f"{value:,}"
    places = max(0, -value.as_tuple().exponent) if isinstance(value, Decimal) else 0
    return format_decimal(value, format="#,##0" + ("." + "0" * places if places else ""), locale=locale_of())


@register.filter
def percent(value, places=0):
    """55%: a share between 0 and 1; "no data" for None, because a share of nothing is not 0%."""
    if value is None:
        return _("no data")
    text = f"{float(value) * 100:.{int(places)}f}"
    return f"{text if get_language() in ('en', None) else number(Decimal(text))}%"


@register.filter
def yes_no(value):
    return "" if value is None else (_("Yes") if value else _("No"))


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """The query string of this page with some parameters changed; None or "" takes one out."""
    left = context["request"].GET.copy()
    for name, value in changes.items():
        left.pop(name, None)
        if value not in (None, ""):
            left[name] = value
    return f"?{left.urlencode()}" if left else "?"
