"""The cash box: its days, the count, the slips, deposits at the bank; and the collection sheet as a paper."""

import rules
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from ledger.money import Money
from loans.denominations import denominations_of
from loans.forms_bulk import CountForm, DepositForm, DifferenceForm, FoundForm
from loans.matching import dues_of
from loans.models import CASHIERS, CashDay, CashDeposit, CashReceipt
from loans.papers.cash import collection_paper, slips_paper
from loans.services import (
    close_cash_day,
    count_cash,
    deposit_cash,
    find_difference,
    match_deposit,
    send_count_back,
)
from loans.services.cashier import BOOKED, lines_of_deposit, till_balance
from loans.views.access import crumbs, programme_of
from loans.views.money import due_loans
from pages.forms import SeedbedForm, attempt, done, form_page
from pages.history import history_of
from pages.moves import MoveForm, ReasonedMoveForm, label_of, move_page
from pages.pdf import pdf
from payments.models import OwnAccount
from programmes.clock import today
from programmes.roles import roles_of

SHOWN = 60


def _box():
    return _("Cash box"), reverse("loans:cashier")


def for_cashiers(request):
    if not roles_of(request.user) & set(CASHIERS):
        raise NotAllowed()


@login_required
@require_GET
def cashier(request):
    """The days of the cash boxes and the deposits, newest first."""
    for_cashiers(request)
    chosen = {"programme": request.desk.programme} if request.desk.programme else {}
    days = CashDay.objects.visible_to(request.user).filter(**chosen).select_related("programme")[:SHOWN]
    deposits = CashDeposit.objects.visible_to(request.user).filter(**chosen)
    boxes = {(day.programme, day.currency) for day in days}
    context = {
        "title": _("Cash box"),
        "crumbs": crumbs(),
        "days": days,
        "boxes": sorted((str(one), Money(till_balance(one, currency), currency)) for one, currency in boxes),
        "deposits": deposits.select_related("line", "own_account").defer("own_account__number")[:SHOWN],
        "may_deposit": rules.test_rule("loans.deposit", request.user, None),
    }
    return render(request, "loans/cashier.html", context)


def _day_or_404(request, pk):
    return get_object_or_404(CashDay.objects.visible_to(request.user).select_related("programme", *BOOKED), pk=pk)


def _receipts(day):
    related = ("repayment__loan__borrower", "repayment__loan__programme", "issued_by", "programme")
    return CashReceipt.objects.filter(day=day).select_related(*related).order_by("pk")


@login_required
@require_GET
def cash_day(request, pk):
    row = _day_or_404(request, pk)
    receipts = list(_receipts(row))
    context = {
        "day": row,
        "on": today(row.programme),
        "title": str(row),
        "crumbs": crumbs(_box()),
        "receipts": receipts,
        "total": sum(one.repayment.amount for one in receipts if not one.is_void),
        "expected": till_balance(row.programme, row.currency, row.on),
        "pieces": row.pieces.all(),
        "may_find": bool(row.difference_entry)
        and not row.is_found
        and rules.test_rule("loans.close_day", request.user, row),
        "events": history_of(row.ref),
    }
    return render(request, "loans/cash_day.html", context)


def _count(*, day, pieces, explanation, version, on, by):
    return count_cash(day=day, pieces=pieces, explanation=explanation, version=version, on=on, by=by)


MOVES = {
    "count": (_count, CountForm, gettext_lazy("How many of each note and coin lie in the box.")),
    "close": (close_cash_day, MoveForm, gettext_lazy("You have counted the cash yourself, and it is so much.")),
    "send_back": (send_count_back, ReasonedMoveForm, gettext_lazy("The day is open again and is counted anew.")),
}


def _difference_in_words(day):
    """What closing does with the difference."""
    amount = Money(abs(day.difference_amount), day.currency)
    if day.difference_amount < 0:
        return _("%(amount)s is missing. It is booked as a cost of the fund until it is found.") % {"amount": amount}
    return _("%(amount)s is over. It is kept as a receipt that nobody claimed until it is known whose it is.") % {
        "amount": amount
    }


