"""What a manager types about reports."""

from datetime import timedelta

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.money import to_minor
from pages.forms import DateField, SeedbedForm
from programmes.models import Programme
from reports.figure import MONEY, SHARE
from reports.indicators import indicators_of
from reports.models import Issue, Target


class CompareForm(SeedbedForm):
    """Which two published reports stand side by side."""

    first = forms.ModelChoiceField(
        label=_("The earlier report"),
        queryset=Issue.objects.none(),
        to_field_name="ref",
        empty_label=_("Choose a report"),
    )
    second = forms.ModelChoiceField(
        label=_("The later report"),
        queryset=Issue.objects.none(),
        to_field_name="ref",
        empty_label=_("Choose a report"),
    )

    def __init__(self, *args, issues, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            self.fields[name].queryset = issues

    def clean(self):
        said = super().clean()
        first, second = said.get("first"), said.get("second")
        if first and second and first.programme_id != second.programme_id:
            self.add_error(
                "second", _("The two are of different programmes, so their figures are of different things.")
            )
        if first and first == second:
            self.add_error("second", _("Choose another report than the first."))
        return said


class IssueFilter(django_filters.FilterSet):
    """The filters of the list of reports."""

    q = django_filters.CharFilter(label=_("Title or reference"), method="matching")
    programme = django_filters.ModelChoiceFilter(
        label=_("Programme"), queryset=Programme.objects.none(), empty_label=_("Any"), to_field_name="key"
    )
    year = django_filters.NumberFilter(label=_("Year"), field_name="period_to__year", min_value=1900, max_value=2200)
    state = django_filters.ChoiceFilter(label=_("State"), choices=Issue.State.choices, empty_label=_("Any"))

    class Meta:
        model = Issue
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        seen = Issue.objects.visible_to(self.request.user).order_by()
        self.filters["programme"].queryset = Programme.objects.filter(pk__in=seen.values("programme"))

    def matching(self, rows, _name, text):
        return rows.filter(Q(ref__icontains=text.strip()) | Q(title__icontains=text.strip()))


class LinkForm(SeedbedForm):
    """A new link for a donor."""

    keyed = True
    label = forms.CharField(
        label=_("For whom"), max_length=120, help_text=_("The office or the person who gets the link.")
    )
    expires_on = DateField(label=_("Valid to"))
    passcode = forms.CharField(
        label=_("Passcode"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Whoever opens the link is asked for it. Tell it by another way than the link. It may stay empty."),
    )

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("expires_on", day + timedelta(days=90))


class WithdrawForm(SeedbedForm):
    """Why a target is withdrawn."""

    keyed = True
    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=300)


class PasscodeForm(SeedbedForm):
    """What the page of a link with a passcode asks before it shows anything."""

    passcode = forms.CharField(
        label=_("Passcode"),
        max_length=60,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("The office told it to you by another way than the link."),
    )


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
