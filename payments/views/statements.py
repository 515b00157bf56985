"""Bank statements: loaded, read with a proposal beside each line, taken all at once or one by one."""

from dataclasses import replace

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from audit.moves import doors
from audit.refusals import NotAllowed
from ledger.money import Money
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.lists import Column, ListPage
from pages.moves import MoveForm, ReasonedMoveForm, label_of, move_page
from payments.filters import StatementLineFilter
from payments.forms import LineChoiceForm, StatementForm, TakeForm
from payments.matching import cash_choices, choices_for, proposals_for, seal_of
from payments.models import CashAdvance, OwnAccount, Statement
from payments.services import (
    book_line_as_capital,
    book_line_as_cash,
    book_line_as_charge,
    load_statement,
    return_by_line,
    set_aside_line,
    settle_by_lines,
    take_proposals,
    take_up_line,
)
from payments.views.access import chosen, day_of, for_money_roles, statement_line_or_404, statement_or_404
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of


def _crumbs(*more):
    return ((_("Payments"), reverse("payments:queue")), *more)


def _statements():
    return _("Bank statements"), reverse("payments:statements")


class Statements(ListPage):
    key = "statements"
    title = gettext_lazy("Bank statements")
    noun = (gettext_lazy("%(count)s statement"), gettext_lazy("%(count)s statements"))
    empty = gettext_lazy("No bank statement is loaded yet.")
    columns = [
        Column(
            "account",
            gettext_lazy("Account"),
            value=lambda row: str(row.own_account),
            head=True,
            link=lambda row: row.get_absolute_url(),
        ),
        Column("number", gettext_lazy("Number"), small=lambda row: row.get_form_display()),
        Column("from_on", gettext_lazy("From")),
        Column("to_on", gettext_lazy("To")),
        Column("lines", gettext_lazy("Lines"), value=lambda row: row.lines_total, number=True),
        Column("open", gettext_lazy("Open"), value=lambda row: row.lines_open, number=True),
        Column(
            "closing",
            gettext_lazy("Closing balance"),
            value=lambda row: Money(row.closing_amount, row.currency),
            number=True,
        ),
        Column("loaded_on", gettext_lazy("Loaded"), small=lambda row: row.loaded_by.name),
    ]


@for_money_roles
@require_GET
def statements(request):
    rows = chosen(request, Statement.objects.visible_to(request.user)).with_counts()
    rows = rows.select_related("own_account", "loaded_by").defer("own_account__number")
    buttons = ()
    if Role.FINANCE in roles_of(request.user):
        buttons = ((_("Load a statement"), reverse("payments:load_statement"), "primary"),)
    return Statements(request, rows, buttons=buttons, crumbs=_crumbs()).response()


@for_money_roles
def load(request):
    """Finance loads a statement of a confirmed account."""
    if Role.FINANCE not in roles_of(request.user):
        raise NotAllowed()
    accounts = chosen(request, OwnAccount.objects.visible_to(request.user)).open().confirmed()
    accounts = accounts.select_related("programme").without_number()
    form = StatementForm(request.POST or None, request.FILES or None, accounts=accounts)
    if request.method == "POST":
        on = today(form.cleaned_data["own_account"].programme) if form.is_valid() else None
        row = attempt(form, load_statement, on=on, by=request.user)
        if row is not None:
            return done(request, _loaded(row), row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Load a bank statement"),
        submit=_("Load the statement"),
        back=reverse("payments:statements"),
        crumbs=_crumbs(_statements()),
        lead=_("Its lines are kept and compared with the payments. Nothing is booked before you say so."),
    )


def _loaded(row):
    new = row.lines.count()
    said = ngettext("%(count)s line is loaded.", "%(count)s lines are loaded.", new) % {"count": new}
    if row.known_count:
        known = ngettext(
            "%(count)s line was known from an earlier statement.",
            "%(count)s lines were known from an earlier statement.",
            row.known_count,
        )
        said = f"{said} {known % {'count': row.known_count}}"
    return said


class Lines(ListPage):
    """The lines of one statement, each with what it may be."""

    key = "statement-lines"
    noun = (gettext_lazy("%(count)s line"), gettext_lazy("%(count)s lines"))
    template = "payments/statement.html"
    filterset = StatementLineFilter
    ordering = "position"
    empty = gettext_lazy("The statement has no line of its own.")
    columns = [
        Column("position", gettext_lazy("Line"), head=True),
        Column("booked_on", gettext_lazy("Booked on")),
        Column("value_on", gettext_lazy("Value date")),
        Column("counterparty", gettext_lazy("Counterparty")),
        Column("text", gettext_lazy("Text")),
        Column("end_to_end", gettext_lazy("End-to-end reference")),
        Column("bank_reference", gettext_lazy("Bank reference")),
        Column("amount", gettext_lazy("Amount"), value=lambda line: Money(line.amount, line.currency), number=True),
        Column("currency", gettext_lazy("Currency"), only="file"),
        Column("state", gettext_lazy("State"), tag=True),
    ]

    @property
    def lines(self):
        proposals = self.context["proposals"]
        return [{"line": line, "proposal": proposals.get(line.pk)} for line in self.page_rows[0]]


@login_required
@require_GET
def statement(request, pk):
    row = statement_or_404(request, pk)
    proposals = proposals_for(row)
    sure = [one for one in proposals.values() if one.at_once]
    may = rules.test_rule("payments.settle", request.user, row)
    context = {
        "statement": row,
        "proposals": proposals,
        "gap": _gap(row),
        "open": row.lines.open().count(),
        "sure": len(sure),
        "take": TakeForm(initial={"seal": seal_of(sure)}) if sure and may else None,
    }
    page = Lines(request, row.lines.for_pages(), title=str(row), context=context, crumbs=_crumbs(_statements()))
    return page.response()


