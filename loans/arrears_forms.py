"""Forms of the portfolio and of what is asked from late borrowers."""

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applicants.models import called
from loans.forms import DayForm, PeriodForm
from loans.models import NOTE_LENGTH, Loan, LoanContact, Reminder
from loans.portfolio import BUCKETS, bucket_word
from loans.services.provisions import field_of
from pages.fields import DateField, MoneyField, ReasonField
from pages.forms import SeedbedForm
from programmes.clock import today
from programmes.models import District

PORTFOLIO_PARTS = [
    ("", _("Not divided")),
    ("officer", _("Officer in charge")),
    ("district", _("District")),
    ("sex", _("Sex of who runs the business")),
    ("product", _("Product")),
]
LATE_BY = [("late30", _("More than 30 days late")), ("late90", _("More than 90 days late"))]
NEXT_STEPS = [("due", _("Due today or earlier")), ("none", _("None is planned"))]


class PortfolioForm(DayForm):
    by = forms.ChoiceField(label=_("Divided by"), choices=PORTFOLIO_PARTS, required=False)


class FundForm(PeriodForm):
    """The period of a fund statement, and the currency it is read in."""

    currency = forms.ChoiceField(label=_("In"), required=False)

    def __init__(self, *args, currencies, own, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [("", own), *((code, code) for code in currencies)]


class RatesForm(SeedbedForm):
    """A percentage for each group of lateness, and the day from which the table is in force."""

    keyed = True

    effective_from = DateField(label=_("In force from"))

    def __init__(self, *args, rates, **kwargs):
        super().__init__(*args, **kwargs)
        for bucket in BUCKETS:
            self.fields[field_of(bucket)] = forms.DecimalField(
                label=_("%(bucket)s, percent") % {"bucket": bucket_word(bucket)},
                min_value=0,
                max_value=100,
                decimal_places=2,
                max_digits=5,
                initial=rates.get(bucket),
            )

    def arguments(self):
        found = super().arguments()
        rates = {bucket: found.pop(field_of(bucket)) for bucket in BUCKETS}
        return {**found, "rates": rates}


class ReminderTextForm(SeedbedForm):
    """What a reminder says, so many days from the due date, in one language."""

    keyed = True

    days = forms.IntegerField(
        label=_("Days after the due date"), min_value=-30, max_value=365, help_text=_("Before it: a negative number.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("{amount}, {day} and {sender} are filled in. No names, no groups. Empty: nothing is sent."),
    )


class QuietHoursForm(SeedbedForm):
    keyed = True

    from_time = forms.TimeField(label=_("Quiet from"), help_text=_("For example 20:00"))
    to_time = forms.TimeField(label=_("Quiet to"), help_text=_("For example 9:00"))


class ReminderFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=Reminder.State.choices, empty_label=_("Any"))

    class Meta:
        model = Reminder
        fields = ()


class ContactForm(SeedbedForm):
    """A call or a visit, written down in one go."""

    keyed = True
    sections = (
        (_("What happened"), ("kind", "on", "result", "note")),
        (_("If there is a promise"), ("promised_amount", "promised_on")),
        (_("What comes next"), ("next_step", "next_on")),
        ("", ("reason",)),
    )

    kind = forms.ChoiceField(label=_("How"), choices=LoanContact.Kind.choices, widget=forms.RadioSelect)
    on = DateField(label=_("Day"))
    result = forms.ChoiceField(label=_("What came of it"), choices=LoanContact.Result.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the next person should know. No health, no family matters."),
    )
    promised_amount = MoneyField(label=_("Will pay"), required=False)
    promised_on = DateField(label=_("Will be paid by"), required=False)
    next_step = forms.ChoiceField(
        label=_("Next step"), required=False, choices=[("", _("None")), *LoanContact.Step.choices]
    )
    next_on = DateField(label=_("On"), required=False)
    reason = ReasonField(
        label=_("Why it is entered late"), required=False, help_text=_("Only for a talk of an earlier week.")
    )

    def __init__(self, *args, loan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["promised_amount"].currency = loan.currency


class ArrearsFilter(django_filters.FilterSet):
    """The filters of the late loans: whom to ask next."""

    q = django_filters.CharFilter(label=_("Name or reference"), method="matching")
    lateness = django_filters.ChoiceFilter(label=_("Lateness"), choices=LATE_BY, method="by_days", empty_label=_("Any"))
    district = django_filters.ModelChoiceFilter(
        label=_("District"),
        field_name="borrower__village__district",
        queryset=District.objects.none(),
        empty_label=_("Any"),
    )
    adviser = django_filters.ModelChoiceFilter(
        label=_("Officer in charge"),
        field_name="application__adviser",
        queryset=User.objects.none(),
        empty_label=_("Any"),
    )
    step = django_filters.ChoiceFilter(label=_("Next step"), choices=NEXT_STEPS, method="by_step", empty_label=_("Any"))

    class Meta:
        model = Loan
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        seen = Loan.objects.visible_to(self.request.user).outstanding().order_by()
        self.filters["district"].queryset = District.objects.filter(pk__in=seen.values("borrower__village__district"))
        self.filters["adviser"].queryset = User.objects.filter(pk__in=seen.values("application__adviser"))

    def matching(self, rows, _name, text):
        return rows.filter(Q(ref__iexact=text.strip()) | called(text, "borrower"))

    def by_days(self, rows, _name, value):
        day = today(self.request.desk.programme)
        return rows.filter(pk__in=Loan.objects.at_risk(day, {"late30": 30, "late90": 90}[value]).values("pk"))

    def by_step(self, rows, _name, value):
        if value == "none":
            return rows.filter(next_on=None)
        return rows.filter(next_on__lte=today(self.request.desk.programme))
