"""Forms of budget, costs and amendments. Amounts are typed in major units and cleaned to minor units."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.forms import currencies_of
from grants.models import BudgetLine, Tranche, Vat
from grants.standing import standing
from pages.fields import DateField, MoneyField, ReasonField
from pages.forms import SeedbedForm

SPARE = 2


class RowsForm(SeedbedForm):
    """Rows of equal fields, `names` in each; a row whose first field is empty is left out."""

    names = ()

    def fill(self, count, row_fields, initial):
        """Add `count` rows; `row_fields()` gives one row's fields by name, `initial` rows of values."""
        hidden = {name: self.fields.pop(name) for name in ("version", "key") if name in self.fields}
        self.numbers = range(1, count + 1)
        for number in self.numbers:
            for name, field in row_fields(number).items():
                self.fields[f"{name}_{number}"] = field
        self.fields.update(hidden)
        for number, row in enumerate(initial, 1):
            self.initial.update({f"{name}_{number}": value for name, value in row.items()})

    def rows(self):
        given = self.cleaned_data
        found = [{name: given.get(f"{name}_{number}") for name in self.names} for number in self.numbers]
        return [row for row in found if row[self.names[0]]]


class BudgetForm(RowsForm):
    """What the money may buy, line by line."""

    versioned = True
    names = ("label", "net_amount", "grant_amount", "vat_amount", "vat", "certificate", "eligible")

    def __init__(self, *args, award, **kwargs):
        super().__init__(*args, **kwargs)
        self.award = award
        held = [{name: getattr(line, name) for name in self.names} for line in award.budget.all()]
        self.fill(len(held) + SPARE, self._row, held)

    def _row(self, number):
        from_award = self.award.budget.model._meta.get_field("certificate").related_model.objects
        files = from_award.filter(case_ref=self.award.ref, withdrawn_on=None)
        currency = self.award.currency
        return {
            "label": forms.CharField(label=_("What for"), max_length=160, required=False),
            "net_amount": MoneyField(label=_("Cost without VAT"), currency=currency, required=False),
            "grant_amount": MoneyField(label=_("From the grant"), currency=currency, required=False, least=0),
            "vat_amount": MoneyField(label=_("VAT"), currency=currency, required=False, least=0),
            "vat": forms.ChoiceField(label=_("Who bears the VAT"), choices=Vat.choices, required=False),
            "certificate": forms.ModelChoiceField(
                label=_("Certificate of exemption"), queryset=files, required=False, empty_label=_("None")
            ),
            "eligible": forms.BooleanField(label=_("Eligible"), required=False, initial=True),
        }

    @property
    def sections(self):
        return [
            (_("Line %(number)s") % {"number": number}, tuple(f"{name}_{number}" for name in self.names))
            for number in self.numbers
        ]

    def arguments(self):
        lines = [
            {
                **row,
                "net_amount": row["net_amount"] or 0,
                "grant_amount": row["grant_amount"] or 0,
                "vat_amount": row["vat_amount"] or 0,
                "vat": row["vat"] or Vat.NONE,
            }
            for row in self.rows()
        ]
        return {"lines": lines, "version": self.cleaned_data["version"]}


class AidForm(RowsForm):
    """Public aid that the grantee received before."""

    versioned = True
    names = ("giver", "amount", "given_on")

    def __init__(self, *args, award, **kwargs):
        super().__init__(*args, **kwargs)
        self.award = award
        held = [{name: getattr(row, name) for name in self.names} for row in award.aid.all()]
        self.fill(len(held) + SPARE, self._row, held)

    def _row(self, _number):
        return {
            "giver": forms.CharField(label=_("Given by"), max_length=160, required=False),
            "amount": MoneyField(label=_("Amount"), currency=self.award.currency, required=False),
            "given_on": DateField(label=_("Given on"), required=False),
        }

    @property
    def sections(self):
        return [
            (_("Aid %(number)s") % {"number": number}, tuple(f"{name}_{number}" for name in self.names))
            for number in self.numbers
        ]

    def clean(self):
        data = super().clean()
        for number in self.numbers:
            given = [data.get(f"{name}_{number}") for name in self.names]
            if any(given) and not all(given):
                self.add_error(f"giver_{number}", _("Fill in all three, or none."))
        return data

    def arguments(self):
        return {"aid": self.rows(), "version": self.cleaned_data["version"]}


class WaiveForm(SeedbedForm):
    reason = ReasonField(help_text=_("Whom it would put in danger, and how. No names."))


class ScanForm(SeedbedForm):
    upload = forms.FileField(label=_("The scan or picture, with all signatures"))


