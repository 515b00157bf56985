"""Relief of loans that waits: for a session, and after it for the person who puts the decision in force."""

import rules
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loans.models import Loan, Moratorium, ReliefRequest
from pages.queues import QueueItem
from pages.states import shape_of
from programmes.models import Call, Role
from programmes.roles import roles_of, rows_for
from selection.models import Session
from selection.services.motions import BEFORE_SITTING

MOST = 10
PARENTS = ("loan__application", "loan__borrower", "loan__programme", "loan__region")


def requests_waiting(user):
    """Officers and managers: approved by the committee. Secretaries: asked for, and no session is planned."""
    roles, items = roles_of(user), []
    if roles & {Role.LOAN_OFFICER, Role.MANAGER}:
        items += _to_put_in_force(user)
    if Role.SECRETARY in roles:
        items += _without_session(user)
    return items


def _to_put_in_force(user):
    where = {"programme": "loan__programme", "region": "loan__region"}
    mine = ReliefRequest.objects.filter(rows_for(user, [Role.LOAN_OFFICER, Role.MANAGER], **where))
    rows = mine.filter(state=ReliefRequest.State.APPROVED, loan__state=Loan.State.ACTIVE).select_related(*PARENTS)
    return [
        QueueItem(
            verb_text=_("Put the committee’s decision in force"),
            why=f"{row.loan.borrower.name} · {row.ref} · {row.get_kind_display()}",
            url=row.get_absolute_url(),
            state_class=shape_of("reliefrequest", row.state),
            state_text=row.state_label,
            due=row.first_due_on,
            script=row.loan.borrower.name_script,
            script_lang=row.loan.borrower.script_language,
        )
        for row in rows.order_by("pk")[:MOST]
        if rules.test_rule("loans.put_in_force", user, row)
    ]


def _without_session(user):
    """Where a session is planned, the committee's own queue tells of it."""
    coming = Session.objects.filter(state__in=BEFORE_SITTING, call__instrument=Call.Instrument.LOAN)
    asked = {"state": ReliefRequest.State.ASKED}
    relief = ReliefRequest.objects.filter(
        rows_for(user, [Role.SECRETARY], programme="loan__programme", region=None),
        loan__state=Loan.State.ACTIVE,
        **asked,
    ).exclude(loan__programme__in=coming.values("programme"))
    moratoria = Moratorium.objects.filter(rows_for(user, [Role.SECRETARY], region=None), **asked)
    moratoria = moratoria.exclude(programme__in=coming.values("programme"))
    count = relief[:1000].count() + moratoria[:1000].count()
    if not count:
        return []
    days = [rows.order_by("asked_on").values_list("asked_on", flat=True).first() for rows in (relief, moratoria)]
    return [
        QueueItem(
            verb_text=_("Plan a session for requests about loans"),
            why=ngettext("%(count)s request waits", "%(count)s requests wait", count) % {"count": count},
            url=reverse("selection:plan"),
            state_class="wait",
            state_text=_("No session is planned"),
            due=min(filter(None, days)),
        )
    ]
