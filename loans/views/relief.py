"""Relief by a decision: another rate, a waiver; and what repays the loan on a day."""

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ledger.money import Money
from loans.forms import PayoffForm, RateForm, WaiverForm, WaiverReversalForm
from loans.payoff import payoff_quote
from loans.services import change_rate, reverse_waiver, waive
from loans.services.access import demand, need_state
from loans.services.relief import SECOND_PERSON
from loans.views.access import crumbs_of, day_of, loan_or_404
from pages.forms import attempt, done, form_page


@login_required
def rate(request, ref):
    row = loan_or_404(request, ref)
    demand("loans.relieve", request.user, row, SECOND_PERSON)
    form = RateForm(request.POST or None, instance=row, initial={"version": row.version})
    if request.method == "POST" and attempt(form, change_rate, loan=row, on=day_of(row), by=request.user):
        return done(request, _("The loan has a new schedule with the new rate."), row)
    return form_page(
        request,
        form,
        title=_("Another rate for %(ref)s") % {"ref": row.ref},
        submit=_("Change the rate"),
        lead=_("The due dates stay. Interest of the days before today keeps the rate of %(rate)s%%.")
        % {"rate": f"{row.annual_rate_pct.normalize():f}"},
        back=row.get_absolute_url(),
        crumbs=crumbs_of(row),
    )


@login_required
def waiver(request, ref):
    row = loan_or_404(request, ref)
    demand("loans.relieve", request.user, row, SECOND_PERSON)
    form = WaiverForm(request.POST or None, instance=row, initial={"version": row.version})
    if request.method == "POST" and attempt(form, waive, loan=row, on=day_of(row), by=request.user):
        return done(request, _("It is waived. No money moved."), row)
    return form_page(
        request,
        form,
        title=_("Waive interest or penalties of %(ref)s") % {"ref": row.ref},
        submit=_("Waive it"),
        lead=_("What fell due by today and is not paid can be waived by a decision. The principal stays owed."),
        back=row.get_absolute_url(),
        crumbs=crumbs_of(row),
    )


@login_required
def reverse_one_waiver(request, ref, pk):
    row = loan_or_404(request, ref)
    waived = get_object_or_404(row.waivers.select_related("loan"), pk=pk)
    demand("loans.relieve", request.user, row, SECOND_PERSON)
    form = WaiverReversalForm(request.POST or None)
    if request.method == "POST" and attempt(form, reverse_waiver, waiver=waived, on=day_of(row), by=request.user):
        return done(request, _("It is taken back. Both stay to be seen."), row)
    facts = {"amount": Money(waived.amount, row.currency), "what": waived.get_component_display()}
    return form_page(
        request,
        form,
        title=_("Take back the waiver of %(amount)s") % facts,
        submit=_("Take it back"),
        lead=_("%(what)s, waived on %(day)s by %(decision)s. The loan will be as if it had not been waived.")
        % {**facts, "day": f"{waived.value_on:%d.%m.%Y}", "decision": waived.decision_ref},
        back=row.get_absolute_url(),
        crumbs=crumbs_of(row),
    )


@login_required
@require_GET
def payoff(request, ref):
    """What repays the loan on a day of choice, today or later, in its parts."""
    row = loan_or_404(request, ref)
    need_state(row, row.State.ACTIVE)
    form = PayoffForm(request.GET if "on" in request.GET else None, least=day_of(row))
    day = form.cleaned_data["on"] if form.is_bound and form.is_valid() else day_of(row)
    context = {
        "title": _("Payoff of %(ref)s") % {"ref": row.ref},
        "crumbs": crumbs_of(row),
        "form": form,
        "loan": row,
        "quote": None if form.errors else payoff_quote(row, day),
        "may_record": day == day_of(row) and rules.test_rule("loans.record_repayment", request.user, row),
    }
    return render(request, "loans/payoff.html", context, status=400 if form.errors else 200)
