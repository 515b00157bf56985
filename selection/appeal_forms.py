"""Forms about appeals."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.forms import DateField, ReasonField, SeedbedForm
from selection.models import Appeal


class RecordAppealForm(SeedbedForm):
    """What the applicant says, and when and how it came."""

    keyed = True
    on = DateField(label=_("Day on which it was received"))
    means = forms.ChoiceField(
        label=_("How did it come?"),
        choices=Appeal.Means.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how the appeal came.")},
    )
    grounds = forms.CharField(
        label=_("What does the applicant say?"),
        help_text=_("In the applicant’s own words. A letter is added to the files of the case as well."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
        error_messages={"required": _("Say what the applicant says.")},
    )
    reason = ReasonField(
        label=_("Why is it entered late?"), required=False, help_text=_("Only if it came more than a few days ago.")
    )


class AnswerAppealForm(SeedbedForm):
    """Upheld or refused, and why."""

    keyed = True
    upheld = forms.TypedChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Upheld: the case goes to a committee again")), ("no", _("Refused: the decision stays"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the appeal is upheld or refused.")},
    )
    answer = forms.CharField(
        label=_("Why?"),
        help_text=_("The applicant reads this in the letter."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
        error_messages={"required": _("Write the answer that the applicant reads.")},
    )
