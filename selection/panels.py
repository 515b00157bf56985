"""What the pages of the register show of the committee: decisions that took effect, and who may open the minutes."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants import cases
from applicants.panels import Panel, PanelRow, register
from ledger.money import Money
from programmes.models import Role
from programmes.roles import has_role
from selection.access import keeps
from selection.models import Decision, Session

SHAPES = {"approve": "done", "reserve": "wait", "defer": "over", "reject": "no"}
READERS = (Role.ADVISER, Role.SECRETARY, Role.MANAGER, Role.LOAN_OFFICER, Role.DATA_PROTECTION)


def decision_rows(user, application):
    """Decisions on the application that took effect and stand, the last one first."""
    decisions = Decision.objects.live().filter(application=application, effective_on__isnull=False)
    seen = set(Session.objects.visible_to(user).filter(cases__application=application).values_list("ref", flat=True))
    for decision in decisions.select_related("case__session").order_by("-pk"):
        session = decision.case.session
        words = [decision.conditions, decision.reason]
        yield PanelRow(
            title=_("%(session)s, %(date)s") % {"session": session.ref, "date": f"{session.sits_on:%d.%m.%Y}"},
            url=session.get_absolute_url() if session.ref in seen else "",
            why=" ".join(word.replace("\n", " ") for word in words if word),
            state=decision.get_outcome_display(),
            state_class=SHAPES[decision.outcome],
            figure=str(Money(decision.amount, decision.currency)) if decision.amount else "",
        )


def session_visible(user, ref):
    """Files of a session (its minutes) open to those who keep it; members get the paper from the session's own page."""
    session = Session.objects.visible_to(user).select_related("committee").filter(ref=ref).first()
    return session is not None and keeps(session, user)


def connect():
    """Called once, when the models are there."""
    register(
        Panel("application", gettext_lazy("Committee"), rows=decision_rows, permission=has_role(*READERS), order=10)
    )
    cases.register("S", session_visible)
