"""Payee accounts: entered, looked at, confirmed by a second person, changed, closed."""

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applicants.models import Enrolment, Party
from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from pages.history import history_of
from payments.forms import AccountChangeForm, AccountForm
from payments.models import PaymentOrder
from payments.reading import twins_of
from payments.services import change_account, close_account, confirm_account, enter_account, read_number
from payments.views.access import account_or_404, day_of
from payments.views.account_acts import close_page, confirm_page
from programmes.clock import today
from programmes.models import FundingLine, Role
from programmes.roles import held_by, holds


@login_required
@require_GET
def account(request, pk):
    row = account_or_404(request, pk)
    on = day_of(row)
    orders = PaymentOrder.objects.visible_to(request.user).filter(account=row).for_pages().order_by("-pk")[:20]
    context = {
        "account": row,
        "on": on,
        "title": str(row),
        "crumbs": ((_("Payments"), reverse("payments:queue")), (row.party.ref, _party_url(row.party))),
        "twins": twins_of(row),
        "orders": orders,
        "may_change": row.closed_on is None and rules.test_rule("payments.enter_account", request.user, row),
        "may_confirm": rules.test_rule("payments.confirm_account", request.user, row),
        "may_read": bool(row.number_tail) and rules.test_rule("payments.read_account", request.user, row),
        "events": history_of(row.ref),
    }
    return render(request, "payments/account.html", context)


def _party_url(party):
    return party.get_absolute_url()


def _currencies(programme):
    lines = FundingLine.objects.filter(programme=programme).order_by().values_list("currency", flat=True).distinct()
    return sorted({programme.currency, *lines})


def _programme_of(request, party):
    """The programme in which this finance officer pays the party: the chosen one, else the first they share."""
    held = {row.programme_id for row in held_by(request.user) if row.role == Role.FINANCE}
    enrolments = Enrolment.objects.filter(party=party, programme__in=held).order_by("pk")
    chosen = request.desk.programme
    wanted = chosen if chosen and enrolments.filter(programme=chosen).exists() else None
    if wanted is None:
        first = enrolments.select_related("programme").first()
        wanted = first.programme if first else None
    if wanted is None:
        raise NotAllowed()
    return wanted


@login_required
def enter(request):
    """A new account of ?party=. Parties of other programmes do not exist here."""
    given = request.GET.get("party", "")
    party = get_object_or_404(Party.objects.visible_to(request.user), ref=given)
    programme = _programme_of(request, party)
    form = AccountForm(
        request.POST or None,
        currencies=_currencies(programme),
        initial={"holder": party.name, "currency": programme.currency, "kind": "iban"},
    )
    if request.method == "POST":
        on = today(programme)
        row = attempt(form, enter_account, party=party, programme=programme, on=on, by=request.user)
        if row is not None:
            return done(request, _("The account is entered. A second person must confirm it."), row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Enter an account of %(party)s") % {"party": party},
        submit=_("Save the account"),
        back=_party_url(party),
        crumbs=((party.ref, _party_url(party)),),
        lead=_("Another finance officer confirms it before anything is paid to it."),
    )


@login_required
def change(request, pk):
    row = account_or_404(request, pk)
    if not holds(request.user, [Role.FINANCE], row.programme_id):
        raise NotAllowed()
    initial = {name: getattr(row, name) for name in ("kind", "holder", "bank", "currency")}
    form = AccountChangeForm(request.POST or None, instance=row, currencies=_currencies(row.programme), initial=initial)
    if request.method == "POST":
        changed = attempt(form, change_account, account=row, on=day_of(row), by=request.user)
        if changed is not None:
            return done(request, _("The account is changed and waits for a second person."), row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Change the account"),
        submit=_("Save the change"),
        back=row.get_absolute_url(),
        crumbs=((str(row), row.get_absolute_url()),),
        lead=_("Approved payments to it go back to be approved anew, and a second person confirms the account."),
    )


@login_required
def confirm(request, pk):
    row = account_or_404(request, pk)
    context = {"twins": twins_of(row)}
    template = "payments/confirm_account.html"
    return confirm_page(request, row, confirm_account, crumbs=(), context=context, template=template)


@login_required
def close(request, pk):
    row = account_or_404(request, pk)
    lead = _("Nothing is paid to it any more. What was paid stays.")
    return close_page(request, row, close_account, crumbs=(), lead=lead)


@login_required
@require_POST
def number(request, pk):
    """The whole number, shown once; that it was read is written down."""
    row = account_or_404(request, pk)
    shown = read_number(account=row, by=request.user, on=day_of(row))
    groups = " ".join(shown[at : at + 4] for at in range(0, len(shown), 4))
    context = {
        "account": row,
        "number": groups,
        "title": _("Account number"),
        "crumbs": ((str(row), row.get_absolute_url()),),
    }
    return render(request, "payments/number.html", context)
