"""Who owns and leads a business: asked once for every definition, and only what does not follow from the register."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applicants.models import Ownership
from applicants.models.ownership import FACTS, SHARES
from pages.fields import DateField, ReasonField
from pages.forms import SeedbedForm

ANSWERS = (("yes", _("Yes")), ("no", _("No")), ("", _("Not known")))
WORDS = {True: "yes", False: "no", None: ""}
HELP = {
    "women_owned_pct": _("For example 60. Empty: not known."),
    "woman_chief": _("One is enough, under whatever title she holds such a post."),
    "has_board": _("A board of directors or a supervisory board. Most small businesses have none."),
    "women_leaders_pct": _("Of those who answer to the owners or the board, such as heads of production or sales."),
    "women_workers_pct": _("Of all who work there, the owners as well."),
    "women_jobs_quality": _("Such as childcare, paid leave or a higher wage floor, written down and kept."),
    "two_x_minimum": _(
        "2X asks of every business rules against violence and harassment, care for people and environment, and "
        "somebody who answers for them. Say yes when somebody has checked all three."
    ),
}


class OwnershipForm(SeedbedForm):
    """`follows`: names of facts that the register tells; they are not asked. `last`: what was said before, or None."""

    on = DateField(label=_("As of"))

    def __init__(self, *args, follows=(), last=None, **kwargs):
        super().__init__(*args, **kwargs)
        for name in FACTS:
            if name in follows:
                continue
            label = Ownership._meta.get_field(name).verbose_name
            value = getattr(last, name) if last else None
            about = {"label": label[:1].upper() + label[1:], "help_text": HELP.get(name, ""), "required": False}
            if name in SHARES:
                box = forms.TextInput({"class": "sb-w-5", "inputmode": "decimal"})
                self.fields[name] = forms.DecimalField(
                    min_value=0, max_value=100, max_digits=5, decimal_places=2, widget=box, **about
                )
                self.initial.setdefault(name, value.normalize() if value is not None else None)
            else:
                self.fields[name] = forms.ChoiceField(choices=ANSWERS, widget=forms.RadioSelect, **about)
                self.initial.setdefault(name, WORDS[value])
        self.fields["reason"] = ReasonField(required=False)

    def arguments(self):
        found = super().arguments()
        answers = {word: value for value, word in WORDS.items()}
        return {
            name: answers[value] if name in FACTS and name not in SHARES else value for name, value in found.items()
        }
