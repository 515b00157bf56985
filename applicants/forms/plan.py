"""Forms of the plan: texts, and tables whose rows are typed at once. Totals come from the server."""

from datetime import date

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applicants.forms.applications import SEXES
from applicants.models import CashLine, FinanceSource
from applicants.services.plan import MOST_ROWS
from audit.refusals import Invalid
from pages.fields import MoneyField
from pages.forms import SeedbedForm
from pages.numbers import parse_amount, plain
from pages.problems import Problem, problems_of

BLANK_ROWS = 3


class TextForm(SeedbedForm):
    """One or two written parts of the plan."""

    versioned = True

    def __init__(self, *args, names, labels, hints=None, **kwargs):
        super().__init__(*args, **kwargs)
        for name in names:
            self.fields[name] = forms.CharField(
                label=labels[name],
                help_text=(hints or {}).get(name, ""),
                widget=forms.Textarea(attrs={"rows": 7}),
                max_length=6000,
                required=False,
            )


class Row(forms.Form):
    """A row of a table form. A row in which nothing is typed does not count."""

    use_required_attribute = False

    @property
    def is_blank(self):
        names = [name for name in self.fields if not isinstance(self.fields[name], forms.BooleanField)]
        typed = [self.data.get(self.add_prefix(name), "").strip() for name in names if name not in self.defaults]
        return not any(typed)

    defaults = ()

    def full_clean(self):
        if self.is_bound and self.is_blank:
            self._errors = forms.utils.ErrorDict()
            self.cleaned_data = {}
            return
        super().full_clean()


