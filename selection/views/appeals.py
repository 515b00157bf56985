"""Pages of appeals: the list with what is due, recording one, and answering it."""

import django_filters
import rules
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from applicants.models import Application
from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from pages.lists import Column, ListPage
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of
from selection import services
from selection.access import posted
from selection.appeal_forms import AnswerAppealForm, RecordAppealForm
from selection.appeals import answerers_of, deadline_of, deciders_of
from selection.models import Appeal

READERS = {Role.ADVISER, Role.SECRETARY, Role.MANAGER}


class AppealFilter(django_filters.FilterSet):
    which = django_filters.ChoiceFilter(
        label=gettext_lazy("Which"),
        choices=[
            ("open", gettext_lazy("Open")),
            ("late", gettext_lazy("Late")),
            ("answered", gettext_lazy("Answered")),
        ],
        empty_label=gettext_lazy("All"),
        method="in_state",
    )

    class Meta:
        model = Appeal
        fields = ("which",)

    def in_state(self, queryset, name, value):
        if value == "answered":
            return queryset.exclude(answered_on=None)
        return queryset.late(today()) if value == "late" else queryset.open()


class AppealList(ListPage):
    key = "appeals"
    title = gettext_lazy("Appeals")
    noun = (gettext_lazy("%(count)s appeal"), gettext_lazy("%(count)s appeals"))
    empty = gettext_lazy("No appeal.")
    columns = (
        Column(
            "application",
            gettext_lazy("Application"),
            value="application.ref",
            head=True,
            link=lambda row: row.get_absolute_url(),
            small=lambda row: row.application.applicant.name,
        ),
        Column("received", gettext_lazy("Received"), value="received_on", sort="received_on"),
        Column("due", gettext_lazy("Answer due"), value="due_on", sort="due_on"),
        Column("answered", gettext_lazy("Answered"), value="answered_on"),
        Column("state", gettext_lazy("State"), tag=True),
    )
    filterset = AppealFilter
    ordering = "due_on"


@require_safe
def appeals(request):
    """Appeals of the user's programmes: what is open, by when it is answered, and how the others went."""
    if not roles_of(request.user) & READERS:
        raise NotAllowed
    rows = Appeal.objects.visible_to(request.user)
    if request.desk.programme:
        rows = rows.filter(application__programme=request.desk.programme)
    found = AppealList(
        request,
        rows.select_related("application__applicant", "application__programme"),
        crumbs=[(_("Committee sessions"), reverse("selection:sessions"))],
    )
    found.summary = _summary(rows, today(request.desk.programme))
    return found.response()


def _summary(rows, day):
    """ "3 wait for an answer, 1 of them late" """
    waiting, late = rows.open().count(), rows.late(day).count()
    said = ngettext("%(count)s waits for an answer", "%(count)s wait for an answer", waiting) % {"count": waiting}
    return f"{said}, " + _("%(late)s of them late") % {"late": late} if late else said


def _crumbs(*more):
    return [(_("Appeals"), reverse("selection:appeals")), *more]


@require_http_methods(["GET", "POST"])
def record(request, ref):
    """The secretary or the adviser writes down what the applicant says."""
    application = get_object_or_404(Application.objects.visible_to(request.user).select_related("call"), ref=ref)
    if not rules.test_rule("selection.record_appeal", request.user, application):
        raise NotAllowed
    last_day = deadline_of(application)
    day = today(application.programme)
    form = RecordAppealForm(posted(request), initial={"on": day})
    if request.method == "POST":
        appeal = attempt(form, services.record_appeal, application=application, by=request.user)
        if appeal is not None:
            sentence = _("The appeal is recorded. The answer is due on %(date)s.")
            return done(request, sentence % {"date": f"{appeal.due_on:%d.%m.%Y}"}, appeal)
    lead = _("No decision stands that one could appeal against.")
    if last_day is not None:
        lead = _("%(state)s. An appeal is possible until %(date)s.") % {
            "state": application.state_label,
            "date": f"{last_day:%d.%m.%Y}",
        }
    return form_page(
        request,
        form,
        title=_("Record an appeal of %(ref)s") % {"ref": application.ref},
        lead=lead,
        submit=_("Record the appeal"),
        back=application.get_absolute_url(),
        crumbs=[(_("Applications"), "/applications/"), (application.ref, application.get_absolute_url())],
    )


@require_http_methods(["GET", "POST"])
def appeal(request, pk):
    """One appeal: what the applicant says, by when it is answered, by whom it can be, and the answer."""
    rows = Appeal.objects.visible_to(request.user).select_related(
        "application__applicant", "application__programme", "application__call", "received_by", "answered_by"
    )
    row = get_object_or_404(rows, pk=pk)
    application, day = row.application, today(row.application.programme)
    may = row.answered_on is None and rules.test_rule("selection.answer_appeal", request.user, row)
    had_a_hand = request.user.pk in deciders_of(application)
    if request.method == "POST" and not row.answered_on and not may:
        raise NotAllowed
    form = AnswerAppealForm(posted(request))
    if request.method == "POST":
        answered = attempt(form, services.answer_appeal, appeal=row, on=day, by=request.user)
        if answered is not None:
            return done(request, _("The appeal is answered."), answered)
    return form_page(
        request,
        form,
        title=_("Appeal of %(name)s") % {"name": application.applicant.name},
        submit=_("Answer the appeal"),
        crumbs=_crumbs(),
        template="selection/appeal.html",
        context={
            "appeal": row,
            "application": application,
            "may_answer": may and not had_a_hand,
            "had_a_hand": may and had_a_hand,
            "may_write": rules.test_rule("selection.write_letters", request.user, application),
            "answerers": [] if row.answered_on else answerers_of(application, day),
        },
    )
