"""What waits for whom about loans, and what the search finds among them."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applicants.models import called
from ledger.money import Money
from loans.account import days_late
from loans.contacts import with_contacts
from loans.matching import CLAIMING, lines_for
from loans.models import LifeEvent, Loan
from loans.queues_people import lists_to_sign, people_waiting
from loans.queues_requests import requests_waiting
from loans.queues_tranches import tranches_waiting
from pages.queues import Hit, QueueItem
from pages.states import shape_of
from payments.models import StatementLine
from programmes.clock import today
from programmes.models import Role
from programmes.roles import held_by, roles_of, rows_for

MOST = 10
PARENTS = ("borrower__village", "programme")


def queue_for(user):
    """Officers: contracts, late borrowers and money to claim, which finance may do too. Advisers: their own late ones.

    What else waits for finance stands in payments.
    """
    roles, items = roles_of(user), []
    if Role.LOAN_OFFICER in roles:
        items += _contracts(user) + _late_loans(user) + _steps_due(user)
    if roles & {Role.LOAN_OFFICER, Role.MANAGER}:
        items += people_waiting(user) + tranches_waiting(user)
    items += requests_waiting(user) + lists_to_sign(user)
    if roles & set(CLAIMING):
        items += _lines_to_claim(user)
    if Role.ADVISER in roles:
        items += _late_borrowers(user)
    return items


def _mine(user, *roles):
    return Loan.objects.filter(rows_for(user, roles)).select_related(*PARENTS)


def _item(loan, verb, why, shape, word, due=None):
    return QueueItem(
        verb_text=verb,
        why=f"{loan.borrower.name} · {loan.ref} · {why}",
        url=loan.get_absolute_url(),
        state_class=shape,
        state_text=word,
        due=due,
        script=loan.borrower.name_script,
        script_lang=loan.borrower.script_language,
    )


def _contracts(user):
    waiting = _mine(user, Role.LOAN_OFFICER).filter(state=Loan.State.APPROVED).order_by("approved_on", "pk")[:MOST]
    return [
        _item(
            loan,
            _("Sign the contract"),
            str(Money(loan.amount, loan.currency)),
            "start",
            _("Approved on %(day)s") % {"day": f"{loan.approved_on:%d.%m.%Y}"},
            due=loan.approved_on,
        )
        for loan in waiting
    ]


def _late_loans(user):
    day = today()
    late = _mine(user, Role.LOAN_OFFICER).at_risk(day).filter(state=Loan.State.ACTIVE)
    count = late.values("pk")[:1000].count()
    if not count:
        return []
    oldest = late.order_by("first_overdue_on", "pk").first()
    return [
        QueueItem(
            verb_text=_("Ask for late instalments"),
            why=ngettext("%(count)s loan is late", "%(count)s loans are late", count) % {"count": f"{count:,}"},
            url=reverse("loans:arrears"),
            state_class="late",
            state_text=days_late((day - oldest.first_overdue_on).days),
            due=day,
        )
    ]


def _steps_due(user):
    """Calls and visits that somebody planned for today or earlier."""
    day = today()
    late = _mine(user, Role.LOAN_OFFICER).at_risk(day).filter(state=Loan.State.ACTIVE)
    due = with_contacts(late, day).filter(next_on__lte=day)
    count = due.values("pk")[:1000].count()
    if not count:
        return []
    return [
        QueueItem(
            verb_text=_("Do the next steps with late borrowers"),
            why=ngettext("%(count)s call or visit is due", "%(count)s calls or visits are due", count)
            % {"count": f"{count:,}"},
            url=f"{reverse('loans:arrears')}?step=due",
            state_class="late",
            state_text=_("Due"),
            due=due.order_by("next_on").values_list("next_on", flat=True).first(),
        )
    ]


def _lines_to_claim(user):
    """Money on the statements that no loan has claimed, for who may read all of it; kept receipts wait for nobody."""
    whole = {held.programme_id for held in held_by(user) if held.role in CLAIMING and held.region_id is None}
    waiting = lines_for(user).filter(statement__programme__in=whole, state=StatementLine.State.OPEN, return_reason="")
    count = waiting.values("pk")[:1000].count()
    if not count:
        return []
    return [
        QueueItem(
            verb_text=_("Claim what borrowers paid by bank"),
            why=ngettext("%(count)s line waits", "%(count)s lines wait", count) % {"count": f"{count:,}"},
            url=reverse("loans:bank"),
            state_class="start",
            state_text=_("On the statement"),
        )
    ]


def _late_borrowers(user):
    day = today()
    late = _mine(user, Role.ADVISER).filter(application__adviser=user, state=Loan.State.ACTIVE).at_risk(day)
    late = late.exclude(life_events__in=LifeEvent.objects.filter(decided_on=None))
    return [
        _item(
            loan,
            _("Remind of the instalment"),
            loan.borrower.phone or str(loan.borrower.village or ""),
            "late",
            days_late((day - loan.first_overdue_on).days),
            due=loan.first_overdue_on,
        )
        for loan in late.order_by("first_overdue_on", "pk")[:MOST]
    ]


def search_for(user, text):
    """Loans by reference, or of borrowers by name, that the user may see."""
    loans = Loan.objects.visible_to(user).select_related(*PARENTS)
    by_ref = loans.filter(ref__iexact=text.strip())
    found = by_ref or loans.filter(called(text, "borrower")).order_by("-pk")[:MOST]
    return [
        Hit(
            title=f"{loan.borrower.name}, {loan.ref}",
            url=loan.get_absolute_url(),
            why=str(Money(loan.amount, loan.currency)),
            script=loan.borrower.name_script,
            script_lang=loan.borrower.script_language,
            state_class=shape_of("loan", loan.state),
            state_text=loan.state_label,
        )
        for loan in found
    ]
