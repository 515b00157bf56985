"""What is typed while a report is built: its donor agreement, its beginning, its words."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ledger.money import known_currencies
from pages.forms import DateField, SeedbedForm, SeedbedModelForm
from pages.paper_language import ENGLISH
from programmes.models import Donor, Programme
from reports.builder.services import LONGEST
from reports.indicators import indicators_of
from reports.models import DonorAgreement


class AgreementForm(SeedbedModelForm):
    """The agreement with a donor, as far as its reports hang on it."""

    versioned = True
    signed_on = DateField(label=_("Signed on"))
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("To"))
    codes = forms.MultipleChoiceField(
        label=_("Indicators to report"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all that have data."),
    )
    language = forms.ChoiceField(
        label=_("Second language of the report"),
        required=False,
        choices=[("", _("English only")), *((code, name) for code, name in settings.LANGUAGES if code != ENGLISH)],
    )
    logo = forms.FileField(
        label=_("Logo of the donor"), required=False, help_text=_("A PNG or JPEG picture of up to 2 MB.")
    )
    without_logo = forms.BooleanField(label=_("Take the logo out"), required=False)
    sections = (
        (
            _("The agreement"),
            ("donor", "number", "title", "signed_on", "starts_on", "ends_on", "every", "currency", "language"),
        ),
        (_("What donors see"), ("place_name", "place_footnote", "visibility", "logo", "without_logo", "record_lists")),
        (_("Figures"), ("codes",)),
    )

    class Meta:
        model = DonorAgreement
        fields = (
            "donor",
            "number",
            "title",
            "signed_on",
            "starts_on",
            "ends_on",
            "every",
            "currency",
            "codes",
            "visibility",
            "place_name",
            "place_footnote",
            "language",
            "record_lists",
        )
        widgets = {"visibility": forms.Textarea(attrs={"rows": 3}), "place_footnote": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, programme, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.programme = programme
        self.fields["donor"].queryset = Donor.objects.filter(funding_lines__programme=programme).distinct()
        self.fields["codes"].choices = [(one.code, one.name) for one in indicators_of(programme)]
        self.fields["place_name"].help_text = _("Empty: %(name)s, as the programme says.") % {
            "name": programme.place_name
        }
        self.initial.setdefault("currency", programme.currency)
        if not self.instance.logo:
            del self.fields["without_logo"]

    def _get_validation_exclusions(self):
        # The programme is attached, not asked: its agreements must still have numbers of their own.
        return super()._get_validation_exclusions() - {"programme"}

    def clean_currency(self):
        code = self.cleaned_data["currency"].strip().upper()
        if code not in known_currencies():
            raise forms.ValidationError(_("There is no currency “%(code)s”."), params={"code": code})
        return code

    def arguments(self):
        data = self.cleaned_data
        return {
            "row": self.instance,
            "changed": [name for name in self.changed_data if name not in ("version", "logo", "without_logo")],
            "logo": data["logo"].read() if data.get("logo") else None,
            "logo_name": data["logo"].name if data.get("logo") else "",
            "without_logo": data.get("without_logo", False),
            "version": data.get("version"),
        }


class DraftForm(SeedbedForm):
    """A new report: under an agreement, or of a programme for all its donors."""

    keyed = True
    agreement = forms.ModelChoiceField(
        label=_("Under the agreement"),
        queryset=DonorAgreement.objects.none(),
        required=False,
        empty_label=_("None: for the office, or for all donors"),
    )
    programme = forms.ModelChoiceField(
        label=_("Programme"),
        queryset=Programme.objects.none(),
        to_field_name="key",
        required=False,
        empty_label=_("That of the agreement"),
    )
    title = forms.CharField(label=_("Title"), max_length=160, required=False)
    period_from = DateField(label=_("First day"))
    period_to = DateField(label=_("Last day"), help_text=_("The figures are those known up to this day."))
    donor = forms.ModelChoiceField(
        label=_("For one donor"),
        queryset=Donor.objects.none(),
        to_field_name="key",
        required=False,
        empty_label=_("For all donors"),
        help_text=_("Money and awards are then those of this donor's funding lines only. With an agreement, its own."),
    )

    def __init__(self, *args, programmes, agreements, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = agreements
        self.fields["programme"].queryset = programmes
        self.fields["donor"].queryset = Donor.objects.filter(funding_lines__programme__in=programmes).distinct()
        if not agreements:
            del self.fields["agreement"]

    def clean(self):
        data = super().clean()
        if data.get("agreement"):
            return data
        for name in ("programme", "title"):
            if name not in self.errors and not data.get(name):
                question = {"question": self.fields[name].label}
                self.add_error(name, _("“%(question)s” needs an answer.") % question)
        return data

    def arguments(self):
        data = dict(self.cleaned_data)
        if data.get("agreement"):
            return {name: value for name, value in data.items() if name not in ("programme", "donor")}
        data.pop("agreement", None)
        return data


class PassageForm(SeedbedForm):
    """The words of one box."""

    text = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 6}))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class StoryForm(SeedbedForm):
    """A story of somebody of the programme, with their consent."""

    keyed = True
    party = forms.CharField(
        label=_("Whose story"), max_length=12, help_text=_("The reference on the register, for example P-000123.")
    )
    title = forms.CharField(label=_("Title"), max_length=160)
    text = forms.CharField(label=_("Story"), widget=forms.Textarea(attrs={"rows": 8}), max_length=LONGEST)
    consent = forms.FileField(
        label=_("Consent"), help_text=_("The paper that the person signed for this story, as PDF or picture.")
    )

    def __init__(self, *args, find=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.find = find

    def clean_party(self):
        party = self.find(self.cleaned_data["party"])
        if party is None:
            raise forms.ValidationError(_("Choose a person or business of this programme that you may see."))
        return party

    def arguments(self):
        data = dict(self.cleaned_data)
        file = data.pop("consent")
        return {**data, "consent": file.read(), "consent_name": file.name}


class StoryWordsForm(SeedbedForm):
    """Other words for a story."""

    versioned = True
    title = forms.CharField(label=_("Title"), max_length=160)
    text = forms.CharField(label=_("Story"), widget=forms.Textarea(attrs={"rows": 8}), max_length=LONGEST)
