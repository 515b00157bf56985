"""The page of one loan, its moves, its terms and its contract."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from ledger.money import Money
from loans.account import money_lines, schedule_table
from loans.charge import subsidy_of
from loans.contract import READABLE, contract_draft_pdf, contract_pdf
from loans.forms import AccountForm, DraftForm, SignForm, TermsForm
from loans.forms_bulk import WhatIfForm
from loans.models import Loan, ReliefRequest
from loans.reading import figures_of, next_step, waivers_of
from loans.reading_people import people_of
from loans.reading_tranches import next_of_tranches, tranches_of
from loans.services import (
    cancel_loan,
    order_disbursement,
    refund_overpayment,
    set_terms,
    sign_loan,
)
from loans.services.access import demand
from loans.services.refunds import refunds_on_their_way
from loans.terms import later_pay_outs, month_after
from loans.views.access import crumbs_of, day_of, loan_or_404
from loans.views.contacts import log_of
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.moves import ReasonedMoveForm, move_page
from pages.pdf import pdf
from pages.sheets import write_csv, write_xlsx
from payments.models import PayeeAccount, PaymentOrder
from payments.views.screening import screen_page
from programmes.clock import today

MOVES = {
    "sign": (sign_loan, SignForm),
    "cancel": (cancel_loan, ReasonedMoveForm),
}
LEADS = {
    "sign": gettext_lazy("The terms are frozen, the money is committed, and the schedule is made."),
    "cancel": gettext_lazy("Nothing is lent, and the money goes back to the line."),
}


@login_required
@require_GET
def loan(request, ref):
    row = loan_or_404(request, ref)
    on = day_of(row)
    wanted = request.GET.get("version", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 5 else row.current_version
    versions = list(row.versions.order_by("-number"))
    version = next((one for one in versions if one.number == number), None)
    if versions and version is None:
        raise Http404
    instalments = list(row.instalments.filter(version=number).in_turn())
    lines = money_lines(row)
    if request.GET.get("format") in ("csv", "xlsx"):
        return _money_file(request, row, lines)
    in_force = (
        instalments
        if number == row.current_version
        else list(row.instalments.filter(version=row.current_version).in_turn())
    )
    figures = figures_of(row, in_force, on)
    tranches = tranches_of(row, request.user, on)
    order = PaymentOrder.objects.live().filter(source_ref=row.ref).first()
    event = row.life_events.filter(decided_on=None).select_related("recorded_by").first()
    context = {
        "loan": row,
        "on": on,
        "title": f"{row.ref}, {row.borrower}",
        "crumbs": ((_("Loans"), reverse("loans:loans")),),
        "figures": figures,
        "next": _next(row, figures, order, tranches, event),
        "event": event,
        "tranches": tranches,
        "version": version,
        "versions": versions,
        "subsidy": subsidy_of(row, version) if version else "",
        "table": schedule_table(row, instalments, on, later_pay_outs(row, version)) if instalments else None,
        "money": lines,
        "approved": _approved(row, request.user),
        "requests": list(row.relief_requests.select_related("asked_by").order_by("-number")),
        "waived": waivers_of(row, request.user),
        "log": log_of(row, on) if row.disbursed_on and rules.test_rule("loans.contact", request.user, row) else None,
        "events": history_of(row.ref, *_parts_of(row, tranches)),
        "may": _may(request.user, row, order, tranches),
        "people": people_of(row, request.user, on),
        "form": WhatIfForm(loan=row, initial={"on": on}) if row.state == Loan.State.ACTIVE else None,
        "readable": row.state in READABLE and row.current_version > 0,
    }
    return render(request, "loans/loan.html", context)


def _parts_of(row, tranches):
    """References of what stands in the history of the loan beside it."""
    yield from (line.tranche.ref for line in (tranches.lines if tranches else ()))
    yield from row.relief_requests.values_list("ref", flat=True)


def _approved(row, user):
    """The request that this user can put in force now."""
    found = row.relief_requests.filter(state="approved").first()
    if found is None:
        return None
    found.loan = row
    return found if rules.test_rule("loans.put_in_force", user, found) else None


def _next(row, figures, order, tranches, event):
    """Relief that is asked for or approved comes first, then a death or move, what is late, the next tranche, the next
    instalment."""
    asked = row.relief_requests.open().first()
    if asked is not None and asked.state != ReliefRequest.State.APPROVED:
        words = _("%(relief)s, asked for on %(day)s by %(name)s.")
        words = words % {
            "relief": asked.get_kind_display(),
            "day": f"{asked.asked_on:%d.%m.%Y}",
            "name": asked.asked_by.name,
        }
        return _("Next: the committee decides on the request."), words
    if asked is not None:
        words = _("Approved by %(decision)s. %(name)s asked for it.")
        words = words % {"decision": asked.decision_ref, "name": asked.asked_by.name}
        return _("Next: another person puts the committee’s decision in force."), words
    if event is not None:
        words = _("Recorded by %(name)s. Penalties and reminders rest until then.") % {"name": event.recorded_by.name}
        return _("Next: another person decides what follows."), words
    step = None if figures.overdue else next_of_tranches(row, tranches)
    return step or next_step(row, figures, order)


def _may(user, row, order, tranches):
    """Which acts that are no move of the state the page offers."""
    active = row.state == Loan.State.ACTIVE
    return {
        "repay": row.state in (Loan.State.ACTIVE, Loan.State.WRITTEN_OFF)
        and rules.test_rule("loans.record_repayment", user, row),
        "reverse": rules.test_rule("loans.reverse_repayment", user, row),
        "contact": row.state in (Loan.State.ACTIVE, Loan.State.WRITTEN_OFF)
        and rules.test_rule("loans.contact", user, row),
        "screen": row.state == Loan.State.APPROVED and rules.test_rule("payments.screen", user, row),
        "set_terms": row.state == Loan.State.APPROVED and rules.test_rule("loans.set_terms", user, row),
        "plan": row.state == Loan.State.APPROVED
        and row.product.most_tranches > 1
        and rules.test_rule("loans.set_terms", user, row),
        "pay": row.state == Loan.State.SIGNED
        and order is None
        and tranches is None
        and rules.test_rule("loans.order_disbursement", user, row),
        "relieve": active and rules.test_rule("loans.relieve", user, row),
        "ask": active and rules.test_rule("loans.ask_relief", user, row) and not row.relief_requests.open().exists(),
        "payoff": active,
        "refund": row.overpaid_amount > 0
        and rules.test_rule("loans.refund", user, row)
        and not refunds_on_their_way(row).exists(),
    }


def _money_file(request, row, lines):
    headers = [
        _("Value date"),
        _("What"),
        _("Entry"),
        _("Reference"),
        _("Fees and penalties"),
        _("Interest"),
        _("Principal"),
        _("Held"),
        _("Amount"),
        _("Currency"),
        _("By"),
    ]
    rows = [
        [
            line.entry.value_on,
            line.what if line.reversal_of is None else _("Reversal: %(what)s") % {"what": line.what},
            line.entry.seq,
            line.repayment.reference if line.repayment else "",
            *(Money(value, row.currency) for value in line.amounts),
            row.currency,
            line.who,
        ]
        for line in lines
    ]
    name = f"{row.ref}-transactions"
    if request.GET["format"] == "csv":
        return write_csv(headers, rows, name)
    return write_xlsx(headers, rows, name, row.ref)


@login_required
def move(request, ref, verb):
    row = loan_or_404(request, ref)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    on = day_of(row)
    form_kwargs = {"initial": {"first_due_on": month_after(on)}} if verb == "sign" else None
    return move_page(
        request,
        row,
        verb,
        service=service,
        form_class=form_class,
        form_kwargs=form_kwargs,
        on=on,
        back=row.get_absolute_url(),
        lead=LEADS[verb],
    )


@login_required
def screen(request, ref):
    """The borrower, the business, the guarantors and the people behind them are compared with the lists."""
    row = loan_or_404(request, ref)
    guarantors = [guarantor.party for guarantor in row.guarantors.standing().select_related("party")]
    return screen_page(request, row, [row.borrower, row.business, *guarantors], crumbs=crumbs_of(row))


@login_required
def terms(request, ref):
    row = loan_or_404(request, ref)
    demand("loans.set_terms", request.user, row)
    names = ("instalments_number", "grace_months", "instalment_amount", "version")
    initial = {name: getattr(row, name) for name in names}
    form = TermsForm(request.POST or None, instance=row, initial=initial)
    if request.method == "POST" and attempt(form, set_terms, loan=row, on=day_of(row), by=request.user):
        return done(request, _("The terms are changed."), row)
    return form_page(
        request,
        form,
        title=_("Terms of %(ref)s") % {"ref": row.ref},
        back=row.get_absolute_url(),
        crumbs=crumbs_of(row),
    )


def _accounts(row):
    return PayeeAccount.objects.filter(
        programme=row.programme,
        party__in=[row.borrower_id, row.business_id],
        currency=row.currency,
        confirmed_on__isnull=False,
        closed_on=None,
    )


def _no_account_page(request, row, title):
    """Nothing can be paid yet: the accounts that wait for a second person, and the way to enter one."""
    waiting = PayeeAccount.objects.visible_to(request.user).open().without_number()
    waiting = waiting.filter(programme=row.programme, party__in=[row.borrower_id, row.business_id])
    context = {
        "title": title,
        "lead": _("The borrower has no confirmed account in %(currency)s. Nothing can be paid before there is one.")
        % {"currency": row.currency},
        "crumbs": crumbs_of(row),
        "back": row.get_absolute_url(),
        "ref": row.ref,
        "payee": row.borrower,
        "may_enter": rules.test_rule("payments.enter_account", request.user, row),
        "waiting": waiting.filter(currency=row.currency, confirmed_on=None).order_by("pk"),
    }
    return render(request, "payments/no_account.html", context)


def pay_page(request, row, service, *, title, submit, lead, tranche=None):
    """To which account money of the loan goes; `tranche`: only that part of it."""
    form = AccountForm(request.POST or None, accounts=_accounts(row))
    if request.method == "POST":
        what = {"tranche": tranche} if tranche else {"loan": row}
        order = attempt(form, service, on=day_of(row), by=request.user, **what)
        if order is not None:
            return done(request, _("The payment %(ref)s waits for a second person.") % {"ref": order.ref}, row)
    if request.method != "POST" and not form.fields["account"].queryset.exists():
        return _no_account_page(request, row, title)
    return form_page(
        request, form, title=title, submit=submit, lead=lead, back=row.get_absolute_url(), crumbs=crumbs_of(row)
    )


@login_required
def pay(request, ref):
    row = loan_or_404(request, ref)
    demand("loans.order_disbursement", request.user, row)
    return pay_page(
        request,
        row,
        order_disbursement,
        title=_("Prepare the payment of %(ref)s") % {"ref": row.ref},
        submit=_("Prepare the payment"),
        lead=_("The bank pays the loan less the fee withheld, after a second person has approved it."),
    )


@login_required
def refund(request, ref):
    row = loan_or_404(request, ref)
    demand("loans.refund", request.user, row)
    return pay_page(
        request,
        row,
        refund_overpayment,
        title=_("Send back the overpayment of %(ref)s") % {"ref": row.ref},
        submit=_("Prepare the refund"),
        lead=_("All that is held for the borrower goes back, after a second person has approved it."),
    )


@login_required
@require_GET
def contract(request, ref):
    row = loan_or_404(request, ref)
    if row.state not in READABLE:
        raise Http404
    return pdf(contract_pdf(loan=row, on=today(row.programme), by=request.user), f"{row.ref}.pdf")


@login_required
def contract_draft(request, ref):
    """The contract to be read at home, before anybody signs."""
    row = loan_or_404(request, ref)
    demand("loans.set_terms", request.user, row)
    on = day_of(row)
    form = DraftForm(request.POST or None, initial={"first_due_on": month_after(on)})
    if request.method == "POST":
        content = attempt(form, contract_draft_pdf, loan=row, on=on, by=request.user)
        if content:
            return pdf(content, f"{row.ref}-draft.pdf")
    return form_page(
        request,
        form,
        title=_("Draft of the contract of %(ref)s") % {"ref": row.ref},
        submit=_("Draw the draft, PDF"),
        back=row.get_absolute_url(),
        lead=_("To be read before signing, as if it were signed today. Nothing is decided or kept by it."),
        crumbs=crumbs_of(row),
    )
