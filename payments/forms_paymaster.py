"""Forms of the paymaster's run."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pages.fields import DateField, MoneyField, ReasonField, RowsField
from pages.forms import SeedbedForm
from pages.moves import MoveForm
from payments.forms import LateReason
from payments.models import PaySheetRow

LARGEST_SCAN = 10 * 1024 * 1024


class AdvanceForm(SeedbedForm):
    """Who carries how much of which line."""

    keyed = True

    paymaster = forms.ModelChoiceField(label=_("Paymaster"), queryset=None)
    amount = MoneyField(label=_("Amount"))

    def __init__(self, *args, line, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = line.currency
        self.fields["paymaster"].queryset = people


class PayOutForm(MoveForm):
    """The bank has given the cash."""

    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)
    reason = LateReason()


class SheetForm(SeedbedForm):
    """Which approved cash payments of a village go on a sheet."""

    keyed = True

    orders = RowsField(
        label=_("Payments"),
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one payment.")},
    )

    def __init__(self, *args, orders, words, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["orders"].queryset = orders
        self.fields["orders"].label_from_instance = words

    def arguments(self):
        given = super().arguments()
        return {**given, "orders": list(given["orders"])}


class RunForm(MoveForm):
    """What happened in the village: one block of boxes for each row, the witness once for all."""

    day = DateField(label=_("Day of the payment"))
    witness_name = forms.CharField(
        label=_("Witness"),
        max_length=160,
        required=False,
        help_text=_("Somebody of the village who saw each payment: neither the paymaster nor the adviser."),
    )
    witness_role = forms.CharField(
        label=_("Who the witness is"), max_length=80, required=False, help_text=_("For example: head of the village.")
    )
    reason = LateReason()

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[f"result_{row.number}"] = forms.ChoiceField(
                label=_("Row %(number)s: was it paid?") % {"number": row.number},
                choices=PaySheetRow.Result.choices[1:],
                widget=forms.RadioSelect,
            )
            self.fields[f"identity_{row.number}"] = forms.BooleanField(
                label=_("Identity document seen"), required=False
            )
            self.fields[f"mark_{row.number}"] = forms.ChoiceField(
                label=_("Signed by"), choices=PaySheetRow.Mark.choices, widget=forms.RadioSelect, required=False
            )
            self.fields[f"why_{row.number}"] = forms.CharField(
                label=_("If not paid, why"), max_length=200, required=False
            )

    @property
    def sections(self):
        parts = ("result", "identity", "mark", "why")
        shown = [
            (f"{row.number}. {row.order.payee}, {row.said}", tuple(f"{part}_{row.number}" for part in parts))
            for row in self.rows
        ]
        return ((_("The run"), ("day", "witness_name", "witness_role", "reason")), *shown)

    def arguments(self):
        said = super().arguments()
        witness = {"witness_name": said["witness_name"], "witness_role": said["witness_role"]}
        results = {
            row.number: {
                "result": said[f"result_{row.number}"],
                "identity_checked": said[f"identity_{row.number}"],
                "mark": said[f"mark_{row.number}"],
                "why_unpaid": said[f"why_{row.number}"],
                **witness,
            }
            for row in self.rows
        }
        return {
            "results": results,
            "day": said["day"],
            "reason": said["reason"],
            "version": said["version"],
            "key": said["key"],
        }


class ConfirmRunForm(MoveForm):
    """The signed sheet, photographed or scanned."""

    content = forms.FileField(
        label=_("The signed sheet"),
        help_text=_("A photo or a PDF, up to 10 MB."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    reason = LateReason()

    def clean_content(self):
        if self.cleaned_data["content"].size > LARGEST_SCAN:
            raise ValidationError(_("The file is larger than 10 MB."))
        return self.cleaned_data["content"]

    def arguments(self):
        given = super().arguments()
        upload = given["content"]
        upload.seek(0)
        return {**given, "content": upload.read(), "name": upload.name}


class CashBackForm(MoveForm):
    """Cash that lies in the bank again."""

    amount = MoneyField(label=_("Amount"))
    day = DateField(label=_("Value date"))
    reference = forms.CharField(label=_("Bank reference"), max_length=60)
    reason = LateReason()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = self.instance.currency


class LossForm(MoveForm):
    """Cash that is not there any more."""

    amount = MoneyField(label=_("Amount"))
    reason = ReasonField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = self.instance.currency
