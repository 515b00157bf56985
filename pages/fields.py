"""Form fields of the trade: amounts in minor units, dates as people write them, reasons."""

import re
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid
from pages.numbers import grouped, parse_amount, plain


class MoneyInput(forms.TextInput):
    """One line for an amount; `currency` is set by the field, so that a stored amount shows in major units."""

    currency = None

    def __init__(self, attrs=None):
        super().__init__({"class": "sb-w-10", "inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value):
        if isinstance(value, int) and self.currency:
            return plain(value, self.currency)
        return super().format_value(value)


class MoneyField(forms.Field):
    """An amount in `currency`, typed as "1,200.00" or "1 200,00"; gives int minor units.

    `least` and `most` are bounds in minor units. By default an amount is above zero; `least=0` allows nothing, and
    `least=None` also a minus. The currency can be set later: `form.fields["amount"].currency = window.currency`.
    """

    widget = MoneyInput
    default_error_messages = {"required": _("Enter the amount, for example 1,200.00")}

    def __init__(self, *, currency=None, least=1, most=None, **kwargs):
        self._currency = None
        super().__init__(**kwargs)
        self.currency, self.least, self.most = currency, least, most

    @property
    def currency(self):
        return self._currency

    @currency.setter
    def currency(self, code):
        self._currency = self.widget.currency = code

    @property
    def unit(self):
        """What stands after the label."""
        return self._currency

    def __deepcopy__(self, memo):
        twin = super().__deepcopy__(memo)
        twin.widget.currency = self._currency
        return twin

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        try:
            return parse_amount(value, self.currency)
        except Invalid as refused:
            raise ValidationError(refused.sentence, code="invalid") from refused

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        if self.least is not None and value < self.least:
            sentence = (
                _("The amount must be above zero.") if self.least == 1 else _("The amount must be at least %(least)s.")
            )
            raise ValidationError(sentence, code="least", params={"least": self._said(self.least)})
        if self.most is not None and value > self.most:
            raise ValidationError(
                _("The amount must not be more than %(most)s."), code="most", params={"most": self._said(self.most)}
            )

    def _said(self, minor):
        return f"{self.currency} {grouped(minor, self.currency)}"

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


# Sums of days and months around a date outside of these would leave the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2199
PARTS = (("d", _("Day"), "sb-w-2"), ("m", _("Month"), "sb-w-2"), ("y", _("Year"), "sb-w-4"))


class DateBoxes(forms.Widget):
    """Day, month and year in three boxes: `name_d`, `name_m`, `name_y`; one text under `name` is read as well."""

    template_name = "forms/date_boxes.html"
    use_fieldset = True

    def value_from_datadict(self, data, files, name):
        if name in data:
            return data.get(name)
        parts = [str(data.get(f"{name}_{part}", "")).strip() for part, _label, _width in PARTS]
        return ".".join(parts) if any(parts) else ""

    def value_omitted_from_data(self, data, files, name):
        return name not in data and not any(f"{name}_{part}" in data for part, _label, _width in PARTS)

    def id_for_label(self, id_):
        return f"{id_}_d" if id_ else id_

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if isinstance(value, date):
            texts = [str(value.day), str(value.month), str(value.year)]
        elif re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", str(value or "")):
            texts = str(value).split("-")[::-1]
        else:
            texts = [*str(value or "").split("."), "", "", ""][:3]
        context["wrong"] = context["widget"]["attrs"].get("aria-invalid") == "true"
        context["parts"] = [
            {
                "name": f"{name}_{part}",
                "id": f"{(attrs or {}).get('id', name)}_{part}",
                "label": label,
                "width": width,
                "text": text,
            }
            for (part, label, width), text in zip(PARTS, texts, strict=True)
        ]
        return context


class DateText(forms.TextInput):
    """One line for a date; shows 27.03.2026."""

    def __init__(self, attrs=None):
        super().__init__({"class": "sb-w-10", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value):
        return f"{value:%d.%m.%Y}" if isinstance(value, date) else super().format_value(value)


class DateField(forms.Field):
    """A date typed as 27.03.2026, 27/3/2026, 27 3 2026 or 2026-03-27; with `boxes=True` in three boxes.

    `earliest` and `latest` are dates or functions that return one.
    """

    default_error_messages = {"required": _("Enter the date, for example 27.03.2026")}

    def __init__(self, *, boxes=False, earliest=None, latest=None, **kwargs):
        kwargs.setdefault("widget", DateBoxes if boxes else DateText)
        kwargs.setdefault("help_text", _("For example 27 3 1984") if boxes else _("For example 27.03.2026"))
        super().__init__(**kwargs)
        self.earliest, self.latest = earliest, latest

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        text = str(value).strip()
        iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
        day, month, year = (
            iso.groups()[::-1] if iso else [*re.split(r"[./\s-]+", text.rstrip("."), maxsplit=2), "", ""][:3]
        )
        return self._made(text, day, month, year)

    def _made(self, text, day, month, year):
        for part, figures, sentence in (
            (day, r"\d{1,2}", _("The date needs a day, for example 27.")),
            (month, r"\d{1,2}", _("The date needs a month in figures, for example 3.")),
            (year, r"\d{4}", _("The date needs a year of four figures, for example 1984.")),
        ):
            if not re.fullmatch(figures, part, flags=re.ASCII):
                raise ValidationError(sentence, code="invalid")
        try:
            made = date(int(year), int(month), int(day))
        except ValueError as wrong:
            raise ValidationError(
                _("There is no day %(text)s. Write it like 27.03.2026"), code="invalid", params={"text": text[:30]}
            ) from wrong
        if not FIRST_YEAR <= made.year <= LAST_YEAR:
            raise ValidationError(
                _("The year must lie between %(first)s and %(last)s."),
                code="invalid",
                params={"first": str(FIRST_YEAR), "last": str(LAST_YEAR)},
            )
        return made

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        earliest = self.earliest() if callable(self.earliest) else self.earliest
        latest = self.latest() if callable(self.latest) else self.latest
        if earliest and value < earliest:
            raise ValidationError(
                _("The date must be %(day)s or later."), code="earliest", params={"day": f"{earliest:%d.%m.%Y}"}
            )
        if latest and value > latest:
            raise ValidationError(
                _("The date must be %(day)s or earlier."), code="latest", params={"day": f"{latest:%d.%m.%Y}"}
            )

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True


class ReasonField(forms.CharField):
    """Why, in the user's words. Asked only where it matters."""

    default_error_messages = {"required": _("Say why.")}

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("Reason"))
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        kwargs.setdefault("max_length", 2000)
        super().__init__(**kwargs)


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows. A key of more digits than its column has is no row, and SQLite cannot even ask for it."""

    def clean(self, value):
        for key in value or ():
            if len(str(key)) > 18:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": str(key)[:18]}
                )
        return super().clean(value)
