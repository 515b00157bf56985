"""Forms of the application outside its plan: start, facts, checks, the visit, the opinion, waivers, documents."""

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applicants.models import Application, Check, Opinion, Party
from applicants.models.plan import BaselineJob
from applicants.services.application import had_before
from audit.refusals import Invalid
from pages.fields import DateField, MoneyField, ReasonField
from pages.forms import SeedbedForm
from pages.numbers import parse_amount
from pages.problems import problems_of
from programmes.models import TrainingRule, Window


class RowChoice(forms.ModelChoiceField):
    """A choice of rows with a label made by `words(row)`."""

    def __init__(self, *, words, **kwargs):
        self.words = words
        super().__init__(**kwargs)

    def label_from_instance(self, row):
        return self.words(row)


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once: gives a list."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            return [] if not self.required else super().clean(None, initial)
        return [super(FilesField, self).clean(file, initial) for file in files]


def window_words(window):
    return f"{window.call.name}: {window.name} ({window.currency})"


class StartForm(SeedbedForm):
    """Opens a draft for one party. The currency of the amount is the window's."""

    keyed = True
    repeat_of = RowChoice(
        label=_("Begin with"),
        words=lambda row: _("What was written in %(ref)s, %(title)s") % {"ref": row.ref, "title": row.title},
        queryset=Application.objects.none(),
        widget=forms.RadioSelect,
        empty_label=_("An empty plan"),
        blank=True,
        required=False,
    )
    window = RowChoice(
        label=_("Call and window"),
        words=window_words,
        queryset=Window.objects.none(),
        error_messages={"required": _("Choose the call and window.")},
    )
    business = RowChoice(
        label=_("Business"),
        words=lambda row: f"{row.name}, {row.ref}",
        queryset=Party.objects.none(),
        required=False,
        empty_label=_("Not on the register yet"),
    )
    title = forms.CharField(
        label=_("What is it for?"),
        help_text=_("A few words, for example: a milk cooler for the cheese dairy."),
        max_length=200,
        error_messages={"required": _("Say in a few words what the money is for.")},
    )
    asked = forms.CharField(
        label=_("Asks for"),
        help_text=_("In the currency of the window. It can change while the plan is written."),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "sb-w-10", "inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("Enter the amount, for example 1,200.00")},
    )
    term_months = forms.IntegerField(
        label=_("Months to repay"),
        help_text=_("Only for a loan."),
        min_value=1,
        max_value=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "sb-w-4", "inputmode": "numeric"}),
    )

    def __init__(self, *args, windows, earlier, businesses, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["window"].queryset = windows
        self.fields["business"].queryset = businesses
        if earlier:
            self.fields["repeat_of"].queryset = earlier
        else:
            del self.fields["repeat_of"]
        if not businesses:
            del self.fields["business"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("asked") and cleaned.get("window"):
            try:
                cleaned["asked_amount"] = parse_amount(cleaned["asked"], cleaned["window"].currency)
            except Invalid as refused:
                self.add_error("asked", str(refused.sentence))
        return cleaned

    def arguments(self):
        facts = dict(self.cleaned_data)
        facts.pop("asked")
        return {**facts, "call": facts["window"].call}

    def refuse(self, refusal):
        if getattr(refusal, "field", None) == "asked_amount":
            refusal.field = "asked"
        super().refuse(refusal)


class FactsForm(SeedbedForm):
    """The facts beside the plan: title, window, business, term."""

    versioned = True
    title = forms.CharField(label=_("What is it for?"), max_length=200)
    window = RowChoice(label=_("Window"), words=window_words, queryset=Window.objects.none())
    business = RowChoice(
        label=_("Business"),
        words=lambda row: f"{row.name}, {row.ref}",
        queryset=Party.objects.none(),
        required=False,
        empty_label=_("Not on the register yet"),
    )
    term_months = forms.IntegerField(
        label=_("Months to repay"),
        min_value=1,
        max_value=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "sb-w-4", "inputmode": "numeric"}),
    )

    def __init__(self, *args, businesses, **kwargs):
        super().__init__(*args, **kwargs)
        application = self.instance
        self.fields["window"].queryset = application.call.windows.select_related("call")
        self.fields["business"].queryset = businesses
        if application.call.instrument != "loan":
            del self.fields["term_months"]
        for name in self.fields:
            if name != "version":
                self.initial.setdefault(name, getattr(application, name))


