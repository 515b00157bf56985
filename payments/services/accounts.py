"""Payee accounts: entered by one person, confirmed by another, and a change undoes what was approved for it."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.encryption import blind_index
from applicants.models import Enrolment
from applicants.services import lock_application
from audit.moves import advance
from audit.refusals import Blocked, Invalid, LostRace, NotAllowed, Stale
from audit.services import record, service
from ledger.money import digits
from payments.models import PayeeAccount, PaymentOrder
from payments.numbers import clean_number, tail
from programmes.models import Role
from programmes.roles import holds
from programmes.services import check_date

FACTS = ("kind", "holder", "number", "bank", "currency")


def _programme_for(party, by):
    """The programme through which this finance officer pays the party; the first of them. Raises NotAllowed."""
    enrolments = Enrolment.objects.filter(party=party, ended_on=None).select_related("programme").order_by("pk")
    for enrolment in enrolments:
        if holds(by, [Role.FINANCE], enrolment.programme_id, enrolment.region_id):
            return enrolment.programme
    raise NotAllowed()


def _set_facts(account, facts):
    for name, value in facts.items():
        setattr(account, name, value)
    if account.kind not in PayeeAccount.Kind.values:
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": account.kind}, field="kind")
    account.holder = " ".join(account.holder.split())
    if not account.holder:
        raise Invalid(_("Enter whose account it is."), field="holder")
    digits(account.currency)
    account.number = clean_number(account.kind, account.number)
    account.number_index = blind_index(account.number)
    account.number_tail = tail(account.number)


@service
def enter_account(*, party, kind, holder, currency, on, by, number="", bank="", programme=None, key=None):
    """Enter where a party is paid. It can be paid to after a second person has confirmed it."""
    programme = programme or _programme_for(party, by)
    account = PayeeAccount(programme=programme, party=party, entered_by=by, entered_on=on)
    if not rules.test_rule("payments.enter_account", by, account):
        raise NotAllowed()
    if not party.enrolments.filter(programme=programme).exists():
        raise Invalid(_("This party is not in the programme."), field="party")
    check_date(on=on, programme=programme, by=by)
    _set_facts(account, {"kind": kind, "holder": holder, "number": number, "bank": bank, "currency": currency})
    twin = PayeeAccount.objects.open().filter(programme=programme, party=party, kind=kind, currency=currency)
    if twin.filter(number_index=account.number_index).exists():
        raise Blocked(_("This account of %(party)s is entered already.") % {"party": party.ref})
    account.save()
    record(
        "account.enter",
        account.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"party": party.ref, "kind": kind, "currency": currency},
    )
    return account


def _locked(account):
    return PayeeAccount.objects.select_for_update().get(pk=account.pk)


@service
def confirm_account(*, account, on, by, version=None):
    """A second person compared the account with the paper. Confirming is no change: the version stays."""
    account = _locked(account)
    if version is not None and int(version) != account.version:
        raise Stale()
    if account.closed_on is not None:
        raise Blocked(_("This account is closed."))
    if account.is_confirmed:
        raise Blocked(_("This account is confirmed already."))
    if not rules.test_rule("payments.confirm_account", by, account):
        raise NotAllowed(_("Another finance officer than the one who entered it must confirm the account."))
    check_date(on=on, programme=account.programme, by=by)
    waiting = PayeeAccount.objects.filter(pk=account.pk, confirmed_by=None, version=account.version)
    if not waiting.update(confirmed_by=by, confirmed_on=on):
        raise LostRace()
    record(
        "account.confirm", account.ref, by=by, on=on, programme=account.programme.key, body={"version": account.version}
    )
    account.refresh_from_db()
    return account


@service
def change_account(*, account, version, on, by, reason="", **facts):
    """Change facts of an account: it waits for confirmation again, and approvals of payments to it are void."""
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"an account has no {', '.join(sorted(unknown))}")
    waiting = _not_sent(account).order_by("application_id")
    for order in waiting.select_related("application"):
        lock_application(order.application)
    account = _locked(account)
    if int(version) != account.version:
        raise Stale()
    if account.closed_on is not None:
        raise Blocked(_("This account is closed."))
    if not rules.test_rule("payments.enter_account", by, account):
        raise NotAllowed()
    check_date(on=on, programme=account.programme, by=by, reason=reason)
    before = {name: getattr(account, name) for name in FACTS}
    _set_facts(account, facts)
    changed = [name for name in FACTS if getattr(account, name) != before[name]]
    if not changed:
        raise Invalid(_("Nothing was changed."))
    account.entered_by, account.entered_on = by, on
    account.confirmed_by = account.confirmed_on = None
    account.save()
    record(
        "account.change",
        account.ref,
        by=by,
        on=on,
        programme=account.programme.key,
        body={"fields": changed, "version": account.version},
        reason=reason,
    )
    for order in _not_sent(account):
        _follow(order, account, by, on)
    return account


def _not_sent(account):
    states = [PaymentOrder.State.PREPARED, PaymentOrder.State.APPROVED]
    return PaymentOrder.objects.in_state(*states).filter(account_id=account.pk)


def _follow(order, account, by, on):
    """An order that has not gone out is paid to the changed account, once that is confirmed and approved anew."""
    if order.currency != account.currency:
        raise Blocked(_("The payment %(order)s is in %(currency)s.") % {"order": order.ref, "currency": order.currency})
    order.account = account
    if order.state == PaymentOrder.State.APPROVED:
        advance(order, "void_approval", by=by, on=on, body={"account": account.pk, "version": account.version})
        return
    order.account_version = account.version
    order.save()
    record(
        "paymentorder.account_changed",
        order.ref,
        by=by,
        on=on,
        programme=account.programme.key,
        body={"account": account.pk, "version": account.version},
    )


@service
def close_account(*, account, on, by, reason):
    """Nothing is paid to this account any more. Refused while a payment to it is under way."""
    account = _locked(account)
    if not rules.test_rule("payments.enter_account", by, account):
        raise NotAllowed()
    check_date(on=on, programme=account.programme, by=by, reason=reason)
    under_way = PaymentOrder.objects.in_state("prepared", "approved", "sent").filter(account=account)
    if account.closed_on is not None or under_way.exists():
        raise Blocked(_("This account is closed, or a payment to it is under way."))
    PayeeAccount.objects.filter(pk=account.pk).update(closed_on=on)
    record("account.close", account.ref, by=by, on=on, programme=account.programme.key, reason=reason)
    account.refresh_from_db()
    return account


@service
def read_number(*, account, by, on):
    """The whole number for somebody who must compare it with the paper; the reading is written down."""
    if not rules.test_rule("payments.read_account", by, account):
        raise NotAllowed()
    number = PayeeAccount.objects.values_list("number", flat=True).get(pk=account.pk)
    record("account.read", account.ref, by=by, on=on, programme=account.programme.key)
    return number
