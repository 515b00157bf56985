"""Loan products as a part of a programme's set-up."""

from datetime import date

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ledger.money import Money, to_major, to_minor
from loans.models import LoanProduct
from loans.schedule import ScheduleError
from loans.terms import limits_of, repaid_at_once, request_for, step_after
from pages.fields import RowsField
from programmes import readiness
from programmes.forms_set_up import PartForm
from programmes.models import Call, Window
from programmes.services import register_copied
from programmes.set_up import Part, register

MOST_TRANCHES = 12
FIRST_DAY = date(2026, 1, 1)  # of the schedule on which a multiple is tried; any day serves
COMPONENTS = ("penalty", "fee", "interest", "principal")


class OrderField(forms.CharField):
    """The order in which a repayment is divided: "penalty, fee, interest, principal"."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value):
        words = [word.strip().lower() for word in super().clean(value).split(",") if word.strip()]
        if sorted(words) != sorted(COMPONENTS):
            raise forms.ValidationError(_("Name each of penalty, fee, interest and principal once."))
        return words

    def has_changed(self, initial, data):
        return self.prepare_value(initial or []) != (data or "")


class HarvestField(forms.CharField):
    """Months in which principal falls due: "9, 10" for equal parts, "9: 60, 10: 40" for parts of their own."""

    def __init__(self, **kwargs):
        super().__init__(max_length=120, **kwargs)

    def prepare_value(self, value):
        if not isinstance(value, dict):
            return value
        equal = len(set(value.values())) < 2
        return ", ".join(month if equal else f"{month}: {part}" for month, part in value.items())

    def clean(self, value):
        found = {}
        for piece in filter(str.strip, super().clean(value).split(",")):
            month, _colon, part = (text.strip() for text in piece.partition(":"))
            part = part or "1"
            known = all(text.isascii() and text.isdigit() and len(text) < 6 for text in (month, part))
            if not known or not 1 <= int(month) <= 12 or not int(part) or str(int(month)) in found:
                raise forms.ValidationError(_("Write months from 1 to 12 once each, as in 9, 10 or in 9: 60, 10: 40."))
            found[str(int(month))] = int(part)
        return found

    def has_changed(self, initial, data):
        return self.prepare_value(initial or {}) != (data or "")


class ProductForm(PartForm):
    """The terms of a kind of loan. Once a loan was made on them they stay; new terms are a new product."""

    fixed = ("key",)
    relations = ("windows",)
    windows = RowsField(label=_("Offered in"), queryset=Window.objects.none(), widget=forms.CheckboxSelectMultiple)
    harvest_months = HarvestField(
        label=_("Harvest months"),
        required=False,
        help_text=_(
            "For principal in the harvest months: 9, 10 for equal parts, 9: 60, 10: 40 for parts of their own."
        ),
    )
    multiple_amount = forms.DecimalField(
        label=_("Instalments are multiples of"),
        required=False,
        min_value=0,
        help_text=_("For example 100, so that cash needs no coins. Empty: to the smallest coin."),
    )
    allocation_order = OrderField(
        label=_("A repayment pays first"),
        initial=", ".join(COMPONENTS),
        help_text=_("In this order, divided by commas."),
    )

    class Meta:
        model = LoanProduct
        fields = (
            "key",
            "name",
            "windows",
            "method",
            "harvest_months",
            "balloon_pct",
            "frequency",
            "frequency_days",
            "annual_rate_pct",
            "reference_rate_pct",
            "day_count",
            "first_period",
            "least_months",
            "most_months",
            "grace_months",
            "interest_grace",
            "interest_grace_kind",
            "multiple_amount",
            "rounding",
            "remainder",
            "days_off",
            "most_tranches",
            "interest_only",
            "fee_pct",
            "penalty_pct",
            "penalty_grace_days",
            "penalty_cap_pct",
            "allocation_order",
            "prepay",
            "early_interest",
        )
        help_texts = {
            "balloon_pct": _("For a larger last instalment only: how much of the principal falls due with it."),
            "frequency_days": _("For instalments every so many days only."),
            "annual_rate_pct": _("Per instalment where no days are counted."),
            "reference_rate_pct": _("For a subsidised rate: the contract shows what the borrower is spared."),
            "most_tranches": _("1: paid out at once. Each tranche is planned before the contract is signed."),
            "interest_grace": _("How many instalments at the start show no interest."),
            "days_off": _("Saturdays, Sundays and the holidays of the country."),
            "penalty_grace_days": _("A penalty runs from the day after them."),
            "penalty_cap_pct": _("Empty: no limit."),
            "early_interest": _("What a borrower pays who repays the whole loan before its time."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Window.objects.filter(call__programme=self.programme, call__instrument="loan")
        self.fields["windows"].queryset = rows
        for name in ("balloon_pct", "interest_grace", "penalty_grace_days", *WITH_USUAL):
            self.fields[name].required = False
        if self.instance.pk:
            self.initial["windows"] = list(self.instance.windows.values_list("pk", flat=True))
            if self.instance.multiple_amount:
                self.initial["multiple_amount"] = to_major(self.instance.multiple_amount, self.instance.currency)

    def clean(self):
        data = super().clean()
        if self.instance.pk and self.instance.loans.exists():
            raise forms.ValidationError(_("Loans were made on these terms. Make a new product."))
        currencies = {window.currency for window in data.get("windows") or ()}
        if len(currencies) > 1:
            self.add_error("windows", _("The windows of a product share one currency."))
        elif currencies:
            self.instance.currency = currencies.pop()
            if data.get("multiple_amount"):
                data["multiple_amount"] = to_minor(data["multiple_amount"], self.instance.currency) or None
        least, most, grace = (data.get(name) or 0 for name in ("least_months", "most_months", "grace_months"))
        if least > most:
            self.add_error("most_months", _("The most months are fewer than the least."))
        if grace >= most:
            self.add_error("grace_months", _("Some months must be left to repay in."))
        for name, sentence in _faults(data):
            self.add_error(name, sentence)
        return data

    def _post_clean(self):
        super()._post_clean()
        # The row has the terms of the form from here on.
        windows = self.cleaned_data.get("windows")
        if self.errors or not windows or not self.instance.multiple_amount:
            return
        most = max(window.ceiling_amount for window in windows)
        number = max(limits_of(self.instance)[0], 2)
        if _repaid_at_once(self.instance, most, number):
            sentence = _("Even of %(most)s in %(number)s instalments, one instalment would repay the whole loan.")
            facts = {"most": Money(most, self.instance.currency), "number": number}
            self.add_error("multiple_amount", sentence % facts)


def _repaid_at_once(product, amount, number):
    """Would the multiple leave `amount` minor units in so many instalments to one of them?"""
    first_due = step_after(FIRST_DAY, product)
    try:
        request = request_for(product, principal=amount, starts_on=FIRST_DAY, first_due=first_due, number=number)
    except ScheduleError:
        return False
    return repaid_at_once(product, request)


# Settings that stay as usual where the page leaves them out.
WITH_USUAL = (
    "frequency",
    "first_period",
    "interest_grace_kind",
    "rounding",
    "remainder",
    "days_off",
    "early_interest",
    "most_tranches",
)


def _faults(data):
    """(field, sentence) for terms that do not go together."""
    method, prepay = data.get("method"), data.get("prepay")
    early = prepay in (LoanProduct.Prepay.SHORTER, LoanProduct.Prepay.SMALLER)
    level = (LoanProduct.Method.EQUAL_INSTALMENT, LoanProduct.Method.EQUAL_PRINCIPAL)
    for name in ("annual_rate_pct", "reference_rate_pct"):
        if data.get(name) is not None and not 0 <= data[name] <= 100:
            yield name, _("A rate is from 0 to 100 percent.")
    if data.get("frequency") == LoanProduct.Frequency.DAYS and not 1 <= (data.get("frequency_days") or 0) <= 366:
        yield "frequency_days", _("Say how many days lie between two instalments, from 1 to 366.")
    if method == LoanProduct.Method.SEASONAL and not data.get("harvest_months"):
        yield "harvest_months", _("Name the months in which principal falls due.")
    if method == LoanProduct.Method.BALLOON and not 0 < (data.get("balloon_pct") or 0) < 100:
        yield "balloon_pct", _("Say how many percent of the principal fall due last.")
    if prepay == LoanProduct.Prepay.SHORTER and method not in level:
        yield "prepay", _("Only equal instalments and equal principal can become fewer.")
    if (data.get("most_tranches") or 1) > 1:
        yield from _tranche_faults(data)
    if early and method == LoanProduct.Method.FLAT:
        yield "prepay", _("Flat interest is not changed by early money. Let it pay the coming instalments or be held.")
    if early and data.get("first_period") != LoanProduct.FirstPeriod.IN_ANNUITY:
        yield "first_period", _("Where early money changes the schedule, all instalments share the first days.")
    if early and data.get("early_interest") not in (None, LoanProduct.EarlyInterest.DATE):
        yield "early_interest", _("Early money that changes the schedule bears interest to its day only.")
    if early and data.get("remainder") == LoanProduct.Remainder.FIRST:
        yield "remainder", _("The first instalment may be paid already. Leave what rounding leaves to the last.")


def _tranche_faults(data):
    if data["most_tranches"] > MOST_TRANCHES:
        yield "most_tranches", _("At most %(most)s tranches are possible.") % {"most": MOST_TRANCHES}
    if data.get("method") == LoanProduct.Method.FLAT:
        yield "most_tranches", _("Flat interest is on the whole loan. Pay it out at once.")
    if data.get("remainder") == LoanProduct.Remainder.FIRST:
        yield "remainder", _("The first instalment is paid before the last tranche comes. Leave the rest to the last.")


def _attach(row, programme, _above):
    row.programme = programme


def _gaps_of(call):
    """A loan call needs a product in each window, in the window's money."""
    if call.instrument != Call.Instrument.LOAN:
        return
    for window in call.windows.all():
        if not window.loan_products.filter(currency=window.currency).exists():
            sentence = _now("%(window)s has no loan product in its currency: nothing says how a loan is repaid.")
            page = reverse("programmes:new_part", args=[call.programme.key, "product"])
            yield readiness.Gap(sentence % {"window": window}, page)


def _offer_in_copy(windows):
    for old, new in windows.items():
        new.loan_products.set(old.loan_products.all())


def connect():
    readiness.register(_gaps_of)
    register_copied(_offer_in_copy)
    register(
        Part(
            "product",
            _("Loan products"),
            _("loan product"),
            ProductForm,
            lambda programme: LoanProduct.objects.filter(programme=programme),
            _attach,
            lambda row: f"{row.get_method_display()}, {row.annual_rate_pct.normalize():f}%, {row.currency}",
        )
    )