class AnswerForm(SeedbedForm):
    """A person's answer to one check."""

    result = forms.ChoiceField(
        label=_("Your answer"),
        choices=[(Check.Result.PASSED, Check.Result.PASSED.label), (Check.Result.FAILED, Check.Result.FAILED.label)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Answer passed or failed.")},
    )
    finding = forms.CharField(
        label=_("What was found"), help_text=_("Needed when it failed."), max_length=300, required=False
    )


class VerificationForm(SeedbedForm):
    """What somebody saw at the business. The posts are a table of their own (forms.plan.PostsTable)."""

    keyed = True
    on = DateField(label=_("Day of the visit"))
    confirmed = forms.TypedChoiceField(
        label=_("Is the business as the plan says?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the business is as the plan says.")},
    )
    seen = forms.CharField(
        label=_("What did you see?"),
        help_text=_("Rooms, animals, goods, books; whom you met."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        error_messages={"required": _("Say what was seen.")},
    )
    assets = forms.CharField(
        label=_("Assets found"),
        help_text=_("What the business owns already, one in a line."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        required=False,
    )
    sales_amount = MoneyField(label=_("Sales in a month"), least=0, required=False)
    profit_amount = MoneyField(label=_("Profit in a month"), least=None, required=False)
    household_income_amount = MoneyField(label=_("Household income in a month"), least=0, required=False)
    photos = FilesField(
        label=_("Photos"),
        help_text=_("One or more pictures. Place and camera are taken out of them."),
        required=False,
    )

    def __init__(self, *args, currency, posts, **kwargs):
        super().__init__(*args, **kwargs)
        self.posts = posts
        for name in ("sales_amount", "profit_amount", "household_income_amount"):
            self.fields[name].currency = currency

    def clean(self):
        cleaned = super().clean()
        if not self.posts.is_valid():
            self.add_error(None, _("Look at the posts that are marked."))
        return cleaned

    def arguments(self):
        return {**self.cleaned_data, **self.posts.arguments()}

    @cached_property
    def problems(self):
        return [*problems_of(self), *self.posts.row_problems]


class OpinionForm(SeedbedForm):
    keyed = True
    verdict = forms.ChoiceField(
        label=_("Your opinion"),
        choices=Opinion.Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Answer for or against.")},
    )
    text = forms.CharField(
        label=_("Why?"),
        help_text=_("One or two sentences for the committee."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        error_messages={"required": _("Say in a sentence or two why.")},
    )


class WaiverForm(SeedbedForm):
    """Letting an application go on without a training: only the exemptions that the rule names."""

    reason_code = forms.ChoiceField(
        label=_("Exemption"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the exemption.")},
    )
    reason = ReasonField(max_length=300)

    def __init__(self, *args, rule, application, **kwargs):
        super().__init__(*args, **kwargs)
        allowed = [code for code in TrainingRule.Waiver.values if code in rule.waivers]
        if not had_before(application).exists():
            allowed = [code for code in allowed if code != TrainingRule.Waiver.REPEAT]
        self.fields["reason_code"].choices = [(code, TrainingRule.Waiver(code).label) for code in allowed]


class DocumentForm(SeedbedForm):
    """A file that answers a required document."""

    versioned = True
    code = forms.ChoiceField(label=_("Which document is it?"))
    content = forms.FileField(
        label=_("File"),
        help_text=_("A picture, PDF, Word, Excel or OpenDocument file of up to 20 MB."),
        error_messages={"required": _("Choose a file.")},
    )

    def __init__(self, *args, labels, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [*labels, ("other", _("Another document"))]


SEXES = [(value, label) for value, label in BaselineJob._meta.get_field("holder_sex").choices]
