"""What waits for a decision in a programme: counts of rows that the reader may open, each with the address of its list.

A count is of exactly the rows that its list shows: the same rows that the user may see, by the same filter.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from applicants.models import Application
from grants.models import GRANT_ROLES, Award
from loans.models import LOAN_ROLES, Loan
from monitoring.models import VISIT_ROLES, MonitoringVisit
from payments.models import MONEY_ROLES, PaymentOrder
from programmes.clock import today
from programmes.models import Role
from programmes.roles import CASE_ROLES, holds
from reports.builder.periods import due_period
from reports.models import REPORT_ROLES, DonorAgreement, Issue, WarningAnswer, WarningCount
from selection.models import Appeal

ANSWERING = (Role.MANAGER, Role.MONITORING)
START, WAIT, LATE = "start", "wait", "late"


def list_of(programme, name, **filters):
    """The address of a list, narrowed to the programme."""
    return f"{reverse(name)}?{urlencode({'programme': programme.key, **filters})}"


@dataclass(frozen=True)
class Queue:
    """`count(programme, user)`: how many rows wait; `page(programme)`: their list, for `roles`. `shape`: as tags."""

    title: str
    count: Callable
    page: Callable
    roles: tuple
    shape: str = WAIT


@dataclass(frozen=True)
class Waiting:
    title: str
    count: int
    url: str
    shape: str


def waiting_in(programme, user):
    """The queues of the programme in which something waits and whose lists the user may open, in the order of work."""
    found = []
    for queue in QUEUES:
        count = queue.count(programme, user) if holds(user, queue.roles, programme.pk) else 0
        if count:
            found.append(Waiting(queue.title, count, queue.page(programme), queue.shape))
    return found


# What is counted -----------------------------------------------------------------------------------------------------


def _in_state(model, state):
    def count(programme, user):
        return model.objects.visible_to(user).filter(programme=programme, state=state).count()

    return count


def _awards_waiting(what):
    def count(programme, user):
        return Award.objects.visible_to(user).filter(programme=programme).waiting_for(what).count()

    return count


def late_loans(programme, user):
    """Active loans of which any instalment is unpaid after its due date."""
    rows = Loan.objects.visible_to(user).filter(programme=programme)
    return rows.at_risk(today(programme)).filter(state=Loan.State.ACTIVE).count()


def missed_visits(programme, user):
    return MonitoringVisit.objects.visible_to(user).filter(programme=programme).missed(today(programme)).count()


def appeals_to_answer(programme, user):
    return Appeal.objects.visible_to(user).filter(application__programme=programme).open().count()


def reports_due(programme, _user):
    """Agreements of which a period is over that no report covers."""
    rows = DonorAgreement.objects.filter(programme=programme)
    return sum(due_period(row, today(programme)) is not None for row in rows)


def warnings_to_answer(programme, _user):
    return sum(WarningCount.objects.filter(programme=programme).values_list("waiting", flat=True))


def warnings_to_close(programme, _user):
    return WarningAnswer.objects.to_close().filter(programme=programme).count()


# The queues ----------------------------------------------------------------------------------------------------------


def _list(name, **filters):
    return lambda programme: list_of(programme, name, **filters)


def _page(name, query=""):
    return lambda programme: f"{reverse(name, args=[programme.key])}{query}"


def _applications(title, state):
    return Queue(title, _in_state(Application, state), _list("applicants:applications", state=state), CASE_ROLES)


def _awards(title, what):
    return Queue(title, _awards_waiting(what), _list("grants:awards", waits=what.value), GRANT_ROLES)


def _payments(title, state, tab):
    return Queue(title, _in_state(PaymentOrder, state), _list("payments:queue", tab=tab), MONEY_ROLES)


STATES, PAYING = Application.State, PaymentOrder.State
QUEUES = (
    _applications(_("Applications to check"), STATES.SUBMITTED),
    _applications(_("Eligible applications without a committee session"), STATES.ELIGIBLE),
    _applications(_("Applications before the committee"), STATES.UNDER_REVIEW),
    Queue(_("Appeals to answer"), appeals_to_answer, _list("selection:appeals", which="open"), (Role.MANAGER,)),
    Queue(
        _("Grant agreements to sign"),
        _in_state(Award, Award.State.APPROVED),
        _list("grants:awards", state=Award.State.APPROVED),
        GRANT_ROLES,
        START,
    ),
    _awards(_("Grants with a tranche to certify"), Award.Waits.CERTIFICATE),
    _awards(_("Grants with an own part to accept"), Award.Waits.OWN_PART),
    _awards(_("Grants with an amendment to decide"), Award.Waits.AMENDMENT),
    Queue(
        _("Loan contracts to sign"),
        _in_state(Loan, Loan.State.APPROVED),
        _list("loans:loans", state=Loan.State.APPROVED),
        LOAN_ROLES,
        START,
    ),
    _payments(_("Payments to approve"), PAYING.PREPARED, "approve"),
    _payments(_("Approved payments to send"), PAYING.APPROVED, "send"),
    _payments(_("Payments that the bank has not settled"), PAYING.SENT, "sent"),
    Queue(_("Late loans"), late_loans, _list("loans:arrears"), LOAN_ROLES, LATE),
    Queue(
        _("Visits that were due and are not made"),
        missed_visits,
        _list("monitoring:visits", due="missed"),
        VISIT_ROLES,
        LATE,
    ),
    Queue(
        _("Visits to verify"),
        _in_state(MonitoringVisit, MonitoringVisit.State.RECORDED),
        _list("monitoring:visits", state=MonitoringVisit.State.RECORDED),
        VISIT_ROLES,
    ),
    Queue(_("Warnings to answer"), warnings_to_answer, _page("reports:warnings"), ANSWERING),
    Queue(_("Answered warnings to close"), warnings_to_close, _page("reports:warnings", "?state=waits"), ANSWERING),
    Queue(_("Reports that are due"), reports_due, _page("reports:agreements"), REPORT_ROLES, LATE),
    Queue(
        _("Draft reports to publish"),
        _in_state(Issue, Issue.State.DRAFT),
        _list("reports:issues", state=Issue.State.DRAFT),
        REPORT_ROLES,
        START,
    ),
)
