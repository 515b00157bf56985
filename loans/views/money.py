"""Money from borrowers: one repayment, its reversal, and the collection sheet."""

from collections import Counter
from datetime import timedelta

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applicants.models import called
from audit.models import Once
from audit.refusals import NotAllowed, Refusal
from ledger.money import Money
from loans.forms import CollectionForm, RepaymentForm, ReversalForm
from loans.matching import dues_of
from loans.models import Allocation, CashReceipt, Loan, Repayment
from loans.payoff import payoff_quote
from loans.reading import figures_of
from loans.services import collect_cash, record_collections, record_repayment, reverse_repayment, take_cash
from loans.services.access import need_state
from loans.services.recalls import foreseen_reversal
from loans.services.repayments import REPAYING, late_for, proposed_parts
from loans.views.access import day_of, loan_or_404, loans_of, programme_of
from pages.forms import attempt, done, form_page
from programmes.clock import today
from programmes.models import Village

SHEET_ROWS = 100
SHEET_AHEAD = timedelta(days=7)


@login_required
def repay(request, ref):
    """First press shows how the money would be divided, second press records it; more than is owed is confirmed."""
    row = loan_or_404(request, ref)
    if not rules.test_rule("loans.record_repayment", request.user, row):
        raise NotAllowed()
    need_state(row, *REPAYING)
    on = day_of(row)
    instalments = list(row.instalments.filter(version=row.current_version).in_turn())
    figures = figures_of(row, instalments, on)
    due = figures.overdue or (figures.next_due.open_amount if figures.next_due else None)
    if "payoff" in request.GET and row.state == Loan.State.ACTIVE:
        due = payoff_quote(row, on).total
    form = RepaymentForm(request.POST or None, loan=row, initial={"amount": due, "on": on, "means": "bank"})
    parts, over, twins = None, 0, 0
    if request.method == "POST" and form.is_valid() and not _is_recorded(form.cleaned_data["key"]):
        amount, day = form.cleaned_data["amount"], form.cleaned_data["on"]
        # A refusal of a field takes its value out of the form.
        parts, over = _proposed(form, row)
        twins = row.repayments.live().filter(amount=amount, value_on=day).count()
        if "payoff" in request.GET and row.state == Loan.State.ACTIVE and day == on and not form.errors:
            parts = parts if _is_whole(form, row, amount, day) else None
    seen = _confirmed(request, over) and (not twins or request.POST.get("again") == str(twins))
    if request.method == "POST" and "record" in request.POST and seen and not form.errors:
        repayment = attempt(form, _record, loan=row, by=request.user)
        if repayment is not None:
            amount = Money(repayment.amount, row.currency)
            return done(request, _("%(amount)s is recorded.") % {"amount": amount}, row)
    return form_page(
        request,
        form,
        title=_("Repayment of %(ref)s") % {"ref": row.ref},
        submit=_submit_word(over, twins),
        lead=str(row.borrower),
        back=row.get_absolute_url(),
        crumbs=((_("Loans"), reverse("loans:loans")), (row.ref, row.get_absolute_url())),
        template="loans/repay.html",
        context={
            "loan": row,
            "parts": parts,
            "figures": figures,
            "over": over,
            "owed": form.cleaned_data["amount"] - over if over else None,
            "twins": twins,
            "late_for": late_for(row, form.cleaned_data["on"]) if parts and not form.errors else None,
        },
    )


def _is_whole(form, row, amount, day):
    """From the page of the payoff the whole loan is meant: a quote of another day, one cent short, leaves interest."""
    whole = payoff_quote(row, day).total
    if amount < whole:
        sentence = _("%(whole)s repays the loan on %(day)s. Less of it is recorded from the page of the loan.")
        form.add_error("amount", sentence % {"whole": Money(whole, row.currency), "day": f"{day:%d.%m.%Y}"})
    return amount >= whole


def _submit_word(over, twins):
    if over:
        return _("Record it with the overpayment")
    return _("Record it once more") if twins else _("Record the repayment")


def _is_recorded(key):
    """Was a form with this key booked already? Then nothing is asked again: the service gives the same answer."""
    return Once.objects.filter(Q(key=key) | Q(key__startswith=f"{key}:")).exists()


