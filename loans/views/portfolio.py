"""The portfolio on a day: what is owed, how late it is, and by whom, where and for what it was lent."""

from fractions import Fraction

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from applicants.cashchart import draw_amounts, in_thousands
from applicants.models import Party
from audit.refusals import NotAllowed
from ledger.money import Money
from loans.arrears_forms import PORTFOLIO_PARTS, PortfolioForm
from loans.models import LoanProduct, PortfolioCell
from loans.papers.portfolio import portfolio_paper
from loans.portfolio import BUCKETS, RISK_DAYS, Portfolio, breakdown, bucket_word, portfolios
from loans.standings import dashboard
from loans.views.access import loans_of
from pages.pdf import pdf
from pages.sheets import write_csv, write_xlsx
from programmes.clock import today
from programmes.models import District, Programme, Region, Role
from programmes.roles import held_by, rows_for

PORTFOLIO_ROLES = (Role.MANAGER, Role.LOAN_OFFICER, Role.FINANCE, Role.MONITORING)


@login_required
@require_GET
def portfolio(request):
    """GLP, PAR1, PAR30, PAR90 with and without rescheduled loans, and the ageing, on a day of choice; in parts."""
    if not rules.test_rule("loans.portfolio", request.user, None):
        raise NotAllowed()
    loans = loans_of(request).filter(rows_for(request.user, PORTFOLIO_ROLES))
    day, by = today(request.desk.programme), ""
    form = PortfolioForm(_asked(request, day), initial={"as_of": day})
    if form.is_bound and form.is_valid():
        day, by = form.cleaned_data["as_of"], form.cleaned_data["by"]
    wrong = form.is_bound and form.errors
    found, parts = ({}, []) if wrong else _read(request, loans, day, by)
    if request.GET.get("format") in ("csv", "xlsx") and not wrong:
        return _file(request.GET["format"], found, parts, day, by)
    if request.GET.get("format") == "pdf" and not wrong:
        return _paper(request, loans, found, day)
    context = {
        "title": _("Portfolio"),
        "crumbs": ((_("Loans"), reverse("loans:loans")),),
        "form": form,
        "as_of": day,
        "by": dict(PORTFOLIO_PARTS)[by] if by else "",
        "portfolios": [_shown(one, parts) for one in found.values()],
    }
    return render(request, "loans/portfolio.html", context, status=400 if form.errors else 200)


def _asked(request, day):
    """What the form is filled with, None where nothing is asked; without a day it is today's portfolio."""
    if not {"as_of", "by"} & set(request.GET):
        return None
    return {"as_of": request.GET.get("as_of", f"{day:%d.%m.%Y}"), "by": request.GET.get("by", "")}


def _read(request, loans, day, by):
    """({currency: Portfolio}, parts): today's from what every posting keeps up, another day's from its own rows."""
    if day != today(request.desk.programme):
        return portfolios(loans, day), _parts(breakdown(loans, day, (by,)), by) if by else []
    cells = _cells(request)
    whole = {currency: one for (currency,), one in dashboard(cells, day).items()}
    return whole, _parts(dashboard(cells, day, (by,)), by) if by else []


def _cells(request):
    cells = PortfolioCell.objects.filter(rows_for(request.user, PORTFOLIO_ROLES))
    chosen = request.desk.programme
    return cells.filter(programme=chosen) if chosen else cells


def _paper(request, loans, found, day):
    """Whole and divided in every way that the page offers, whichever of them it shows."""
    is_today, parts = day == today(request.desk.programme), {}
    for by, word in PORTFOLIO_PARTS:
        if by:
            rows = dashboard(_cells(request), day, (by,)) if is_today else breakdown(loans, day, (by,))
            parts[word] = _parts(rows, by)
    chosen = request.desk.programme
    facts = [(_("Programme"), "\n".join(_places(request.user, chosen)))]
    content = portfolio_paper(found, parts, day, facts, footer=chosen.public_name if chosen else "")
    return pdf(content, f"portfolio-{day:%Y-%m-%d}.pdf", inline=True)


