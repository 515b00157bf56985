"""Loan products as a part of a programme's set-up."""

from datetime import date

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ledger.money import Money, to_major, to_minor
from loans.allocation import COMPONENTS
from loans.models import LoanProduct
from loans.product_words import HELP, SECTIONS
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


class CommasField(forms.CharField):
    """Pieces divided by commas; `clean` gives them as texts. A list that is stored is shown as it is typed."""

    def prepare_value(self, value):
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value):
        return [piece.strip() for piece in super().clean(value).split(",") if piece.strip()]

    def has_changed(self, initial, data):
        return (self.prepare_value(initial) or "") != (data or "")


def _is_whole(text):
    """Is it a whole number of five figures at most, none of another script?"""
    return text.isascii() and text.isdigit() and len(text) < 6


class OrderField(CommasField):
    """The order in which a repayment is divided: "penalty, fee, interest, principal"."""

    def clean(self, value):
        words = [word.lower() for word in super().clean(value)]
        if sorted(words) != sorted(COMPONENTS):
            raise forms.ValidationError(_("Name each of penalty, fee, interest and principal once."))
        return words


class HarvestField(CommasField):
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
        for piece in super().clean(value):
            month, _colon, part = (text.strip() for text in piece.partition(":"))
            part = part or "1"
            known = _is_whole(month) and _is_whole(part)
            if not known or not 1 <= int(month) <= 12 or not int(part) or str(int(month)) in found:
                raise forms.ValidationError(_("Write months from 1 to 12 once each, as in 9, 10 or in 9: 60, 10: 40."))
            found[str(int(month))] = int(part)
        return found


class PartsField(CommasField):
    """Parts of the instalments that repay, "1, 1, 2", as a list of whole numbers."""

    def __init__(self, **kwargs):
        super().__init__(max_length=600, required=False, **kwargs)

    def clean(self, value):
        texts = super().clean(value)
        if not all(map(_is_whole, texts)):
            raise forms.ValidationError(_("Write whole numbers divided by commas, as in 1, 1, 2."))
        parts = [int(text) for text in texts]
        if parts and not any(parts):
            raise forms.ValidationError(_("One part at least is above zero."))
        return parts


class CoinsField(forms.DecimalField):
    """An amount in a currency that the windows say: major units, a Decimal."""

    def __init__(self, **kwargs):
        super().__init__(required=False, min_value=0, **kwargs)


