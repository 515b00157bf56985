"""Pages of the application: the list, a new one, the case itself, its moves and its history."""

import rules
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants.forms.applications import StartForm
from applicants.holds import holds_on
from applicants.lists import ApplicationList
from applicants.models import Application, Party
from applicants.panels import panels_for
from applicants.public_status import public_status
from applicants.services import (
    fail_checks,
    lapse_application,
    pass_checks,
    return_application,
    start_application,
    submit_application,
    withdraw_application,
)
from applicants.summary import next_step
from applicants.views.cases import find_case, in_chosen_programme, opened, sent
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.moves import MoveForm, ReasonedMoveForm, move_page
from programmes.clock import today
from programmes.models import Role, Window
from programmes.roles import holds, roles_of

# verb: (service, form, what the page says before the button)
MOVES = {
    "submit": (
        submit_application,
        MoveForm,
        gettext_lazy("The plan is frozen as it is now and goes to the committee's secretary. You cannot edit it then."),
    ),
    "return_for_revision": (
        return_application,
        ReasonedMoveForm,
        gettext_lazy("The adviser can edit it again. Say what is missing: the adviser reads your words."),
    ),
    "pass_checks": (pass_checks, MoveForm, gettext_lazy("It is eligible and can go into a session.")),
    "fail_checks": (
        fail_checks,
        ReasonedMoveForm,
        gettext_lazy("It ends here, unless an appeal is upheld. The applicant is told the reason."),
    ),
    "lapse": (lapse_application, ReasonedMoveForm, gettext_lazy("It leaves the reserve list and counts as rejected.")),
    "withdraw": (
        withdraw_application,
        ReasonedMoveForm,
        gettext_lazy("The applicant does not want it any more. It cannot be brought back; a new one can be started."),
    ),
}


def applications(request):
    rows = Application.objects.visible_to(request.user).select_related(
        "applicant__village__district__region", "region", "adviser", "call", "window"
    )
    buttons = []
    if Role.ADVISER in roles_of(request.user):
        buttons.append((_("New application"), "/applications/new/", "primary"))
    buttons.append((_("People and businesses"), "/applicants/", "plain"))
    return ApplicationList(request, in_chosen_programme(request, rows), buttons=buttons).response()


def new_application(request):
    """Choose the party, then say what it asks for. `?party=P-000123` skips the first step."""
    if Role.ADVISER not in roles_of(request.user):
        raise Http404
    ref = request.GET.get("party", "").strip()
    if not ref:
        return _choose_party(request)
    party = get_object_or_404(Party.objects.visible_to(request.user), ref=ref)
    windows = _open_windows(request.user, party)
    earlier = (
        Application.objects.visible_to(request.user)
        .filter(applicant=party, programme__in={window.call.programme_id for window in windows})
        .exclude(state=Application.State.DRAFT)
        .order_by("-pk")
    )
    form = StartForm(
        sent(request),
        windows=windows,
        earlier=earlier,
        businesses=businesses_of(party, request.user),
        initial=_first_answers(earlier.first(), windows, request.user),
    )
    crumbs = [(_("Applications"), "/applications/"), (_("Who applies?"), "/applications/new/")]
    if request.method == "POST":
        day = today()
        case = attempt(form, start_application, applicant=party, on=day, by=request.user)
        if case is not None:
            return done(request, _("%(ref)s is started.") % {"ref": case.ref}, "applicants:plan", case.ref)
    return form_page(
        request,
        form,
        title=_("New application"),
        lead=f"{party.name}, {party.ref}",
        submit=_("Start the plan"),
        back="/applications/",
        crumbs=crumbs,
        template="applicants/application_new.html",
        context={"party": party, "windows": windows},
    )


def _choose_party(request):
    text = request.GET.get("q", "").strip()
    rows = Party.objects.visible_to(request.user).select_related("village__district__region")
    programme = request.desk.programme
    if programme:
        rows = rows.in_programme(programme)
    found = list(rows.matching(text).order_by("name", "pk")[:20]) if text else list(rows.order_by("-pk")[:10])
    return render(
        request,
        "applicants/application_party.html",
        {
            "title": _("Who applies?"),
            "crumbs": [(_("Applications"), "/applications/")],
            "parties": found,
            "q": text,
        },
    )


def _open_windows(user, party):
    """Windows of open calls of the programmes and regions in which the user advises this party."""
    windows = Window.objects.none()
    for row in party.enrolments.select_related("programme"):
        if holds(user, [Role.ADVISER], row.programme_id, row.region_id):
            day = today(row.programme)
            windows |= Window.objects.filter(
                Q(call__closes_on=None) | Q(call__closes_on__gte=day), call__programme=row.programme_id
            )
    return windows.select_related("call__programme").order_by("call__name", "ceiling_amount")


