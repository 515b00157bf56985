"""Forms of loans. Amounts are typed in major units and cleaned to minor units of the loan's currency."""

from datetime import timedelta

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applicants.models import called
from loans.models import Loan, LoanProduct, Repayment, Waiver
from loans.terms import limits_of
from pages.fields import DateField, MoneyField, ReasonField
from pages.forms import SeedbedForm
from pages.moves import MoveForm
from programmes.clock import today

CASH_MEANS = [(value, label) for value, label in Repayment.Means.choices if value != Repayment.Means.HELD]
LATENESS = [
    ("on_time", _("Not late")),
    ("late", _("Late")),
    ("late30", _("More than 30 days late")),
    ("late90", _("More than 90 days late")),
]


class RateField(forms.DecimalField):
    """Percent a year, to four places; the comma is a point, as in amounts, and figures of other scripts are none."""

    def __init__(self, **kwargs):
        super().__init__(
            min_value=0,
            max_value=100,
            max_digits=7,
            decimal_places=4,
            widget=forms.TextInput({"inputmode": "decimal"}),
            **kwargs,
        )

    def to_python(self, value):
        if isinstance(value, str):
            value = value.replace(",", ".") if value.isascii() else "?"
        return super().to_python(value)


class RepaymentForm(SeedbedForm):
    """Money received from one borrower."""

    keyed = True

    amount = MoneyField(label=_("Amount received"))
    on = DateField(label=_("Received on"), help_text=_("The value date of the bank, or the day of the receipt."))
    means = forms.ChoiceField(label=_("How it came"), choices=CASH_MEANS, widget=forms.RadioSelect)
    reference = forms.CharField(
        label=_("Bank reference"),
        max_length=60,
        required=False,
        help_text=_("Empty for cash: it gets a numbered receipt."),
    )
    reason = ReasonField(
        label=_("Why it is entered late"), required=False, help_text=_("Only for money of an earlier week.")
    )

    def __init__(self, *args, loan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = loan.currency

    def clean(self):
        given = super().clean()
        if given.get("means") == Repayment.Means.CASH and given.get("reference"):
            self.add_error("reference", _("Cash gets a numbered receipt. Leave this empty."))
        return given


class ReversalForm(SeedbedForm):
    """A repayment is reversed: when it was noticed, and why."""

    keyed = True

    on = DateField(label=_("Reversed on"))
    reason = ReasonField(help_text=_("For example: paid by another borrower. Both rows stay to be seen."))


class TermsForm(SeedbedForm):
    """Months, before the contract is signed."""

    versioned = True

    instalments_number = forms.IntegerField(label=_("Instalments"), min_value=1)
    grace_months = forms.IntegerField(label=_("First months without principal"), min_value=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        product = self.instance.product
        least, most = limits_of(product)
        self.fields["instalments_number"].help_text = _("From %(least)s to %(most)s, %(frequency)s.") % {
            "least": least,
            "most": most,
            "frequency": product.get_frequency_display().lower(),
        }
        self.fields["grace_months"].help_text = _("At most %(most)s.") % {"most": product.grace_months}
        if product.instalment_given:
            self.fields["instalment_amount"] = MoneyField(
                label=_("Instalment agreed"),
                currency=self.instance.currency,
                required=False,
                help_text=_("Where an amount stands here, the number of instalments follows from it."),
            )

    def arguments(self):
        data = super().arguments()
        if "instalment_amount" in data:
            data["instalment_amount"] = data["instalment_amount"] or 0
        return data


class FirstDueField(DateField):
    def __init__(self, **given):
        words = {
            "label": _("First instalment falls due"),
            "help_text": _("The other instalments follow from that day on."),
        }
        super().__init__(**words, **given)


class SignForm(MoveForm):
    """The contract is signed with its first due date."""

    first_due_on = FirstDueField()


class DraftForm(SeedbedForm):
    """A contract to be read before it is signed."""

    first_due_on = FirstDueField()


class AskForm(SeedbedForm):
    """Relief that is asked of the committee, and why."""

    versioned = True
    keyed = True

    reason = ReasonField(help_text=_("The committee reads it. It is kept encrypted."))


class AskScheduleForm(AskForm):
    """A new schedule over what is owed, with its terms."""

    instalments_number = forms.IntegerField(label=_("Instalments from now"), min_value=1, max_value=120)
    first_due_on = DateField(label=_("First new instalment falls due"))
    grace_months = forms.IntegerField(label=_("First months without principal"), min_value=0, initial=0)
    capitalise = forms.BooleanField(
        label=_("Add the unpaid interest to the principal"),
        required=False,
        help_text=_("Without it, the unpaid interest falls due with the first new instalment."),
    )
    field_order = ("instalments_number", "first_due_on", "grace_months", "capitalise", "reason")


class AskWaiverForm(AskForm):
    """Interest or penalties that the committee is asked to waive."""

    component = forms.ChoiceField(label=_("What is waived"), choices=Waiver.Component.choices, widget=forms.RadioSelect)
    amount = MoneyField(label=_("Amount"), help_text=_("At most what fell due by today and is not paid."))
    field_order = ("component", "amount", "reason")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = self.instance.currency


class AskRateForm(AskForm):
    """Another rate that the committee is asked for."""

    annual_rate_pct = RateField(
        label=_("Interest, percent a year"),
        help_text=_("From the day on which it is put in force; the due dates stay."),
    )
    field_order = ("annual_rate_pct", "reason")


class WaiverForm(SeedbedForm):
    """Interest or penalties that are not asked for any more, by a decision."""

    versioned = True
    keyed = True

    component = forms.ChoiceField(label=_("What is waived"), choices=Waiver.Component.choices, widget=forms.RadioSelect)
    amount = MoneyField(label=_("Amount"), help_text=_("At most what fell due by today and is not paid."))
    decision_ref = forms.CharField(label=_("Decision of the committee"), max_length=40)
    reason = ReasonField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = self.instance.currency


class WaiverReversalForm(SeedbedForm):
    """A waiver is taken back today, and why."""

    keyed = True

    reason = ReasonField(help_text=_("For example: the committee decided on another loan. Both stay to be seen."))


class RateForm(SeedbedForm):
    """Another rate from today, by a decision; the due dates stay."""

    versioned = True
    keyed = True

    annual_rate_pct = RateField(label=_("Interest from today, percent a year"))
    decision_ref = forms.CharField(label=_("Decision of the committee"), max_length=40)
    reason = ReasonField()


class AccountForm(SeedbedForm):
    """To which of the borrower's confirmed accounts money goes."""

    keyed = True

    account = forms.ModelChoiceField(label=_("Account"), queryset=None, empty_label=None, widget=forms.RadioSelect)

    def __init__(self, *args, accounts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts
        if not self.is_bound:
            self.initial.setdefault("account", accounts.first())


class CollectionForm(SeedbedForm):
    """A sheet: one amount and reference for each loan; rows left empty are left out."""

    keyed = True

    on = DateField(label=_("Received on"))
    means = forms.ChoiceField(label=_("How it came"), choices=CASH_MEANS)
    counted_amount = MoneyField(label=_("Cash counted"), required=False)

    def __init__(self, *args, loans, dues, **kwargs):
        """`dues`: {loan key: minor units proposed}; who pays another amount is an exception that is typed."""
        super().__init__(*args, **kwargs)
        self.loans = loans
        self.fields["counted_amount"].currency = loans[0].currency if loans else None
        for loan in loans:
            self.initial.setdefault(f"amount_{loan.pk}", dues.get(loan.pk) or None)
            self.fields[f"amount_{loan.pk}"] = MoneyField(
                label=_("%(ref)s: amount") % {"ref": loan.ref}, currency=loan.currency, required=False
            )
            self.fields[f"reference_{loan.pk}"] = forms.CharField(
                label=_("%(ref)s: reference") % {"ref": loan.ref}, max_length=60, required=False
            )

    def rows(self):
        """(loan, bound amount, bound reference) for the table."""
        return [(loan, self[f"amount_{loan.pk}"], self[f"reference_{loan.pk}"]) for loan in self.loans]

    def clean(self):
        given = super().clean()
        if not self.loans:
            self.errors.clear()
            self.add_error(None, _("The sheet is empty: enter at least one amount."))
            return given
        if given.get("means") != Repayment.Means.CASH:
            return given
        if given.get("counted_amount") is None and "counted_amount" not in self.errors:
            self.add_error("counted_amount", _("Count the cash and enter how much it is."))
        for loan in self.loans:
            if given.get(f"reference_{loan.pk}"):
                self.add_error(f"reference_{loan.pk}", _("Cash gets a numbered receipt. Leave this empty."))
        return given

    def arguments(self):
        given = self.cleaned_data
        rows = [
            (loan, given[f"amount_{loan.pk}"], given[f"reference_{loan.pk}"])
            for loan in self.loans
            if given[f"amount_{loan.pk}"]
        ]
        found = {"rows": rows, "on": given["on"], "means": given["means"], "sheet": given["key"]}
        return {**found, "counted_amount": given["counted_amount"]}


class PeriodForm(SeedbedForm):
    """From a day to a day, both included."""

    from_on = DateField(label=_("From"))
    to_on = DateField(label=_("To"))

    def clean(self):
        found = super().clean()
        if found.get("from_on") and found.get("to_on") and found["to_on"] < found["from_on"]:
            self.add_error("to_on", _("The last day lies before the first."))
        return found


class DayForm(SeedbedForm):
    as_of = DateField(label=_("On"))


class PayoffForm(SeedbedForm):
    """The day for which a payoff is asked: `least` (today) or later, within a year."""

    on = DateField(label=_("Repaid on"))

    def __init__(self, *args, least, **kwargs):
        super().__init__(*args, initial={"on": least}, **kwargs)
        self.least = least

    def clean_on(self):
        day = self.cleaned_data["on"]
        if not self.least <= day <= self.least + timedelta(days=366):
            raise forms.ValidationError(_("Choose today or a day within a year from now."))
        return day


class LoanFilter(django_filters.FilterSet):
    """The filters of the loans list; late means late today."""

    q = django_filters.CharFilter(label=_("Name or reference"), method="matching")
    state = django_filters.ChoiceFilter(label=_("State"), choices=Loan.State.choices, empty_label=_("Any"))
    product = django_filters.ModelChoiceFilter(
        label=_("Product"), queryset=LoanProduct.objects.none(), empty_label=_("Any")
    )
    adviser = django_filters.ModelChoiceFilter(
        label=_("Adviser"), field_name="application__adviser", queryset=User.objects.none(), empty_label=_("Any")
    )
    lateness = django_filters.ChoiceFilter(
        label=_("Lateness"), choices=LATENESS, method="by_lateness", empty_label=_("Any")
    )

    class Meta:
        model = Loan
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        seen = Loan.objects.visible_to(self.request.user)
        programmes = seen.order_by().values("programme").distinct()
        self.filters["product"].queryset = LoanProduct.objects.filter(programme__in=programmes)
        self.filters["adviser"].queryset = User.objects.filter(
            memberships__role="adviser", memberships__programme__in=programmes
        ).distinct()

    def matching(self, rows, _name, text):
        return rows.filter(Q(ref__iexact=text.strip()) | called(text, "borrower"))

    def by_lateness(self, rows, _name, value):
        day = today(self.request.desk.programme)
        days = {"late": 0, "late30": 30, "late90": 90}
        if value == "on_time":
            return rows.outstanding().exclude(pk__in=Loan.objects.at_risk(day).values("pk"))
        return rows.filter(pk__in=Loan.objects.at_risk(day, days[value]).values("pk"))
