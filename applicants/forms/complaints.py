"""Forms about complaints: the open one, the one for paper, and those of the people who handle it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applicants import complaints
from applicants.models import Complaint
from pages.fields import RowsField
from pages.forms import DateField, ReasonField, SeedbedForm
from pages.moves import MoveForm

REFERRED = [(kind, Complaint.Kind(kind).label) for kind in Complaint.REFERRED_KINDS]


class ComplaintForm(SeedbedForm):
    """What anybody can say without an account and without a name."""

    keyed = True
    sections = (
        (_("What happened"), ("kind", "text")),
        (_("What helps us, if you want to say it"), ("about", "public_name", "application_ref")),
        (_("How we can reach you"), ("contact",)),
    )

    kind = forms.ChoiceField(
        label=_("What is it about?"),
        help_text=_("Abuse, exploitation and fraud go to the person responsible for protection and to nobody else."),
        choices=Complaint.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the complaint is about.")},
    )
    text = forms.CharField(
        label=_("What happened?"),
        help_text=_("Where and when, and what you want us to do. It is stored encrypted."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=5000,
        error_messages={"required": _("Say what happened.")},
    )
    about = forms.CharField(
        label=_("Who is it about?"),
        help_text=_("This person will not see the complaint, nor that there is one."),
        max_length=200,
        required=False,
    )
    public_name = forms.ChoiceField(label=_("Which programme?"), required=False)
    application_ref = forms.CharField(
        label=_("Reference of your application"),
        help_text=_("For example A-2026-00123. It stands on our letters."),
        max_length=20,
        required=False,
    )
    contact = forms.CharField(
        label=_("Name, phone or e-mail"),
        help_text=_("Leave it empty to stay unknown. You can see our answer with a code either way."),
        max_length=300,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = [(name, name) for name in complaints.public_names()]
        self.fields["public_name"].choices = [("", _("I do not know, or none")), *names]

    def arguments(self):
        given = dict(self.cleaned_data)
        given["sent_key"] = given.pop("key")
        return given


class PaperComplaintForm(ComplaintForm):
    """The same, as staff write it down from a letter, the box, a call or a talk."""

    sections = (
        (_("How it came"), ("on", "means", "reason")),
        *ComplaintForm.sections,
    )

    on = DateField(label=_("Day on which it was received"))
    means = forms.ChoiceField(
        label=_("How did it come?"),
        choices=[choice for choice in Complaint.Means.choices if choice[0] != Complaint.Means.WEB],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how the complaint came.")},
    )
    reason = ReasonField(
        label=_("Why is it entered late?"), required=False, help_text=_("Only if it came more than a few days ago.")
    )


class StandingForm(SeedbedForm):
    """Reference and code of a complaint."""

    ref = forms.CharField(
        label=_("Reference"),
        help_text=_("For example C-7KQ2M9XD"),
        max_length=20,
        widget=forms.TextInput({"class": "sb-w-20", "autocomplete": "off", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Three groups of four letters and figures."),
        max_length=40,
        widget=forms.TextInput({"class": "sb-w-20", "autocomplete": "off", "spellcheck": "false"}),
    )


class HandlerForm(SeedbedForm):
    """Who handles the complaint."""

    handler = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who handles it?"),
        help_text=_("Nobody whom it is about, and nobody with a part on the dossier, is in this list."),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["handler"].queryset = people


class ComplainedForm(SeedbedForm):
    """Whom the complaint is about, and which dossier."""

    users = RowsField(User.objects.none(), label=_("It is about"), widget=forms.CheckboxSelectMultiple, required=False)
    application_ref = forms.CharField(
        label=_("Reference of the case"),
        help_text=_("Whoever has a part on its dossier is kept out as well."),
        max_length=20,
        required=False,
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["users"].queryset = people

    def arguments(self):
        return {**self.cleaned_data, "users": list(self.cleaned_data["users"])}


class AnswerComplaintForm(MoveForm):
    answer = forms.CharField(
        label=_("Your answer"),
        help_text=_("The person reads it with their code. Name no other person."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=5000,
        error_messages={"required": _("Write the answer.")},
    )


class ReferComplaintForm(MoveForm):
    kind = forms.ChoiceField(
        label=_("What is it about?"),
        choices=REFERRED,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what it is about.")},
    )


class PassOnComplaintForm(MoveForm):
    passed_to = forms.CharField(
        label=_("To whom did you pass it on?"),
        help_text=_("For example: internal oversight, by phone. Only you read this."),
        max_length=200,
        error_messages={"required": _("Say to whom it was passed on.")},
    )
