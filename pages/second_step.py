"""The code of the second step, asked again where money is let go: on the form itself, whatever else it asks."""

from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.utils.translation import gettext_lazy as _


class CodedForm:
    """Mixin of a form that takes `user` (None: nobody is asked): who has a second step types its code, good once.

    It is looked at last, so that a form that is refused for something else burns none.
    """

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        if user is not None and is_mfa_enabled(user):
            self.fields["code"] = forms.CharField(
                label=_("Code of your second step"),
                help_text=_("From the app on your telephone, or a recovery code."),
                max_length=20,
                widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "class": "sb-w-10"}),
            )

    def clean(self):
        data = super().clean()
        if "code" in self.fields and not self.errors:
            asked = ReauthenticateForm({"code": data["code"].replace(" ", "")}, user=self.user)
            if not asked.is_valid():
                self.add_error("code", _("This code is wrong, or was used already. Wait for the next one."))
        return data

    def arguments(self):
        return {name: value for name, value in super().arguments().items() if name != "code"}
