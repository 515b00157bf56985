"""Fields of the set-up: lists as people write them, kept as JSON or rows."""

import re
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid
from ledger.money import plain, to_minor
from programmes.shares import WHOLE


class NumbersField(forms.CharField):
    """Whole numbers divided by commas: "3, 6, 12" gives [3, 6, 12]."""

    def __init__(self, *, most=600, **kwargs):
        super().__init__(max_length=200, **kwargs)
        self.most = most

    def prepare_value(self, value):
        return ", ".join(str(number) for number in value) if isinstance(value, list) else value

    def clean(self, value):
        text = super().clean(value)
        numbers = [part.strip() for part in text.split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() and int(part) <= self.most for part in numbers):
            raise forms.ValidationError(_("Write whole numbers divided by commas, for example 3, 6, 12."))
        return sorted({int(part) for part in numbers})

    def has_changed(self, initial, data):
        return self.prepare_value(initial or []) != (data or "")


class LinesField(forms.CharField):
    """One entry a line, "name: text", as a dict; without `pairs` a list of the lines."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *, pairs=False, **kwargs):
        super().__init__(max_length=8000, **kwargs)
        self.pairs = pairs

    def prepare_value(self, value):
        if isinstance(value, dict):
            return "\n".join(f"{name}: {text}" for name, text in value.items())
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if not self.pairs:
            return lines
        found = {}
        for line in lines:
            name, colon, text = line.partition(":")
            if not colon or not text.strip():
                raise forms.ValidationError(_("“%(line)s” needs a colon, as in 5: very good."), params={"line": line})
            found[name.strip()] = text.strip()
        return found

    def has_changed(self, initial, data):
        return (self.prepare_value(initial) or "") != (data or "").replace("\r\n", "\n")


class NotesField(LinesField):
    """The notes and coins of a currency, "KGS: 5000 2000 0.50", as {code: [major units as text, largest first]}."""

    MOST = 30

    def __init__(self, **kwargs):
        super().__init__(pairs=True, **kwargs)

    def prepare_value(self, value):
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{code}: {' '.join(values)}" for code, values in value.items())

    def clean(self, value):
        return {code.upper(): self._values(code.upper(), text) for code, text in super().clean(value).items()}

    def _values(self, code, text):
        words = text.split()
        if not all(re.fullmatch(r"[0-9]{1,9}([.,][0-9]{1,4})?", word) for word in words) or len(words) > self.MOST:
            raise forms.ValidationError(
                _("Write the code of a currency and up to %(most)s values, as in KGS: 5000 2000 0.50."),
                params={"most": self.MOST},
            )
        try:
            minor = {to_minor(Decimal(word.replace(",", ".")), code) for word in words}
        except Invalid as refused:
            raise forms.ValidationError(refused.sentence) from refused
        if 0 in minor:
            raise forms.ValidationError(_("A note or coin is worth more than zero."))
        return [plain(value, code) for value in sorted(minor, reverse=True)]


class TranchesField(forms.CharField):
    """One tranche a line, "50: Quote of the supplier": percent and what must be shown first. They add up to 100."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value):
        if not isinstance(value, list):
            return value
        return "\n".join(f"{row['percent']}: {row.get('deliverable', '')}" for row in value)

    def clean(self, value):
        rows = []
        for line in super().clean(value).splitlines():
            percent, _colon, shown = line.partition(":")
            if not line.strip():
                continue
            if not (percent.strip().isascii() and percent.strip().isdigit() and len(percent.strip()) <= 3):
                raise forms.ValidationError(_("Begin each line with a percentage, as in 50: Quote of the supplier."))
            rows.append({"percent": int(percent), "deliverable": shown.strip()})
        if sum(row["percent"] for row in rows) != 100:
            raise forms.ValidationError(_("The tranches must add up to 100 percent."))
        return rows

    def has_changed(self, initial, data):
        return (self.prepare_value(initial) or "") != (data or "").replace("\r\n", "\n")


class SharesField(forms.CharField):
    """One line that shares, "water-line: 30": its key and percent, as {key: basis points}. Two decimals at most."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{key}: {Decimal(weight) / 100:f}" for key, weight in value.items())

    def clean(self, value):
        found = {}
        for line in filter(str.strip, super().clean(value).splitlines()):
            key, _colon, percent = (part.strip() for part in line.partition(":"))
            if not re.fullmatch(r"[0-9]{1,2}([.,][0-9]{1,2})?", percent):
                raise forms.ValidationError(_("Write the key of a line and its percentage, as in water-line: 30."))
            found[key] = int(Decimal(percent.replace(",", ".")) * 100)
        return found

    def has_changed(self, initial, data):
        return (self.prepare_value(initial) or "") != (data or "").replace("\r\n", "\n")


class SectorsField(SharesField):
    """Codes of the DAC list with their percent, "32130: 60", as [[code, basis points]] that are 10,000 together."""

    def prepare_value(self, value):
        return super().prepare_value(dict(value)) if isinstance(value, list) else value

    def clean(self, value):
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        if len(lines) == 1 and re.fullmatch(r"[0-9]{5}(\s*:\s*100)?", lines[0]):
            return [[lines[0][:5], WHOLE]]
        found = super().clean(value)
        if any(not re.fullmatch(r"[0-9]{5}", code) for code in found):
            raise forms.ValidationError(_("A sector of the DAC list has five digits, such as 32130."))
        if len(found) != len(lines):
            raise forms.ValidationError(_("Each sector stands there once."))
        if found and sum(found.values()) != WHOLE:
            raise forms.ValidationError(_("The percentages of the sectors are 100 together."))
        return [list(one) for one in found.items()]