def _places(user, chosen):
    """The programmes, or regions of them, whose loans the user is shown: a paper goes where nobody is signed in."""
    mine = {}
    for held in held_by(user):
        if held.role in PORTFOLIO_ROLES and (chosen is None or held.programme_id == chosen.pk):
            mine.setdefault(held.programme_id, set()).add(held.region_id)
    names = Region.objects.in_bulk({pk for regions in mine.values() for pk in regions} - {None})
    for programme in Programme.objects.filter(pk__in=mine).order_by("pk"):
        regions = mine[programme.pk]
        only = [] if None in regions else sorted(names[pk].name for pk in regions)
        yield ", ".join([programme.public_name, *only])


def _parts(found, by):
    """[(word, Portfolio)] of one dimension, the largest first."""
    words = _words(by, {value for _currency, value in found})
    rows = [(words.get(value) or _("Unknown"), one) for (_currency, value), one in found.items()]
    return sorted(rows, key=lambda row: (row[1].currency, -row[1].principal, row[0]))


def _words(by, values):
    """{value of the dimension: how it is called}."""
    if by == "sex":
        return {value: str(word) for value, word in Party.Sex.choices}
    model = {"officer": User, "district": District, "product": LoanProduct}[by]
    return {pk: str(row) for pk, row in model.objects.in_bulk(values - {None}).items()}


def _risks(found):
    return [
        {
            "name": f"PAR{bound}",
            "amount": found.at_risk[bound],
            "share": found.share(bound),
            "with_rescheduled": found.at_risk_or_rescheduled[bound],
            "share_with_rescheduled": found.share(bound, with_rescheduled=True),
        }
        for bound in RISK_DAYS
    ]


def _shown(found: Portfolio, parts):
    """A Portfolio as its page prints it."""
    return {
        "currency": found.currency,
        "loans": found.loans,
        "principal": found.principal,
        "rescheduled": found.rescheduled,
        "risks": _risks(found),
        "buckets": [(bucket_word(name), *found.buckets[name]) for name in BUCKETS],
        "drawing": _drawing(found),
        "thousands": in_thousands(_amounts(found), found.currency),
        "parts": _drawn_parts(found, [(word, one) for word, one in parts if one.currency == found.currency]),
    }


def _drawn_parts(found, parts):
    """(word, Portfolio, its risks, its share of the whole, bar): `bar` are the lengths of what is owed and of what is
    late of it, in percent of the longest, as texts with a point."""
    most = max((one.principal for _word, one in parts), default=0)
    return [
        (
            word,
            one,
            _risks(one),
            Fraction(one.principal, found.principal) if found.principal else None,
            [f"{100 * amount / most if most else 0:.2f}" for amount in (one.principal, one.at_risk[1])],
        )
        for word, one in parts
    ]


def _amounts(found):
    return [found.buckets[name][1] for name in BUCKETS]


def _drawing(found):
    """The ageing as bars, in whole units or in thousands."""
    heads = [_("Not late"), *(name.replace("-", "\u2013") for name in BUCKETS[1:-1]), "365+"]
    return draw_amounts(_amounts(found), heads, found.currency, slots=len(BUCKETS))


def _file(wanted, found, parts, day, by):
    """Undivided the ageing; divided one row for each part with its ageing and what is at risk."""
    name = f"portfolio-{day:%Y-%m-%d}"
    if by:
        headers = [dict(PORTFOLIO_PARTS)[by], _("Currency"), _("Loans"), _("Owed")]
        headers += [f"PAR{bound}" for bound in RISK_DAYS] + [f"PAR{bound}+R" for bound in RISK_DAYS]
        headers += [bucket_word(bucket) for bucket in BUCKETS]
        rows = [_part_cells(word, one) for word, one in parts]
        name += f"-{by}"
    else:
        headers = [_("Currency"), _("Lateness"), _("Loans"), _("Owed")]
        rows = [
            [one.currency, bucket_word(bucket), number, Money(amount, one.currency)]
            for one in found.values()
            for bucket, (number, amount) in one.buckets.items()
        ]
    return write_csv(headers, rows, name) if wanted == "csv" else write_xlsx(headers, rows, name, _("Portfolio"))


def _part_cells(word, one):
    amounts = [one.principal, *one.at_risk.values(), *one.at_risk_or_rescheduled.values()]
    amounts += [amount for _number, amount in one.buckets.values()]
    return [word, one.currency, one.loans, *(Money(amount, one.currency) for amount in amounts)]
