"""Forms of grants. Amounts are typed in major units and cleaned to minor units of the award's currency."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import called
from grants.models import Award, Contribution, Tranche
from pages.fields import DateField, MoneyField, ReasonField
from pages.forms import SeedbedForm
from pages.moves import MoveForm
from programmes.models import ExchangeRate, Region, Window

MOST_TRANCHES = 10


class SignForm(MoveForm):
    ends_on = DateField(label=_("Implementation ends"))


class ConditionsForm(SeedbedForm):
    note = ReasonField(label=_("How the conditions are met"))


class PlanForm(SeedbedForm):
    """The tranches of an award, row by row; a row without amount is left out."""

    versioned = True

    def __init__(self, *args, rows, currency, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency, self.numbers = currency, range(1, rows + 1)
        version = self.fields.pop("version")
        for number in self.numbers:
            self._add_row(number)
        self.fields["version"] = version

    def _add_row(self, number):
        self.fields[f"kind_{number}"] = forms.ChoiceField(label=_("Kind"), choices=Tranche.Kind.choices, required=False)
        self.fields[f"amount_{number}"] = MoneyField(label=_("Amount"), currency=self.currency, required=False)
        self.fields[f"cofinancing_amount_{number}"] = MoneyField(
            label=_("Own part that goes with it"), currency=self.currency, required=False, least=0
        )
        self.fields[f"modality_{number}"] = forms.ChoiceField(
            label=_("How it is paid"), choices=Tranche.Modality.choices
        )
        self.fields[f"due_on_{number}"] = DateField(label=_("Planned for"), required=False)
        self.fields[f"deliverables_{number}"] = forms.CharField(
            label=_("What is shown first, one in each line"),
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    NAMES = ("amount", "kind", "cofinancing_amount", "modality", "due_on", "deliverables")

    @property
    def sections(self):
        return [
            (_("Tranche %(number)s") % {"number": number}, tuple(f"{name}_{number}" for name in self.NAMES))
            for number in self.numbers
        ]

    def arguments(self):
        given = self.cleaned_data
        tranches = [
            {
                "kind": given[f"kind_{number}"] or Tranche.Kind.PART,
                "amount": given[f"amount_{number}"],
                "cofinancing_amount": given[f"cofinancing_amount_{number}"] or 0,
                "modality": given[f"modality_{number}"],
                "due_on": given[f"due_on_{number}"],
                "deliverables": given[f"deliverables_{number}"].splitlines(),
            }
            for number in self.numbers
            if given[f"amount_{number}"]
        ]
        return {"tranches": tranches, "version": given["version"]}

    @staticmethod
    def initial_of(rows):
        return {f"{name}_{number}": value for number, row in enumerate(rows, 1) for name, value in row.items()}


class PledgeForm(SeedbedForm):
    """The grantee promises a part of the costs."""

    keyed = True

    source = forms.ChoiceField(label=_("From"), choices=Contribution.Source.choices, widget=forms.RadioSelect)
    amount = MoneyField(label=_("Amount"))

    def __init__(self, *args, award, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = award.currency
        counts = award.window.cofinancing_sources
        self.fields["source"].choices = [
            pair for pair in Contribution.Source.choices if not counts or pair[0] in counts
        ]


def currencies_of(award):
    """The award's currency, and those of which its funding line's source has a rate."""
    quoted = ExchangeRate.objects.filter(base=award.currency, source=award.line.rate_rule).order_by("quote")
    return [award.currency, *quoted.values_list("quote", flat=True).distinct()]


class EvidenceForm(SeedbedForm):
    """An invoice or another paper proves a part of the costs."""

    versioned = True

    amount = MoneyField(label=_("Amount on the paper"))
    currency = forms.ChoiceField(label=_("Currency of the paper"), required=False)
    paper_on = DateField(
        label=_("Date of the paper"),
        required=False,
        help_text=_("Another currency is reckoned by the rate of this day."),
    )
    supplier = forms.CharField(label=_("Supplier"), max_length=160, required=False)
    invoice_number = forms.CharField(
        label=_("Number of the invoice"),
        max_length=60,
        required=False,
        help_text=_("An invoice counts once, in any award."),
    )
    upload = forms.FileField(label=_("The paper as a file"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        award = self.instance.award
        codes = currencies_of(award)
        self.fields["currency"].choices = [(code, code) for code in codes]
        chosen = self.data.get("currency") or self.initial.get("currency")
        self.fields["amount"].currency = chosen if chosen in codes else award.currency
        if self.instance.source == Contribution.Source.REMITTANCE:
            self.fields["supplier"].label = _("Transfer service")
            self.fields["invoice_number"].label = _("Number of the transfer")
            self.fields["invoice_number"].help_text = _("A transfer counts once, in any award.")


class AcceptForm(SeedbedForm):
    """Up to what is evidenced."""

    versioned = True
    keyed = True

    amount = MoneyField(label=_("Accepted"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = self.instance.award.currency


class ShowForm(SeedbedForm):
    upload = forms.FileField(label=_("The paper or picture as a file"), required=False)


class AcceptDeliverableForm(SeedbedForm):
    """Nothing to type: the page shows what is accepted."""


class AssetForm(SeedbedForm):
    """Something bought under the award."""

    keyed = True

    label = forms.CharField(label=_("What was bought"), max_length=160)
    amount = MoneyField(label=_("Cost"))
    serial_number = forms.CharField(label=_("Serial number"), max_length=80, required=False)
    supplier = forms.CharField(label=_("Supplier"), max_length=160, required=False)
    tranche = forms.ModelChoiceField(
        label=_("From the tranche"), queryset=Tranche.objects.none(), required=False, empty_label=_("Not known")
    )

    def __init__(self, *args, award, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = award.currency
        self.fields["tranche"].queryset = award.tranches.kept()


class HandOverForm(SeedbedForm):
    on = DateField(label=_("Handed over on"))
    upload = forms.FileField(label=_("The signed handover paper"), required=False)


class RecoveryForm(SeedbedForm):
    """A part of what is asked back: up to what is still open."""

    keyed = True

    amount = MoneyField(label=_("Amount"))

    def __init__(self, *args, award, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = award.currency


class ReceiveForm(RecoveryForm):
    on = DateField(label=_("Value date"))
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)


class GiveUpForm(RecoveryForm):
    reason = ReasonField(help_text=_("Whose decision it is, and why."))


class OrderForm(MoveForm):
    """To which account of the payee the tranche goes."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=None, empty_label=None, widget=forms.RadioSelect)

    def __init__(self, *args, accounts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts
        if not self.is_bound:
            self.initial.setdefault("account", accounts.first())


class AwardFilter(django_filters.FilterSet):
    """The filters of the awards list."""

    q = django_filters.CharFilter(label=_("Name or reference"), method="matching")
    state = django_filters.ChoiceFilter(label=_("State"), choices=Award.State.choices, empty_label=_("Any"))
    window = django_filters.ModelChoiceFilter(label=_("Window"), queryset=Window.objects.none(), empty_label=_("Any"))
    region = django_filters.ModelChoiceFilter(label=_("Region"), queryset=Region.objects.none(), empty_label=_("Any"))
    waits = django_filters.ChoiceFilter(
        label=_("Waits for"), choices=Award.Waits.choices, empty_label=_("Anything"), method="waiting"
    )

    class Meta:
        model = Award
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        seen = Award.objects.visible_to(self.request.user).order_by()
        self.filters["window"].queryset = Window.objects.filter(pk__in=seen.values("window"))
        self.filters["region"].queryset = Region.objects.filter(pk__in=seen.values("region"))

    def waiting(self, rows, _name, wanted):
        return rows.waiting_for(wanted)

    def matching(self, rows, _name, text):
        wanted = called(text, "applicant") | called(text, "business")
        return rows.filter(Q(ref__iexact=text.strip()) | wanted)
