"""Pages of complaints for staff: writing one down from paper, receiving, handling, referring."""

import django_filters
import rules
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from applicants.complaint_facts import excluded_from, referral_person
from applicants.complaints import possible_handlers
from applicants.forms.complaints import (
    AnswerComplaintForm,
    ComplainedForm,
    HandlerForm,
    PaperComplaintForm,
    PassOnComplaintForm,
    ReferComplaintForm,
)
from applicants.models import Complaint
from applicants.services import (
    acknowledge_complaint,
    answer_complaint,
    name_complained,
    name_handler,
    pass_on_complaint,
    read_complaint,
    receive_complaint,
    refer_complaint,
)
from applicants.views.cases import sent
from applicants.views.complaint_box import received
from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.lists import Column, ListPage
from pages.moves import MoveForm, move_page
from programmes.clock import today

# verb: (service, form, what the page says before the button)
MOVES = {
    "acknowledge": (
        acknowledge_complaint,
        MoveForm,
        gettext_lazy("The person sees that somebody works on it, and by when it is answered."),
    ),
    "give_answer": (
        answer_complaint,
        AnswerComplaintForm,
        gettext_lazy("The person reads your answer with their code. If they left a way to reach them, use it as well."),
    ),
    "refer": (
        refer_complaint,
        ReferComplaintForm,
        gettext_lazy("From now on only the person responsible for protection reads it. You will not see it any more."),
    ),
    "pass_on": (
        pass_on_complaint,
        PassOnComplaintForm,
        gettext_lazy("It is not handled in this office. Say to whom it went."),
    ),
}


class ComplaintFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("About"), choices=Complaint.Kind.choices, empty_label=gettext_lazy("Anything")
    )
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=Complaint.State.choices, empty_label=gettext_lazy("Any")
    )

    class Meta:
        model = Complaint
        fields = ("kind", "state")


class ComplaintList(ListPage):
    key = "complaints"
    title = gettext_lazy("Complaints")
    lead = gettext_lazy("Those that you receive or handle. You see none that is about you or about a case of yours.")
    noun = (gettext_lazy("%(count)s complaint"), gettext_lazy("%(count)s complaints"))
    empty = gettext_lazy("No complaint that is yours to see.")
    columns = (
        Column("ref", gettext_lazy("Reference"), head=True, link=lambda row: row.get_absolute_url(), sort="ref"),
        Column("kind", gettext_lazy("About"), value="get_kind_display"),
        Column("programme", gettext_lazy("Programme"), value=lambda row: row.programme or row.public_name),
        Column("received", gettext_lazy("Received"), value="received_on", sort="received_on"),
        Column("due", gettext_lazy("Due"), value="due_on"),
        Column("handler", gettext_lazy("Handled by")),
        Column("state", gettext_lazy("State"), tag=True),
    )
    filterset = ComplaintFilter
    ordering = "-received_on"


@require_safe
def complaints(request):
    rows = Complaint.objects.visible_to(request.user).select_related("programme", "handler")
    buttons = []
    if rules.test_rule("applicants.enter_complaint", request.user, None):
        buttons.append((_("Write a complaint down"), reverse("applicants:enter_complaint"), "primary"))
    return ComplaintList(request, rows, buttons=buttons).response()


def _complaint(request, ref):
    """404 for whoever must not know of it, whatever their roles and flags."""
    rows = Complaint.objects.visible_to(request.user).select_related("programme", "handler", "application")
    return get_object_or_404(rows, ref=ref)


def _crumbs(complaint=None):
    crumbs = [(_("Complaints"), reverse("applicants:complaints"))]
    return [*crumbs, (complaint.ref, complaint.get_absolute_url())] if complaint else crumbs


@never_cache
@require_http_methods(["GET", "POST"])
def enter(request):
    """Staff write down what came on paper, by telephone or in person. They hand the code over and see no more of it."""
    if not rules.test_rule("applicants.enter_complaint", request.user, None):
        raise NotAllowed
    form = PaperComplaintForm(sent(request), initial={"on": today()})
    if form.is_bound:
        complaint = attempt(form, receive_complaint, by=request.user, language=get_language())
        if complaint is not None:
            return received(request, complaint)
    return form_page(
        request,
        form,
        title=_("Write a complaint down"),
        lead=_("In the person’s own words. You are shown a code once: give it to them with the reference."),
        submit=_("Take it in"),
        back="/",
    )


@never_cache
@require_safe
def complaint(request, ref):
    """One complaint, for its first receiver, its handler, or its referral person. That it was read is on the record."""
    row = _complaint(request, ref)
    row = read_complaint(complaint=row, on=today(row.programme), by=request.user)
    user = request.user
    return render(
        request,
        "complaints/complaint.html",
        {
            "title": row.get_kind_display(),
            "complaint": row,
            "on": today(row.programme),
            "crumbs": _crumbs(),
            "excluded": User.objects.filter(pk__in=excluded_from(row)).order_by("name"),
            "referral_person": referral_person(row) if row.is_referred else None,
            "may_name_handler": _is_open(row) and rules.test_rule("applicants.name_handler", user, row),
            "may_name_complained": _is_open(row) and rules.test_rule("applicants.name_complained", user, row),
            "history": history_of(row.ref, most=20),
        },
    )


def _is_open(row):
    return row.state in (Complaint.State.RECEIVED, Complaint.State.ACKNOWLEDGED)


@require_http_methods(["GET", "POST"])
def handler(request, ref):
    row = _complaint(request, ref)
    if not rules.test_rule("applicants.name_handler", request.user, row):
        raise NotAllowed
    form = HandlerForm(sent(request), people=possible_handlers(row), initial={"handler": row.handler_id})
    given = {"complaint": row, "on": today(row.programme), "by": request.user}
    if form.is_bound and attempt(form, name_handler, **given) is not None:
        return done(request, _("The handler is named."), row)
    return form_page(
        request, form, title=_("Who handles it?"), back=row.get_absolute_url(), crumbs=_crumbs(row), submit=_("Name")
    )


@require_http_methods(["GET", "POST"])
def complained(request, ref):
    """Whom it is about. Whoever names themselves or a case of their own sees nothing of it from then on."""
    row = _complaint(request, ref)
    if not rules.test_rule("applicants.name_complained", request.user, row):
        raise NotAllowed
    people = User.objects.filter(is_active=True, memberships__isnull=False)
    if row.programme_id:
        people = people.filter(memberships__programme=row.programme_id)
    form = ComplainedForm(sent(request), people=people.distinct().order_by("name"))
    given = {"complaint": row, "on": today(row.programme), "by": request.user}
    if form.is_bound and attempt(form, name_complained, **given) is not None:
        seen = Complaint.objects.visible_to(request.user).filter(pk=row.pk).exists()
        return done(request, _("They are kept out."), row.get_absolute_url() if seen else "applicants:complaints")
    return form_page(
        request,
        form,
        title=_("Whom is it about?"),
        lead=_("They will not see the complaint, nor that there is one. This is not taken back."),
        submit=_("Keep them out"),
        back=row.get_absolute_url(),
        crumbs=_crumbs(row),
    )


@require_http_methods(["GET", "POST"])
def move(request, ref, verb):
    row = _complaint(request, ref)
    service, form, lead = MOVES.get(verb, (None, None, ""))
    if service is None:
        raise Http404
    return move_page(
        request,
        row,
        verb,
        service=service,
        form_class=form,
        on=today(row.programme),
        back=row.get_absolute_url(),
        to=reverse("applicants:complaints") if verb == "refer" else None,
        lead=lead,
    )
