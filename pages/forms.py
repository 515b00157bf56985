"""One way to draw and to answer every form: one field template, one error summary, version and idempotency key."""

import re
import uuid
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from audit.refusals import Refusal

# CLDR prints these without decimals, but contracts in them are kept to two digits.
TWO_DIGITS = frozenset({"AMD", "ALL", "RSD", "UZS"})


class SeedbedRenderer(TemplatesSetting):
    form_template_name = "pages/form.html"
    field_template_name = "pages/field.html"


class SeedbedForm(forms.Form):
    """A form with our markup. `keyed = True` adds a fresh idempotency key that survives an error page."""

    default_renderer = SeedbedRenderer
    required_css_class = ""
    keyed = False

    def __init__(self, *args, **kwargs):
        self.version_of = kwargs.pop("version_of", None)
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.refusal = None
        if self.version_of is not None:
            self.fields["version"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=self.version_of.version, required=False
            )
        if self.keyed:
            self.fields["key"] = forms.CharField(
                widget=forms.HiddenInput, initial=lambda: uuid.uuid4().hex, max_length=80, required=False
            )
        for field in self.fields.values():
            dress(field)

    @property
    def status(self):
        """HTTP status of the page that shows this form again: 200, or that of the refusal (409, 422, 403)."""
        if self.refusal is not None and self.refusal.status in (403, 409, 422):
            return self.refusal.status
        return 200

    def clean_key(self):
        return self.cleaned_data.get("key") or None

    @property
    def facts(self):
        """Cleaned data without `version` and `key`."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "key")}


def dress(field):
    """Give a field's widget the classes that our style sheet draws."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        css = "form-check-input"
    elif isinstance(widget, forms.Select | forms.SelectMultiple):
        css = "form-select"
    elif isinstance(widget, forms.HiddenInput):
        return
    else:
        css = "form-control"
    widget.attrs.setdefault("class", css)
    if isinstance(widget, forms.Textarea):
        widget.attrs.setdefault("rows", 4)


def attempt(form, service, **arguments):
    """Call the service; on a refusal put its sentences on the form and return None.

    The row that the service made is returned. `form.status` then holds the status of the page to show.
    """
    if "version" in form.fields:
        arguments["version"] = form.cleaned_data.get("version")
    if form.keyed:
        arguments["key"] = form.cleaned_data.get("key")
    try:
        return service(**arguments)
    except Refusal as refused:
        form.refusal = refused
        field = getattr(refused, "field", None)
        form.add_error(field if field in form.fields else None, str(refused.sentence))
        for sentence in refused.missing:
            form.add_error(None, str(sentence))
        return None


class MoneyField(forms.Field):
    """Reads "1,200.00", "1 200,00" or "1200" and gives whole minor units (int) of its currency."""

    widget = forms.TextInput

    def __init__(self, *args, currency, least=None, **kwargs):
        self.currency = currency
        self.least = least
        super().__init__(*args, **kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "class": "form-control sb-w-10", "autocomplete": "off"})

    @property
    def digits(self):
        return 2 if self.currency in TWO_DIGITS else get_currency_precision(self.currency)

    def prepare_value(self, value):
        if isinstance(value, int):
            return format(Decimal(value).scaleb(-self.digits), "f")
        return value

    def to_python(self, value):
        if value in (None, ""):
            return None
        text = re.sub(r"[\s\u00a0\u202f']", "", str(value)).replace("\u2212", "-")
        text = re.sub(rf"^{self.currency}|{self.currency}$", "", text, flags=re.IGNORECASE)
        text = _one_point(text, self.digits)
        try:
            major = Decimal(text)
        except InvalidOperation as wrong:
            raise forms.ValidationError(_("Write the amount in figures, for example 1200.00.")) from wrong
        if not major.is_finite() or abs(major) >= Decimal(10) ** 13:
            raise forms.ValidationError(_("This amount is not possible."))
        minor = major.scaleb(self.digits)
        if minor != minor.to_integral_value():
            raise forms.ValidationError(
                _("%(currency)s has %(digits)s decimals; this amount has more.")
                % {"currency": self.currency, "digits": self.digits}
            )
        return int(minor)

    def validate(self, value):
        super().validate(value)
        if value is not None and self.least is not None and value < self.least:
            raise forms.ValidationError(_("The amount is too small."))


def _one_point(text, digits):
    """Decide which mark is the decimal one: the last of both kinds, or a comma not followed by exactly three figures."""
    if "," in text and "." in text:
        thousands = "," if text.rfind(",") < text.rfind(".") else "."
        return text.replace(thousands, "").replace(",", ".")
    if text.count(",") > 1 or (digits != 3 and re.search(r",\d{3}$", text)):
        return text.replace(",", "")
    if text.count(".") > 1:
        return text.replace(".", "")
    return text.replace(",", ".")


class DayField(forms.DateField):
    """A date typed as 27.03.2026, 27/03/2026 or 2026-03-27, with the device's own date picker where there is one."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"])
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control sb-w-10"}))
        kwargs.setdefault("error_messages", {"invalid": _("Write a date as 27.03.2026.")})
        super().__init__(*args, **kwargs)

    def prepare_value(self, value):
        if isinstance(value, datetime | date):
            return value.strftime("%Y-%m-%d")
        return value


class ReasonField(forms.CharField):
    """A reason in the user's words; kept beside the event, never inside it."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label", _("Reason"))
        kwargs.setdefault("max_length", 1000)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(*args, **kwargs)


class MoveForm(SeedbedForm):
    """Confirming a move that needs nothing more than the version that was seen."""


class ReasonedMoveForm(SeedbedForm):
    """Confirming a move with a reason."""

    reason = ReasonField()
