"""Forms of the register: people, businesses, members, consents, numbers, referrals, caseloads, files."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applicants.consents import TEXTS
from applicants.duplicates import PerhapsKnown
from applicants.models import Consent, Identity, Party, PartyMember, Referral
from applicants.names import script_of
from pages.fields import DateField, ReasonField, RowsField
from pages.forms import SeedbedForm
from programmes.models import Programme, Region, TargetGroup, Village

SCRIPTS = [
    ("", _("As above")),
    ("hy", "Հայերեն"),
    ("ka", "ქართული"),
    ("ru", "Русский"),
    ("az", "Azərbaycanca"),
    ("sq", "Shqip"),
    ("sr", "Српски"),
    ("tg", "Тоҷикӣ"),
    ("ky", "Кыргызча"),
    ("ar", "العربية"),
    ("en", "English"),
]


def line(width, **attrs):
    return forms.TextInput(attrs={"class": f"sb-w-{width}", "autocomplete": "off", "spellcheck": "false", **attrs})


class PlaceChoice(forms.ModelChoiceField):
    """A town or village with its district and region."""

    def __init__(self, **kwargs):
        super().__init__(empty_label=_("Choose a place"), **kwargs)

    def label_from_instance(self, village):
        return f"{village.name}, {village.district.region}"


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, party):
        return f"{party.name}, {party.ref}"


class PeopleChoice(RowsField):
    def label_from_instance(self, party):
        return f"{party.name}, {party.ref}"


def villages_in(regions):
    return Village.objects.filter(district__region__in=regions).select_related("district__region")


def cyrillic_of(programme):
    """The language that Cyrillic letters stand for in a programme."""
    return programme.language if programme.language in ("ru", "tg", "ky", "sr") else "ru"


class KnownMixin:
    """Shows what is likely the same person or business, and lets the user say that it is another."""

    matches = ()

    def refuse(self, refusal):
        super().refuse(refusal)
        if isinstance(refusal, PerhapsKnown):
            self.matches = refusal.matches
            self.missing = []
        if isinstance(refusal, PerhapsKnown) or self.may_clear:
            self.fields["another"].widget = forms.CheckboxInput()


class RegisterForm(KnownMixin, SeedbedForm):
    """Eight answers about a person. The programme is asked only of somebody who works in several."""

    keyed = True
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    name = forms.CharField(
        label=_("Given name and family name"),
        help_text=_("As in the identity document, in any script."),
        widget=line(20),
        error_messages={"required": _("Enter the name.")},
    )
    name_script = forms.CharField(
        label=_("Name in its own script"),
        help_text=_("If the name above is written in another."),
        widget=line(20),
        required=False,
    )
    birth_year = forms.IntegerField(
        label=_("Year of birth"),
        help_text=_("For example 1984."),
        widget=line(4, inputmode="numeric"),
        error_messages={
            "required": _("Enter the year of birth, for example 1984."),
            "invalid": _("Enter the year of birth in four figures, for example 1984."),
        },
    )
    sex = forms.ChoiceField(
        label=_("Woman or man?"),
        choices=[("female", _("Woman")), ("male", _("Man")), ("unknown", _("Not said"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is a woman or a man, or that it was not said.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        help_text=_("Spaces are fine. For example 093 00 01 23."),
        widget=line(10, type="tel"),
        required=False,
    )
    village = PlaceChoice(
        label=_("Town or village"),
        queryset=Village.objects.none(),
        error_messages={"required": _("Choose the town or village.")},
    )
    source = forms.CharField(
        label=_("Who sent the person to us?"),
        help_text=_("For example: regional social services, came alone, another person we supported."),
        widget=line(20, list="sources"),
        max_length=120,
        error_messages={"required": _("Say who sent the person to us.")},
    )
    consent = forms.ChoiceField(
        label=_("Does the person agree to be registered?"),
        help_text=_("Read the short text aloud first. The paper form can follow."),
        choices=[
            (Consent.Means.WITNESS, _("Yes, in words, before a witness")),
            (Consent.Means.PAPER, _("Yes, signed on paper")),
            (Consent.Means.ELECTRONIC, _("Yes, on a device")),
            ("no", _("No")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the person agreed to be registered.")},
    )
    another = forms.BooleanField(
        label=_("This is another person, whom I have asked"), widget=forms.HiddenInput, required=False
    )

    def __init__(self, *args, programmes, regions, may_clear=False, referral=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.may_clear = may_clear
        self.fields["village"].queryset = villages_in(regions)
        self.fields["programme"].queryset = programmes
        self.programme = programmes.first() if programmes.count() == 1 else None
        if self.programme is not None:
            del self.fields["programme"]
        if referral is not None:
            del self.fields["source"]

    def clean_consent(self):
        if self.cleaned_data["consent"] == "no":
            raise forms.ValidationError(
                _("Without consent nobody is registered. Nothing was saved; you can still answer a referral.")
            )
        return self.cleaned_data["consent"]

    def arguments(self):
        facts = dict(self.cleaned_data)
        facts.setdefault("programme", self.programme)
        facts["script_language"] = script_of(facts["name_script"], cyrillic_of(facts["programme"]))
        return {**facts, "region": facts["village"].district.region}


class BusinessForm(KnownMixin, SeedbedForm):
    """A household, group, enterprise or municipality."""

    keyed = True
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    name = forms.CharField(label=_("Name"), widget=line(20), error_messages={"required": _("Enter the name.")})
    name_script = forms.CharField(label=_("Name in its own script"), widget=line(20), required=False)
    village = PlaceChoice(
        label=_("Town or village"),
        queryset=Village.objects.none(),
        error_messages={"required": _("Choose the town or village.")},
    )
    address = forms.CharField(label=_("Address"), widget=line(20), required=False)
    phone = forms.CharField(label=_("Phone"), widget=line(10, type="tel"), required=False)
    sector = forms.CharField(
        label=_("What it does"),
        help_text=_("For example: cheese, sewing, car repair."),
        widget=line(20),
        required=False,
    )
    legal_form = forms.CharField(
        label=_("Legal form"),
        help_text=_("For example: sole trader, LLC, not registered."),
        widget=line(20),
        required=False,
    )
    registration_number = forms.CharField(label=_("Registration number"), widget=line(10), required=False)
    size = forms.ChoiceField(label=_("Size"), choices=[("", _("Not known")), *Party.Size.choices], required=False)
    started_on = DateField(label=_("Trading since"), required=False)
    manager = PersonChoice(
        label=_("Manager"),
        help_text=_("Who runs it from day to day. The person must be on the register."),
        queryset=Party.objects.none(),
        required=False,
        empty_label=_("Not known"),
    )
    another = forms.BooleanField(
        label=_("This is another one, which I have checked"), widget=forms.HiddenInput, required=False
    )
    OF_ENTERPRISES = ("sector", "legal_form", "registration_number", "size", "started_on", "manager")

    def __init__(self, *args, kind, programmes, regions, people, may_clear=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.may_clear = may_clear
        self.fields["village"].queryset = villages_in(regions)
        self.fields["manager"].queryset = people
        self.fields["programme"].queryset = programmes
        self.programme = programmes.first() if programmes.count() == 1 else None
        if self.programme is not None:
            del self.fields["programme"]
        if kind != Party.Kind.ENTERPRISE:
            for name in self.OF_ENTERPRISES:
                del self.fields[name]

    def arguments(self):
        facts = dict(self.cleaned_data)
        facts.setdefault("programme", self.programme)
        facts["script_language"] = script_of(facts["name_script"], cyrillic_of(facts["programme"]))
        return {**facts, "region": facts["village"].district.region}


class EditForm(SeedbedForm):
    """The facts of a party as they can be changed."""

    versioned = True
    name = forms.CharField(label=_("Name"), widget=line(20), error_messages={"required": _("Enter the name.")})
    name_script = forms.CharField(label=_("Name in its own script"), widget=line(20), required=False)
    script_language = forms.ChoiceField(label=_("Language of that script"), choices=SCRIPTS, required=False)
    birth_year = forms.IntegerField(label=_("Year of birth"), widget=line(4, inputmode="numeric"), required=False)
    sex = forms.ChoiceField(label=_("Woman or man?"), choices=Party.Sex.choices, widget=forms.RadioSelect)
    phone = forms.CharField(label=_("Phone"), widget=line(10, type="tel"), required=False)
    village = PlaceChoice(label=_("Town or village"), queryset=Village.objects.none(), required=False)
    address = forms.CharField(label=_("Address"), widget=line(20), required=False)
    sector = forms.CharField(label=_("What it does"), widget=line(20), required=False)
    legal_form = forms.CharField(label=_("Legal form"), widget=line(20), required=False)
    registration_number = forms.CharField(label=_("Registration number"), widget=line(10), required=False)
    size = forms.ChoiceField(label=_("Size"), choices=[("", _("Not known")), *Party.Size.choices], required=False)
    started_on = DateField(label=_("Trading since"), required=False)
    manager = PersonChoice(
        label=_("Manager"), queryset=Party.objects.none(), required=False, empty_label=_("Not known")
    )
    OF_PERSONS = ("birth_year", "sex")

    def __init__(self, *args, regions, people, **kwargs):
        super().__init__(*args, **kwargs)
        party = self.instance
        left_out = BusinessForm.OF_ENTERPRISES if party.kind != Party.Kind.ENTERPRISE else ()
        for name in (*left_out, *(() if party.is_person else self.OF_PERSONS)):
            del self.fields[name]
        places = villages_in(regions)
        if party.village_id:
            # The place that is stored stays a choice, also where the user does not work.
            places = Village.objects.filter(
                pk__in=[*places.values_list("pk", flat=True), party.village_id]
            ).select_related("district__region")
        self.fields["village"].queryset = places
        if "manager" in self.fields:
            self.fields["manager"].queryset = people
        for name in self.fields:
            if name != "version":
                self.initial.setdefault(name, getattr(party, name))


class EnrolForm(SeedbedForm):
    """One more programme for a party that is on the register."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), empty_label=None)

    def __init__(self, *args, programmes, regions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes
        self.fields["region"].queryset = regions


class MemberForm(SeedbedForm):
    """A person of a household, a group or an enterprise."""

    person = PersonChoice(
        label=_("Person"),
        queryset=Party.objects.none(),
        error_messages={"required": _("Choose a person from the register.")},
    )
    role = forms.ChoiceField(label=_("Part"), choices=PartyMember.Role.choices, widget=forms.RadioSelect)
    share_pct = forms.DecimalField(
        label=_("Share, percent"), widget=line(4, inputmode="decimal"), max_digits=5, decimal_places=2, required=False
    )
    since = DateField(label=_("Since"), required=False)

    def __init__(self, *args, people, roles, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people
        self.fields["role"].choices = roles


class ReasonForm(SeedbedForm):
    """Why, and nothing else."""

    reason = ReasonField()


class ConsentForm(SeedbedForm):
    """One consent, given on a day, by a means."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    purpose = forms.ChoiceField(
        label=_("What did the person agree to?"),
        choices=Consent.Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the person agreed to.")},
    )
    means = forms.ChoiceField(
        label=_("How?"),
        choices=Consent.Means.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how the person agreed.")},
    )
    on = DateField(label=_("When?"))

    def __init__(self, *args, programmes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes

    @property
    def texts(self):
        return [(label, TEXTS[value]) for value, label in Consent.Purpose.choices]


class IdentityForm(SeedbedForm):
    """A number that was seen. It is stored encrypted, and each later read is on the record."""

    kind = forms.ChoiceField(label=_("Document"), choices=Identity.Kind.choices, widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("Number"),
        help_text=_("It is stored closed: later only “seen, number stored” is shown."),
        widget=line(20),
        max_length=60,
        error_messages={"required": _("Enter the number.")},
    )


class GroupForm(SeedbedForm):
    """A target group that the person belongs to, confirmed by somebody who has seen why."""

    group = forms.ModelChoiceField(
        label=_("Target group"),
        queryset=TargetGroup.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose the group.")},
    )
    detail = forms.CharField(
        label=_("What was seen"),
        help_text=_("For example the certificate and its date. It is stored closed."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
        required=False,
    )

    def __init__(self, *args, groups, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups


class ReferralForm(SeedbedForm):
    """Somebody was sent to us."""

    keyed = True
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    name = forms.CharField(
        label=_("Name"), widget=line(20), max_length=160, error_messages={"required": _("Enter the name.")}
    )
    source = forms.CharField(
        label=_("Sent by"),
        help_text=_("For example: social service of Lori."),
        widget=line(20),
        max_length=120,
        error_messages={"required": _("Say who sent the person.")},
    )
    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), empty_label=None)
    on = DateField(label=_("When?"))

    def __init__(self, *args, programmes, regions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes
        self.fields["region"].queryset = regions
        self.programme = programmes.first() if programmes.count() == 1 else None
        if self.programme is not None:
            del self.fields["programme"]

    def arguments(self):
        facts = dict(self.cleaned_data)
        facts.setdefault("programme", self.programme)
        return facts


class AnswerForm(SeedbedForm):
    """What became of a referral, without a file being opened."""

    answer = forms.ChoiceField(
        label=_("What did we answer?"),
        choices=[
            (Referral.Answer.ELSEWHERE, _("Sent elsewhere")),
            (Referral.Answer.DECLINED, _("Not for this programme")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    note = forms.CharField(label=_("Note"), widget=line(20), max_length=200, required=False)


class HandOverForm(SeedbedForm):
    """Who takes over which parties of an adviser: all of them, or those that are ticked."""

    to_adviser = forms.ModelChoiceField(
        label=_("New adviser"),
        queryset=None,
        empty_label=_("Choose an adviser"),
        error_messages={"required": _("Choose the new adviser.")},
    )
    everybody = forms.BooleanField(label=_("All of them"), required=False)
    parties = PeopleChoice(
        label=_("Or only these"),
        queryset=Party.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = ReasonField()

    def __init__(self, *args, advisers, caseload, shown, **kwargs):
        super().__init__(*args, **kwargs)
        self.caseload = caseload
        self.fields["to_adviser"].queryset = advisers
        self.fields["parties"].queryset = shown

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("everybody") and not cleaned.get("parties"):
            self.add_error("parties", _("Choose at least one, or all."))
        return cleaned

    def arguments(self):
        facts = dict(self.cleaned_data)
        if facts.pop("everybody"):
            facts["parties"] = list(self.caseload)
        return facts


class FileForm(SeedbedForm):
    """A file as evidence."""

    content = forms.FileField(
        label=_("File"),
        help_text=_("A picture, PDF, Word, Excel, OpenDocument or text, up to 20 MB. Pictures lose place and camera."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty."),
            "missing": _("Choose a file."),
        },
    )
    purpose = forms.SlugField(
        label=_("What does it show?"),
        help_text=_("One word, for example consent, photo or certificate."),
        widget=line(10),
        max_length=40,
        error_messages={
            "required": _("Say what the file shows, in one word."),
            "invalid": _("One word of plain letters, for example certificate."),
        },
    )


class ImportForm(SeedbedForm):
    """A file of applicants or applications."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("What is in the file?"), widget=forms.RadioSelect)
    content = forms.FileField(
        label=_("File"),
        help_text=_("XLSX or CSV, made from the template."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("This file is empty."),
            "missing": _("Choose a file."),
        },
    )

    def __init__(self, *args, programmes, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes
        self.fields["kind"].choices = kinds
