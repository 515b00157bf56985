"""What a manager types about reports."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.money import to_minor
from pages.forms import DateField, SeedbedForm
from reports.figure import MONEY, SHARE
from reports.indicators import indicators_of
from reports.models import Target


class LinkForm(SeedbedForm):
    """A new link for a donor."""

    keyed = True
    label = forms.CharField(
        label=_("For whom"), max_length=120, help_text=_("The office or the person who gets the link.")
    )
    expires_on = DateField(label=_("Valid to"))

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("expires_on", day + timedelta(days=90))


class WithdrawForm(SeedbedForm):
    """Why a target is withdrawn."""

    keyed = True
    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=300)


class TargetForm(SeedbedForm):
    """What a figure should reach, in the unit in which it is printed."""

    keyed = False
    code = forms.ChoiceField(label=_("Figure"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Target.Kind.choices)
    comparator = forms.ChoiceField(label=_("Comparison"), choices=Target.Comparator.choices)
    value = forms.DecimalField(
        label=_("Value"),
        min_value=0,
        max_digits=18,
        decimal_places=4,
        help_text=_("A count, an amount of money, or a percentage."),
    )
    source = forms.CharField(label=_("Where it comes from"), max_length=200, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args, programme, **kwargs):
        super().__init__(*args, **kwargs)
        self.programme = programme
        self.units = {one.code: one.unit for one in indicators_of(programme)}
        self.fields["code"].choices = [(one.code, one.name) for one in indicators_of(programme)]

    def arguments(self):
        """The value as Target keeps it: minor units of money, a ratio of a share."""
        said = dict(self.cleaned_data)
        unit = self.units[said["code"]]
        if unit == MONEY:
            said["currency"] = self.programme.currency
            said["value"] = to_minor(said["value"], self.programme.currency)
        elif unit == SHARE:
            said["value"] = said["value"] / 100
        return said
