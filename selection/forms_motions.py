"""Forms about the requests on a session's agenda."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.forms import ReasonField, SeedbedForm
from selection.models import Declaration, MotionVote
from selection.motions import waiting_for


class PutMotionsForm(SeedbedForm):
    """Boxes over the requests that wait for a committee; `offered` are (Ask, its title)."""

    subjects = forms.MultipleChoiceField(
        label=_("Requests"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one request.")},
    )

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.offered = [
            (ask, matter.title(ask.facts) if ask.facts else ask.subject_ref) for matter, ask in waiting_for(session)
        ]
        self.fields["subjects"].choices = [(ask.subject_ref, title) for ask, title in self.offered]

    @property
    def chosen(self):
        return set(self.data.getlist("subjects")) if self.is_bound else set()


class DeclareMotionForm(SeedbedForm):
    """Whether there is an interest, and which. Once declared free, only an interest can be added."""

    kind = forms.ChoiceField(
        label=_("Your interest"), choices=Declaration.Kind.choices, widget=forms.RadioSelect, initial="none"
    )
    reason = forms.CharField(
        label=_("Which interest"), max_length=200, required=False, help_text=_("Empty when you have none.")
    )

    def __init__(self, *args, declared, **kwargs):
        super().__init__(*args, **kwargs)
        if declared:
            self.fields["kind"].choices = [one for one in Declaration.Kind.choices if one[0] != Declaration.Kind.NONE]

    def clean(self):
        given = super().clean()
        if given.get("kind") not in (None, Declaration.Kind.NONE) and not given.get("reason"):
            self.add_error("reason", _("Say what interest you have."))
        return given


class MotionVoteForm(SeedbedForm):
    """The member's vote on one request."""

    keyed = True

    choice = forms.ChoiceField(label=_("Your vote"), choices=MotionVote.Choice.choices, widget=forms.RadioSelect)
    reason = ReasonField(
        label=_("Reason"),
        required=False,
        help_text=_("Due when you vote against it or for putting it off. It goes into the minutes without your name."),
    )