class ProductForm(PartForm):
    """The terms of a kind of loan. Once a loan was made on them they stay; new terms are a new product."""

    fixed = ("key",)
    relations = ("windows",)
    sections = SECTIONS
    windows = RowsField(label=_("Offered in"), queryset=Window.objects.none(), widget=forms.CheckboxSelectMultiple)
    harvest_months = HarvestField(
        label=_("Harvest months"),
        required=False,
        help_text=_(
            "For principal in the harvest months: 9, 10 for equal parts, 9: 60, 10: 40 for parts of their own."
        ),
    )
    principal_parts = PartsField(
        label=_("Parts of principal"),
        help_text=_(
            "For principal in parts of its own, or flat: one part for each instalment, as in 0, 0, 1 for principal with"
            " every third. They begin again where they end."
        ),
    )
    interest_parts = PartsField(
        label=_("Parts of flat interest"),
        help_text=_(
            "For flat interest that is not the same in each instalment: 3, 2, 1 asks for more of it at first. They"
            " begin again where they end."
        ),
    )
    multiple_amount = CoinsField(
        label=_("Instalments are multiples of"),
        help_text=_("For equal or flat instalments: 100, so that cash needs no coins. Empty: to the smallest amount."),
    )
    coin_amount = CoinsField(
        label=_("Smallest amount"),
        help_text=_(
            "Principal and interest of each instalment are whole multiples of it, as 10 where no smaller coin is"
            " used. Empty: the smallest coin of the currency."
        ),
    )
    allocation_order = OrderField(
        label=_("A repayment pays first"),
        initial=", ".join(COMPONENTS),
        help_text=_(
            "Penalty, fee, interest and principal in the order in which money pays them, divided by commas. The oldest"
            " instalment comes first in any order."
        ),
    )

    class Meta:
        model = LoanProduct
        fields = tuple(name for _title, names in SECTIONS for name in names)
        help_texts = HELP

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Window.objects.filter(call__programme=self.programme, call__instrument="loan")
        self.fields["windows"].queryset = rows
        for name in ("balloon_pct", "interest_grace", "penalty_grace_days", *WITH_USUAL):
            self.fields[name].required = False
        self.fields["instalment_rounding"].choices = [("", _("As the other amounts")), *LoanProduct.Rounding.choices]
        self.fields["windows"].help_text = _("Who applies in these windows is offered the product, in their currency.")
        if self.instance.pk:
            self.initial["windows"] = list(self.instance.windows.values_list("pk", flat=True))
            for name in IN_MONEY:
                amount = getattr(self.instance, name)
                self.initial[name] = to_major(amount, self.instance.currency) if amount else None

    def clean(self):
        data = super().clean()
        if self.instance.pk and self.instance.loans.exists():
            raise forms.ValidationError(_("Loans were made on these terms. Make a new product."))
        currencies = {window.currency for window in data.get("windows") or ()}
        if len(currencies) > 1:
            self.add_error("windows", _("The windows of a product share one currency."))
        elif currencies:
            self.instance.currency = currencies.pop()
            for name in IN_MONEY:
                data[name] = to_minor(data.get(name) or 0, self.instance.currency) or None
        least, most, grace = (data.get(name) or 0 for name in ("least_months", "most_months", "grace_months"))
        if least > most:
            self.add_error("most_months", _("The most months are fewer than the least."))
        if grace >= most:
            self.add_error("grace_months", _("Some months must be left to repay in."))
        for name, sentence in faults_of(data):
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


# Typed in major units of the currency, which the windows say.
IN_MONEY = ("multiple_amount", "coin_amount")

# Settings that stay as usual where the page leaves them out.
WITH_USUAL = (
    "frequency",
    "first_period",
    "interest_grace_kind",
    "rounding",
    "remainder",
    "annuity",
    "days_off",
    "weekend",
    "early",
    "early_interest",
    "most_tranches",
    "on_disbursement",
)


def faults_of(data):
    """(field, sentence) for terms that do not go together."""
    for name in ("annual_rate_pct", "reference_rate_pct"):
        if data.get(name) is not None and not 0 <= data[name] <= 100:
            yield name, _("A rate is from 0 to 100 percent.")
    if data.get("frequency") == LoanProduct.Frequency.DAYS and not 1 <= (data.get("frequency_days") or 0) <= 366:
        yield "frequency_days", _("Say how many days lie between two instalments, from 1 to 366.")
    yield from _method_faults(data)
    yield from _early_faults(data)
    if (data.get("most_tranches") or 1) > 1:
        yield from _tranche_faults(data)
    if data.get("instalment_given"):
        yield from _given_faults(data)
    multiple, coin = data.get("multiple_amount"), data.get("coin_amount")
    if multiple and coin and multiple % coin:
        yield "multiple_amount", _("Give whole multiples of the smallest amount, or leave one of the two empty.")


def _method_faults(data):
    method, flat = data.get("method"), LoanProduct.Method.FLAT
    if method == LoanProduct.Method.SEASONAL and not data.get("harvest_months"):
        yield "harvest_months", _("Name the months in which principal falls due.")
    if method == LoanProduct.Method.BALLOON and not 0 < (data.get("balloon_pct") or 0) < 100:
        yield "balloon_pct", _("Say how many percent of the principal fall due last.")
    if method == LoanProduct.Method.WEIGHTED and not data.get("principal_parts"):
        yield "principal_parts", _("Write a part for each instalment.")
    if data.get("principal_parts"):
        if method not in (LoanProduct.Method.WEIGHTED, flat):
            yield "principal_parts", _("Leave this empty, or choose principal in parts of its own, or flat.")
        if data.get("multiple_amount"):
            yield "multiple_amount", _("The parts say what is repaid. Leave this empty, or give a smallest amount.")
    if data.get("interest_parts") and method != flat:
        yield "interest_parts", _("Leave this empty: only flat interest is divided into parts.")


