"""Forms about users."""

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from pages.forms import ReasonField, SeedbedForm

PHONE = RegexValidator(r"^\+?[0-9 ()-]{5,}$", _("Write the phone number in figures, for example +374 93 00 01 23."))


def phone_field():
    return forms.CharField(
        label=_("Phone"),
        max_length=30,
        required=False,
        validators=[PHONE],
        widget=forms.TextInput({"type": "tel", "class": "sb-w-20", "autocomplete": "off"}),
    )


def language_field():
    return forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=forms.Select({"class": "sb-w-20"}), initial="en"
    )


class NewUserForm(SeedbedForm):
    keyed = True

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput({"class": "sb-w-20"}))
    email = forms.EmailField(
        label=_("Work e-mail"),
        widget=forms.EmailInput({"class": "sb-w-20", "autocomplete": "off", "spellcheck": "false"}),
    )
    staff_number = forms.CharField(
        label=_("Staff number"),
        max_length=40,
        help_text=User._meta.get_field("staff_number").help_text,
        validators=User._meta.get_field("staff_number").validators,
        widget=forms.TextInput({"class": "sb-w-10"}),
    )
    phone = phone_field()
    language = language_field()


class UserForm(SeedbedForm):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput({"class": "sb-w-20"}))
    email = forms.EmailField(
        label=_("Work e-mail"),
        widget=forms.EmailInput({"class": "sb-w-20", "autocomplete": "off", "spellcheck": "false"}),
    )
    phone = phone_field()
    is_active = forms.BooleanField(label=_("May sign in"), required=False)
    reason = ReasonField(required=False, help_text=_("Needed when you close an account."))

    def clean(self):
        data = super().clean()
        if self.instance.is_active and not data.get("is_active") and not data.get("reason"):
            self.add_error("reason", _("Say why the account is closed."))
        return data


class ResetSecondFactorForm(SeedbedForm):
    reason = ReasonField()


class PreferencesForm(SeedbedForm):
    language = language_field()
    theme = forms.ChoiceField(label=_("Light or dark"), choices=User.Theme.choices, widget=forms.RadioSelect)
    phone = phone_field()
