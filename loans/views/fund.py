"""The portfolio on a day, and the statement of each fund."""

from datetime import date

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from ledger.money import Money
from loans.forms import DayForm, PeriodForm
from loans.fund import fund_statement
from loans.models import Loan
from loans.portfolio import BUCKETS, RISK_DAYS, portfolios
from loans.views.access import loans_of
from pages.sheets import write_csv, write_xlsx
from programmes.clock import today
from programmes.models import FundingLine, Role
from programmes.roles import rows_for
from programmes.services import available_on, cash_on

PORTFOLIO_ROLES = (Role.MANAGER, Role.LOAN_OFFICER, Role.FINANCE, Role.MONITORING)
FUND_ROLES = (Role.MANAGER, Role.LOAN_OFFICER, Role.FINANCE)


def lines_of(user):
    """Funding lines of the programmes in which the user works on money lent."""
    return FundingLine.objects.filter(rows_for(user, FUND_ROLES, region=None)).select_related("programme", "donor")


@login_required
@require_GET
def portfolio(request):
    """GLP, PAR1, PAR30, PAR90 with and without rescheduled loans, and the ageing, on a day of choice."""
    loans = loans_of(request).filter(rows_for(request.user, PORTFOLIO_ROLES))
    if not rules.test_rule("loans.portfolio", request.user, None):
        raise NotAllowed()
    day = today(request.desk.programme)
    form = DayForm(request.GET if "as_of" in request.GET else None, initial={"as_of": day})
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["as_of"]
    found = [] if form.is_bound and form.errors else portfolios(loans, day).values()
    if request.GET.get("format") in ("csv", "xlsx") and not form.errors:
        return _portfolio_file(request.GET["format"], found, day)
    context = {
        "title": _("Portfolio"),
        "crumbs": ((_("Loans"), reverse("loans:loans")),),
        "form": form,
        "as_of": day,
        "portfolios": [_shown(one) for one in found],
    }
    return render(request, "loans/portfolio.html", context, status=400 if form.errors else 200)


def _shown(found):
    """A Portfolio as its page prints it."""
    return {
        "currency": found.currency,
        "loans": found.loans,
        "principal": found.principal,
        "rescheduled": found.rescheduled,
        "risks": [
            {
                "name": f"PAR{bound}",
                "amount": found.at_risk[bound],
                "share": found.share(bound),
                "with_rescheduled": found.at_risk_or_rescheduled[bound],
                "share_with_rescheduled": found.share(bound, with_rescheduled=True),
            }
            for bound in RISK_DAYS
        ],
        "buckets": [(_bucket_word(name), *found.buckets[name]) for name in BUCKETS],
    }


def _bucket_word(name):
    if name == "current":
        return _("Not late")
    if name.startswith("over"):
        return _("More than 365 days late")
    return _("%(days)s days late") % {"days": name.replace("-", "\u2013")}


def _portfolio_file(wanted, found, day):
    headers = [_("Currency"), _("Lateness"), _("Loans"), _("Owed")]
    rows = [
        [one.currency, _bucket_word(name), number, Money(amount, one.currency)]
        for one in found
        for name, (number, amount) in one.buckets.items()
    ]
    name = f"portfolio-{day:%Y-%m-%d}"
    return write_csv(headers, rows, name) if wanted == "csv" else write_xlsx(headers, rows, name, _("Portfolio"))


@login_required
@require_GET
def funds(request):
    """The funding lines that are lent from, with what is in the bank and what is lent."""
    if not rules.test_rule("loans.fund", request.user, None):
        raise NotAllowed()
    chosen = request.desk.programme
    lines = lines_of(request.user).filter(kind=FundingLine.Kind.REVOLVING)
    if chosen:
        lines = lines.filter(programme=chosen)
    rows = [
        {
            "line": line,
            "cash": cash_on(line),
            "available": available_on(line),
            "owed": Loan.objects.filter(line=line).outstanding().total_principal_amount(),
        }
        for line in lines
    ]
    return render(request, "loans/funds.html", {"title": _("Funds"), "rows": rows})


@login_required
@require_GET
def fund(request, key):
    """The statement of a line from a day to a day; it closes to the unit, or says by how much it does not."""
    line = get_object_or_404(lines_of(request.user), key=key)
    day = today(line.programme)
    first = max(date(day.year, 1, 1), line.starts_on)
    form = PeriodForm(request.GET if "from_on" in request.GET else None, initial={"from_on": first, "to_on": day})
    from_on, to_on = first, max(day, first)
    if form.is_bound and form.is_valid():
        from_on, to_on = form.cleaned_data["from_on"], form.cleaned_data["to_on"]
    statement = None if form.is_bound and form.errors else fund_statement(line, from_on, to_on)
    wanted = request.GET.get("format")
    if wanted in ("csv", "xlsx"):
        if statement is None:
            raise Http404
        return _fund_file(wanted, statement)
    context = {
        "title": line.name,
        "crumbs": ((_("Funds"), reverse("loans:funds")),),
        "line": line,
        "form": form,
        "from_on": from_on,
        "to_on": to_on,
        "statement": statement,
        "owed": Loan.objects.filter(line=line).outstanding().total_principal_amount(),
    }
    return render(request, "loans/fund.html", context, status=400 if form.errors else 200)


def _fund_file(wanted, statement):
    currency = statement.line.currency
    headers = [_("Term"), _("Amount"), _("Currency")]
    rows = [[title, Money(amount, currency), currency] for title, amount in statement.rows()]
    rows.append([_("Difference"), Money(statement.difference, currency), currency])
    name = f"fund-{statement.line.key}-{statement.from_on:%Y-%m-%d}-{statement.to_on:%Y-%m-%d}"
    return write_csv(headers, rows, name) if wanted == "csv" else write_xlsx(headers, rows, name, _("Fund"))
