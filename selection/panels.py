"""What the pages of the register show of the committee: decisions that took effect, and who may open the minutes."""

import rules
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants import cases, recusal
from applicants.panels import Panel, PanelRow, register
from ledger.money import Money
from pages import states
from pages.history import register_words
from programmes.clock import today
from programmes.models import Role
from programmes.roles import has_role
from selection.access import keeps
from selection.appeals import answered_before, deadline_of
from selection.models import Appeal, Case, Decision, Declaration, Motion, MotionDeclaration, Session

SHAPES = {"approve": "done", "reserve": "wait", "defer": "over", "reject": "no"}
READERS = (Role.ADVISER, Role.SECRETARY, Role.MANAGER, Role.LOAN_OFFICER, Role.DATA_PROTECTION)

# How the acts of the committee read in the history of an application.
EVENTS = {
    "letter.write": gettext_lazy("Letter written"),
    "letter.send": gettext_lazy("Letter sent"),
    "letter.withdraw": gettext_lazy("Letter withdrawn: it is no longer true"),
}


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


APPEAL_SHAPES = {"open": "wait", "late": "late", "upheld": "done", "refused": "no"}


def appeal_rows(user, application):
    """Appeals of the case that the user may open, and until when one is possible."""
    rows = Appeal.objects.visible_to(user).filter(application=application)
    for row in rows.select_related("application__programme").order_by("-pk"):
        yield PanelRow(
            title=_("Appeal of %(date)s") % {"date": f"{row.received_on:%d.%m.%Y}"},
            url=row.get_absolute_url(),
            why=_("answer due %(date)s") % {"date": f"{row.due_on:%d.%m.%Y}"} if row.answered_on is None else "",
            state=str(row.state_label),
            state_class=APPEAL_SHAPES[row.state],
        )
    yield from _still_possible(user, application)


def _still_possible(user, application):
    last_day = deadline_of(application)
    if last_day is None or Appeal.objects.open().filter(application=application).exists():
        return
    if answered_before(application) is not None:
        return
    date = f"{last_day:%d.%m.%Y}"
    if last_day < today(application.programme):
        yield PanelRow(title=_("The time to appeal ended on %(date)s.") % {"date": date})
        return
    may = rules.test_rule("selection.record_appeal", user, application)
    yield PanelRow(
        title=_("Record an appeal") if may else _("Appeal"),
        url=reverse("selection:record_appeal", args=[application.ref]) if may else "",
        why=_("possible until %(date)s") % {"date": date},
    )


def session_visible(user, ref):
    """Files of a session (its minutes) open to those who keep it; members get the paper from the session's own page.

    They tell of every case: whoever stands back from one of them gets no file.
    """
    session = Session.objects.visible_to(user).select_related("committee").filter(ref=ref).first()
    if session is None or not keeps(session, user):
        return False
    return not session.cases.exclude(pk__in=Case.objects.kept_by(user).values("pk")).exists()


def recused_from(user):
    """Applications in which the user has declared an interest: theirs is no role on them."""
    conflicts = Declaration.objects.live().exclude(kind=Declaration.Kind.NONE).filter(member_id=user.pk)
    return conflicts.values("case__application")


def recused_from_motions(user):
    """Applications out of which something grew, such as a loan, in whose motion the user has declared an interest.

    Of a motion about many the declaration does not say which: it holds for all.
    """
    conflicts = MotionDeclaration.objects.live().exclude(kind=Declaration.Kind.NONE).filter(member_id=user.pk)
    dossiers = Motion.applications.through.objects.filter(motion__in=conflicts.values("motion"))
    return dossiers.values("application")


def connect():
    """Called once, when the models are there."""
    register(
        Panel("application", gettext_lazy("Committee"), rows=decision_rows, permission=has_role(*READERS), order=10)
    )
    states.register({"appeal": APPEAL_SHAPES})
    register_words({"appeal.record": gettext_lazy("Appeal recorded"), "appeal.answer": gettext_lazy("Appeal answered")})
    for page in ("application", "checks"):
        register(Panel(page, gettext_lazy("Appeal"), rows=appeal_rows, permission=has_role(*READERS), order=12))
    cases.register("S", session_visible)
    recusal.register(recused_from)
    recusal.register(recused_from_motions)
    register_words(EVENTS)