def _confirmed(request, over):
    """Is the overpayment that the user saw and confirmed still what it would be?"""
    return not over or request.POST.get("over") == str(over)


def _proposed(form, row):
    """(rows of what and minor units, more than is owed) as proposed; None and 0 with the sentence on the form."""
    try:
        parts, over = proposed_parts(row, amount=form.cleaned_data["amount"], on=form.cleaned_data["on"])
    except Refusal as refusal:
        form.refuse(refusal)
        return None, 0
    if parts is None:
        return [(_("Recovery after write-off"), form.cleaned_data["amount"])], 0
    rows = [(label, parts.total(name)) for name, label in Allocation.Component.choices]
    rows.append((_("Kept for the borrower"), parts.overpayment))
    return [(label, amount) for label, amount in rows if amount], over


@login_required
def reverse_one(request, ref, pk):
    row = loan_or_404(request, ref)
    repayment = get_object_or_404(Repayment.objects.filter(loan=row).exclude(means=Repayment.Means.HELD), pk=pk)
    if not rules.test_rule("loans.reverse_repayment", request.user, row):
        raise NotAllowed()
    form = ReversalForm(request.POST or None, initial={"on": day_of(row)})
    shown = request.method == "POST" and "show" in request.POST
    if (
        request.method == "POST"
        and not shown
        and attempt(form, reverse_repayment, repayment=repayment, by=request.user)
    ):
        return done(request, _("The repayment is reversed. Both rows stay to be seen."), row)
    form.is_valid()
    on = form.cleaned_data.get("on", day_of(row)) if form.is_bound else day_of(row)
    if shown and "on" in form.cleaned_data:
        # Only the day is asked for what is shown; the reason is asked when it is done.
        form = ReversalForm(initial={"on": on, "reason": request.POST.get("reason", "")})
    try:
        foreseen = foreseen_reversal(row, repayment, on)
    except Refusal as refusal:
        foreseen = None
        if shown:
            messages.error(request, refusal.sentence)
    amount = Money(repayment.amount, row.currency)
    return form_page(
        request,
        form,
        title=_("Reverse the repayment of %(amount)s") % {"amount": amount},
        submit=_("Reverse the repayment"),
        lead=_("Received on %(day)s.") % {"day": f"{repayment.value_on:%d.%m.%Y}"},
        back=row.get_absolute_url(),
        crumbs=((_("Loans"), reverse("loans:loans")), (row.ref, row.get_absolute_url())),
        template="loans/reverse.html",
        context={"loan": row, "repayment": repayment, "on": on, "foreseen": foreseen, "parts": _owed_again(foreseen)},
    )


def _owed_again(foreseen):
    """[(label, minor units)] of what is owed again, in its parts; [] where the loan is as if the money never came."""
    recall = foreseen.recall if foreseen else None
    if recall is None:
        return []
    rows = [(label, getattr(recall, f"{name}_amount")) for name, label in Allocation.Component.choices]
    return [
        (label, amount)
        for label, amount in [*rows, (_("Less held for the borrower"), -recall.held_amount)]
        if amount > 0
    ]


@login_required
def collections(request):
    """One form for many borrowers: those who are late or due within a week, or those named."""
    programme = programme_of(request, "loans.record_repayment")
    on = today(programme)
    if request.method == "POST":
        wanted = [name.removeprefix("amount_") for name in request.POST if name.startswith("amount_")]
        loans = _with_facts(loans_of(request).filter(pk__in=[pk for pk in wanted if _is_key(pk)]), on)
    else:
        loans = due_loans(request, programme, on)
    dues = {key: late or coming for key, (late, coming, _owed) in dues_of(loans, on).items()}
    form = CollectionForm(request.POST or None, loans=loans, dues=dues, initial={"on": on, "means": "cash"})
    over, twins = [], []
    if request.method == "POST" and form.is_valid() and not _is_recorded(form.cleaned_data["key"]):
        over, twins = _over_in(form), _twins_in(form)
    confirmed = "-".join(f"{loan.pk}.{part}" for loan, _owed, part in over)
    again = "-".join(f"{loan.pk}.{count}" for loan, _amount, count in twins)
    if request.method == "POST" and _confirmed(request, confirmed) and again in ("", request.POST.get("again")):
        found = attempt(form, _collect, programme=programme, by=request.user)
        if found is not None:
            sentence = ngettext("%(count)s repayment is recorded.", "%(count)s repayments are recorded.", len(found))
            return done(request, sentence % {"count": len(found)}, _after(found))
    context = {
        "form": form,
        "title": _("Collection sheet"),
        "programme": programme,
        "on": on,
        "q": request.GET.get("q", ""),
        "village": request.GET.get("village", ""),
        "villages": _villages(request, programme),
        "refused": bool(form.is_bound and form.errors),
        "full": len(loans) == SHEET_ROWS,
        "total": _total(loans, dues),
        "over": over,
        "confirmed": confirmed,
        "twins": twins,
        "again": again,
    }
    return render(request, "loans/collections.html", context, status=form.status if context["refused"] else 200)