@login_required
def difference_found(request, pk):
    """What was missing came back, or it is known whose the rest is."""
    row = _day_or_404(request, pk)
    if not rules.test_rule("loans.close_day", request.user, row):
        raise NotAllowed(_("Another person than the one who counted does this."))
    form = FoundForm(request.POST or None)
    given = {"day": row, "on": today(row.programme), "by": request.user}
    if request.method == "POST" and attempt(form, find_difference, **given):
        return done(request, _("The difference is found. It counts for the box of today."), row)
    amount = Money(abs(row.difference_amount), row.currency)
    if row.difference_amount > 0:
        lead = _("%(amount)s leaves the box by the ledger. Then take it for the loan whose it is, with a receipt.")
    else:
        lead = _("%(amount)s is in the box again, and no cost any more.")
    return form_page(
        request,
        form,
        title=_("The difference of %(day)s is found") % {"day": row},
        submit=_("It is found"),
        lead=lead % {"amount": amount},
        back=row.get_absolute_url(),
        crumbs=crumbs(_box(), (str(row), row.get_absolute_url())),
    )


@login_required
def move_day(request, pk, verb):
    row = _day_or_404(request, pk)
    if verb not in MOVES:
        raise Http404
    service, form_class, lead = MOVES[verb]
    if verb == "close" and row.difference_amount:
        form_class, lead = DifferenceForm, _difference_in_words(row)
    kwargs = {"denominations": denominations_of(row.currency, row.programme)} if verb == "count" else {}
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=today(row.programme),
        back=row.get_absolute_url(),
        form_class=form_class,
        form_kwargs=kwargs,
        lead=lead,
        template="loans/confirm_cash.html",
        sentence=_("%(day)s: %(label)s. Done.") % {"day": row, "label": label_of(row, verb)},
    )


@login_required
@require_GET
def slips(request, pk):
    """The slips of a day, or the one receipt that is asked for."""
    receipts = list(_receipts(_day_or_404(request, pk)))
    wanted = request.GET.get("ref")
    receipts = [one for one in receipts if wanted in (None, one.ref)]
    if not receipts:
        raise Http404
    return pdf(slips_paper(receipts), f"{receipts[0].ref}.pdf", inline=True)


@login_required
@require_GET
def collection_list(request):
    """The collection sheet as a paper to take along: the same borrowers and amounts as on the page."""
    programme = programme_of(request, "loans.record_repayment")
    on = today(programme)
    loans = due_loans(request, programme, on)
    dues = dues_of(loans, on)
    rows = [(loan, dues[loan.pk][0] or dues[loan.pk][1]) for loan in loans]
    villages = {loan.borrower.village for loan in loans}
    place = str(villages.pop() or "") if len(villages) == 1 else ""
    return pdf(collection_paper(programme, rows, on, place), f"collection-{on:%Y-%m-%d}.pdf", inline=True)


@login_required
def deposit(request):
    """Cash was carried to the bank."""
    if not rules.test_rule("loans.deposit", request.user, None):
        raise NotAllowed()
    programme = programme_of(request, "loans.deposit")
    accounts = OwnAccount.objects.filter(programme=programme).open().confirmed().without_number()
    form = DepositForm(request.POST or None, accounts=accounts, initial={"on": today(programme)})
    if request.method == "POST" and attempt(form, deposit_cash, by=request.user):
        return done(request, _("The deposit is entered."), reverse("loans:cashier"))
    return form_page(
        request,
        form,
        title=_("Cash carried to the bank"),
        submit=_("Enter the deposit"),
        back=reverse("loans:cashier"),
        crumbs=crumbs(_box()),
    )


class ArrivedForm(SeedbedForm):
    """With which line of a statement a deposit arrived."""

    keyed = True

    line = forms.ModelChoiceField(
        label=gettext_lazy("Line of the statement"), queryset=None, empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["line"]
        field.queryset = lines
        field.label_from_instance = lambda line: f"{line.value_on:%d.%m.%Y}, {line.text or line.bank_reference}"
        self.initial.setdefault("line", lines.first())
        if not lines:
            field.help_text = _("No open line of the account has this amount yet.")


@login_required
def deposit_arrived(request, pk):
    row = get_object_or_404(CashDeposit.objects.visible_to(request.user).select_related("programme"), pk=pk)
    if not rules.test_rule("loans.deposit", request.user, row.programme):
        raise NotAllowed()
    form = ArrivedForm(request.POST or None, lines=lines_of_deposit(row))
    on = today(row.programme)
    if request.method == "POST" and attempt(form, match_deposit, deposit=row, on=on, by=request.user):
        return done(request, _("The slip %(slip)s stands on the statement.") % {"slip": row}, reverse("loans:cashier"))
    return form_page(
        request,
        form,
        title=_("Slip %(slip)s, %(amount)s") % {"slip": row, "amount": Money(row.amount, row.currency)},
        submit=_("It arrived with this line"),
        back=reverse("loans:cashier"),
        crumbs=crumbs(_box()),
    )
