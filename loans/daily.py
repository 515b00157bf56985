"""What happens to loans each day: penalties, held money that pays what falls due, notices, reminders, the portfolio."""

from django.db.models import Q
from django.utils import timezone

from loans.models import Loan
from loans.services import count_loans, fold_cells, make_reminders, notify_guarantors, reckon_loans, send_reminders
from loans.services.guarantors import notice_due
from loans.services.messages import KEPT_DAYS

# Loans reckoned in one unit of work: enough to share the reading, few enough that nobody waits long for the lock.
TOGETHER = 100


def daily(on):
    """Bring every active loan that needs it up to the end of `on`. Missed days are caught up; a second run is idle."""
    overdue = Q(
        penalty_pct__gt=0,
        instalments__settled_on=None,
        instalments__due_on__lt=on,
    )
    held = Q(prepay="hold", overpaid_amount__gt=0)
    waiting = Loan.objects.outstanding().filter(overdue | held).filter(Q(reckoned_on=None) | Q(reckoned_on__lt=on))
    keys = list(waiting.order_by("pk").values_list("pk", flat=True).distinct())
    for first in range(0, len(keys), TOGETHER):
        reckon_loans(keys=keys[first : first + TOGETHER], on=on)
    for loan in notice_due(on).select_related("application"):
        notify_guarantors(loan=loan, on=on)
    # Caseloads are handed over and people move: the portfolio in parts follows once a day.
    count_loans(loans=Loan.objects.all(), on=on)
    fold_cells(on=on)
    # A reminder of a day long gone would say something else today: catching up makes none.
    if abs((timezone.now().date() - on).days) <= KEPT_DAYS:
        make_reminders(on=on)
        send_reminders(on=on)