def _after(found):
    """After a sheet in cash the day of the box, where its slips are printed."""
    first = next((row for row in found if isinstance(row, CashReceipt)), None)
    return first.day.get_absolute_url() if first else reverse("loans:collections")


def _collect(*, programme, rows, on, means, sheet, counted_amount, by):
    """Cash goes into the box, with a receipt for each; other money is recorded as it came."""
    if means == Repayment.Means.CASH:
        paid = [(loan, amount) for loan, amount, _reference in rows]
        return collect_cash(programme=programme, rows=paid, counted_amount=counted_amount, on=on, by=by, sheet=sheet)
    return record_collections(programme=programme, rows=rows, on=on, means=means, sheet=sheet, by=by)


def _record(*, loan, amount, on, means, reference, reason, key, by):
    facts = {"loan": loan, "amount": amount, "on": on, "by": by, "key": key, "reason": reason}
    if means == Repayment.Means.CASH:
        return take_cash(**facts).repayment
    return record_repayment(means=means, reference=reference, **facts)


def _over_in(form):
    """(loan, what is owed, what would be an overpayment) of the rows that bring more than is owed."""
    given = form.arguments()
    found = []
    for loan, amount, _reference in given["rows"]:
        try:
            _parts, rest = proposed_parts(loan, amount=amount, on=given["on"])
        except Refusal:
            # The service refuses the sheet with this sentence, and names the loan.
            continue
        if rest:
            found.append((loan, amount - rest, rest))
    return found


def _twins_in(form):
    """(loan, amount, how often) of the rows whose amount of that day is recorded for the loan already."""
    given = form.arguments()
    live = Repayment.objects.live().filter(value_on=given["on"], loan__in=[loan for loan, *_rest in given["rows"]])
    counts = Counter(live.values_list("loan", "amount"))
    return [
        (loan, Money(amount, loan.currency), counts[loan.pk, amount])
        for loan, amount, _reference in given["rows"]
        if counts[loan.pk, amount]
    ]


def _is_key(text):
    """Could it be a key of a row? Figures of other scripts and numbers beyond a column are none."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def _total(loans, dues):
    """What comes in when everybody pays what is due; nothing for several currencies."""
    currencies = {loan.currency for loan in loans}
    return Money(sum(dues.values()), currencies.pop()) if len(currencies) == 1 else None


def _villages(request, programme):
    lent = Loan.objects.visible_to(request.user).filter(programme=programme).outstanding()
    return Village.objects.filter(pk__in=lent.values("borrower__village")).order_by("name")


def due_loans(request, programme, on):
    loans = Loan.objects.visible_to(request.user).filter(programme=programme).outstanding()
    text, village = request.GET.get("q", "").strip(), request.GET.get("village", "")
    if _is_key(village):
        loans = loans.filter(borrower__village=village)
    if text:
        loans = loans.filter(Q(ref__iexact=text) | called(text, "borrower"))
    found = _with_facts(loans, on)
    if not text:
        found = found.filter(next_due_on__lte=on + SHEET_AHEAD)
    return list(found.order_by("next_due_on", "pk")[:SHEET_ROWS])


def _with_facts(loans, on):
    parents = ("borrower__village", "application", "programme", "line")
    return loans.with_next_due().with_overdue(on).with_first_overdue(on).select_related(*parents).order_by("pk")