def _first_answers(earlier, windows, user):
    """A repeat begins with what was approved last; a single window is chosen already."""
    initial = {}
    if earlier is not None:
        initial |= {"repeat_of": earlier.pk, "title": earlier.title, "term_months": earlier.term_months}
        if earlier.business_id:
            initial["business"] = earlier.business_id
    only = list(windows[:2])
    if len(only) == 1:
        initial["window"] = only[0].pk
    return initial


def businesses_of(party, user):
    """Enterprises, households and groups that the party manages or belongs to."""
    return (
        Party.objects.visible_to(user)
        .exclude(kind=Party.Kind.PERSON)
        .filter(Q(manager=party) | Q(members__person=party, members__until=None) | Q(pk=party.pk))
        .distinct()
        .order_by("name", "pk")
    )


def application(request, ref):
    row, case, day = opened(request, ref)
    return render(
        request,
        "applicants/application.html",
        {
            "title": f"{row.ref}, {row.applicant.name}",
            "row": row,
            "case": case,
            "today": day,
            "next": next_step(case, day),
            "public_status": public_status(row),
            "acts": acts_of(request.user, row, case),
            "may_edit": row.is_editable and rules.test_rule("applicants.edit_application", request.user, row),
            "trainings": _trainings(row),
            "waivers": row.waivers.select_related("rule", "decided_by"),
            "consents": [
                consent
                for consent in row.applicant.consents.all()
                if consent.programme_id == row.programme_id and consent.withdrawn_on is None
            ],
            "history": history_of(row.ref, most=8),
            "panels": panels_for("application", request.user, row),
        },
    )


def _trainings(row):
    persons = [row.applicant_id, *row.applicant.members.filter(until=None).values_list("person", flat=True)]
    places = row.applicant.training_places.model.objects.filter(
        person__in=persons, course__programme=row.programme_id, outcome="completed"
    )
    return places.select_related("course", "person").order_by("-outcome_on")[:6]


def acts_of(user, row, case):
    """Acts on the case that are not moves of its state: (label, address, style)."""
    state = Application.State(row.state)
    base = row.get_absolute_url()

    def may(rule):
        return rules.test_rule(rule, user, row)

    acts = []
    if row.is_editable and may("applicants.edit_application"):
        acts.append((_("Write the plan"), f"{base}plan/", "primary" if case.open else "plain"))
    if state == Application.State.SUBMITTED and (may("applicants.check") or may("applicants.confirm_failure")):
        acts.append((_("Check eligibility"), f"{base}checks/", "primary"))
    if state in (state.SUBMITTED, state.RETURNED, state.ELIGIBLE) and may("applicants.verify_in_field"):
        acts.append((_("Record a field verification"), f"{base}field-verification/", "plain"))
    if state in (state.SUBMITTED, state.ELIGIBLE) and case.opinion is None and may("applicants.give_opinion"):
        acts.append((_("Give your opinion"), f"{base}opinion/", "plain"))
    if state in Application.UNDECIDED and may("applicants.confirm_vulnerability"):
        acts.append((_("Vulnerability for the committee"), f"{base}vulnerability/", "plain"))
    if state in (*Application.EDITABLE, state.SUBMITTED) and may("applicants.waive"):
        waived = set(row.waivers.values_list("rule", flat=True))
        for rule in row.call.training_rules.all():
            if rule.pk not in waived and rule.waivers:
                kind = rule.course_kind.replace("_", " ")
                acts.append((_("Waive the training “%(kind)s”") % {"kind": kind}, f"{base}waive/{rule.pk}/", "plain"))
    return acts


def history(request, ref):
    row = find_case(request, ref)
    return render(
        request,
        "applicants/application_history.html",
        {
            "title": _("Everything that happened"),
            "row": row,
            "crumbs": [(_("Applications"), "/applications/"), (row.ref, row.get_absolute_url())],
            "history": history_of(row.ref, most=500),
        },
    )


def move(request, ref, verb):
    row = find_case(request, ref)
    service, form, lead = MOVES.get(verb, (None, None, ""))
    if service is None:
        raise Http404
    day = today(row.programme)
    return move_page(
        request,
        row,
        verb,
        service=service,
        form_class=form,
        on=day,
        back=row.get_absolute_url(),
        lead=lead,
        template="applicants/submit.html" if verb == "submit" else "confirm.html",
        context={"holds": holds_on(row, by=request.user, on=day)} if verb == "submit" else None,
    )
