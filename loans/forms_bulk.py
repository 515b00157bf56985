"""Forms of money that comes for many loans at once: bank lines, the cash box, confirmations, an old portfolio."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.money import Money
from loans.models import BalanceCheck
from pages.fields import DateField, MoneyField, ReasonField
from pages.forms import SeedbedForm
from pages.moves import MoveForm
from payments.forms import LateReason
from programmes.clock import today

ANOTHER = "another"
AHEAD = timedelta(days=3652)


class ClaimAllForm(SeedbedForm):
    """All sure claims, as they stood on the page; `asks`: money of an earlier week is among them."""

    keyed = True

    seal = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = LateReason()

    def __init__(self, *args, asks, **kwargs):
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["reason"]

    def arguments(self):
        return {"reason": "", **self.cleaned_data}


class ClaimForm(SeedbedForm):
    """Which loan a line repays: one that fits, or another by its reference."""

    keyed = True

    choice = forms.ChoiceField(label=_("Loan"), widget=forms.RadioSelect)
    ref = forms.CharField(
        label=_("Reference of another loan"), max_length=16, required=False, help_text=_("Such as L-2026-0012.")
    )
    reason = LateReason()

    def __init__(self, *args, loans, refs, sure, **kwargs):
        super().__init__(*args, **kwargs)
        self.loans = loans.select_related("borrower")
        # What was chosen stays a choice: a form sent twice, or after another person's, is the service's to answer.
        refs = dict.fromkeys((*refs, self.data.get("choice", "")))
        found = {loan.ref: loan for loan in self.loans.filter(ref__in=refs)}
        choices = [(ref, f"{ref}, {found[ref].borrower.name}") for ref in refs if ref in found]
        self.fields["choice"].choices = [*choices, (ANOTHER, _("Another loan"))]
        self.initial.setdefault("choice", sure or ("" if refs else ANOTHER))

    def clean(self):
        given = super().clean()
        if "choice" not in given:
            return given
        wanted = given.get("ref", "").strip() if given["choice"] == ANOTHER else given["choice"]
        if not wanted:
            self.add_error("ref", _("Enter the reference of the loan."))
            return given
        given["loan"] = self.loans.filter(ref__iexact=wanted).first()
        if given["loan"] is None:
            self.add_error("ref", _("There is no loan %(ref)s in this programme.") % {"ref": wanted})
        return given

    def arguments(self):
        given = self.cleaned_data
        return {"loan": given["loan"], "reason": given["reason"], "key": given["key"]}


class KeepForm(SeedbedForm):
    """On which funding line a receipt is kept."""

    keyed = True

    funding_line = forms.ModelChoiceField(
        label=_("Funding line"), queryset=None, empty_label=None, widget=forms.RadioSelect
    )
    reason = LateReason()

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["funding_line"].queryset = lines
        self.initial.setdefault("funding_line", lines.first())


class ReleaseForm(SeedbedForm):
    keyed = True

    reason = ReasonField(help_text=_("For example: it is the donor's money."))


class PortfolioFileForm(SeedbedForm):
    """A workbook with an older portfolio, of which programme."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=None, empty_label=None)
    content = forms.FileField(
        label=_("Workbook"),
        help_text=_("XLSX, made from the template: borrowers, loans, repayments, and the totals of your books."),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty.")},
    )

    def __init__(self, *args, programmes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes


class DifferenceForm(MoveForm):
    """A day is closed with a difference, which is booked."""

    reason = ReasonField(
        label=_("What did you find about the difference?"),
        help_text=_("For example: two notes stuck together, asked everybody of the sheet."),
    )


class FoundForm(SeedbedForm):
    """A difference that was booked is found."""

    keyed = True

    reason = ReasonField(label=_("What was found?"))


class CountForm(MoveForm):
    """How many notes and coins of each denomination there are, and why it is not what it should be."""

    explanation = ReasonField(
        label=_("Why it differs from the receipts"), required=False, help_text=_("Only when it does.")
    )

    def __init__(self, *args, denominations, **kwargs):
        super().__init__(*args, **kwargs)
        self.denominations, currency = denominations, self.instance.currency
        for value in denominations:
            self.fields[f"of_{value}"] = forms.IntegerField(
                label=str(Money(value, currency)), min_value=0, max_value=1_000_000, required=False
            )
        self.order_fields([f"of_{value}" for value in denominations])

    def arguments(self):
        given = super().arguments()
        pieces = {value: given.pop(f"of_{value}") or 0 for value in self.denominations}
        return {"pieces": pieces, "explanation": given["explanation"], "version": given["version"]}


class DepositForm(SeedbedForm):
    """Cash of the box carried to one of the programme's accounts."""

    keyed = True

    own_account = forms.ModelChoiceField(label=_("Account"), queryset=None, empty_label=None)
    amount = MoneyField(label=_("Amount"))
    slip = forms.CharField(label=_("Number of the deposit slip"), max_length=40)
    on = DateField(label=_("Deposited on"))
    reason = LateReason()

    def __init__(self, *args, accounts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["own_account"].queryset = accounts
        chosen = str(self.data.get("own_account", ""))
        account = accounts.filter(pk=chosen).first() if chosen.isascii() and chosen.isdigit() else accounts.first()
        self.fields["amount"].currency = account.currency if account else None


class PayoffForm(SeedbedForm):
    """Up to which day a payoff letter holds."""

    on = DateField(label=_("Paid by"))


class WhatIfForm(SeedbedForm):
    """An amount on a day, today or later."""

    amount = MoneyField(label=_("Amount"))
    on = DateField(label=_("Paid on"))

    def __init__(self, *args, loan, **kwargs):
        super().__init__(*args, **kwargs)
        self.loan = loan
        self.fields["amount"].currency = loan.currency

    def clean_on(self):
        on, day = self.cleaned_data["on"], today(self.loan.programme)
        if not day <= on <= day + AHEAD:
            raise forms.ValidationError(_("Choose today or a day within the next ten years."))
        return on


class DrawForm(SeedbedForm):
    """How many loans; a seed that nobody chooses decides which."""

    keyed = True

    size = forms.IntegerField(label=_("How many"), min_value=1, max_value=500)


class AnswerForm(SeedbedForm):
    """What the borrower said."""

    keyed = True

    answer = forms.ChoiceField(label=_("Answer"), choices=BalanceCheck.Answer.choices, widget=forms.RadioSelect)
    said_amount = MoneyField(
        label=_("Principal, says the borrower"), required=False, least=0, help_text=_("Only for another amount.")
    )
    on = DateField(label=_("Asked on"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args, check, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["said_amount"].currency = check.currency


class SettleForm(SeedbedForm):
    """What a difference was."""

    keyed = True

    settlement = ReasonField(label=_("What the difference was"))

    def __init__(self, *args, check, **kwargs):
        super().__init__(*args, **kwargs)
