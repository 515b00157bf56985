"""The programme's accounts at the bank: entered by one finance officer, confirmed by another, closed with a reason."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.encryption import blind_index
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from ledger.money import digits
from payments.models import OwnAccount
from payments.numbers import clean_bic, clean_number, is_country, tail
from programmes.services import check_date, lock_lines


@service
def enter_own_account(*, programme, kind, holder, number, bank, country, currency, lines, on, by, bic="", key=None):
    """Enter the account from which these funding lines are paid. Files are drawn on it once a second person agreed."""
    account = OwnAccount(programme=programme, kind=kind, currency=currency, entered_by=by, entered_on=on)
    if not rules.test_rule("payments.enter_account", by, account):
        raise NotAllowed()
    check_date(on=on, programme=programme, by=by)
    _set_facts(account, holder, number, bank, bic, country)
    locked = lock_lines(*[line.key for line in lines]).values()
    _check_lines(account, locked)
    twins = OwnAccount.objects.open().filter(programme=programme, currency=currency)
    if twins.filter(number_index=account.number_index).exists():
        raise Blocked(_("This account of the programme is entered already."))
    account.save()
    account.lines.set(locked)
    record(
        "ownaccount.enter",
        account.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"kind": kind, "currency": currency, "lines": sorted(line.key for line in locked)},
    )
    return account


def _set_facts(account, holder, number, bank, bic, country):
    if account.kind not in OwnAccount.Kind.values:
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": account.kind}, field="kind")
    account.holder, account.bank = " ".join(holder.split()), " ".join(bank.split())
    if not account.holder:
        raise Invalid(_("Enter whose account it is."), field="holder")
    if not account.bank:
        raise Invalid(_("Enter the name of the bank."), field="bank")
    account.number = clean_number(account.kind, number)
    account.number_index = blind_index(account.number)
    account.number_tail = tail(account.number)
    account.bic = clean_bic(bic)
    account.country = country.strip().upper()
    if not is_country(account.country):
        raise Invalid(_("Enter the two letters of the country, for example AM."), field="country")
    digits(account.currency)


def _check_lines(account, lines):
    """The lines are locked, so two accounts entered at once cannot both take one of them."""
    if not lines:
        raise Invalid(_("Choose the funding lines that are paid from this account."), field="lines")
    for line in lines:
        if line.programme_id != account.programme_id:
            raise Invalid(_("%(line)s belongs to another programme.") % {"line": line.name}, field="lines")
        if line.currency != account.currency:
            raise Invalid(
                _("%(line)s is in %(money)s, and the account in %(account)s.")
                % {"line": line.name, "money": line.currency, "account": account.currency},
                field="lines",
            )
        taken = OwnAccount.objects.open().filter(lines=line).without_number().first()
        if taken is not None:
            raise Invalid(
                _("%(line)s is paid from %(account)s. Close that account first.")
                % {"line": line.name, "account": taken},
                field="lines",
            )


def _locked(account, version):
    account = OwnAccount.objects.select_for_update().without_number().get(pk=account.pk)
    if version is not None and int(version) != account.version:
        raise Stale()
    return account


@service
def confirm_own_account(*, account, on, by, version=None):
    """A second finance officer compared the account with the bank's paper."""
    account = _locked(account, version)
    if account.closed_on is not None:
        raise Blocked(_("This account is closed."))
    if account.is_confirmed:
        raise Blocked(_("This account is confirmed already."))
    if not rules.test_rule("payments.confirm_account", by, account):
        raise NotAllowed(_("Another finance officer than the one who entered it must confirm the account."))
    check_date(on=on, programme=account.programme, by=by)
    account.confirmed_by, account.confirmed_on = by, on
    account.save(update_fields=["confirmed_by", "confirmed_on"])
    record("ownaccount.confirm", account.ref, by=by, on=on, programme=account.programme.key)
    return account


@service
def close_own_account(*, account, on, by, reason, version=None):
    """No line is paid from it any more: its lines can be given to another account. What was sent from it stays."""
    account = _locked(account, version)
    if account.closed_on is not None:
        raise Blocked(_("This account is closed."))
    if not rules.test_rule("payments.enter_account", by, account):
        raise NotAllowed()
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    check_date(on=on, programme=account.programme, by=by, reason=reason)
    account.closed_on = on
    account.save(update_fields=["closed_on"])
    record("ownaccount.close", account.ref, by=by, on=on, programme=account.programme.key, reason=reason)
    return account
