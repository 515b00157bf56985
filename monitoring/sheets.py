"""Attendance sheets by pages: the rows of a project, a month's sheet read from a file, and the register of them."""

import rules
from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants.models import Party
from audit.refusals import Invalid, NotAllowed
from ledger.money import Money
from monitoring.attendance import record_attendance, register_attendance
from monitoring.models import AttendanceRow
from monitoring.workers import project_or_404
from pages.fields import DateField
from pages.forms import SeedbedForm, attempt, done, form_page
from pages.lists import Column, ListPage
from pages.sheets import read_table
from programmes.clock import today

HEADERS = ("worker", "days", "daily_wage", "registered", "paid_on")
MOST_WORKERS = 500
LONGEST_MONTH = 31


class AttendanceForm(SeedbedForm):
    """The sheet of a month as a file."""

    month = DateField(label=gettext_lazy("A day of the month"))
    upload = forms.FileField(
        label=gettext_lazy("The sheet"),
        help_text=gettext_lazy(
            "CSV or XLSX with the columns worker (P-000123), days (1-5, 8), daily_wage (17.00), registered (yes, no or "
            "empty) and paid_on (empty while the wage is not paid)."
        ),
    )

    def __init__(self, *args, application, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.application, self.user = application, user

    def clean_upload(self):
        try:
            table = read_table(self.cleaned_data["upload"], most_rows=MOST_WORKERS)
            if missing := [name for name in HEADERS if name not in table.headers]:
                raise Invalid(_("The column “%(name)s” is missing.") % {"name": missing[0]})
            return [self._row(row) for row in table.rows]
        except Invalid as refused:
            raise ValidationError(refused.sentence) from refused

    def _row(self, row):
        cells = row.cells
        ref = str(cells["worker"]).strip()
        worker = Party.objects.visible_to(self.user).filter(ref__iexact=ref, kind="person").first()
        if worker is None:
            raise Invalid(
                _("Row %(row)s: no person %(ref)s is on your register.") % {"row": row.number, "ref": ref[:20]}
            )
        answer = str(cells["registered"]).strip().lower()
        if answer not in ("yes", "no", ""):
            raise Invalid(_("Row %(row)s: registered is yes, no or empty.") % {"row": row.number})
        return {
            "worker": worker,
            "days": numbers(str(cells["days"]), row.number),
            "daily_amount": Money.parse(cells["daily_wage"], self.application.currency).minor,
            "registered": {"yes": True, "no": False}.get(answer),
            "paid_on": self._paid_on(cells["paid_on"]),
        }

    @staticmethod
    def _paid_on(value):
        try:
            return DateField(required=False).clean(value.date() if hasattr(value, "date") else value)
        except ValidationError as wrong:
            raise Invalid(wrong.messages[0]) from wrong

    def arguments(self):
        return {"month": self.cleaned_data["month"], "rows": self.cleaned_data["upload"]}


def numbers(text, row):
    """Days of a month as they are written, "1-5, 8": [1, 2, 3, 4, 5, 8]. Raises Invalid."""
    found = []
    for part in text.replace(";", ",").split(","):
        first, _dash, last = part.replace("–", "-").strip().partition("-")
        ends = [end.strip() for end in (first, last or first)]
        if not all(end.isascii() and end.isdigit() and 1 <= int(end[:3]) <= LONGEST_MONTH for end in ends):
            raise Invalid(_("Row %(row)s: write the days like 1-5, 8.") % {"row": row})
        found += range(int(ends[0]), int(ends[1]) + 1)
    return found


class AttendanceList(ListPage):
    key = "attendance"
    noun = (gettext_lazy("%(count)s row"), gettext_lazy("%(count)s rows"))
    empty = gettext_lazy("No sheet is entered yet.")
    columns = (
        Column("worker", gettext_lazy("Worker"), value="worker.name", head=True, small=lambda row: row.worker.ref),
        Column("month", gettext_lazy("Month"), value=lambda row: f"{row.sheet.month:%m.%Y}"),
        Column("days", gettext_lazy("Days"), value=lambda row: ", ".join(map(str, row.days))),
        Column("worked", gettext_lazy("Days worked"), value="person_days", number=True),
        Column("daily", gettext_lazy("Daily wage"), value=lambda row: row.money("daily_amount"), number=True),
        Column("wage", gettext_lazy("Wage"), value=lambda row: row.money("wage_amount"), number=True),
        Column("paid", gettext_lazy("Paid"), value="paid_on"),
        Column("register", gettext_lazy("Register"), value=lambda row: _("On it") if row.job_id else _("Not yet")),
    )


@login_required
def sheets(request, ref):
    project = project_or_404(request, ref)
    rows = AttendanceRow.objects.filter(sheet__application=project).select_related("sheet__application", "worker")
    buttons = []
    if rules.test_rule("monitoring.record_workers", request.user, project):
        buttons.append((_("Enter a sheet"), reverse("monitoring:new_sheet", args=[ref]), "primary"))
        if rows.filter(job=None).exists():
            buttons.append((_("Put them on the register"), reverse("monitoring:register_sheets", args=[ref]), "plain"))
    crumbs = (
        (_("Workers’ registers"), reverse("monitoring:registers")),
        (ref, reverse("monitoring:workers", args=[ref])),
    )
    title = _("Attendance of %(project)s") % {"project": project.title}
    return AttendanceList(request, rows, title=title, buttons=buttons, crumbs=crumbs).response()


def _project(request, ref):
    project = project_or_404(request, ref)
    if not rules.test_rule("monitoring.record_workers", request.user, project):
        raise NotAllowed()
    return project


@login_required
def new_sheet(request, ref):
    project = _project(request, ref)
    form = AttendanceForm(request.POST or None, request.FILES or None, application=project, user=request.user)
    back = reverse("monitoring:sheets", args=[ref])
    given = {"application": project, "on": today(project.programme), "by": request.user}
    if request.method == "POST" and attempt(form, record_attendance, **given) is not None:
        return done(request, _("The sheet is entered."), back)
    title = _("Attendance and wages of a month")
    return form_page(request, form, title=title, submit=_("Enter the sheet"), back=back, lead=project.title)


@login_required
def register_sheets(request, ref):
    project = _project(request, ref)
    form = SeedbedForm(request.POST or None)
    given = {"application": project, "on": today(project.programme), "by": request.user}
    if request.method == "POST" and attempt(form, register_attendance, **given) is not None:
        return done(request, _("The sheets are on the register."), reverse("monitoring:workers", args=[ref]))
    return form_page(
        request,
        form,
        title=_("Put the sheets on the register"),
        submit=_("Put them on it"),
        back=reverse("monitoring:sheets", args=[ref]),
        lead=_("Each worker gets one row: the sum of the sheets. Another person verifies it."),
    )
