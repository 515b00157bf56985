"""The provisioning table of a day, and the rates that it is made of."""

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from ledger.money import Money
from loans.arrears_forms import RatesForm
from loans.forms import DayForm
from loans.portfolio import bucket_word
from loans.provisions import provisions, rates_on
from loans.services import set_provision_rates
from loans.views.access import loans_of
from loans.views.portfolio import PORTFOLIO_ROLES
from pages.forms import attempt, done, form_page
from pages.sheets import write_csv, write_xlsx
from programmes.clock import today
from programmes.models import Programme
from programmes.roles import rows_for


def _programmes(user, chosen):
    """Programmes with loans in which the user sees the portfolio, the chosen one alone where one is chosen."""
    found = Programme.objects.visible_to(user).filter(loans__isnull=False).distinct()
    found = found.filter(pk=chosen.pk) if chosen else found
    return [programme for programme in found if rules.test_rule("loans.portfolio", user, programme)]


@login_required
@require_GET
def table(request):
    """What is expected to be lost, by programme and currency, at the end of a day: nothing is booked by it."""
    programmes = _programmes(request.user, request.desk.programme)
    if not programmes:
        raise NotAllowed()
    day = today(request.desk.programme)
    form = DayForm(request.GET if "as_of" in request.GET else None, initial={"as_of": day})
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["as_of"]
    wrong = form.is_bound and form.errors
    mine = loans_of(request).filter(rows_for(request.user, PORTFOLIO_ROLES))
    found = [(one, list(provisions(one, day, mine.filter(programme=one)).values())) for one in programmes if not wrong]
    if request.GET.get("format") in ("csv", "xlsx") and not wrong:
        return _file(request.GET["format"], found, day)
    context = {
        "title": _("Provisions"),
        "crumbs": ((_("Loans"), reverse("loans:loans")), (_("Portfolio"), reverse("loans:portfolio"))),
        "form": form,
        "as_of": day,
        "tables": [
            {
                "programme": programme,
                "may_set": rules.test_rule("loans.set_provisions", request.user, programme),
                "no_rates": any(row.percent is None for one in tables for row in one.rows),
                "currencies": [(one, [(bucket_word(row.name), row) for row in one.rows]) for one in tables],
            }
            for programme, tables in found
        ],
    }
    return render(request, "loans/provisions.html", context, status=400 if wrong else 200)


def _file(wanted, found, day):
    headers = [_("Programme"), _("Currency"), _("Lateness"), _("Loans"), _("Owed"), _("Percent"), _("Provision")]
    rows = [
        [
            str(programme),
            one.currency,
            bucket_word(row.name),
            row.loans,
            Money(row.owed, one.currency),
            "" if row.percent is None else str(row.percent),
            "" if row.percent is None else Money(row.amount, one.currency),
        ]
        for programme, tables in found
        for one in tables
        for row in one.rows
    ]
    name = f"provisions-{day:%Y-%m-%d}"
    return write_csv(headers, rows, name) if wanted == "csv" else write_xlsx(headers, rows, name, _("Provisions"))


@login_required
def rates(request, key):
    """A new table of rates, in force from a day on."""
    programme = get_object_or_404(Programme.objects.visible_to(request.user), key=key)
    if not rules.test_rule("loans.set_provisions", request.user, programme):
        raise NotAllowed()
    day = today(programme)
    form = RatesForm(request.POST or None, rates=rates_on(programme, day), initial={"effective_from": day})
    if request.method == "POST" and attempt(form, set_provision_rates, programme=programme, on=day, by=request.user):
        return done(request, _("The rates are in force from that day."), reverse("loans:provisions"))
    return form_page(
        request,
        form,
        title=_("Provisioning rates"),
        submit=_("Set these rates"),
        lead=str(programme),
        back=reverse("loans:provisions"),
        crumbs=((_("Loans"), reverse("loans:loans")), (_("Provisions"), reverse("loans:provisions"))),
    )