def _early_faults(data):
    """Early money that changes the schedule asks more of the other terms."""
    method, prepay = data.get("method"), data.get("prepay")
    lowers = data.get("early") == LoanProduct.Early.PRINCIPAL
    level = (LoanProduct.Method.EQUAL_INSTALMENT, LoanProduct.Method.EQUAL_PRINCIPAL)
    if prepay == LoanProduct.Prepay.SHORTER and method not in level:
        yield "prepay", _("Only equal instalments and equal principal can become fewer.")
    if lowers and prepay == LoanProduct.Prepay.HOLD:
        yield "early", _("Money that is held lowers nothing before its day. Choose another use of early money.")
        return
    if not lowers and prepay not in (LoanProduct.Prepay.SHORTER, LoanProduct.Prepay.SMALLER):
        return
    if method == LoanProduct.Method.FLAT:
        name = "early" if lowers else "prepay"
        yield name, _("Flat interest is not changed by early money. Let it pay the coming instalments or be held.")
    if (data.get("first_period") or LoanProduct.FirstPeriod.ON_TOP) == LoanProduct.FirstPeriod.ON_TOP:
        sentence = _(
            "Where early money changes the schedule, all instalments share the first days, or none counts them."
        )
        yield "first_period", sentence
    if data.get("early_interest") not in (None, "", LoanProduct.EarlyInterest.DATE):
        yield "early_interest", _("Early money that changes the schedule bears interest to its day only.")
    if data.get("remainder") == LoanProduct.Remainder.FIRST:
        yield "remainder", _("The first instalment may be paid already. Leave what rounding leaves to the last.")
    spread = method == level[0] and data.get("remainder") == LoanProduct.Remainder.SPREAD
    if spread and prepay != LoanProduct.Prepay.SMALLER:
        # Spread, each instalment is found from what is left: it would become smaller, and never fewer.
        yield "remainder", _("The equal instalment stays after early money. Leave what rounding leaves to the last.")


def _given_faults(data):
    if data.get("method") != LoanProduct.Method.EQUAL_INSTALMENT:
        yield "instalment_given", _("Only equal instalments can be agreed as an amount.")
    if data.get("prepay") == LoanProduct.Prepay.SMALLER:
        yield (
            "prepay",
            _("An instalment that was agreed does not become smaller. Let early money make the loan shorter."),
        )
    if data.get("remainder") == LoanProduct.Remainder.SPREAD:
        yield "remainder", _("An instalment that was agreed stays the same. Leave what rounding leaves to the last.")
    if (data.get("most_tranches") or 1) > 1:
        yield "most_tranches", _("A loan whose instalment is agreed as an amount is paid out at once.")


def _tranche_faults(data):
    if data["most_tranches"] > MOST_TRANCHES:
        yield "most_tranches", _("At most %(most)s tranches are possible.") % {"most": MOST_TRANCHES}
    if data.get("method") == LoanProduct.Method.FLAT:
        yield "most_tranches", _("Flat interest is on the whole loan. Pay it out at once.")
    if data.get("remainder") == LoanProduct.Remainder.FIRST:
        yield "remainder", _("The first instalment is paid before the last tranche comes. Leave the rest to the last.")
    if data.get("on_disbursement") == LoanProduct.OnDisbursement.APPROVED:
        if data.get("prepay") == LoanProduct.Prepay.SMALLER:
            yield "prepay", _("The instalment of the whole loan stays. Let early money make the loan shorter.")
        if data.get("remainder") == LoanProduct.Remainder.SPREAD:
            yield "remainder", _("The instalment of the whole loan stays. Leave what rounding leaves to the last.")


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
