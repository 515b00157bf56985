"""Loan products as a part of a programme's set-up."""

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from loans.models import LoanProduct
from pages.fields import RowsField
from programmes import readiness
from programmes.forms_set_up import PartForm
from programmes.models import Call, Window
from programmes.services import register_copied
from programmes.set_up import Part, register

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


class ProductForm(PartForm):
    """The terms of a kind of loan. Once a loan was made on them they stay; new terms are a new product."""

    fixed = ("key",)
    relations = ("windows",)
    windows = RowsField(label=_("Offered in"), queryset=Window.objects.none(), widget=forms.CheckboxSelectMultiple)
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
            "annual_rate_pct",
            "day_count",
            "least_months",
            "most_months",
            "grace_months",
            "fee_pct",
            "penalty_pct",
            "allocation_order",
            "prepay",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Window.objects.filter(call__programme=self.programme, call__instrument="loan")
        self.fields["windows"].queryset = rows
        if self.instance.pk:
            self.initial["windows"] = list(self.instance.windows.values_list("pk", flat=True))

    def clean(self):
        data = super().clean()
        if self.instance.pk and self.instance.loans.exists():
            raise forms.ValidationError(_("Loans were made on these terms. Make a new product."))
        currencies = {window.currency for window in data.get("windows") or ()}
        if len(currencies) > 1:
            self.add_error("windows", _("The windows of a product share one currency."))
        elif currencies:
            self.instance.currency = currencies.pop()
        least, most, grace = (data.get(name) or 0 for name in ("least_months", "most_months", "grace_months"))
        if least > most:
            self.add_error("most_months", _("The most months are fewer than the least."))
        if grace >= most:
            self.add_error("grace_months", _("Some months must be left to repay in."))
        return data


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
