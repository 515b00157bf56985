"""What a product asks beside its terms, as parts of a programme's set-up."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ledger.money import Money
from loans.models import CycleLimit, LendingRules, SecurityBand
from pages.fields import MoneyField
from programmes.forms_set_up import PartForm
from programmes.set_up import Part, register


class UnderProductForm(PartForm):
    """A part of a loan product, with its amounts in the product's currency."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.product = self.instance.product if self.instance.pk else self.above
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = self.product.currency

    def taken(self, **twin):
        """True when another row of the product has these values."""
        return type(self.instance).objects.filter(product=self.product, **twin).exclude(pk=self.instance.pk).exists()

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() | {"product"}


class LendingRulesForm(UnderProductForm):
    guarantor_ceiling_amount = MoneyField(
        label=_("Most that one person guarantees"),
        required=False,
        help_text=_("Over all loans that are not over. Empty: no limit."),
    )

    waiver_limit_amount = MoneyField(
        label=_("Most that is waived of a loan without the committee"),
        required=False,
        least=0,
        help_text=_(
            "What is above it, and any other rate, is asked of the committee on the loan’s page. Empty: the decision is"
            " only named."
        ),
    )

    sections = (
        (
            _("Who lends, and who stands for it"),
            ("lender", "guarantor_ceiling_amount", "notice_days", "waiver_limit_amount"),
        ),
        (
            _("What the charge is called on papers"),
            ("charge", *(f"charge_{code}" for code, _name in settings.LANGUAGES)),
        ),
    )

    class Meta:
        model = LendingRules
        fields = ("lender", "charge", "guarantor_ceiling_amount", "notice_days", "waiver_limit_amount")
        help_texts = {
            "charge": _(
                "On the contract and every paper of a loan, where the product has no name of its own in the paper’s"
                " language."
            ),
            "lender": _("Who lends by the contract, where it is not the programme itself."),
            "notice_days": _("Empty: guarantors are not told by letter."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for code, language in settings.LANGUAGES:
            self.fields[f"charge_{code}"] = forms.CharField(
                label=_("Its own name in %(language)s") % {"language": language},
                required=False,
                max_length=40,
                initial=self.instance.charge_names.get(code, ""),
            )

    def clean(self):
        data = super().clean()
        if self.taken():
            raise forms.ValidationError(_("This product has its rules already. Change those."))
        names = {code: data.get(f"charge_{code}", "").strip() for code, _language in settings.LANGUAGES}
        self.instance.charge_names = {code: name for code, name in names.items() if name}
        return data


class SecurityBandForm(UnderProductForm):
    from_amount = MoneyField(label=_("From which amount on"), least=0)

    class Meta:
        model = SecurityBand
        fields = ("from_amount", "guarantors_number", "collateral_pct", "spouse_consent")

    def clean_from_amount(self):
        amount = self.cleaned_data["from_amount"]
        if self.taken(from_amount=amount):
            raise forms.ValidationError(_("A band begins at this amount already."))
        return amount


class CycleLimitForm(UnderProductForm):
    limit_amount = MoneyField(label=_("Up to"))

    class Meta:
        model = CycleLimit
        fields = ("cycle", "limit_amount")
        help_texts = {"cycle": _("1 for the first loan. Later loans have the limit of the last number.")}

    def clean_cycle(self):
        cycle = self.cleaned_data["cycle"]
        if cycle < 1:
            raise forms.ValidationError(_("The first loan has the number 1."))
        if self.taken(cycle=cycle):
            raise forms.ValidationError(_("This number has its limit already."))
        return cycle


def _attach(row, _programme, product):
    row.product = product


def _rules_said(row):
    return ", ".join(filter(None, [row.lender, str(row.get_charge_display()), *row.charge_names.values()]))


def _band_said(row):
    return _("from %(amount)s: %(guarantors)s guarantors, collateral of %(collateral)s%%") % {
        "amount": Money(row.from_amount, row.product.currency),
        "guarantors": row.guarantors_number,
        "collateral": f"{row.collateral_pct.normalize():f}",
    }


def _limit_said(row):
    return str(Money(row.limit_amount, row.product.currency))


def _part(kind, title, one, form, model, said):
    def rows(programme):
        return model.objects.filter(product__programme=programme).select_related("product")

    return Part(kind, title, one, form, rows, _attach, said, under="product")


def connect():
    for part in (
        _part(
            "lending", _("Lender and guarantors"), _("rules of lending"), LendingRulesForm, LendingRules, _rules_said
        ),
        _part("security", _("Security by amount"), _("band of security"), SecurityBandForm, SecurityBand, _band_said),
        _part("cycle", _("Limits by cycle"), _("limit of a cycle"), CycleLimitForm, CycleLimit, _limit_said),
    ):
        register(part)
