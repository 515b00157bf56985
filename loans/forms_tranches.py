"""Forms of tranches: the plan before the contract, and the words of their moves."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.fields import DateField, MoneyField
from pages.forms import SeedbedForm
from pages.moves import MoveForm


class PlanForm(SeedbedForm):
    """One row for each tranche that the product allows; rows left empty are left out, all empty pays out at once."""

    versioned = True
    keyed = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        loan = self.instance
        self.numbers = range(1, loan.product.most_tranches + 1)
        for number in self.numbers:
            fields = {
                "amount": MoneyField(
                    label=_("Tranche %(number)s: amount") % {"number": number}, currency=loan.currency, required=False
                ),
                "on": DateField(label=_("Tranche %(number)s: planned for") % {"number": number}, required=False),
                "condition": forms.CharField(
                    label=_("Tranche %(number)s: what must be shown before") % {"number": number},
                    max_length=300,
                    required=False,
                ),
            }
            planned = dict(loan.tranche_plan[number - 1]) if number <= len(loan.tranche_plan) else {}
            if planned:
                planned["on"] = date.fromisoformat(planned["on"])
            for name, field in fields.items():
                self.fields[f"{name}_{number}"] = field
                self.initial.setdefault(f"{name}_{number}", planned.get(name))

    def rows(self):
        """(number, bound amount, bound day, bound condition) for the table."""
        return [
            (number, *(self[f"{name}_{number}"] for name in ("amount", "on", "condition"))) for number in self.numbers
        ]

    def clean(self):
        given = super().clean()
        for number in self.numbers:
            amount, day = given.get(f"amount_{number}"), given.get(f"on_{number}")
            wrong = {f"amount_{number}", f"on_{number}"} & self.errors.keys()
            if not wrong and bool(amount) != bool(day):
                name = f"on_{number}" if amount else f"amount_{number}"
                self.add_error(name, _("A tranche has an amount and a day."))
            elif given.get(f"condition_{number}") and not amount and not wrong:
                self.add_error(f"amount_{number}", _("A tranche has an amount and a day."))
        return given

    def arguments(self):
        given = self.cleaned_data
        parts = [
            (given[f"amount_{number}"], given[f"on_{number}"], given[f"condition_{number}"])
            for number in self.numbers
            if given[f"amount_{number}"]
        ]
        return {"parts": parts, "version": given["version"], "key": given["key"]}


class ShownForm(MoveForm):
    """What the borrower showed before the tranche is paid out."""

    shown = forms.CharField(
        label=_("What was shown"),
        max_length=300,
        help_text=_("For example: the roof is on, seen on the spot on 12 May. A second person confirms it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
