"""Papers on one loan, drawn when they are asked for; and what a payment would do to it."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.refusals import Invalid, Refusal
from loans.forms_bulk import PayoffForm, WhatIfForm
from loans.models import Loan
from loans.papers.account import schedule_paper, statement_paper
from loans.papers.letters import TITLES, arrears_paper, payoff_paper
from loans.papers.release import release_paper
from loans.views.access import crumbs, day_of, loan_or_404
from loans.what_if import what_if as what_if_paid
from pages.pdf import pdf

PAPERS = {"schedule": schedule_paper, "statement": statement_paper}
# The day up to which a payoff letter holds can lie so far ahead.
LONGEST = timedelta(days=60)


@login_required
@require_GET
def loan_paper(request, ref, kind):
    """The schedule or the statement of account as it stands today."""
    row = loan_or_404(request, ref)
    if kind not in PAPERS or not row.current_version:
        raise Http404
    return pdf(PAPERS[kind](row, day_of(row)), f"{row.ref}-{kind}.pdf", inline=True)


@login_required
@require_GET
def letter(request, ref, kind):
    """A letter on late instalments, or to whoever stood for the loan and is released."""
    row = loan_or_404(request, ref)
    if kind == "release":
        return pdf(release_paper(row, day_of(row)), f"{row.ref}-release.pdf", inline=True)
    if kind not in TITLES or kind == "guarantor":
        raise Http404
    return pdf(arrears_paper(row, kind, day_of(row)), f"{row.ref}-{kind}.pdf", inline=True)


@login_required
@require_GET
def payoff(request, ref):
    """What closes the loan when it is paid by a day; 14 days from now unless the user says otherwise."""
    row = loan_or_404(request, ref)
    on = day_of(row)
    if row.state != Loan.State.ACTIVE:
        raise Http404
    form = PayoffForm(request.GET or None, initial={"on": on + timedelta(days=14)})
    valid_to = form.cleaned_data["on"] if form.is_valid() else on + timedelta(days=14)
    if form.is_bound and not form.is_valid():
        raise Invalid(" ".join(form.errors.get("on", [])))
    if not on <= valid_to <= on + LONGEST:
        raise Invalid(_("A payoff letter holds from today to at most %(days)s days ahead.") % {"days": LONGEST.days})
    return pdf(payoff_paper(row, valid_to, on), f"{row.ref}-payoff.pdf", inline=True)


@login_required
@require_GET
def what_if(request, ref):
    """What an amount on a day would do to the loan; its part of the page is fetched in place."""
    row = loan_or_404(request, ref)
    if row.state != Loan.State.ACTIVE:
        raise Http404
    form = WhatIfForm(request.GET or None, loan=row, initial={"on": day_of(row)})
    outcome = None
    if form.is_bound and form.is_valid():
        try:
            outcome = what_if_paid(row, amount=form.cleaned_data["amount"], on=form.cleaned_data["on"])
        except Refusal as refusal:
            form.refuse(refusal)
    context = {
        "loan": row,
        "form": form,
        "outcome": outcome,
        "title": _("What if on %(ref)s") % {"ref": row.ref},
        "crumbs": crumbs((row.ref, row.get_absolute_url())),
    }
    return render(request, "loans/what_if.html", context, status=form.status if form.errors else 200)
