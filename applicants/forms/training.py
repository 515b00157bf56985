"""Forms of trainings: the plan, places, the sheet of a day, how it ended for each."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applicants.forms.register import PeopleChoice, PlaceChoice, line, villages_in
from applicants.models import Party, TrainingPlace
from pages.fields import DateField, RowsField
from pages.forms import SeedbedForm
from programmes.models import Programme, Region, Village


class CourseForm(SeedbedForm):
    """A training or an orientation that will be held."""

    keyed = True
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    title = forms.CharField(
        label=_("Title"), widget=line(20), max_length=160, error_messages={"required": _("Enter the title.")}
    )
    kind = forms.SlugField(
        label=_("Kind"),
        help_text=_("The word that calls ask for, for example small_business."),
        widget=line(10, list="kinds"),
        max_length=40,
        error_messages={
            "required": _("Enter the kind, for example small_business."),
            "invalid": _("The kind is one word of plain letters, for example small_business."),
        },
    )
    orientation = forms.BooleanField(label=_("Only an orientation: it does not count as training"), required=False)
    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), empty_label=None)
    village = PlaceChoice(label=_("Town or village"), queryset=Village.objects.none(), required=False)
    starts_on = DateField(label=_("First day"))
    ends_on = DateField(label=_("Last day"))
    days = forms.IntegerField(
        label=_("Days of training"),
        help_text=_("How many days it is held between the first and the last."),
        widget=line(2, inputmode="numeric"),
        min_value=1,
        max_value=366,
        initial=1,
    )

    def __init__(self, *args, programmes, regions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes
        self.fields["region"].queryset = regions
        self.fields["village"].queryset = villages_in(regions)
        self.programme = programmes.first() if programmes.count() == 1 else None
        if self.programme is not None:
            del self.fields["programme"]

    def arguments(self):
        facts = dict(self.cleaned_data)
        facts.setdefault("programme", self.programme)
        return facts


class PlacesForm(SeedbedForm):
    """Who gets a place."""

    persons = PeopleChoice(
        label=_("Who gets a place?"),
        queryset=Party.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one person.")},
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["persons"].queryset = people


class SheetForm(SeedbedForm):
    """The sheet of a day: who was present. `sheet` holds who stood on it when it was opened."""

    present = PeopleChoice(
        label=_("Who was present?"),
        queryset=Party.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    sheet = RowsField(queryset=Party.objects.none(), widget=forms.MultipleHiddenInput, required=False)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["present"].queryset = people
        self.fields["sheet"].queryset = people
        self.initial.setdefault("sheet", [party.pk for party in people])

    def arguments(self):
        return {"present": self.cleaned_data["present"], "among": self.cleaned_data["sheet"]}


class OutcomesForm(SeedbedForm):
    """One line for each place: completed, or left and why."""

    CHOICES = [
        (TrainingPlace.Outcome.COMPLETED, _("Completed")),
        (TrainingPlace.Outcome.DROPPED_OUT, _("Dropped out")),
    ]

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = places
        for place in places:
            self.fields[f"outcome_{place.pk}"] = forms.ChoiceField(
                label=_("How it ended for %(name)s") % {"name": place.label},
                choices=self.CHOICES,
                error_messages={"required": _("Say how it ended for %(name)s.") % {"name": place.label}},
            )
            self.fields[f"why_{place.pk}"] = forms.CharField(
                label=_("Why %(name)s left") % {"name": place.label}, widget=line(20), max_length=160, required=False
            )
            came = place.came is None or place.came > 0
            self.initial.setdefault(f"outcome_{place.pk}", self.CHOICES[0 if came else 1][0])

    def clean(self):
        cleaned = super().clean()
        for place in self.places:
            if cleaned.get(f"outcome_{place.pk}") == "dropped_out" and not cleaned.get(f"why_{place.pk}", "").strip():
                self.add_error(f"why_{place.pk}", _("Say why %(name)s left.") % {"name": place.label})
        return cleaned

    def arguments(self):
        ended = {place: self.cleaned_data[f"outcome_{place.pk}"] for place in self.places}
        return {
            "completed": [place.person for place, outcome in ended.items() if outcome == "completed"],
            "dropped_out": {
                place.person: self.cleaned_data[f"why_{place.pk}"]
                for place, outcome in ended.items()
                if outcome == "dropped_out"
            },
        }

    @property
    def lines(self):
        return [(place, self[f"outcome_{place.pk}"], self[f"why_{place.pk}"]) for place in self.places]