class ExpenseForm(SeedbedForm):
    """A cost with its invoice."""

    keyed = True

    line = forms.ModelChoiceField(label=_("Budget line"), queryset=BudgetLine.objects.none(), empty_label=None)
    supplier = forms.CharField(label=_("Supplier"), max_length=160)
    invoice_number = forms.CharField(
        label=_("Number of the invoice"), max_length=60, help_text=_("An invoice counts once, in any award.")
    )
    invoice_on = DateField(label=_("Date of the invoice"))
    currency = forms.ChoiceField(label=_("Currency of the invoice"), required=False)
    net_amount = MoneyField(label=_("Cost without VAT"))
    vat_amount = MoneyField(label=_("VAT"), least=0, required=False)
    tranche = forms.ModelChoiceField(
        label=_("From the tranche"), queryset=Tranche.objects.none(), required=False, empty_label=_("Not known")
    )
    upload = forms.FileField(label=_("The invoice as a file"), required=False)

    def __init__(self, *args, award, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = award.budget.filter(eligible=True)
        self.fields["tranche"].queryset = award.tranches.kept()
        codes = currencies_of(award)
        self.fields["currency"].choices = [(code, code) for code in codes]
        chosen = self.data.get("currency")
        for name in ("net_amount", "vat_amount"):
            self.fields[name].currency = chosen if chosen in codes else award.currency

    def arguments(self):
        return {**self.cleaned_data, "vat_amount": self.cleaned_data["vat_amount"] or 0}


class AcceptExpenseForm(SeedbedForm):
    """All of the eligible cost, less with a reason, or nothing."""

    versioned = True
    keyed = True

    amount = MoneyField(label=_("Accepted"), least=0, help_text=_("0 refuses the cost."))
    reason = ReasonField(required=False, help_text=_("Needed where not all of it is accepted."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = self.instance.award.currency


class AmendForm(RowsForm):
    """End, amount, tranches not yet requested, and budget as they are; what is changed here is proposed."""

    keyed = True
    names = ("amount", "kind", "cofinancing_amount", "modality", "due_on", "deliverables")
    line_names = ("label", "net_amount", "grant_amount")

    ends_on = DateField(label=_("Implementation ends"))
    award_amount = MoneyField(label=_("Grant"), help_text=_("It can only become less."))
    why = ReasonField(label=_("Why"))

    def __init__(self, *args, award, **kwargs):
        super().__init__(*args, **kwargs)
        self.award = award
        now = standing(award, ("ends_on", "amount", "tranches", "budget"))
        self.now = now
        self.fields["award_amount"].currency = award.currency
        self.initial.update({"ends_on": award.ends_on, "award_amount": award.amount})
        why = self.fields.pop("why")
        rows = [{**row, "deliverables": "\n".join(row["deliverables"])} for row in now["tranches"]]
        kept = [{name: row[name] for name in self.names} for row in rows]
        self.fill(len(kept) + 1, self._tranche, kept)
        self.line_numbers = range(1, len(now["budget"]) + 2)
        for number in self.line_numbers:
            for name, field in self._line().items():
                self.fields[f"line_{name}_{number}"] = field
        for number, row in enumerate(now["budget"], 1):
            self.initial.update({f"line_{name}_{number}": row[name] for name in self.line_names})
        self.fields["why"] = why

    def _tranche(self, _number):
        currency = self.award.currency
        return {
            "kind": forms.ChoiceField(label=_("Kind"), choices=Tranche.Kind.choices, required=False),
            "amount": MoneyField(label=_("Amount"), currency=currency, required=False),
            "cofinancing_amount": MoneyField(
                label=_("Own part that goes with it"), currency=currency, required=False, least=0
            ),
            "modality": forms.ChoiceField(
                label=_("How it is paid"), choices=Tranche.Modality.choices, initial=self.award.window.modality
            ),
            "due_on": DateField(label=_("Planned for"), required=False),
            "deliverables": forms.CharField(
                label=_("What is shown first, one in each line"),
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2}),
            ),
        }

    def _line(self):
        currency = self.award.currency
        return {
            "label": forms.CharField(label=_("What for"), max_length=160, required=False),
            "net_amount": MoneyField(label=_("Cost without VAT"), currency=currency, required=False),
            "grant_amount": MoneyField(label=_("From the grant"), currency=currency, required=False, least=0),
        }

    @property
    def sections(self):
        fixed = self.award.tranches.kept().exclude(state=Tranche.State.PLANNED).count()
        return [
            (_("The agreement"), ("ends_on", "award_amount")),
            *[
                (_("Tranche %(number)s") % {"number": fixed + number}, tuple(f"{name}_{number}" for name in self.names))
                for number in self.numbers
            ],
            *[
                (
                    _("Line %(number)s of the budget") % {"number": number},
                    tuple(f"line_{name}_{number}" for name in self.line_names),
                )
                for number in self.line_numbers
            ],
        ]

    def arguments(self):
        given = self.cleaned_data
        held = [row["number"] for row in self.now["tranches"]]
        last = max(self.award.tranches.kept().values_list("number", flat=True), default=0)
        tranches = [
            {
                "number": held[place] if place < len(held) else last + 1 + place - len(held),
                "kind": row["kind"] or Tranche.Kind.PART,
                "amount": row["amount"],
                "cofinancing_amount": row["cofinancing_amount"] or 0,
                "modality": row["modality"],
                "due_on": row["due_on"].isoformat() if row["due_on"] else None,
                "deliverables": [text.strip() for text in row["deliverables"].splitlines() if text.strip()],
            }
            for place, row in enumerate(self.rows())
        ]
        budget = [
            {
                "position": number,
                "label": given[f"line_label_{number}"],
                "net_amount": given[f"line_net_amount_{number}"] or 0,
                "grant_amount": given[f"line_grant_amount_{number}"] or 0,
            }
            for number in self.line_numbers
            if given[f"line_label_{number}"]
        ]
        after = {
            "ends_on": given["ends_on"].isoformat(),
            "amount": given["award_amount"],
            "tranches": tranches,
            "budget": budget,
        }
        return {"after": after, "why": given["why"], "key": given["key"]}
