"""Forms about records that look alike."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applicants.models import DuplicateAnswer, Party
from pages.forms import ReasonField, SeedbedForm


class DuplicateForm(SeedbedForm):
    """The same person or another; which of the two records to go on with is asked for "the same" alone."""

    verdict = forms.ChoiceField(
        label=_("Are the two records the same person or business?"),
        choices=DuplicateAnswer.Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is the same person or another.")},
    )
    kept = forms.ModelChoiceField(
        Party.objects.none(),
        label=_("If the same: the record to go on with"),
        required=False,
        empty_label=None,
        help_text=_("Both stay on the register, and their awards count as one applicant’s."),
    )
    reason = ReasonField(
        label=_("How do you know?"),
        max_length=300,
        help_text=_("For example: saw both identity cards; spoke with both."),
    )

    def __init__(self, *args, pair, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kept"].queryset = Party.objects.filter(pk__in=[party.pk for party in pair]).order_by("pk")
        self.fields["kept"].label_from_instance = lambda party: f"{party.ref} {party.name}"

    def arguments(self):
        given = dict(self.cleaned_data)
        if given["verdict"] != DuplicateAnswer.Verdict.SAME:
            given["kept"] = None
        return given


class HiddenDuplicateForm(SeedbedForm):
    """What the data protection person answers about records that are not shown."""

    reason = ReasonField(
        label=_("How do you know that it is another person?"),
        max_length=300,
        help_text=_("For example: asked the data protection person of the other programme. Name no programme."),
    )


class WithdrawDuplicateForm(SeedbedForm):
    reason = ReasonField(label=_("Why is the answer taken back?"), max_length=300)
