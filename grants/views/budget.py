"""The budget of an award, the costs shown for it, aid declared, visibility; and amendments of the agreement."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from grants.forms_budget import (
    AcceptExpenseForm,
    AidForm,
    AmendForm,
    BudgetForm,
    ExpenseForm,
    ScanForm,
    WaiveForm,
)
from grants.models import Expense
from grants.services import (
    accept_expense,
    approve_amendment,
    declare_aid,
    enter_expense,
    keep_signed_scan,
    propose_amendment,
    refuse_amendment,
    set_budget,
    waive_visibility,
    withdraw_amendment,
)
from grants.services.files import with_file
from grants.standing import differences
from grants.views.access import award_or_404, day_of
from ledger.money import Money
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.moves import MoveForm, ReasonedMoveForm, move_page


def _page(request, form, award, *, title, submit, lead="", anchor="#budget"):
    back = f"{award.get_absolute_url()}{anchor}"
    crumbs = ((_("Grants"), reverse("grants:awards")), (award.ref, award.get_absolute_url()))
    return form_page(request, form, title=title, submit=submit, lead=lead, back=back, crumbs=crumbs)


def _asked(request, ref, rule):
    award = award_or_404(request, ref)
    if not rules.test_rule(rule, request.user, award):
        raise NotAllowed()
    return award


@login_required
def budget(request, ref):
    award = _asked(request, ref, "grants.plan")
    form = BudgetForm(request.POST or None, award=award, instance=award)
    given = {"award": award, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, set_budget, **given) is not None:
        return done(request, _("The budget is saved."), f"{award.get_absolute_url()}#budget")
    lead = _("The award is %(award)s. What the lines take from the grant adds up to it.") % {
        "award": Money(award.amount, award.currency)
    }
    return _page(request, form, award, title=_("Budget of the agreement"), submit=_("Save the budget"), lead=lead)


@login_required
def aid(request, ref):
    award = _asked(request, ref, "grants.plan")
    form = AidForm(request.POST or None, award=award, instance=award)
    given = {"award": award, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, declare_aid, **given) is not None:
        return done(request, _("The declaration is recorded."), f"{award.get_absolute_url()}#budget")
    lead = _("As the grantee declares it, signed. Leave all empty when there was none.")
    return _page(request, form, award, title=_("Public aid received"), submit=_("Record the declaration"), lead=lead)


@login_required
def waive(request, ref):
    award = _asked(request, ref, "grants.manage")
    form = WaiveForm(request.POST or None)
    given = {"award": award, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, waive_visibility, **given) is not None:
        return done(request, _("The duty is waived."), award.get_absolute_url())
    title = _("Waive the visibility of the donor")
    return _page(request, form, award, title=title, submit=_("Waive it"), lead=award.window.visibility_text)


@login_required
def scan(request, ref):
    award = _asked(request, ref, "grants.manage")
    form = ScanForm(request.POST or None, request.FILES or None)

    def act(*, upload, on, by):
        def keep(evidence, on, by):
            return keep_signed_scan(award=award, evidence=evidence, on=on, by=by)

        return with_file(keep, award=award, upload=upload, purpose="signed-agreement", on=on, by=by)

    if request.method == "POST" and attempt(form, act, on=day_of(award), by=request.user) is not None:
        return done(request, _("The signed paper is kept."), award.get_absolute_url())
    title = _("The agreement as it was signed")
    return _page(request, form, award, title=title, submit=_("Keep the scan"), anchor="")


@login_required
def new_expense(request, ref):
    award = _asked(request, ref, "grants.evidence")
    form = ExpenseForm(request.POST or None, request.FILES or None, award=award)

    def act(*, upload, on, by, key, **facts):
        def keep(evidence, on, by):
            return enter_expense(award=award, evidence=evidence, on=on, by=by, key=key, **facts)

        return with_file(keep, award=award, upload=upload, purpose="invoice", on=on, by=by)

    if request.method == "POST" and attempt(form, act, on=day_of(award), by=request.user) is not None:
        return done(request, _("The cost is entered."), f"{award.get_absolute_url()}#budget")
    lead = _("What the grantee paid from the grant. Another person accepts it.")
    return _page(request, form, award, title=_("Enter a cost"), submit=_("Enter the cost"), lead=lead)


@login_required
def expense(request, ref, pk):
    award = _asked(request, ref, "grants.accept")
    row = get_object_or_404(Expense.objects.select_related("line"), award=award, pk=pk)
    row.award = award
    form = AcceptExpenseForm(request.POST or None, instance=row, initial={"amount": row.eligible_amount})
    given = {"expense": row, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, accept_expense, **given) is not None:
        return done(request, _("The cost is decided."), f"{award.get_absolute_url()}#budget")
    lead = _("%(line)s: %(supplier)s %(number)s of %(day)s, %(net)s and %(vat)s VAT.") % {
        "line": row.line,
        "supplier": row.supplier,
        "number": row.invoice_number,
        "day": row.invoice_on.strftime("%d.%m.%Y"),
        "net": Money(row.net_amount, award.currency),
        "vat": Money(row.vat_amount, award.currency),
    }
    return _page(request, form, award, title=_("Accept a cost"), submit=_("Decide"), lead=lead)


# Amendments ----------------------------------------------------------------------------------------------------------


@login_required
def amend(request, ref):
    award = _asked(request, ref, "grants.propose_amendment")
    form = AmendForm(request.POST or None, award=award)
    given = {"award": award, "on": day_of(award), "by": request.user}
    if request.method == "POST":
        amendment = attempt(form, propose_amendment, **given)
        if amendment is not None:
            return done(request, _("The amendment waits for a second person."), amendment.get_absolute_url())
    lead = _("Change what is to change. Tranches that were requested stay as they are.")
    title = _("Propose an amendment")
    return _page(request, form, award, title=title, submit=_("Propose it"), lead=lead, anchor="#amendments")


MOVES = {
    "approve": (approve_amendment, MoveForm),
    "refuse": (refuse_amendment, ReasonedMoveForm),
    "withdraw": (withdraw_amendment, MoveForm),
}
LEADS = {
    "approve": gettext_lazy("It is in force at once. The signed agreement stays as it was signed."),
    "refuse": gettext_lazy("The agreement stays as it is."),
    "withdraw": gettext_lazy("It is not asked for any more."),
}


def _amendment(request, ref, number):
    award = award_or_404(request, ref)
    row = get_object_or_404(award.amendments.for_pages(), number=number)
    row.award = award
    return row


@login_required
@require_GET
def amendment(request, ref, number):
    row = _amendment(request, ref, number)
    context = {
        "title": _("Amendment No. %(number)s") % {"number": row.number},
        "crumbs": ((_("Grants"), reverse("grants:awards")), (row.award.ref, row.award.get_absolute_url())),
        "row": row,
        "award": row.award,
        "differences": differences(row),
        "on": day_of(row.award),
        "events": history_of(row.ref),
    }
    return render(request, "grants/amendment.html", context)


@login_required
def amendment_move(request, ref, number, verb):
    row = _amendment(request, ref, number)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=day_of(row.award),
        back=row.get_absolute_url(),
        form_class=form_class,
        lead=LEADS[verb],
        template="grants/amendment_move.html",
        context={"award": row.award, "differences": differences(row)},
    )
