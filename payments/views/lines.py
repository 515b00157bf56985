"""Funding lines: what is promised, paid and left; what the ledger says; and money that comes or goes."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from ledger.models import Leg
from ledger.money import Money
from pages.forms import attempt, done, form_page
from pages.lists import Column, ListPage
from payments.filters import LegFilter
from payments.forms import ConversionForm, LineMoneyForm
from payments.models import OwnAccount
from payments.reading import left_on, lines_for
from payments.services import book_charge, convert, receive_capital, return_capital
from payments.views.access import chosen, day_of, for_money_roles, line_or_404
from payments.words import ACCOUNTS, entry_word
from programmes.models import FundingLine

ACTS = {
    "receive": (
        receive_capital,
        gettext_lazy("Donor's money received"),
        gettext_lazy("Money of the donor that stands on the bank statement."),
    ),
    "return": (
        return_capital,
        gettext_lazy("Money returned to the donor"),
        gettext_lazy("Only money for which no case waits can go back."),
    ),
    "charge": (
        book_charge,
        gettext_lazy("Bank charge or cost"),
        gettext_lazy("What the bank took from the account of the line."),
    ),
}


@for_money_roles
@require_GET
def lines(request):
    rows = list(chosen(request, lines_for(request.user)))
    context = {
        "title": _("Funding lines"),
        "crumbs": ((_("Payments"), reverse("payments:queue")),),
        "rows": [{"line": row, "left": left_on(row)} for row in rows],
    }
    return render(request, "payments/lines.html", context)


class Entries(ListPage):
    """The legs of one line: each entry to the cent, newest first."""

    key = "ledger"
    noun = (gettext_lazy("%(count)s line"), gettext_lazy("%(count)s lines"))
    template = "payments/line.html"
    filterset = LegFilter
    empty = gettext_lazy("Nothing is booked on this line yet.")
    columns = [
        Column("value_on", gettext_lazy("Value date"), value="entry.value_on", head=True),
        Column("seq", gettext_lazy("Entry"), value="entry.seq", number=True),
        Column("what", gettext_lazy("What"), value=lambda leg: _what(leg), small=lambda leg: leg.entry.reason),
        Column("code", gettext_lazy("Account number"), value="account.code", only="file"),
        Column("account", gettext_lazy("Account"), value=lambda leg: ACCOUNTS.get(leg.account.code, leg.account.code)),
        Column("subject", gettext_lazy("For"), value="account.subject"),
        Column("debit", gettext_lazy("Debit"), value=lambda leg: _side(leg, 1), number=True),
        Column("credit", gettext_lazy("Credit"), value=lambda leg: _side(leg, -1), number=True),
        Column("posted_on", gettext_lazy("Posted"), value="entry.posted_on", only="file"),
        Column("currency", gettext_lazy("Currency"), only="file"),
    ]


def _what(leg):
    word = entry_word(leg.entry.kind)
    return _("Reversal: %(what)s") % {"what": word} if leg.entry.reverses_id else word


def _side(leg, sign):
    return Money(leg.amount * sign, leg.currency) if leg.amount * sign > 0 else ""


@login_required
@require_GET
def line(request, key):
    row = line_or_404(request, key)
    legs = Leg.objects.filter(account__book__key=row.programme.key, account__line=row.key)
    context = {
        "line": row,
        "left": left_on(row),
        "acts": _acts(request.user, row),
        "own_account": OwnAccount.objects.open().filter(lines=row).without_number().first(),
    }
    crumbs = ((_("Payments"), reverse("payments:queue")), (_("Funding lines"), reverse("payments:lines")))
    page = Entries(request, legs.select_related("entry", "account"), title=row.name, context=context, crumbs=crumbs)
    return page.response()


def _acts(user, line):
    if not rules.test_rule("payments.book", user, line):
        return []
    acts = [(label, reverse("payments:line_act", args=[line.key, act])) for act, (_s, label, _l) in ACTS.items()]
    if _other_lines(line).exists():
        acts.append((_("Conversion"), reverse("payments:line_act", args=[line.key, "convert"])))
    return acts


def _other_lines(line):
    others = FundingLine.objects.filter(programme=line.programme_id).exclude(pk=line.pk)
    return others.exclude(currency=line.currency).order_by("name")


@login_required
def line_act(request, key, act):
    row = line_or_404(request, key)
    if not rules.test_rule("payments.book", request.user, row):
        raise NotAllowed()
    if act == "convert":
        return _convert(request, row)
    if act not in ACTS:
        raise Http404
    service, title, lead = ACTS[act]
    form = LineMoneyForm(request.POST or None, line=row, initial={"on": day_of(row)})
    if request.method == "POST":
        entry = attempt(form, service, line=FundingLine.objects.get(pk=row.pk), by=request.user)
        if entry is not None:
            return _booked(request, entry, row)
    return _page(request, form, row, title, lead)


def _convert(request, row):
    lines = _other_lines(row)
    form = ConversionForm(request.POST or None, line=row, lines=lines, initial={"on": day_of(row)})
    if request.method == "POST":
        entry = attempt(form, convert, from_line=FundingLine.objects.get(pk=row.pk), by=request.user)
        if entry is not None:
            return _booked(request, entry, row)
    lead = _("What left this line and what arrived on the other, as the bank's paper says.")
    return _page(request, form, row, _("Conversion"), lead)


def _booked(request, entry, row):
    return done(request, _("Entry %(seq)s is booked.") % {"seq": entry.seq}, reverse("payments:line", args=[row.key]))


def _page(request, form, row, title, lead):
    back = reverse("payments:line", args=[row.key])
    crumbs = ((_("Funding lines"), reverse("payments:lines")), (row.name, back))
    return form_page(request, form, title=title, submit=_("Book it"), back=back, crumbs=crumbs, lead=lead)
