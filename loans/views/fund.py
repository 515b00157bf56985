"""The funding lines with what is in the bank of each, and the statement of each."""

from datetime import date

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed, Refusal
from ledger.money import Money
from loans.arrears_forms import FundForm
from loans.exchange import currencies_for, translated
from loans.forecast import promised_on_line
from loans.fund import fund_statement, integrity
from loans.models import Loan
from loans.papers.fund import fund_paper, integrity_rows, rate_sentence, share_label, sources_rows
from loans.provisions import allowance_of
from pages.pdf import pdf
from pages.sheets import write_csv, write_xlsx
from programmes.clock import today
from programmes.models import FundingLine, Role
from programmes.roles import rows_for
from programmes.services import available_on, cash_on
from selection.ahead import money_ahead

FUND_ROLES = (Role.MANAGER, Role.LOAN_OFFICER, Role.FINANCE)


def lines_of(user):
    """Funding lines of the programmes in which the user works on money."""
    return FundingLine.objects.filter(rows_for(user, FUND_ROLES, region=None)).select_related("programme", "donor")


def is_lent(line):
    """Is the line lent, repaid and lent again? An allocation is given."""
    return line.kind == FundingLine.Kind.REVOLVING


@login_required
@require_GET
def funds(request):
    """The funding lines, with what is in the bank, what is free and what is lent."""
    if not rules.test_rule("loans.fund", request.user, None):
        raise NotAllowed()
    chosen = request.desk.programme
    lines = lines_of(request.user)
    if chosen:
        lines = lines.filter(programme=chosen)
    rows = [
        {
            "line": line,
            "cash": cash_on(line),
            "available": available_on(line),
            "owed": Loan.objects.filter(line=line).outstanding().total_principal_amount() if is_lent(line) else None,
        }
        for line in lines
    ]
    return render(request, "loans/funds.html", {"title": _("Funds"), "rows": rows})


@login_required
@require_GET
def fund(request, key):
    """The statement of a line from a day to a day; it closes to the unit, or says by how much it does not.

    Under it: is the capital still there, what is promised, and what there is to lend in the months to come.
    """
    line = get_object_or_404(lines_of(request.user), key=key)
    day = today(line.programme)
    first = max(date(day.year, 1, 1), line.starts_on)
    from_on, to_on, currency = first, max(day, first), ""
    form = FundForm(
        request.GET if "from_on" in request.GET else None,
        initial={"from_on": first, "to_on": day},
        currencies=currencies_for(line),
        own=line.currency,
    )
    if form.is_bound and form.is_valid():
        from_on, to_on, currency = (form.cleaned_data[name] for name in ("from_on", "to_on", "currency"))
    statement = None if form.is_bound and form.errors else fund_statement(line, from_on, to_on)
    shown = _in_currency(statement, currency, form) if statement else None
    currency = currency or line.currency
    whole = integrity(line, to_on, allowance_of(line, to_on)) if statement and is_lent(line) else None
    wanted = request.GET.get("format")
    if wanted in ("csv", "xlsx", "pdf"):
        if shown is None:
            raise Http404
        return _fund_file(wanted, statement, shown, currency, whole)
    context = {
        "title": line.name,
        "crumbs": ((_("Funds"), reverse("loans:funds")),),
        "line": line,
        "form": form,
        "from_on": from_on,
        "to_on": to_on,
        "statement": statement,
        "sources_rows": sources_rows(statement.sources) if statement else [],
        "shown": shown,
        "currency": currency,
        "by_rates": rate_sentence(line),
        "lent": is_lent(line),
        "integrity": whole,
        "integrity_rows": integrity_rows(whole) if whole else [],
        "share_label": share_label(whole) if whole else "",
        "promised": promised_on_line(line) if is_lent(line) else None,
        "ahead": money_ahead(line, [], day) if is_lent(line) else None,
        "owed": Loan.objects.filter(line=line).outstanding().total_principal_amount(),
    }
    return render(request, "loans/fund.html", context, status=400 if form.errors else 200)


def _in_currency(statement, currency, form):
    """The statement as it is read; None with the sentence on the form when a rate is missing."""
    if not currency:
        return statement
    try:
        return translated(statement.line, statement.from_on, statement.to_on, currency)
    except Refusal as refusal:
        form.refuse(refusal)
        return None


def _fund_file(wanted, statement, shown, currency, whole):
    name = f"fund-{statement.line.key}-{statement.from_on:%Y-%m-%d}-{statement.to_on:%Y-%m-%d}-{currency}"
    if wanted == "pdf":
        return pdf(fund_paper(statement, shown, currency, whole), f"{name}.pdf", inline=True)
    headers = [_("Term"), _("Amount"), _("Currency")]
    rows = [[title, Money(amount, currency), currency] for title, amount in shown.rows()]
    rows.append([_("Difference"), Money(shown.difference, currency), currency])
    return write_csv(headers, rows, name) if wanted == "csv" else write_xlsx(headers, rows, name, _("Fund"))
