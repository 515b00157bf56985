"""Relief by request: asked for by one person, put before the committee, and put in force by another.

What the committee does with a request (`take_...`) is the same for a moratorium.
"""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid
from audit.services import service
from loans.models import Loan, Moratorium, ReliefRequest
from loans.new_schedule import check_waiver, owed_on, proposed_rows, rows_at_rate
from loans.services.access import demand, lock_loan, need_state, need_text
from loans.services.moratorium import lock_moratorium
from loans.services.relief import change_rate, forgive_loan, reschedule_loan, waive, write_off_loan
from programmes.services import check_date

ACTS = {
    ReliefRequest.Kind.RESCHEDULE: reschedule_loan,
    ReliefRequest.Kind.WRITE_OFF: write_off_loan,
    ReliefRequest.Kind.FORGIVE: forgive_loan,
    ReliefRequest.Kind.WAIVE: waive,
    ReliefRequest.Kind.RATE: change_rate,
}
# Of these a product may leave less to one person's decision: they ask whose decision it is.
LIMITED = (ReliefRequest.Kind.WAIVE, ReliefRequest.Kind.RATE)


@service
def ask_relief(
    *,
    loan,
    kind,
    reason,
    on,
    by,
    version=None,
    key=None,
    **said,
):
    """Ask the committee for relief of an active loan. `said` are the terms of the kind. Returns the ReliefRequest.

    A new schedule: instalments_number, first_due_on, grace_months, capitalise. A waiver: component, amount (minor
    units). Another rate: annual_rate_pct.

    Raises Blocked while another request about the loan is open, Invalid for terms that no schedule can have.
    """
    loan = lock_loan(loan)
    demand("loans.ask_relief", by, loan)
    need_state(loan, Loan.State.ACTIVE)
    check_date(on=on, programme=loan.programme, by=by)
    if kind not in ReliefRequest.Kind.values:
        raise Invalid(_("Choose what is asked for."), field="kind")
    need_text(reason, "reason", _("Say why."))
    other = open_request(loan)
    if other is not None:
        raise Blocked(_("%(ref)s is open already. One request is decided after the other.") % {"ref": other.ref})
    terms = _terms(loan, kind, on, **said)
    number = (loan.relief_requests.aggregate(last=Max("number"))["last"] or 0) + 1
    request = ReliefRequest(
        ref=f"{loan.ref}/R{number}",
        loan=loan,
        number=number,
        kind=kind,
        owed_amount=owed_on(loan, on).principal,
        reason=reason.strip(),
        asked_by=by,
        asked_on=on,
        **terms,
    )
    request.save()
    body = {"kind": kind, "owed": request.owed_amount, "currency": loan.currency, **terms}
    return begin(request, by=by, on=on, body=body)


def _terms(loan, kind, on, **said):
    """The columns of the terms. Raises Invalid, or Blocked, for what could not be put in force today."""
    if kind == ReliefRequest.Kind.RESCHEDULE:
        terms = {"grace_months": 0, "capitalise": False, **said}
        proposed_rows(loan, on=on, **terms)
        return terms
    if kind == ReliefRequest.Kind.WAIVE:
        check_waiver(loan, on=on, **said)
        return {"component": said["component"], "waived_amount": said["amount"]}
    if kind == ReliefRequest.Kind.RATE:
        rows_at_rate(loan, on=on, **said)
    return said


def open_request(loan):
    """The request that is open, or whose decision waits for a sitting that was opened again; or None."""
    rows = loan.relief_requests.select_related("motion__session")
    found = rows.open().first()
    return found or rows.filter(state="refused", motion__decided_on=None).first()


def _locked(request):
    """The fresh request with its locked loan; a moratorium with its locked dossiers."""
    if isinstance(request, Moratorium):
        return lock_moratorium(request)
    loan = lock_loan(request.loan)
    row = ReliefRequest.objects.select_related("motion__session").get(pk=request.pk)
    row.loan = loan
    return row


@service
def put_in_force(*, request, on, by, version=None, key=None):
    """What the committee approved is done to the loan, by another person than the one who asked."""
    request = _locked(request)
    check_date(on=on, programme=request.programme, by=by)
    body = {"kind": request.kind, "decision": request.decision_ref}
    advance(request, "put_in_force", by=by, on=on, version=version, body=body)
    given = {
        "loan": request.loan,
        "decision_ref": request.decision_ref,
        "reason": str(_("Request %(ref)s, decided by the committee.") % {"ref": request.ref}),
        "on": on,
        "by": by,
    }
    if request.kind in LIMITED:
        given["request"] = request
    ACTS[request.kind](**given, **request.terms)
    return request


@service
def withdraw_request(*, request, reason, on, by, version=None, key=None):
    """It is not asked for any more. On an agenda the secretary takes it off first."""
    request = _locked(request)
    check_date(on=on, programme=request.programme, by=by)
    need_text(reason, "reason", _("Say why."))
    return advance(request, "withdraw", by=by, on=on, version=version, reason=reason)


@service
def take_before(*, request, motion, on, by):
    """Internal: the secretary has put it on an agenda."""
    return advance(_locked(request), "put_before", by=by, on=on, body={"motion": motion.ref}, motion=motion)


@service
def take_back(*, request, on, by):
    """Internal: it was taken off the agenda."""
    return advance(_locked(request), "put_back", by=by, on=on)


@service
def take_decision(*, request, motion, on, by):
    """Internal: the session has closed. What was put off waits for another session."""
    request = _locked(request)
    request.motion = motion
    back = "put_back" if request.state == ReliefRequest.State.BEFORE else "ask_again"
    verb = {"approve": "approve", "reject": "refuse"}.get(motion.outcome, back)
    return advance(request, verb, by=by, on=on, body={"decision": motion.ref, "outcome": motion.outcome})
