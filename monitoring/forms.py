"""Forms of visits, jobs, action points and the workers' register."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applicants.models import Party
from monitoring.models import BaselineLoss, Employment, MonitoringVisit
from monitoring.services import MONEY_CODES
from pages.fields import DateField, MoneyField, ReasonField
from pages.forms import SeedbedForm
from pages.moves import MoveForm
from programmes.clock import today
from programmes.models import Region

MEASURED = (
    ("sales", _("Sales in a month")),
    ("profit", _("Profit in a month")),
    ("household_income", _("Household income in a month")),
    ("exports", _("Exports in a month")),
    ("imports_replaced", _("Imports replaced in a month")),
)
JOB_ROWS = (1, 2, 3)


class VisitFilter(django_filters.FilterSet):
    """The filters of the visits list."""

    q = django_filters.CharFilter(label=_("Name or reference"), method="by_text")
    state = django_filters.ChoiceFilter(label=_("State"), choices=MonitoringVisit.State.choices, empty_label=_("Any"))
    region = django_filters.ModelChoiceFilter(label=_("Region"), queryset=Region.objects.none(), empty_label=_("Any"))
    visitor = django_filters.ModelChoiceFilter(
        label=_("For whom"), field_name="assigned_to", queryset=User.objects.none(), empty_label=_("Anybody")
    )
    due = django_filters.ChoiceFilter(
        label=_("Due"), choices=[("missed", _("Due and not made"))], empty_label=_("Any"), method="by_day"
    )

    class Meta:
        model = MonitoringVisit
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        seen = MonitoringVisit.objects.visible_to(self.request.user).order_by()
        self.filters["region"].queryset = Region.objects.filter(pk__in=seen.values("region"))
        self.filters["visitor"].queryset = User.objects.filter(pk__in=seen.values("assigned_to"))

    def by_text(self, rows, _name, text):
        return rows.matching(text)

    def by_day(self, rows, _name, _value):
        return rows.missed(today(self.request.desk.programme))


class RecordForm(MoveForm):
    """What was seen: the state of the business, a few figures of a month, and the jobs that were found."""

    visited_on = DateField(label=_("Day of the visit"))
    business_state = forms.ChoiceField(
        label=_("The business is"), choices=MonitoringVisit.Business.choices, widget=forms.RadioSelect
    )
    findings = forms.CharField(label=_("What was seen"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        currency = self.instance.application.currency
        for code, label in MEASURED:
            self.fields[code] = MoneyField(label=label, currency=currency, least=0, required=False)
        self.fields["users_served"] = forms.IntegerField(label=_("Users served"), min_value=0, required=False)
        for row in JOB_ROWS:
            self._job_fields(row)
        self.sections = (
            (_("The visit"), ("visited_on", "business_state", "findings")),
            (_("Figures of the last month"), (*[code for code, _label in MEASURED], "users_served")),
            *((_("Job %(number)s found") % {"number": row}, self._names(row)) for row in JOB_ROWS),
        )

    def _names(self, row):
        return tuple(f"job{row}_{name}" for name in ("title", "hours", "person", "starts_on", "kind", "evidenced_on"))

    def _job_fields(self, row):
        title, hours, person, starts_on, kind, evidenced_on = self._names(row)
        self.fields[title] = forms.CharField(label=_("Post"), max_length=120, required=False)
        self.fields[hours] = forms.DecimalField(
            label=_("Hours a week"), min_value=1, max_value=80, decimal_places=1, max_digits=4, required=False
        )
        self.fields[person] = forms.CharField(
            label=_("Person in it"), help_text=_("Reference on the register, for example P-000123"), required=False
        )
        self.fields[starts_on] = DateField(label=_("Employed since"), required=False)
        self.fields[kind] = forms.ChoiceField(
            label=_("Means of verification"),
            choices=[("", "-"), *Employment._meta.get_field("evidence_kind").choices],
            required=False,
        )
        self.fields[evidenced_on] = DateField(label=_("Date of the evidence"), required=False)

    def clean(self):
        data = super().clean()
        for row in JOB_ROWS:
            names = self._names(row)
            if not any(data.get(name) for name in names):
                continue
            for name in names:
                if not data.get(name):
                    self.add_error(name, _("A job needs each of its six answers."))
            ref = (data.get(names[2]) or "").strip()
            if ref:
                person = Party.objects.visible_to(self.user).filter(ref__iexact=ref, kind="person").first()
                if person is None:
                    self.add_error(names[2], _("No person with this reference is on your register."))
                data[f"job{row}"] = person
        return data

    def arguments(self):
        data = self.cleaned_data
        measured = {code: data[code] for code in (*sorted(MONEY_CODES), "users_served") if data.get(code) is not None}
        return {
            "version": data["version"],
            "key": data["key"],
            "business_state": data["business_state"],
            "findings": data["findings"],
            "measurements": measured,
            "jobs": [self._job(row) for row in JOB_ROWS if data.get(f"job{row}")],
        }

    def _job(self, row):
        data = self.cleaned_data
        title, hours, _person, starts_on, kind, evidenced_on = self._names(row)
        return {
            "title": data[title],
            "hours_per_week": data[hours],
            "created_on": data[starts_on],
            "employments": [
                {
                    "person": data[f"job{row}"],
                    "starts_on": data[starts_on],
                    "evidence_kind": data[kind],
                    "evidenced_on": data[evidenced_on],
                }
            ],
        }


class PlanForm(SeedbedForm):
    planned_on = DateField(label=_("Planned for"))
    assigned_to = forms.ModelChoiceField(label=_("Who goes"), queryset=User.objects.none())

    def __init__(self, *args, application, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assigned_to"].queryset = User.objects.filter(
            memberships__programme=application.programme_id,
            memberships__role__in=["adviser", "field_agent", "monitoring", "loan_officer"],
            is_active=True,
        ).distinct()


class ActionForm(SeedbedForm):
    text = forms.CharField(label=_("What must be done"), max_length=200)
    owner = forms.ModelChoiceField(label=_("By whom"), queryset=User.objects.none())
    due_on = DateField(label=_("By when"))

    def __init__(self, *args, visit, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = (
            User.objects.filter(memberships__programme=visit.programme_id, is_active=True)
            .exclude(memberships__role="donor")
            .distinct()
        )


class NoteForm(SeedbedForm):
    note = forms.CharField(label=_("How it was done"), max_length=200)


class EndForm(SeedbedForm):
    ended_on = DateField(label=_("Last day"))
    reason = ReasonField(required=False)


class LossForm(SeedbedForm):
    what = forms.ChoiceField(label=_("What happened"), choices=BaselineLoss.What.choices, widget=forms.RadioSelect)
    lost_on = DateField(label=_("Last day"))
    reason = ReasonField(required=False)


class WorkerForm(SeedbedForm):
    """One worker of the register."""

    keyed = False
    person = forms.CharField(label=_("Worker"), help_text=_("Reference on the register, for example P-000123"))
    starts_on = DateField(label=_("First day"))
    ends_on = DateField(label=_("Last day"))
    person_days = forms.IntegerField(label=_("Days worked"), min_value=1, max_value=366)
    registered = forms.ChoiceField(
        label=_("Registered at an employment centre"),
        choices=[("yes", _("Yes")), ("no", _("No")), ("", _("Not known"))],
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args, application, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["wage_amount"] = MoneyField(label=_("Wages paid"), currency=application.currency, least=0)

    def clean_person(self):
        ref = self.cleaned_data["person"].strip()
        person = Party.objects.visible_to(self.user).filter(ref__iexact=ref, kind="person").first()
        if person is None:
            raise forms.ValidationError(_("No person with this reference is on your register."))
        return person

    def arguments(self):
        data = self.cleaned_data
        answer = {"yes": True, "no": False}.get(data["registered"])
        return {
            "rows": [
                {
                    "worker": data["person"],
                    "starts_on": data["starts_on"],
                    "ends_on": data["ends_on"],
                    "person_days": data["person_days"],
                    "wage_amount": data["wage_amount"],
                    "registered": answer,
                }
            ]
        }
