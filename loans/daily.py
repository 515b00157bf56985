"""What happens to loans each day: penalties, held money that pays what falls due, notices, reminders, the portfolio."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Blocked, Refusal
from loans.models import Loan
from loans.services import count_loans, fold_cells, make_reminders, notify_guarantors, reckon_loans, send_reminders
from loans.services.guarantors import notice_due
from loans.services.messages import KEPT_DAYS

# Loans reckoned in one unit of work: enough to share the reading, few enough that nobody waits long for the lock.
TOGETHER = 100


def daily(on):
    """Bring every active loan that needs it up to the end of `on`. Missed days are caught up; a second run is idle.

    A loan that cannot be reckoned keeps nothing else back: it is named by the Blocked that is raised at the end.
    """
    overdue = Q(
        penalty_pct__gt=0,
        instalments__settled_on=None,
        instalments__due_on__lt=on,
    )
    held = Q(overpaid_amount__gt=0)
    waiting = Loan.objects.outstanding().filter(overdue | held).filter(Q(reckoned_on=None) | Q(reckoned_on__lt=on))
    keys = list(waiting.order_by("pk").values_list("pk", flat=True).distinct())
    left = []
    for first in range(0, len(keys), TOGETHER):
        left += _not_reckoned(keys[first : first + TOGETHER], on)
    for loan in notice_due(on).select_related("application"):
        notify_guarantors(loan=loan, on=on)
    # Caseloads are handed over and people move: the portfolio in parts follows once a day.
    count_loans(loans=Loan.objects.all(), on=on)
    fold_cells(on=on)
    # A reminder of a day long gone would say something else today: catching up makes none.
    if abs((timezone.now().date() - on).days) <= KEPT_DAYS:
        make_reminders(on=on)
        send_reminders(on=on)
    if left:
        raise Blocked(_("These loans could not be reckoned:"), left)


def _not_reckoned(keys, on):
    """Reckon these loans together, or one by one where one keeps the others back. [sentence about each that is left]"""
    try:
        reckon_loans(keys=keys, on=on)
    except Refusal as refusal:
        if len(keys) > 1:
            return [sentence for key in keys for sentence in _not_reckoned([key], on)]
        return [f"{Loan.objects.get(pk=keys[0]).ref}: {refusal.sentence}"]
    return []