class MoneyRow(Row):
    def __init__(self, *args, currency, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = currency
                field.widget.attrs |= {"class": "", "size": 10}


def _figures(size):
    """A short box with the phone's keys for figures, and without arrows that change it by accident."""
    return forms.TextInput(attrs={"inputmode": "decimal", "size": size, "autocomplete": "off"})


def hours_field():
    return forms.DecimalField(label=_("Hours a week"), max_digits=4, decimal_places=1, initial=40, widget=_figures(6))


class InvestmentRow(MoneyRow):
    label = forms.CharField(label=_("Item"), max_length=160, error_messages={"required": _("Enter what it is.")})
    quantity = forms.IntegerField(label=_("How many"), min_value=1, max_value=1_000_000, initial=1, widget=_figures(6))
    unit_amount = MoneyField(label=_("Price of one"))
    own_amount = MoneyField(label=_("Own part"), least=0, required=False)
    defaults = ("quantity",)

    def clean_own_amount(self):
        return self.cleaned_data["own_amount"] or 0


class FinanceRow(MoneyRow):
    source = forms.ChoiceField(label=_("Source"), choices=FinanceSource.Source.choices)
    amount = MoneyField(label=_("Amount"))
    note = forms.CharField(label=_("Note"), max_length=160, required=False)
    defaults = ("source",)


class JobRow(Row):
    title = forms.CharField(label=_("Post"), max_length=120, error_messages={"required": _("Enter the post.")})
    posts = forms.IntegerField(label=_("How many"), min_value=1, max_value=10_000, initial=1, widget=_figures(4))
    hours_per_week = hours_field()
    exists_now = forms.BooleanField(label=_("Exists now"), required=False)
    for_women = forms.IntegerField(label=_("For women"), min_value=0, required=False, widget=_figures(4))
    for_target_group = forms.IntegerField(
        label=_("For the target group"), min_value=0, required=False, widget=_figures(4)
    )
    defaults = ("posts", "hours_per_week")


class PostRow(Row):
    title = forms.CharField(label=_("Post"), max_length=120, error_messages={"required": _("Enter the post.")})
    hours_per_week = hours_field()
    holder_sex = forms.ChoiceField(label=_("Who holds it"), choices=SEXES, initial="unknown")
    defaults = ("hours_per_week", "holder_sex")


class TableForm(SeedbedForm):
    """A form that is a table: `row_class` for each row, some blank rows at the end, the application's version.

    `argument` is what the service calls the rows. Without script, "More rows" saves and shows more blank ones.
    """

    versioned = True
    row_class = Row
    argument = "rows"
    prefix_of_rows = "row"

    def __init__(self, *args, stored=(), currency="", **kwargs):
        super().__init__(*args, **kwargs)
        self.currency = currency
        count = len(stored) + BLANK_ROWS
        if self.is_bound:
            count = self._typed_rows()
        extra = {"currency": currency} if issubclass(self.row_class, MoneyRow) else {}
        self.rows = [
            self.row_class(
                self.data if self.is_bound else None,
                prefix=f"{self.prefix_of_rows}-{number}",
                initial=stored[number] if number < len(stored) else None,
                **extra,
            )
            for number in range(count)
        ]

    def _typed_rows(self):
        """One more than the highest row number in the answer, within bounds."""
        numbers = [
            int(part[1])
            for part in (name.split("-") for name in self.data)
            if len(part) == 3 and part[0] == self.prefix_of_rows and part[1].isdecimal() and len(part[1]) < 4
        ]
        return min(max(numbers, default=-1) + 1, MOST_ROWS + BLANK_ROWS)

    def clean(self):
        cleaned = super().clean()
        if not all(row.is_valid() for row in self.rows):
            self.add_error(None, _("Look at the rows that are marked."))
        return cleaned

    @property
    def typed(self):
        return [row for row in self.rows if row.cleaned_data]

    def arguments(self):
        given = {self.argument: [dict(row.cleaned_data) for row in self.typed]}
        if "version" in self.cleaned_data:
            given["version"] = self.cleaned_data["version"]
        return given

    @property
    def row_problems(self):
        """A line for each error of a row, leading to its box."""
        found = []
        for number, row in enumerate(self.rows, 1):
            if row.is_bound and row.errors:
                found += [
                    Problem(
                        _("Row %(number)s: %(sentence)s") % {"number": number, "sentence": one.sentence}, one.anchor
                    )
                    for one in problems_of(row)
                ]
        return found

    @cached_property
    def problems(self):
        return [*problems_of(self), *self.row_problems]


class InvestmentsTable(TableForm):
    row_class = InvestmentRow
    argument = "items"


class FinanceTable(TableForm):
    row_class = FinanceRow
    argument = "sources"


class JobsTable(TableForm):
    row_class = JobRow
    argument = "jobs"


class PostsTable(TableForm):
    """The posts that a verifier found; part of a larger page, so without a version of its own."""

    versioned = False
    row_class = PostRow
    argument = "jobs"
    prefix_of_rows = "post"


DEFAULT_LINES = (
    ("sales", _("Sales")),
    ("other_in", _("Other money in")),
    ("materials", _("Materials and goods")),
    ("wages", _("Wages")),
    ("other_out", _("Power, transport, rent")),
    ("household", _("Taken for the household")),
)
MOST_LINES = 20


def trimmed(minor, currency):
    """An amount as it is typed: "260" where there are no cents, else "260.50"."""
    text = plain(minor, currency)
    whole, dot, cents = text.partition(".")
    return whole if dot and not cents.strip("0") else text


class CashColumn:
    """One line of the cash flow, standing as a column: its kind, its name, and twelve boxes."""

    def __init__(self, number, kind, label, boxes):
        self.number, self.kind, self.label, self.boxes = number, kind, label, boxes
        self.errors = {}
        self.months = [0] * 12

    @property
    def incoming(self):
        return self.kind in CashLine.INCOMING

    @property
    def kind_name(self):
        return f"kind-{self.number}"

    @property
    def label_name(self):
        return f"label-{self.number}"


class CashFlowForm(SeedbedForm):
    """Twelve months by as many lines as the business has. An empty box means the same as the month before."""

    versioned = True
    cash_at_start_amount = MoneyField(label=_("Cash in hand at the start"), least=0, required=False)
    instalment_amount = MoneyField(
        label=_("Instalment each month"),
        help_text=_("What the plan is tested against. For a grant leave it empty."),
        least=0,
        required=False,
    )
    first = forms.ChoiceField(label=_("First month"))
    season = forms.CharField(
        label=_("Why are some months different?"),
        help_text=_("One or two sentences for the committee."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )

    def __init__(self, *args, stored, firsts, currency, **kwargs):
        """`stored`: (kind, label, months) of each line; `firsts`: ((ISO date, words), ...)."""
        super().__init__(*args, **kwargs)
        self.currency = currency
        for name in ("cash_at_start_amount", "instalment_amount"):
            self.fields[name].currency = currency
        self.fields["first"].choices = firsts
        self.columns = self._typed() if self.is_bound else self._stored(stored)

    def _stored(self, stored):
        rows = list(stored)
        kinds = {kind for kind, _label, _months in rows}
        rows += [(kind, str(label), None) for kind, label in DEFAULT_LINES if kind not in kinds]
        return [
            CashColumn(
                number,
                kind,
                label,
                ["" if months is None else trimmed(amount, self.currency) for amount in months or [0] * 12],
            )
            for number, (kind, label, months) in enumerate(rows)
        ]

    def _typed(self):
        columns = []
        for number in range(MOST_LINES):
            kind = self.data.get(f"kind-{number}", "")
            label = " ".join(self.data.get(f"label-{number}", "").split())[:120]
            boxes = [self.data.get(f"a-{number}-{month}", "").strip()[:40] for month in range(12)]
            if kind in CashLine.Kind.values and (label or any(boxes)):
                columns.append(CashColumn(number, kind, label or CashLine.Kind(kind).label, boxes))
        return columns

    @property
    def blank(self):
        """The number under which a further line is typed; None when there is no more room."""
        number = max((column.number for column in self.columns), default=-1) + 1
        return number if number < MOST_LINES else None

    @property
    def kinds(self):
        return CashLine.Kind.choices

    def clean_first(self):
        return date.fromisoformat(self.cleaned_data["first"])

    def clean(self):
        cleaned = super().clean()
        for column in self.columns:
            before = 0
            for month, text in enumerate(column.boxes):
                try:
                    before = parse_amount(text, self.currency) if text else before
                    if before < 0:
                        raise Invalid(_("An amount is not below zero: costs have their own columns."))
                except Invalid as refused:
                    column.errors[month] = str(refused.sentence)
                    before = 0
                column.months[month] = before
        if any(column.errors for column in self.columns):
            self.add_error(None, _("Look at the boxes that are marked."))
        return cleaned

    def arguments(self):
        facts = self.cleaned_data
        return {
            "version": facts["version"],
            "lines": [
                {"kind": column.kind, "label": column.label, "months": column.months}
                for column in self.columns
                if any(column.months) or any(column.boxes)
            ],
            "cash_at_start_amount": facts["cash_at_start_amount"] or 0,
            "instalment_amount": facts["instalment_amount"] or 0,
            "first_month": facts["first"],
            "season": facts["season"],
        }

    @cached_property
    def problems(self):
        found = problems_of(self)
        for column in self.columns:
            found += [
                Problem(f"{column.label}: {sentence}", f"a-{column.number}-{month}")
                for month, sentence in column.errors.items()
            ]
        return found
