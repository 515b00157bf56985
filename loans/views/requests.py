"""Relief by request: what the committee is asked, how far the request is, and putting its decision in force."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import Refusal
from loans.forms import AskForm, AskRateForm, AskScheduleForm, AskWaiverForm
from loans.models import Loan, ReliefRequest
from loans.new_schedule import owed_on, proposed_rows, rows_at_rate
from loans.services.access import demand, need_state
from loans.services.requests import ask_relief, put_in_force, withdraw_request
from loans.terms import step_after
from loans.views.access import crumbs_of, day_of, loan_or_404
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.moves import MoveForm, ReasonedMoveForm, move_page

Kind = ReliefRequest.Kind
LEADS = {
    Kind.RESCHEDULE: gettext_lazy("It is made over the principal that is owed when it is put in force."),
    Kind.WRITE_OFF: gettext_lazy("The principal leaves the books. It is still claimed; later money is a recovery."),
    Kind.FORGIVE: gettext_lazy("The debt is gone. Nothing is claimed any more."),
    Kind.WAIVE: gettext_lazy("It is not asked for any more. The principal stays owed."),
    Kind.RATE: gettext_lazy("The due dates stay. What is late stays late; interest of earlier days keeps its rate."),
}
FORMS = {Kind.RESCHEDULE: AskScheduleForm, Kind.WAIVE: AskWaiverForm, Kind.RATE: AskRateForm}
# Those that have a schedule to show before it is asked for, and what makes it.
SHOWN = {Kind.RESCHEDULE: proposed_rows, Kind.RATE: rows_at_rate}
MOVES = {"put_in_force": (put_in_force, MoveForm), "withdraw": (withdraw_request, ReasonedMoveForm)}


@login_required
def ask(request, ref, kind):
    """The terms and the reason; for a new schedule one button shows it as the committee will see it."""
    row = loan_or_404(request, ref)
    if kind not in Kind.values:
        raise Http404
    demand("loans.ask_relief", request.user, row)
    need_state(row, Loan.State.ACTIVE)
    on, kind = day_of(row), Kind(kind)
    scheduled = kind in SHOWN
    initial = {"version": row.version, "first_due_on": step_after(on, row), "grace_months": 0}
    form, rows = FORMS.get(kind, AskForm)(request.POST or None, instance=row, initial=initial), []
    if scheduled and "show" in request.POST:
        rows = _proposed(form, SHOWN[kind], row, on)
    elif request.method == "POST":
        made = attempt(form, ask_relief, loan=row, kind=kind, on=on, by=request.user)
        if made is not None:
            return done(request, _("%(ref)s waits for the committee.") % {"ref": made.ref}, row)
    return form_page(
        request,
        form,
        title=_("Ask the committee: %(kind)s of %(ref)s") % {"kind": kind.label.lower(), "ref": row.ref},
        submit=_("Ask the committee"),
        lead=LEADS[kind],
        back=row.get_absolute_url(),
        crumbs=crumbs_of(row),
        template="loans/ask_relief.html",
        context={
            "loan": row,
            "owed": owed_on(row, on),
            "scheduled": scheduled,
            "rows": [(one, one.fee + one.penalty, _sum(one)) for one in rows],
            "totals": (sum(one.principal for one in rows), sum(one.interest for one in rows), sum(map(_sum, rows))),
            "charged": any(one.fee + one.penalty for one in rows),
        },
    )


def _sum(instalment):
    return instalment.principal + instalment.interest + instalment.fee + instalment.penalty


def _proposed(form, make, row, on):
    """The rows of the schedule that is asked for; none with the sentence on the form. The reason may come later."""
    form.fields["reason"].required = False
    valid = form.is_valid()
    form.fields["reason"].required = True
    if not valid:
        return []
    try:
        return make(row, on=on, **form.arguments())
    except Refusal as refusal:
        form.refuse(refusal)
        return []


def _request_or_404(request, ref, number):
    loan = loan_or_404(request, ref)
    row = get_object_or_404(
        loan.relief_requests.select_related("asked_by", "in_force_by", "motion__session"), number=number
    )
    row.loan = loan
    return row


@login_required
@require_GET
def request_page(request, ref, number):
    row = _request_or_404(request, ref, number)
    context = {
        "title": f"{row.ref}, {row.get_kind_display()}",
        "request_row": row,
        "loan": row.loan,
        "on": day_of(row.loan),
        "events": history_of(row.ref),
        "crumbs": crumbs_of(row.loan),
    }
    return render(request, "loans/relief_request.html", context)


@login_required
def move(request, ref, number, verb):
    row = _request_or_404(request, ref, number)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    return move_page(
        request,
        row,
        verb,
        service=service,
        form_class=form_class,
        on=day_of(row.loan),
        back=row.loan.get_absolute_url(),
        lead=LEADS[Kind(row.kind)] if verb == "put_in_force" else _("The committee does not decide on it."),
    )
