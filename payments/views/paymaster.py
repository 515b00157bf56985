"""The paymaster's run: open advances and sheets, one of each, and what is done with them."""

import rules
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import Blocked, NotAllowed
from ledger.money import Money
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.moves import ReasonedMoveForm, move_page
from pages.pdf import pdf
from payments.cash import due_back_on, in_hand, loose_cash, payable
from payments.forms_paymaster import (
    AdvanceForm,
    CashBackForm,
    ConfirmRunForm,
    LossForm,
    PayOutForm,
    RunForm,
    SheetForm,
)
from payments.models import MONEY_ROLES, CashAdvance, PaySheet
from payments.pay_paper import pay_sheet_paper
from payments.services import (
    bring_back_cash,
    cancel_advance,
    confirm_run,
    count_loss,
    give_back_sheet,
    make_sheet,
    pay_out_advance,
    prepare_advance,
    record_run,
)
from payments.services.paymaster import CARRIERS
from payments.views.access import chosen, day_of
from programmes.models import FundingLine, Membership, Role
from programmes.roles import held_by, roles_of

MOST = 50


def _advances(request):
    rows = CashAdvance.objects.visible_to(request.user)
    return rows.select_related("programme", "line", "paymaster", "prepared_by", "approved_by").distinct()


def _sheets(request):
    rows = PaySheet.objects.visible_to(request.user)
    return rows.select_related("programme", "advance__paymaster", "advance__line", "village", "batch").distinct()


def _crumbs(*more):
    return (
        (_("Payments"), reverse("payments:queue")),
        (_("Cash in villages"), reverse("payments:paymaster")),
        *more,
    )


def said_of(advance, on):
    """An advance as the lists show it: what is in hand, when it is due back, and whether that day is past."""
    due = due_back_on(advance)
    return {"advance": advance, "cash": in_hand(advance), "due": due, "late": due is not None and due < on}


@login_required
@require_GET
def paymaster(request):
    if not roles_of(request.user) & set(MONEY_ROLES) and not _advances(request).exists():
        raise NotAllowed(_("Only finance officers, managers and paymasters see this."))
    live = chosen(request, _advances(request)).live().prefetch_related("sheets")
    sheets = chosen(request, _sheets(request)).live()
    context = {
        "title": _("Cash in villages"),
        "crumbs": _crumbs()[:1],
        "advances": [said_of(row, day_of(row)) for row in live[:MOST]],
        "sheets": sheets[:MOST],
        "closed": chosen(request, _advances(request)).filter(state="closed")[:MOST],
        "lines": _lines_of(request).select_related("programme"),
    }
    return render(request, "payments/paymaster.html", context)


def _lines_of(request):
    """The funding lines of which the user may prepare an advance."""
    held = {row.programme_id for row in held_by(request.user) if row.role == Role.FINANCE}
    return chosen(request, FundingLine.objects.filter(programme__in=held)).order_by("programme__name", "key")


@login_required
def new_advance(request, key):
    line = get_object_or_404(_lines_of(request).select_related("programme"), key=key)
    carriers = Membership.objects.current(day_of(line)).filter(programme=line.programme, role__in=CARRIERS)
    people = get_user_model().objects.filter(is_active=True, pk__in=carriers.values("user")).exclude(pk=request.user.pk)
    form = AdvanceForm(request.POST or None, line=line, people=people.order_by("name"))
    if request.method == "POST":
        row = attempt(form, prepare_advance, line=line, on=day_of(line), by=request.user)
        if row is not None:
            return done(request, _("The advance is prepared. Another person pays it out."), row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Advance of cash from %(line)s") % {"line": line.name},
        submit=_("Prepare the advance"),
        back=reverse("payments:paymaster"),
        crumbs=_crumbs(),
        lead=_("One paymaster carries one advance at a time, and accounts for all of it before the next."),
    )


@login_required
@require_GET
def advance(request, ref):
    row = get_object_or_404(_advances(request), ref=ref)
    on, user = day_of(row), request.user
    is_open = row.state == CashAdvance.State.OPEN
    context = {
        **said_of(row, on),
        "on": on,
        "title": row.ref,
        "crumbs": _crumbs(),
        "loose": loose_cash(row),
        "sheets": row.sheets.select_related("village"),
        "returns": row.returns.select_related("by"),
        "may_sheet": is_open and rules.test_rule("payments.make_sheet", user, row),
        "may_deposit": is_open and rules.test_rule("payments.bring_back_cash", user, row),
        "may_loss": is_open and rules.test_rule("payments.count_loss", user, row),
        "events": history_of(row.ref),
    }
    return render(request, "payments/advance.html", context)


@login_required
def move_advance(request, ref, verb):
    row = get_object_or_404(_advances(request), ref=ref)
    found = {"pay_out": (pay_out_advance, PayOutForm), "cancel": (cancel_advance, ReasonedMoveForm)}
    if verb not in found:
        raise Http404
    service, form_class = found[verb]
    lead = {
        "pay_out": _("The bank gave the cash to the paymaster. It stays the money of the line until payees have it."),
        "cancel": _("Nothing leaves the bank."),
    }
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=day_of(row),
        back=row.get_absolute_url(),
        form_class=form_class,
        lead=lead[verb],
    )


