"""Forms of money. Amounts are typed in major units and cleaned to minor units."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pages.fields import DateField, MoneyField, ReasonField, RowsField
from pages.forms import SeedbedForm
from pages.moves import MoveForm
from pages.second_step import CodedForm
from payments.models import Match, OwnAccount, PayeeAccount
from payments.screening import LARGEST as LARGEST_LIST
from payments.statements import LARGEST


class LateReason(ReasonField):
    """Asked only when the day lies longer ago than the programme allows."""

    def __init__(self):
        super().__init__(
            label=_("Why it is entered late"), required=False, help_text=_("Only for a fact of an earlier week.")
        )


class KeyedForm(SeedbedForm):
    """An act on several rows that needs no word."""

    keyed = True


class LineMoneyForm(SeedbedForm):
    """Money that came to a line or left it, by the bank's paper."""

    keyed = True

    amount = MoneyField(label=_("Amount"))
    on = DateField(label=_("Value date"))
    reference = forms.CharField(label=_("Bank reference"), max_length=60)
    reason = LateReason()

    def __init__(self, *args, line, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = line.currency


class ConversionForm(SeedbedForm):
    """Money of one line that the bank changed into the currency of another."""

    keyed = True

    from_amount = MoneyField(label=_("What left the account"))
    to_line = forms.ModelChoiceField(label=_("To the line"), queryset=None)
    to_amount = forms.CharField(
        label=_("What arrived"), max_length=30, help_text=_("In the currency of the line that received it.")
    )
    on = DateField(label=_("Value date"))
    reference = forms.CharField(label=_("Bank reference"), max_length=60)
    reason = LateReason()

    def __init__(self, *args, line, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["from_amount"].currency = line.currency
        self.fields["to_line"].queryset = lines
        self.fields["to_line"].label_from_instance = lambda row: f"{row.name}, {row.currency}"

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("to_line") is not None and "to_amount" in cleaned:
            field = MoneyField(currency=cleaned["to_line"].currency)
            try:
                cleaned["to_amount"] = field.clean(cleaned["to_amount"])
            except ValidationError as wrong:
                self.add_error("to_amount", wrong)
        return cleaned


class AccountForm(SeedbedForm):
    """Where a party is paid."""

    keyed = True

    kind = forms.ChoiceField(label=_("Kind of account"), choices=PayeeAccount.Kind.choices, widget=forms.RadioSelect)
    holder = forms.CharField(label=_("Account holder"), max_length=160, help_text=_("As on the bank's paper."))
    number = forms.CharField(
        label=_("Account number"), max_length=60, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    bank = forms.CharField(label=_("Bank"), max_length=120, required=False)
    currency = forms.ChoiceField(label=_("Currency"))

    def __init__(self, *args, currencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(code, code) for code in currencies]


class AccountChangeForm(AccountForm):
    """The number stays as it is when its box is left empty."""

    keyed = False
    versioned = True

    reason = ReasonField(help_text=_("For example: the letter of the bank, with its date."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["number"].help_text = _("Leave it empty to keep the number that ends in %(tail)s.") % {
            "tail": self.instance.number_tail or "–"
        }

    def arguments(self):
        given = super().arguments()
        if not given["number"] and given["kind"] == self.instance.kind:
            del given["number"]
        return given


class ConfirmAccountForm(SeedbedForm):
    """The second person types what stands on the paper, so that it was looked at."""

    versioned = True

    tail = forms.CharField(
        label=_("The last four letters or digits of the number on the bank's paper"),
        max_length=4,
        widget=forms.TextInput({"autocomplete": "off", "class": "sb-w-4"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.number_tail:
            del self.fields["tail"]

    def clean_tail(self):
        return check_tail(self.cleaned_data["tail"], self.instance)

    def arguments(self):
        given = super().arguments()
        given.pop("tail", None)
        return given


def check_tail(text, account):
    if text.strip().upper() != account.number_tail.upper():
        raise ValidationError(_("This is not how the number ends. Compare it with the paper of the bank."))
    return text


class OwnAccountForm(SeedbedForm):
    """The programme's account at the bank."""

    keyed = True

    kind = forms.ChoiceField(label=_("Kind of account"), choices=OwnAccount.Kind.choices, widget=forms.RadioSelect)
    holder = forms.CharField(
        label=_("Account holder"), max_length=140, help_text=_("The name of the agency as the bank knows it.")
    )
    number = forms.CharField(label=_("Account number"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}))
    bank = forms.CharField(label=_("Bank"), max_length=120)
    bic = forms.CharField(
        label=_("Bank code (BIC)"),
        max_length=14,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "class": "sb-w-10"}),
        help_text=_("8 or 11 letters and digits. Leave it empty where the bank has none."),
    )
    country = forms.CharField(
        label=_("Country of the account"),
        max_length=2,
        widget=forms.TextInput({"class": "sb-w-2"}),
        help_text=_("Two letters, for example AM."),
    )
    currency = forms.ChoiceField(label=_("Currency"))
    lines = RowsField(
        label=_("Funding lines that are paid from it"), queryset=None, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(code, code) for code in sorted({line.currency for line in lines})]
        self.fields["lines"].queryset = lines
        self.fields["lines"].label_from_instance = lambda line: f"{line.name}, {line.currency}"


class ManyForm(CodedForm, MoveForm):
    """One act on several payments; to let money go, `user` types a code."""


class ApproveForm(CodedForm, MoveForm):
    """Asks for the end of the number when the account changed since the last payment."""

    tail = forms.CharField(
        label=_("The last four letters or digits of the number on the bank's paper"),
        max_length=4,
        widget=forms.TextInput({"autocomplete": "off", "class": "sb-w-4"}),
    )

    def __init__(self, *args, changed, **kwargs):
        super().__init__(*args, **kwargs)
        if not changed or not self.instance.account.number_tail:
            del self.fields["tail"]

    def clean_tail(self):
        return check_tail(self.cleaned_data["tail"], self.instance.account)

    def arguments(self):
        given = super().arguments()
        given.pop("tail", None)
        return given


class SettleForm(MoveForm):
    """The bank has paid."""

    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)
    value_on = DateField(label=_("Value date"), help_text=_("The day on which the bank moved the money."))
    reason = LateReason()


class ReturnForm(MoveForm):
    """The bank did not pay, or sent the money back."""

    returned_on = DateField(label=_("Returned on"))
    reason = ReasonField(help_text=_("As the bank says it: account closed, wrong name."))


class StatementForm(SeedbedForm):
    """A statement file of one of the programme's accounts."""

    own_account = forms.ModelChoiceField(label=_("Account"), queryset=None, empty_label=None)
    content = forms.FileField(
        label=_("File of the bank"),
        help_text=_("camt.053, MT940 or CSV, up to 10 MB, as the bank gave it."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Load the statement as the bank gave it."),
            "missing": _("Choose a file."),
        },
    )

    def __init__(self, *args, accounts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["own_account"].queryset = accounts
        self.fields["own_account"].label_from_instance = lambda row: f"{row}, {row.programme}"

    def clean_content(self):
        if self.cleaned_data["content"].size > LARGEST:
            raise ValidationError(_("The file is larger than 10 MB. Ask the bank for a statement of fewer days."))
        return self.cleaned_data["content"]

    def arguments(self):
        upload = self.cleaned_data["content"]
        upload.seek(0)
        return {"own_account": self.cleaned_data["own_account"], "content": upload.read(), "name": upload.name}


class SanctionsListForm(SeedbedForm):
    """A sanctions or debarment list."""

    content = forms.FileField(
        label=_("File of the list"),
        help_text=_("The consolidated list of the United Nations as XML, or CSV, up to 25 MB."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Take it from the publisher's page again."),
            "missing": _("Choose a file."),
        },
    )
    name = forms.CharField(
        label=_("Name of the list"),
        max_length=120,
        help_text=_("The same as last time, so that its versions stay together."),
    )
    listed_on = DateField(
        label=_("Date of the list"), required=False, help_text=_("Only for CSV: an XML list says it itself.")
    )
    smaller = forms.BooleanField(
        label=_("The list is right although it is far smaller than the last one."), required=False
    )
    reason = ReasonField(required=False, help_text=_("Only for a list that is far smaller than the last one."))

    def clean_content(self):
        if self.cleaned_data["content"].size > LARGEST_LIST:
            raise ValidationError(_("The file is larger than 25 MB. Load the list as its publisher gives it."))
        return self.cleaned_data["content"]

    def arguments(self):
        upload = self.cleaned_data["content"]
        upload.seek(0)
        return {**self.cleaned_data, "content": upload.read()}


class ScreenForm(SeedbedForm):
    """Compare with the lists as they are loaded now."""

    keyed = True


class DecideMatchForm(SeedbedForm):
    """Is the party the one on the list?"""

    versioned = True

    decision = forms.ChoiceField(
        label=_("Are they the same?"), choices=Match.Decision.choices, widget=forms.RadioSelect
    )
    note = ReasonField(
        label=_("By what you can tell"),
        help_text=_("For example: another father's name, another place of birth, by the passport."),
    )


class TakeForm(SeedbedForm):
    """All sure proposals of a statement, as they stood on the page."""

    keyed = True

    seal = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = LateReason()


class LineChoiceForm(MoveForm):
    """Which payment or batch, or which funding line, a line of a statement is."""

    choice = forms.ChoiceField(widget=forms.RadioSelect)
    reason = LateReason()

    def __init__(self, *args, label, choices, **kwargs):
        """`choices`: [(row, words)]."""
        super().__init__(*args, **kwargs)
        self.rows = {str(row): row for row, _words in choices}
        field = self.fields["choice"]
        field.label = label
        field.choices = [(str(row), words) for row, words in choices]
        if not choices:
            field.help_text = _("Nothing of this amount is there to choose.")

    def clean_choice(self):
        return self.rows[self.cleaned_data["choice"]]


class MoneyRuleForm(SeedbedForm):
    """What a programme says of its payments in one currency."""

    keyed = True

    advance_amount = MoneyField(label=_("Cash that a paymaster carries at most"), least=0)
    cooling_days = forms.IntegerField(
        label=_("Days before a payment to a changed account is approved"), min_value=0, max_value=30
    )

    def __init__(self, *args, currency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["advance_amount"].currency = currency


class ConfirmRuleForm(SeedbedForm):
    """A second person agrees."""

    keyed = True
    versioned = True