def _gap(row):
    """A sentence when the statement does not begin where one before it ended; overlapping ones share lines.

    Of several of one day nobody knows the order: any of them may be the one before.
    """
    before = list(Statement.objects.before(row)[:20])
    earlier = next((one for one in before if one.to_on < row.from_on or one.pk < row.pk), None)
    if earlier is None or row.known_count:
        return ""
    if any(one.closing_amount == row.opening_amount for one in before if one.to_on >= earlier.to_on):
        return ""
    return _(
        "The statement before this one ended on %(date)s with %(closing)s. Lines between the two are missing: "
        "ask the bank for the days between."
    ) % {"date": f"{earlier.to_on:%d.%m.%Y}", "closing": Money(earlier.closing_amount, row.currency)}


@login_required
def take(request, pk):
    """Take all sure proposals; GET shows how many they are."""
    row = statement_or_404(request, pk)
    if not rules.test_rule("payments.settle", request.user, row):
        raise NotAllowed()
    sure = [one for one in proposals_for(row).values() if one.at_once]
    form = TakeForm(request.POST or None, initial={"seal": seal_of(sure)})
    if request.method == "POST":
        taken = attempt(form, take_proposals, statement=row, on=day_of(row), by=request.user)
        if taken is not None:
            said = ngettext("%(count)s line is taken.", "%(count)s lines are taken.", len(sure)) % {"count": len(sure)}
            return done(request, said, row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Take all sure proposals"),
        submit=_("Take them"),
        back=row.get_absolute_url(),
        crumbs=_crumbs(_statements(), (str(row), row.get_absolute_url())),
        lead=ngettext(
            "%(count)s line has a sure proposal: its payment is settled or returned on the bank's value date.",
            "%(count)s lines have a sure proposal: their payments are settled or returned on the bank's value dates.",
            len(sure),
        )
        % {"count": len(sure)},
    )


@login_required
@require_GET
def line(request, pk):
    row = statement_line_or_404(request, pk)
    statement = row.statement
    context = {
        "line": row,
        "statement": statement,
        "title": f"{_('Line %(position)s') % {'position': row.position}} {row.counterparty}".strip(),
        "crumbs": _crumbs(_statements(), (str(statement), statement.get_absolute_url())),
        "proposal": proposals_for(statement).get(row.pk),
        "moves": _moves(row, request.user),
        "moves_title": _("What you can do"),
        "events": history_of(row.ref),
    }
    return render(request, "payments/statement_line.html", context)


def _moves(row, user):
    """What can be done with the line: money that went out never came back, so nothing is shown as not possible yet."""
    found = [door for door in doors(row, user, day_of(row.statement)) if door.open]
    return [replace(door, label=_book_title(row)) if door.verb == "book" else door for door in found]


def _settle(*, line, choice, on, by, key, reason=""):
    return settle_by_lines(lines=[(line, choice)], on=on, by=by, key=key, reason=reason)


def _return(*, line, choice, on, by, key, reason=""):
    return return_by_line(line=line, order=choice, on=on, by=by, key=key, reason=reason)


def _book(*, line, choice, on, by, key, version, reason=""):
    if isinstance(choice, CashAdvance):
        return book_line_as_cash(line=line, advance=choice, on=on, by=by, key=key, version=version, reason=reason)
    service = book_line_as_capital if line.amount > 0 else book_line_as_charge
    return service(line=line, funding_line=choice, on=on, by=by, key=key, version=version, reason=reason)


MOVES = {
    "settle": _settle,
    "take_return": _return,
    "book": _book,
    "set_aside": set_aside_line,
    "take_up": take_up_line,
}
QUESTIONS = {
    "settle": gettext_lazy("Which payment is it?"),
    "take_return": gettext_lazy("Which payment came back?"),
    "book": gettext_lazy("On which funding line, or of which paymaster's advance?"),
}
LEADS = {
    "settle": gettext_lazy("The payment is settled on the value date and with the reference of the bank."),
    "take_return": gettext_lazy("What was booked is reversed on the value date. What it was for can be ordered again."),
    "set_aside": gettext_lazy("For what needs nothing here, such as a transfer between own accounts."),
    "take_up": gettext_lazy("The line is open again."),
}


@login_required
def move(request, pk, verb):
    row = statement_line_or_404(request, pk)
    if verb not in MOVES:
        raise Http404
    form_class, kwargs = MoveForm, {}
    if verb == "set_aside":
        form_class = ReasonedMoveForm
    elif verb in QUESTIONS:
        form_class = LineChoiceForm
        kwargs = {"label": QUESTIONS[verb], "choices": choices_for(row, verb), "initial": _sure(row)}
    title = _book_title(row) if verb == "book" else label_of(row, verb)
    return move_page(
        request,
        row,
        verb,
        service=MOVES[verb],
        on=day_of(row.statement),
        back=row.get_absolute_url(),
        form_class=form_class,
        form_kwargs=kwargs,
        title=title,
        template="payments/confirm_line.html",
        lead=LEADS.get(verb, _("Booked on the value date and with the reference of the bank.")),
        sentence=_("Line %(position)s: %(label)s. Done.") % {"position": row.position, "label": title},
        to=row.statement.get_absolute_url(),
    )


def _sure(row):
    """The sure proposal is chosen already."""
    found = proposals_for(row.statement).get(row.pk)
    return {"choice": found.ref} if found is not None and found.sure else {}


def _book_title(row):
    if cash_choices(row):
        return _("Donor's money, or a paymaster's cash") if row.amount > 0 else _("Bank charge, or a paymaster's cash")
    return _("Donor's money received") if row.amount > 0 else _("Bank charge or cost")