@login_required
def new_sheet(request, ref):
    """A sheet of the village ?village=, or of the first one in which somebody waits."""
    row = get_object_or_404(_advances(request), ref=ref)
    if not rules.test_rule("payments.make_sheet", request.user, row):
        raise NotAllowed()
    waiting = payable(row)
    villages = {str(order.payee.village_id): order.payee.village for order in waiting}
    if not villages:
        raise Blocked(_("No approved cash payment of %(line)s waits for a sheet.") % {"line": row.line.name})
    wanted = request.GET.get("village", "")
    village = villages.get(wanted) if wanted else next(iter(villages.values()))
    if village is None:
        raise Http404
    orders = waiting.filter(payee__village=village)
    form = SheetForm(
        request.POST or None,
        orders=orders,
        words=lambda order: f"{order.payee}, {order.ref}, {Money(order.amount, order.currency)}",
        initial={"orders": [order.pk for order in orders]},
    )
    if request.method == "POST":
        sheet = attempt(form, make_sheet, advance=row, on=day_of(row), by=request.user)
        if sheet is not None:
            return done(request, _("The sheet is made. Print it for the paymaster."), sheet.get_absolute_url())
    others = [one for one in villages.values() if one != village]
    return form_page(
        request,
        form,
        title=_("Pay sheet for %(village)s") % {"village": village},
        submit=_("Make the sheet"),
        back=row.get_absolute_url(),
        crumbs=_crumbs((row.ref, row.get_absolute_url())),
        lead=_("The advance has %(cash)s left for it.") % {"cash": Money(loose_cash(row), row.currency)},
        template="payments/new_sheet.html",
        context={"others": others},
    )


@login_required
def deposit(request, ref):
    return _cash_act(
        request,
        ref,
        rule="payments.bring_back_cash",
        form_class=CashBackForm,
        service=lambda *, day, on, **given: bring_back_cash(on=day, **given),
        title=gettext_lazy("Cash is in the bank again"),
        lead=gettext_lazy("By the slip of the bank."),
    )


@login_required
def loss(request, ref):
    return _cash_act(
        request,
        ref,
        rule="payments.count_loss",
        form_class=LossForm,
        service=count_loss,
        title=gettext_lazy("Count cash as lost"),
        lead=gettext_lazy("It becomes a cost of the funding line, by your decision."),
    )


def _cash_act(request, ref, *, rule, form_class, service, title, lead):
    row = get_object_or_404(_advances(request), ref=ref)
    if not rules.test_rule(rule, request.user, row):
        raise NotAllowed()
    on = day_of(row)
    form = form_class(request.POST or None, instance=row, initial={"day": on})
    if request.method == "POST":
        taken = attempt(form, _open(service), advance=row, on=on, by=request.user)
        if taken is not None:
            return done(request, _("%(ref)s: written down.") % {"ref": row.ref}, row.get_absolute_url())
    back = row.get_absolute_url()
    return form_page(request, form, title=title, back=back, lead=lead, crumbs=_crumbs((row.ref, back)))


def _open(service):
    """The service with its key, without the version, which a sum of money does not need."""

    def call(*, key=None, **given):
        return service(key=key, **given)

    return call


@login_required
@require_GET
def sheet(request, ref):
    row = get_object_or_404(_sheets(request), ref=ref)
    rows = _rows_of(row)
    context = {
        "sheet": row,
        "on": day_of(row),
        "title": row.ref,
        "crumbs": _crumbs((row.advance.ref, row.advance.get_absolute_url())),
        "rows": rows,
        "total": Money(sum(one.order.amount for one in rows), row.advance.currency),
        "paid": Money(sum(one.order.amount for one in rows if one.result == "paid"), row.advance.currency),
        "events": history_of(row.ref),
    }
    return render(request, "payments/pay_sheet.html", context)


def _rows_of(sheet):
    rows = list(sheet.rows.select_related("order__payee").order_by("number"))
    for row in rows:
        row.sheet = sheet
        row.said = Money(row.order.amount, row.order.currency)
    return rows


@login_required
@require_GET
def print_sheet(request, ref):
    row = get_object_or_404(_sheets(request), ref=ref)
    return pdf(pay_sheet_paper(row, _rows_of(row)), f"{row.ref}.pdf", inline=True)


def _record(*, sheet, day, results, on, by, reason="", version=None, key=None):
    return record_run(sheet=sheet, results=results, on=day, by=by, reason=reason, version=version, key=key)


SHEET_MOVES = {
    "record": (_record, RunForm, gettext_lazy("As it stands on the signed sheet, row by row.")),
    "give_back": (give_back_sheet, ReasonedMoveForm, gettext_lazy("The paymaster records it anew.")),
    "confirm": (
        confirm_run,
        ConfirmRunForm,
        gettext_lazy("You have compared each row with the signed sheet. What was paid is booked; the rest comes back."),
    ),
}


@login_required
def move_sheet(request, ref, verb):
    row = get_object_or_404(_sheets(request), ref=ref)
    if verb not in SHEET_MOVES:
        raise Http404
    service, form_class, lead = SHEET_MOVES[verb]
    kwargs = {"rows": _rows_of(row), "initial": {"day": day_of(row)}} if verb == "record" else {}
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=day_of(row),
        back=row.get_absolute_url(),
        form_class=form_class,
        form_kwargs=kwargs,
        lead=lead,
    )
