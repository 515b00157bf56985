"""Forms of roles, leave cover and exchange rates."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from pages.fields import DateField, ReasonField
from pages.forms import SeedbedForm
from programmes.models import Donor, FundingLine, Membership, Region, Role


class PersonField(forms.ModelChoiceField):
    """Somebody with an account. Two may have the same name, so the staff number stands beside it."""

    def label_from_instance(self, user):
        return f"{user.name}, {user.staff_number}"


class GrantForm(SeedbedForm):
    """A role for somebody in one programme."""

    user = PersonField(label=_("Who"), queryset=User.objects.filter(is_active=True))
    role = forms.ChoiceField(label=_("Role"), choices=[pair for pair in Role.choices if pair[0] != Role.ADMINISTRATOR])
    region = forms.ModelChoiceField(label=_("Only in region"), queryset=Region.objects.none(), required=False)
    donor = forms.ModelChoiceField(label=_("For a donor: which"), queryset=Donor.objects.none(), required=False)
    ends_on = DateField(label=_("Last day"), required=False)

    def __init__(self, *args, programme, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = programme.regions.all()
        self.fields["donor"].queryset = Donor.objects.filter(funding_lines__programme=programme).distinct()

    def clean(self):
        data = super().clean()
        if data.get("role") == Role.DONOR and not data.get("donor"):
            self.add_error("donor", _("Say for which donor."))
        return data


class EndRoleForm(SeedbedForm):
    reason = ReasonField()


class ContactForm(SeedbedForm):
    """Somebody to whom abuse and fraud are referred."""

    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    position = forms.IntegerField(
        label=_("Asked as number"),
        min_value=1,
        max_value=20,
        initial=1,
        help_text=_("The first one is asked, unless the complaint is about them; then the next."),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people


class EndContactForm(SeedbedForm):
    reason = ReasonField()


class CoverForm(SeedbedForm):
    """Somebody covers a role for some days."""

    membership = forms.ModelChoiceField(label=_("Whose role"), queryset=Membership.objects.none())
    delegate = forms.ModelChoiceField(label=_("Who covers it"), queryset=User.objects.none())
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("To, that day included"))

    def __init__(self, *args, memberships, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = memberships
        self.fields["delegate"].queryset = people


class RateForm(SeedbedForm):
    """The rate of a day: units of the second currency for one of the first."""

    base = forms.CharField(label=_("One unit of"), min_length=3, max_length=3, initial="EUR")
    quote = forms.CharField(label=_("Is how many of"), min_length=3, max_length=3)
    rate = forms.DecimalField(label=_("Rate"), max_digits=20, decimal_places=10, min_value=0)
    day = DateField(label=_("Day"))
    source = forms.ChoiceField(label=_("Source"), choices=FundingLine.RateRule.choices)
    note = forms.CharField(label=_("Note"), max_length=160, required=False)

    def arguments(self):
        data = dict(self.cleaned_data)
        data["on"] = data.pop("day")
        return {**data, "base": data["base"].upper(), "quote": data["quote"].upper()}
