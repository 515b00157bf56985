"""Forms of purchases. Amounts are typed in major units and cleaned to minor units of the award's currency."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Party, called
from grants.conditions_purchases import BOUGHT
from grants.models import Asset, Tranche
from grants.services.purchases import MOST_PIECES, OPEN_TRANCHES
from ledger.money import Money
from pages.fields import DateField, MoneyField, ReasonField
from pages.forms import SeedbedForm
from pages.moves import MoveForm
from programmes.models import Programme


class PurchaseForm(SeedbedForm):
    """What is to be bought, and for which tranche."""

    keyed = True

    tranche = forms.ModelChoiceField(label=_("For the tranche"), queryset=Tranche.objects.none(), empty_label=None)
    what = forms.CharField(label=_("What is to be bought"), max_length=160)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=MOST_PIECES, initial=1)
    quotes_until = DateField(
        label=_("Last day for quotes"), required=False, help_text=_("A quote that comes later does not count.")
    )

    def __init__(self, *args, award, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["tranche"]
        field.queryset = award.tranches.filter(modality__in=BOUGHT, state__in=OPEN_TRANCHES)
        field.label_from_instance = lambda row: (
            f"{row.number}: {Money(row.amount, award.currency)}, {row.get_modality_display()}"
        )


class QuoteForm(SeedbedForm):
    """One supplier's price for the whole quantity."""

    keyed = True

    supplier = forms.CharField(
        label=_("Supplier"), max_length=12, help_text=_("The reference on the register, for example E-000123.")
    )
    amount = MoneyField(label=_("Price for the whole quantity"))
    quoted_on = DateField(label=_("Date of the quote"))
    upload = forms.FileField(label=_("The quote as a file"), required=False)

    def __init__(self, *args, purchase, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.programme = user, purchase.programme
        self.fields["amount"].currency = purchase.currency

    def clean_supplier(self):
        seen = Party.objects.visible_to(self.user).filter(enrolments__programme=self.programme)
        party = seen.filter(ref__iexact=self.cleaned_data["supplier"].strip()).first()
        if party is None:
            raise forms.ValidationError(_("No supplier of this reference is on the register of the programme."))
        return party


class WaiverForm(SeedbedForm):
    versioned = True

    reason = ReasonField(label=_("Why fewer quotes are enough"))


class ChooseForm(MoveForm):
    """One of the quotes that came in time, the cheapest first."""

    quote = forms.ModelChoiceField(label=_("Quote"), queryset=None, empty_label=None, widget=forms.RadioSelect)
    choice_reason = ReasonField(
        label=_("Why this one"), required=False, help_text=_("Needed where it is not the cheapest.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        purchase, field = self.instance, self.fields["quote"]
        field.queryset = purchase.quotes.in_time().select_related("supplier").order_by("amount", "pk")
        field.label_from_instance = lambda row: f"{row.supplier}, {Money(row.amount, purchase.currency)}"


class AnswerForm(SeedbedForm):
    """`finding` names what the page showed: findings come and go, and their places with them."""

    finding = forms.CharField(widget=forms.HiddenInput)
    answer = ReasonField(label=_("What you found"))

    def arguments(self):
        return {"answer": self.cleaned_data["answer"]}


class OrderForm(MoveForm):
    order_number = forms.CharField(
        label=_("Number of the order"), max_length=40, required=False, help_text=_("Empty: the reference.")
    )


class ReceiveForm(MoveForm):
    """All that is there now, counted."""

    quantity = forms.IntegerField(label=_("How many are there now"), min_value=1, max_value=MOST_PIECES)
    serial_numbers = forms.CharField(
        label=_("Serial numbers, one in each line"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One for each piece, or none."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("quantity", self.instance.received_quantity or self.instance.quantity)
        self.initial.setdefault("serial_numbers", "\n".join(self.instance.serial_numbers))

    def clean_serial_numbers(self):
        return self.cleaned_data["serial_numbers"].splitlines()


class InvoiceForm(SeedbedForm):
    """The supplier's invoice."""

    versioned = True
    keyed = True

    invoice_number = forms.CharField(
        label=_("Number of the invoice"), max_length=60, help_text=_("An invoice counts once, in any award.")
    )
    invoice_on = DateField(label=_("Date of the invoice"))
    amount = MoneyField(label=_("Amount of the invoice"))
    upload = forms.FileField(label=_("The invoice as a file"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = self.instance.currency


class HandOverAllForm(SeedbedForm):
    keyed = True

    on = DateField(label=_("Handed over on"))
    upload = forms.FileField(label=_("The certificate with its signatures"))


class DisposeForm(SeedbedForm):
    keyed = True

    on = DateField(label=_("On which day"))
    reason = ReasonField(label=_("What became of it, and why"))


class ClawbackForm(SeedbedForm):
    keyed = True

    amount = MoneyField(label=_("Asked back"), least=0)
    reason = ReasonField(label=_("Why not all of it"), required=False)

    def __init__(self, *args, asset, **kwargs):
        super().__init__(*args, initial={"amount": asset.clawback_amount}, **kwargs)
        self.fields["amount"].currency = asset.award.currency


class AssetFilter(django_filters.FilterSet):
    """The filters of the register of assets."""

    q = django_filters.CharFilter(label=_("Name, reference or serial number"), method="matching")
    programme = django_filters.ModelChoiceFilter(
        label=_("Programme"),
        field_name="award__programme",
        queryset=Programme.objects.none(),
        empty_label=_("Any"),
        to_field_name="key",
    )
    where = django_filters.ChoiceFilter(
        label=_("Where it is"),
        method="being",
        choices=[("waits", _("Not handed over")), ("there", _("At the grantee's")), ("gone", _("Disposed of"))],
        empty_label=_("Any"),
    )

    class Meta:
        model = Asset
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        seen = Asset.objects.visible_to(self.request.user).order_by()
        self.filters["programme"].queryset = Programme.objects.filter(pk__in=seen.values("award__programme"))

    def matching(self, rows, _name, text):
        text = text.strip()
        wanted = called(text, "award__applicant") | Q(award__ref__iexact=text) | Q(serial_number__iexact=text)
        return rows.filter(wanted | Q(label__icontains=text))

    def being(self, rows, _name, value):
        if value == "waits":
            return rows.filter(handed_over_on=None)
        return rows.filter(handed_over_on__isnull=False, disposed_on__isnull=value == "there")
