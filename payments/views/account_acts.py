"""What happens alike to a payee's account and to one of the programme: a second person confirms it; it is closed."""

import rules
from django.utils.translation import gettext as _

from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from pages.moves import ReasonedMoveForm
from payments.forms import ConfirmAccountForm
from payments.views.access import day_of


def confirm_page(request, row, service, *, crumbs, **more):
    """`more` goes to form_page: another template with its context."""
    if not rules.test_rule("payments.confirm_account", request.user, row):
        raise NotAllowed(_("Another finance officer than the one who entered it must confirm the account."))
    form = ConfirmAccountForm(request.POST or None, instance=row)
    if request.method == "POST":
        confirmed = attempt(form, service, account=row, on=day_of(row), by=request.user)
        if confirmed is not None:
            return done(request, _("The account is confirmed."), row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Confirm the account"),
        submit=_("I have compared it with the paper"),
        back=row.get_absolute_url(),
        crumbs=(*crumbs, (str(row), row.get_absolute_url())),
        lead=_("%(holder)s, %(bank)s, %(currency)s. Compare it with a paper of the bank, not with what was typed.")
        % {"holder": row.holder, "bank": row.bank or row.get_kind_display(), "currency": row.currency},
        **more,
    )


def close_page(request, row, service, *, crumbs, lead):
    form = ReasonedMoveForm(request.POST or None, instance=row)
    if request.method == "POST":
        closed = attempt(form, service, account=row, on=day_of(row), by=request.user)
        if closed is not None:
            return done(request, _("The account is closed."), row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Close the account"),
        submit=_("Close the account"),
        back=row.get_absolute_url(),
        crumbs=(*crumbs, (str(row), row.get_absolute_url())),
        lead=lead,
    )
