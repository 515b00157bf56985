"""Forms for letters: their words, the language of a batch, how they were sent."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pages.fields import RowsField
from pages.forms import DateField, SeedbedForm
from programmes.clock import today
from selection.models import Letter


class LetterTextForm(SeedbedForm):
    """The words of one kind of letter."""

    subject = forms.CharField(label=_("Subject"), max_length=160)
    body = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 16}),
        max_length=6000,
        help_text=_("An empty line begins a new paragraph. What stands in braces is filled in for each applicant."),
    )


class WriteLettersForm(SeedbedForm):
    """Write what waits, in one language."""

    keyed = True
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class SentForm(SeedbedForm):
    """Ticked letters left the office on a day by one means."""

    keyed = True
    letters = RowsField(
        Letter.objects.none(),
        label=_("Letters"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one letter.")},
    )
    means = forms.ChoiceField(label=_("How they were sent"), choices=[("", _("Choose")), *Letter.Means.choices])
    on = DateField(label=_("Sent on"))

    def __init__(self, *args, letters, programme, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["letters"].queryset = letters
        self.fields["on"].latest = today(programme)
        self.initial.setdefault("on", today(programme))

    @property
    def chosen(self):
        """Ticked rows; when the page is opened, all that can be sent."""
        if self.is_bound:
            return {str(pk) for pk in self.data.getlist("letters")}
        return {str(pk) for pk in self.fields["letters"].queryset.values_list("pk", flat=True)}
