"""Locking a loan in the one order, and asking the rules in one way."""

import rules
from django.utils.translation import gettext_lazy as _

from applicants.services import lock_application, lock_applications
from audit.refusals import Blocked, Invalid, NotAllowed
from loans.models import Loan

PARENTS = ("application", "business", "borrower", "line", "product", "programme", "region")


def demand(rule, by, row, sentence=None):
    """Raises NotAllowed unless the rule holds for the user and the row."""
    if not rules.test_rule(rule, by, row):
        raise NotAllowed(sentence)


def lock_loan(loan):
    """Lock the dossier, then the loan; returns the fresh row."""
    application = lock_application(loan.application)
    fresh = Loan.objects.select_for_update(of=("self",)).select_related(*PARENTS).get(pk=loan.pk)
    fresh.application = application
    return fresh


def lock_loans(keys):
    """The fresh rows of these primary keys, as lock_loan gives one: all dossiers are locked first, in their order."""
    dossiers = lock_applications(Loan.objects.filter(pk__in=keys).values_list("application_id", flat=True))
    rows = Loan.objects.select_for_update(of=("self",)).select_related(*PARENTS).filter(pk__in=keys)
    loans = list(rows.order_by("application_id"))
    for loan in loans:
        loan.application = dossiers[loan.application_id]
    return loans


def need_state(loan, *states):
    """Raises Blocked, in words, unless the loan is in one of `states`."""
    if loan.state not in states:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”; this cannot be done with it.")
            % {"ref": loan.ref, "state": loan.state_label}
        )


def need_text(text, field, sentence):
    if not str(text).strip():
        raise Invalid(sentence, field=field)


def last_money_on(loan):
    """The day of the last money of the loan, waivers and tranches included; that of its pay-out where none came."""
    last = loan.repayments.live().order_by("-value_on").values_list("value_on", flat=True).first()
    waived = loan.waivers.live().order_by("-value_on").values_list("value_on", flat=True).first()
    tranche = loan.tranches.paid().order_by("-paid_on").values_list("paid_on", flat=True).first()
    recalled = loan.recalls.order_by("-due_on").values_list("due_on", flat=True).first()
    return max(filter(None, [last, waived, tranche, recalled, loan.disbursed_on]))


def need_after_last_money(loan, on):
    """Raises Blocked when money of the loan is dated after `on`: an end is reckoned from the standing that day."""
    start = last_money_on(loan)
    if on < start:
        raise Blocked(
            _("Money of %(ref)s is dated %(date)s. This can be done on that day or later.")
            % {"ref": loan.ref, "date": start.strftime("%d.%m.%Y")}
        )
