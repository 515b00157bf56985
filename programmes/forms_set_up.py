"""Forms of the set-up: one for each part of a programme."""

import zoneinfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pages.fields import DateField, MoneyField
from pages.forms import SeedbedForm, SeedbedModelForm
from programmes.fields import LinesField, NotesField, NumbersField, SectorsField, SharesField, TranchesField
from programmes.models import (
    AmountBand,
    Call,
    Criterion,
    Definition,
    Donor,
    EligibilityRule,
    FundingLine,
    Holiday,
    Programme,
    RequiredDocument,
    TargetGroup,
    TrainingRule,
    Window,
)
from programmes.shares import WHOLE

SOURCES = [
    ("own_cash", _("Own cash")),
    ("own_in_kind", _("Own, in kind")),
    ("remittance", _("Remittance")),
    ("bank", _("Bank loan")),
    ("other", _("Other")),
]


class ListChoice(forms.MultipleChoiceField):
    """Boxes; none ticked means all."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)


def start_of_keys(programme):
    """What the keys of a programme's parts begin with.

    Keys are unique in the house. That one is taken tells the reader of nobody else's programme only when each keeps to
    its own.
    """
    return f"{programme.key}-"


def check_key(key, programme):
    """Raises ValidationError for a key of a part that does not begin with the programme's.

    Nor may it begin as the keys of another programme do whose own key begins with this one's.
    """
    start = start_of_keys(programme)
    if not key.startswith(start) or key == start:
        raise forms.ValidationError(_("The key begins with “%(start)s”.") % {"start": start})
    others = Programme.objects.filter(key__startswith=start).values_list("key", flat=True)
    if any(f"{key}-".startswith(f"{other}-") for other in others):
        raise forms.ValidationError(_("This key is kept free. Choose another ending."))
    return key


class PartForm(SeedbedModelForm):
    """A part of the set-up. `programme` is whose, `above` the row that a new one stands under."""

    fixed = ()
    relations = ()

    def __init__(self, *args, programme=None, above=None, **kwargs):
        self.programme, self.above = programme, above
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in self.fixed:
                self.fields.pop(name, None)
        if programme is not None and "key" in self.fields:
            self.initial.setdefault("key", start_of_keys(programme))
        if self.instance.pk and hasattr(self.instance, "version"):
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
            self.initial["version"] = self.instance.version
        self.fields["reason"] = forms.CharField(
            label=_("Why it changes"),
            help_text=_("Needed once applications were handed in under the call."),
            max_length=300,
            required=False,
        )

    def clean_key(self):
        key = self.cleaned_data["key"]
        return check_key(key, self.programme) if self.programme is not None else key

    def arguments(self):
        data = self.cleaned_data
        return {
            "row": self.instance,
            "relations": {name: data[name] for name in self.relations if name in data},
            "changed": [name for name in self.changed_data if name not in ("reason", "version")],
            "reason": data.get("reason", ""),
            "version": data.get("version"),
        }

    def _get_validation_exclusions(self):
        # What the service attaches is not on the form; the model's own checks of the rest still run.
        return super()._get_validation_exclusions() | {"programme", "call", "window", "position", "number", "country"}


class ProgrammeForm(PartForm):
    """What a programme is called, where and when it works, in which money."""

    fixed = ("key", "currency")
    relations = ("region_names",)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(name, name) for name in sorted(zoneinfo.available_timezones()) if "/" in name]
    )
    language = forms.ChoiceField(label=_("Second language of papers"), choices=settings.LANGUAGES)
    starts_on = DateField(label=_("Starts"))
    ends_on = DateField(label=_("Ends"), required=False)
    region_names = LinesField(label=_("Regions, one a line"))
    sectors = SectorsField(
        label=_("DAC sectors"),
        required=False,
        help_text=_("For open data. Code and percent, one a line, such as 32130: 60. Together they are 100."),
    )
    notes_and_coins = NotesField(
        label=_("Notes and coins"),
        required=False,
        help_text=_(
            "Only where the count of the cash box lists others. One currency a line: KGS: 5000 2000 1000 0.50."
        ),
    )

    class Meta:
        model = Programme
        fields = (
            "key",
            "name",
            "neutral_name",
            "confidential",
            "country",
            "place_name",
            "place_footnote",
            "illustrative",
            "time_zone",
            "language",
            "currency",
            "starts_on",
            "ends_on",
            "sectors",
            "notes_and_coins",
            "backdate_days",
            "complaint_ack_days",
            "complaint_answer_days",
            "complaint_keep_months",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["region_names"] = list(self.instance.regions.values_list("name", flat=True))
        else:
            del self.fields["reason"]

    def clean_country(self):
        return self.cleaned_data["country"].upper()

    def clean_currency(self):
        return self.cleaned_data["currency"].upper()

    def clean(self):
        data = super().clean()
        if data.get("ends_on") and data.get("starts_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The last day lies before the first."))
        return data


class PlacesForm(SeedbedForm):
    """Towns and villages, one a line: region; district; village."""

    places = forms.CharField(
        label=_("Towns and villages"),
        help_text=_("One a line, for example: Lori; Stepanavan; Gyulagarak"),
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=200_000,
    )

    def clean_places(self):
        found = []
        for number, line in enumerate(self.cleaned_data["places"].splitlines(), 1):
            parts = [part.strip() for part in line.split(";")]
            if not line.strip():
                continue
            if len(parts) != 3 or not all(parts) or any(len(part) > 80 for part in parts):
                raise forms.ValidationError(
                    _("Line %(number)s is not “region; district; village”: %(line)s"),
                    params={"number": number, "line": line[:80]},
                )
            found.append(tuple(parts))
        return found


class LineForm(PartForm):
    fixed = ("key",)
    donor_name = forms.CharField(
        label=_("A new donor"), help_text=_("If the donor is not in the list."), max_length=160, required=False
    )
    ceiling_amount = MoneyField(
        label=_("Ceiling"), least=0, help_text=_("0 for a revolving fund: its limit is its cash.")
    )
    starts_on = DateField(label=_("Eligible from"))
    ends_on = DateField(label=_("Eligible to"), required=False)

    class Meta:
        model = FundingLine
        fields = (
            "key",
            "name",
            "donor",
            "donor_name",
            "donor_iati_ref",
            "currency",
            "kind",
            "ceiling_amount",
            "starts_on",
            "ends_on",
            "rate_rule",
            "translation",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["donor"].required = False
        # A donor of a programme that is not the reader's may be a secret: only donors of this one are offered.
        self.fields["donor"].queryset = Donor.objects.filter(funding_lines__programme=self.programme).distinct()
        typed = (self.data.get("currency") or self.instance.currency or self.programme.currency).upper()
        self.fields["ceiling_amount"].currency = typed[:3]
        self.initial.setdefault("currency", self.programme.currency)

    def clean_currency(self):
        return self.cleaned_data["currency"].upper()

    def clean(self):
        data = super().clean()
        if not data.get("donor") and not (data.get("donor_name") or "").strip():
            self.add_error("donor", _("Choose a donor, or write the name of a new one."))
        return data

    def arguments(self):
        found = super().arguments()
        name = (self.cleaned_data.get("donor_name") or "").strip()
        if name and not self.cleaned_data.get("donor"):
            found["row"].donor = Donor.objects.get_or_create(key=f"{self.programme.key}-{_key(name)}", name=name)[0]
        return found


def _key(text):
    return "".join(letter for letter in text.lower().replace(" ", "-") if letter.isascii())[:30].strip("-") or "donor"


ATTRIBUTION = ("attribution_share", "attribution_method", "displacement_share")


class DefinitionForm(PartForm):
    effective_from = DateField(label=_("In force from"))

    class Meta:
        model = Definition
        fields = (
            "effective_from",
            "direct_rule",
            "women_run",
            "full_time_hours",
            "short_term_months",
            "full_time_days",
            "attribution_share",
            "attribution_method",
            "displacement_share",
            "two_x_leaders_pct",
            "two_x_workers_pct",
            "note",
        )

    def clean(self):
        found = super().clean()
        said = [found.get(name) not in (None, "") for name in ATTRIBUTION]
        for name in ("attribution_share", "displacement_share"):
            if found.get(name) is not None and not 0 <= found[name] <= 1:
                self.add_error(name, _("Between 0 and 1."))
        for name in ("two_x_leaders_pct", "two_x_workers_pct"):
            if found.get(name) is not None and not 0 < found[name] < 100:
                self.add_error(name, _("Above 0 and below 100."))
        if any(said) and not all(said):
            missing = next(name for name, there in zip(ATTRIBUTION, said, strict=True) if not there)
            self.add_error(missing, _("Attributable jobs need the part, how it was found, and the part displaced."))
        return found

    def clean_effective_from(self):
        last = self.programme.definitions.order_by("effective_from").last()
        day = self.cleaned_data["effective_from"]
        if last and day <= last.effective_from:
            raise forms.ValidationError(
                _("Version %(number)s is in force from %(day)s; a new one begins later."),
                params={"number": last.number, "day": f"{last.effective_from:%d.%m.%Y}"},
            )
        return day


class GroupForm(PartForm):
    fixed = ("code",)

    class Meta:
        model = TargetGroup
        fields = ("code", "name", "sensitive", "figure_code")


class HolidayForm(PartForm):
    on = DateField(label=_("Day"))

    class Meta:
        model = Holiday
        fields = ("on", "name")


class CallForm(PartForm):
    fixed = ("key", "instrument")
    opens_on = DateField(label=_("Opens"))
    closes_on = DateField(label=_("Closes"), required=False, help_text=_("Empty: a standing call."))
    visit_months = NumbersField(label=_("Visits after the first payment, months"), required=False)
    reasoned_values = NumbersField(label=_("Values that need a written reason"), required=False, most=100)

    class Meta:
        model = Call
        fields = (
            "key",
            "name",
            "instrument",
            "opens_on",
            "closes_on",
            "method",
            "quorum_number",
            "quorum_share_pct",
            "majority_pct",
            "odd_number",
            "tie_rule",
            "assessors",
            "third_assessor_pct",
            "reasoned_values",
            "blind",
            "consent_repeats",
            "recheck_selected",
            "total_threshold_pct",
            "verification_days",
            "screening_days",
            "list_days",
            "appeal_days",
            "appeal_answer_days",
            "duration_months",
            "visit_months",
        )

    def clean(self):
        data = super().clean()
        if data.get("closes_on") and data.get("opens_on") and data["closes_on"] < data["opens_on"]:
            self.add_error("closes_on", _("The last day lies before the first."))
        for name in ("quorum_share_pct", "majority_pct", "total_threshold_pct", "third_assessor_pct"):
            if (data.get(name) or 0) > 100:
                self.add_error(name, _("A percentage is at most 100."))
        if data.get("quorum_number") == 0:
            self.add_error("quorum_number", _("Somebody must decide: at least 1."))
        return data


class CopyForm(SeedbedForm):
    """A new call with the rules of an earlier one: only what must be different is asked."""

    key = forms.SlugField(label=_("Key"), max_length=40)
    name = forms.CharField(label=_("Call"), max_length=160)
    opens_on = DateField(label=_("Opens"))
    closes_on = DateField(label=_("Closes"), required=False, help_text=_("Empty: a standing call."))

    def __init__(self, *args, programme, **kwargs):
        super().__init__(*args, **kwargs)
        self.programme = programme
        self.initial.setdefault("key", start_of_keys(programme))

    def clean_key(self):
        return check_key(self.cleaned_data["key"], self.programme)


class WindowForm(PartForm):
    fixed = ("key",)
    relations = ("shares",)
    shares = SharesField(
        label=_("Other lines that share each award"),
        help_text=_(
            "One a line: key of the funding line and percent, as in water-line: 30. The line above takes the rest. "
            "It stays once money of the window is promised."
        ),
        max_length=800,
        required=False,
    )
    floor_amount = MoneyField(label=_("Least amount"))
    ceiling_amount = MoneyField(label=_("Ceiling"))
    aid_limit_amount = MoneyField(
        label=_("Limit of public aid to one applicant, with this grant"),
        least=0,
        required=False,
        help_text=_("Empty: there is none."),
    )
    cofinancing_sources = ListChoice(label=_("Sources that count (none ticked: all)"), choices=SOURCES)
    tranche_plan = TranchesField(
        label=_("Tranches"), help_text=_("One a line: percent and what must be shown first."), required=True
    )

    class Meta:
        model = Window
        fields = (
            "key",
            "name",
            "line",
            "floor_amount",
            "ceiling_amount",
            "cofinancing_pct",
            "cofinancing_base",
            "cofinancing_sources",
            "in_kind_cap_pct",
            "modality",
            "tranche_plan",
            "accounted_pct",
            "retention_pct",
            "acceptance_days",
            "overrun_pct",
            "aid_limit_amount",
            "aid_years",
            "purchases_required",
            "title_months",
            "visibility_text",
            "live_awards",
            "figure_code",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lines = FundingLine.objects.filter(programme=self.programme)
        self.fields["line"].queryset = lines
        chosen = next((row for row in lines if str(row.pk) == self.data.get("line")), None)
        line = chosen or (self.instance.line if self.instance.line_id else lines.first())
        for name in ("floor_amount", "ceiling_amount", "aid_limit_amount"):
            self.fields[name].currency = line.currency if line else self.programme.currency
        self.initial.setdefault("tranche_plan", [{"percent": 100, "deliverable": ""}])
        if self.instance.pk:
            shares = self.instance.shares.exclude(line=self.instance.line_id).select_related("line")
            self.initial["shares"] = {share.line.key: share.weight for share in shares}
        self.order_fields(["key", "name", "line", "shares"])

    def clean_shares(self):
        wanted = self.cleaned_data["shares"]
        lines = {line.key: line for line in FundingLine.objects.filter(programme=self.programme, key__in=wanted)}
        for key in wanted:
            if key not in lines:
                raise forms.ValidationError(_("“%(key)s” is no funding line of this programme."), params={"key": key})
        return {lines[key]: weight for key, weight in wanted.items()}

    def clean(self):
        data = super().clean()
        if data.get("shares") and data.get("line"):
            data["shares"] = {data["line"]: WHOLE - sum(data["shares"].values()), **data["shares"]}
        data["aid_limit_amount"] = data.get("aid_limit_amount") or 0
        if data.get("line"):
            self.instance.currency = data["line"].currency
        if data.get("floor_amount") and data.get("ceiling_amount") and data["floor_amount"] > data["ceiling_amount"]:
            self.add_error("ceiling_amount", _("The ceiling lies under the least amount."))
        retained = data.get("retention_pct") or 0
        if retained > 30 or (retained and data.get("modality") not in ("cash", "reimbursement")):
            self.add_error("retention_pct", _("At most 30 percent, and only of what is paid to the grantee itself."))
        return data


class BandForm(PartForm):
    from_amount = MoneyField(label=_("From which amount on"), least=0)

    class Meta:
        model = AmountBand
        fields = ("from_amount", "plan_form", "assessors", "quotes", "visits", "approvals", "consent")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        window = self.instance.window if self.instance.pk else self.above
        self.fields["from_amount"].currency = window.currency


class CriterionForm(PartForm):
    fixed = ("code",)
    guidance = LinesField(
        label=_("What each value means"), help_text=_("One a line, as in 5: very good."), pairs=True, required=False
    )

    class Meta:
        model = Criterion
        fields = ("section", "code", "question", "weight", "top", "section_threshold", "guidance")


class EligibilityForm(PartForm):
    """A check; its parameters stand as questions of their own."""

    fixed = ("code",)
    least = forms.IntegerField(label=_("Age: least years"), min_value=0, max_value=120, required=False)
    most = forms.IntegerField(label=_("Age: most years"), min_value=0, max_value=120, required=False)
    kinds = ListChoice(
        label=_("Who may apply"),
        choices=[
            ("person", _("Person")),
            ("household", _("Household")),
            ("group", _("Group")),
            ("enterprise", _("Enterprise")),
            ("municipality", _("Municipality")),
        ],
    )
    regions = LinesField(label=_("Only these regions, one a line"), required=False)

    class Meta:
        model = EligibilityRule
        fields = ("code", "kind", "question")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("least", "most", "kinds", "regions"):
            self.initial[name] = self.instance.parameters.get(name)

    def clean(self):
        data = super().clean()
        wanted = {"age": ("least", "most"), "applicant_kind": ("kinds",), "region": ("regions",)}
        names = wanted.get(data.get("kind"), ())
        self.instance.parameters = {name: data[name] for name in names if data.get(name) not in (None, "", [])}
        if data.get("kind") == "person" and not data.get("question"):
            self.add_error("question", _("Write the question that a person answers."))
        return data


class TrainingForm(PartForm):
    effective_from = DateField(label=_("Required from"))
    waivers = ListChoice(label=_("It may be waived for"), choices=TrainingRule.Waiver.choices)

    class Meta:
        model = TrainingRule
        fields = ("course_kind", "effective_from", "waivers")


class DocumentForm(PartForm):
    fixed = ("code",)
    plan_forms = ListChoice(label=_("Only for these plans (none ticked: all)"), choices=AmountBand.Form.choices)

    class Meta:
        model = RequiredDocument
        fields = ("code", "label", "plan_forms")
