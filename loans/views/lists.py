"""Lists: all loans, and those that are late with days and phone numbers."""

import rules
from django.contrib.auth.decorators import login_required
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from ledger.money import Money
from loans.account import days_late
from loans.arrears_forms import ArrearsFilter
from loans.contacts import promise_words, step_words, with_contacts
from loans.forms import LoanFilter
from loans.models import LEADING, Loan
from loans.views.access import loans_of
from loans.views.legacy import programmes_to_bring
from loans.views.reminders import may_read
from pages.lists import Column, ListPage
from programmes.clock import today
from programmes.roles import roles_of


def _script(row):
    return row.borrower.name_script, row.borrower.script_language


def _place(row):
    return str(row.borrower.village or "")


def _late_words(row):
    days = _days(row)
    return days_late(days) if days else ""


def _days(row):
    """Days late today. Only an active loan is late: nothing is lent on a signed one."""
    if row.state != Loan.State.ACTIVE:
        return 0
    return (today(row.programme) - row.first_overdue_on).days if row.first_overdue_on else 0


class LoanList(ListPage):
    key = "loans"
    title = gettext_lazy("Loans")
    noun = (gettext_lazy("%(count)s loan"), gettext_lazy("%(count)s loans"))
    empty = gettext_lazy("No loan matches.")
    filterset = LoanFilter
    ordering = "-pk"
    columns = (
        Column(
            "ref",
            gettext_lazy("Loan"),
            head=True,
            link=lambda row: row.get_absolute_url(),
            small=lambda row: str(row.product),
        ),
        Column("borrower", gettext_lazy("Borrower"), value="borrower.name", script=_script, small=_place),
        Column("state", gettext_lazy("State"), tag=True),
        Column("amount", gettext_lazy("Lent"), value=lambda row: Money(row.amount, row.currency), number=True),
        Column(
            "principal",
            gettext_lazy("Owed"),
            value=lambda row: Money(row.principal_amount, row.currency),
            number=True,
            sort="principal_amount",
        ),
        Column("days", gettext_lazy("Days late"), value=_days, number=True, small=_late_words, only="file"),
        Column("late", gettext_lazy("Lateness"), value=_late_words, only="page"),
        Column("disbursed", gettext_lazy("Paid out"), value="disbursed_on"),
        Column("adviser", gettext_lazy("Adviser"), value="application.adviser"),
    )


def _last(row):
    contact = row.log[0] if row.log else None
    return (
        _("%(kind)s, %(result)s")
        % {
            "kind": contact.get_kind_display(),
            "result": contact.get_result_display(),
        }
        if contact
        else ""
    )


def _last_on(row):
    return row.log[0].on if row.log else None


def _promise(row):
    """The last promise and what became of it."""
    day = today(row.programme)
    return next(filter(None, (promise_words(contact, day, row.currency) for contact in row.log)), "")


def _step(row):
    return step_words(row.log[0]) if row.log else ""


class ArrearsList(ListPage):
    key = "arrears"
    title = gettext_lazy("Late loans")
    lead = gettext_lazy("The longest late first. A loan is here when any instalment is unpaid after its due date.")
    noun = (gettext_lazy("%(count)s late loan"), gettext_lazy("%(count)s late loans"))
    empty = gettext_lazy("Nobody is late.")
    filterset = ArrearsFilter
    ordering = "first_overdue_on"
    columns = (
        Column(
            "ref",
            gettext_lazy("Loan"),
            head=True,
            link=lambda row: reverse("loans:contacts", args=[row.ref]),
            small=lambda row: str(row.application.adviser),
        ),
        Column("borrower", gettext_lazy("Borrower"), value="borrower.name", script=_script, small=_place),
        Column("phone", gettext_lazy("Phone"), value="borrower.phone"),
        Column("village", gettext_lazy("Town or village"), value="borrower.village", only="file"),
        Column("days", gettext_lazy("Days late"), value=_days, number=True, sort="first_overdue_on"),
        Column("since", gettext_lazy("Late since"), value="first_overdue_on", only="file"),
        Column(
            "overdue", gettext_lazy("Overdue"), value=lambda row: Money(row.overdue_amount, row.currency), number=True
        ),
        Column(
            "principal",
            gettext_lazy("Principal owed"),
            value=lambda row: Money(row.principal_amount, row.currency),
            number=True,
        ),
        Column("last", gettext_lazy("Last contact"), value=_last_on, small=_last),
        Column("result", gettext_lazy("What came of it"), value=_last, only="file"),
        Column("promise", gettext_lazy("Promise"), value=_promise),
        Column("step", gettext_lazy("Next step"), value=_step, sort="next_on"),
        Column("adviser", gettext_lazy("Officer in charge"), value="application.adviser", only="file"),
    )


PARENTS = ("application__adviser", "borrower__village", "product", "programme")


# Where money of many loans is worked through, and who does it.
DESKS = (
    (gettext_lazy("Repayments by bank"), "bank", "loans.claim"),
    (gettext_lazy("Cash box"), "cashier", "loans.take_cash"),
    (gettext_lazy("Balances confirmed"), "balances", "loans.confirm_balances"),
)


@login_required
@require_GET
def loans(request):
    day = today(request.desk.programme)
    rows = loans_of(request).with_first_overdue(day).select_related(*PARENTS)
    buttons = (
        (_("Late loans"), reverse("loans:arrears"), "plain"),
        (_("Portfolio"), reverse("loans:portfolio"), "plain"),
        *[
            (label, reverse(f"loans:{name}"), "plain")
            for label, name, rule in DESKS
            if rules.test_rule(rule, request.user, request.desk.programme)
        ],
    )
    if programmes_to_bring(request.user):
        buttons += ((_("Older portfolio"), reverse("loans:portfolio_imports"), "plain"),)
    if roles_of(request.user) & set(LEADING):
        buttons += ((_("Moratoria and handovers"), reverse("loans:areas"), "plain"),)
    return LoanList(request, rows, buttons=buttons).response()


@login_required
@require_GET
def arrears(request):
    day = today(request.desk.programme)
    late = loans_of(request).at_risk(day).filter(state=Loan.State.ACTIVE).with_overdue(day).select_related(*PARENTS)
    buttons = ((_("Reminders"), reverse("loans:reminders"), "plain"),) if may_read(request.user) else ()
    return ArrearsList(
        request, with_contacts(late, day), buttons=buttons, crumbs=((_("Loans"), reverse("loans:loans")),)
    ).response()
