"""The programmes' accounts at the bank: the list, one of them, entered, confirmed by a second person, closed."""

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import Blocked, NotAllowed
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.lists import Column, ListPage
from payments.forms import OwnAccountForm
from payments.models import OwnAccount
from payments.services import close_own_account, confirm_own_account, enter_own_account
from payments.views.access import chosen, for_money_roles, own_account_or_404
from payments.views.account_acts import close_page, confirm_page
from programmes.clock import today
from programmes.models import Programme, Role
from programmes.roles import held_by


def state_of(account):
    if account.closed_on:
        return _("Closed")
    return _("Confirmed") if account.is_confirmed else _("Waits for a second person")


class OwnAccounts(ListPage):
    key = "own-accounts"
    title = gettext_lazy("Accounts at the bank")
    lead = gettext_lazy("From which account the funding lines of a programme are paid.")
    noun = (gettext_lazy("%(count)s account"), gettext_lazy("%(count)s accounts"))
    columns = [
        Column(
            "account", gettext_lazy("Account"), value=str, head=True, link=lambda account: account.get_absolute_url()
        ),
        Column("programme", gettext_lazy("Programme"), value="programme.name"),
        Column("holder", gettext_lazy("Account holder")),
        Column("lines", gettext_lazy("Funding lines"), value=lambda account: ", ".join(map(str, account.lines.all()))),
        Column("state", gettext_lazy("State"), value=state_of),
        Column("entered_on", gettext_lazy("Entered")),
    ]
    empty = gettext_lazy("No account at the bank is entered yet.")


@for_money_roles
@require_GET
def own_accounts(request):
    rows = chosen(request, OwnAccount.objects.visible_to(request.user)).select_related("programme")
    new = reverse("payments:enter_own_account")
    programmes = _programmes_of(request)
    buttons = [
        (_("Enter an account of %(programme)s") % {"programme": one}, f"{new}?programme={one.key}", "plain")
        for one in programmes
    ]
    if len(programmes) == 1:
        buttons = [(_("Enter an account"), new, "primary")]
    rows = rows.without_number().prefetch_related("lines")
    return OwnAccounts(request, rows, crumbs=_crumbs()[:1], buttons=buttons).response()


def _crumbs():
    return (
        (_("Payments"), reverse("payments:queue")),
        (_("Accounts at the bank"), reverse("payments:own_accounts")),
    )


def _programmes_of(request):
    """The programmes whose accounts this user may enter: the chosen one, or all in which they are finance officer."""
    held = {row.programme_id for row in held_by(request.user) if row.role == Role.FINANCE}
    programmes = Programme.objects.filter(pk__in=held).order_by("name")
    one = request.desk.programme
    return list(programmes.filter(pk=one.pk) if one else programmes)


@login_required
@require_GET
def own_account(request, pk):
    row = own_account_or_404(request, pk)
    context = {
        "account": row,
        "lines": row.lines.all(),
        "title": str(row),
        "crumbs": _crumbs(),
        "may_confirm": rules.test_rule("payments.confirm_account", request.user, row),
        "may_close": row.closed_on is None and rules.test_rule("payments.enter_account", request.user, row),
        "events": history_of(row.ref),
    }
    return render(request, "payments/own_account.html", context)


@login_required
def enter_own(request):
    """A new account of ?programme=, or of the first programme in which the user is finance officer."""
    programmes = _programmes_of(request)
    if not programmes:
        raise NotAllowed()
    wanted = request.GET.get("programme")
    allowed = Programme.objects.filter(pk__in=[one.pk for one in programmes])
    programme = get_object_or_404(allowed, key=wanted) if wanted else programmes[0]
    lines = programme.funding_lines.order_by("name")
    if not lines:
        raise Blocked(_("%(programme)s has no funding line yet that could be paid.") % {"programme": programme})
    initial = {"kind": OwnAccount.Kind.IBAN, "country": programme.country, "currency": programme.currency}
    form = OwnAccountForm(request.POST or None, lines=lines, initial=initial)
    if request.method == "POST":
        row = attempt(form, enter_own_account, programme=programme, on=today(programme), by=request.user)
        if row is not None:
            return done(request, _("The account is entered. A second person must confirm it."), row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Enter an account of %(programme)s") % {"programme": programme},
        submit=_("Save the account"),
        back=reverse("payments:own_accounts"),
        crumbs=_crumbs(),
        lead=_("Another finance officer confirms it before a file for the bank is drawn on it."),
    )


@login_required
def confirm_own(request, pk):
    return confirm_page(request, own_account_or_404(request, pk), confirm_own_account, crumbs=_crumbs())


@login_required
def close_own(request, pk):
    row = own_account_or_404(request, pk)
    if not rules.test_rule("payments.enter_account", request.user, row):
        raise NotAllowed()
    lead = _("No line is paid from it any more. What was sent to the bank stays.")
    return close_page(request, row, close_own_account, crumbs=_crumbs(), lead=lead)
