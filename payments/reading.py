"""What the payment pages say about an account, a queue and a funding line. Reads only; amounts in minor units."""

import json
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import Event
from ledger.models import Account
from payments.models import MONEY_ROLES, PaymentOrder
from payments.words import FACTS
from programmes.models import Commitment, FundingLine
from programmes.roles import rows_for

RECENT = timedelta(days=30)


@dataclass(frozen=True)
class AccountStory:
    """What a checker must know about the account: `shape` is yes, wait or late (a mark of the style sheet)."""

    shape: str
    sentence: str
    detail: str = ""


def days_ago(day, on):
    days = (on - day).days
    if days <= 0:
        return _("today")
    return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}


def account_story(order, on):
    """One line for a row of a queue; needs `paid_before` (with_paid_before)."""
    account = order.account
    if not account.is_confirmed:
        return AccountStory("wait", _("Waits for a second person"))
    if account.was_changed and account.entered_on >= on - RECENT:
        return AccountStory("late", _("Account changed %(ago)s") % {"ago": days_ago(account.entered_on, on)})
    if not order.paid_before:
        return AccountStory("yes", _("First payment, account confirmed"))
    return AccountStory("yes", _("Unchanged since %(date)s") % {"date": f"{account.entered_on:%d.%m.%Y}"})


def last_payment(order):
    """The payment before this one that reached the same payee, or None."""
    earlier = PaymentOrder.objects.filter(payee=order.payee_id, programme=order.programme_id, state="settled")
    return earlier.exclude(pk=order.pk).order_by("-value_on", "-pk").for_pages().first()


def whole_story(order, on):
    """What changed since the last payment to this payee, with who changed it and who confirmed it."""
    account, before = order.account, last_payment(order)
    if before is None:
        first = _("First payment to this payee.")
    elif before.account_id == account.pk:
        first = _("Paid to the same account on %(date)s.") % {"date": f"{before.value_on:%d.%m.%Y}"}
    else:
        first = _("The last payment, on %(date)s, went to another account: %(account)s.") % {
            "date": f"{before.value_on:%d.%m.%Y}",
            "account": before.account,
        }
    changes = _changes(account, before)
    if not account.is_confirmed:
        return AccountStory("wait", _("The account waits for a second person."), " ".join([first, *changes]))
    if changes or (before is not None and before.account_id != account.pk):
        sentence = _("The account changed since the last payment.")
        if account.was_changed:
            sentence = _("Account changed %(ago)s.") % {"ago": days_ago(account.entered_on, on)}
        return AccountStory("late", sentence, " ".join([first, *changes]))
    return AccountStory("yes", first, _confirmed(account))


def _confirmed(account):
    return _("Entered by %(enterer)s, confirmed by %(confirmer)s on %(date)s.") % {
        "enterer": account.entered_by,
        "confirmer": account.confirmed_by,
        "date": f"{account.confirmed_on:%d.%m.%Y}",
    }


def _changes(account, before):
    """A sentence for each change of the account since the payment before this one."""
    events = list(Event.objects.about(account.ref).filter(kind="account.change").order_by("seq"))
    if before is not None:
        events = [event for event in events if event.on > before.value_on or before.account_id != account.pk]
    people = get_user_model().objects.in_bulk({event.actor_id for event in events})
    return [
        _("%(date)s: %(who)s changed %(what)s.")
        % {
            "date": f"{event.on:%d.%m.%Y}",
            "who": people.get(event.actor_id, ""),
            "what": ", ".join(str(FACTS[name]) for name in json.loads(event.body)["fields"]),
        }
        for event in events
    ]


def twins_of(account):
    """Other parties of the programme with the same number: what a second person looks at before confirming."""
    if not account.number_index:
        return []
    twins = type(account).objects.open().filter(programme=account.programme_id, number_index=account.number_index)
    return list(twins.exclude(party=account.party_id).select_related("party").defer("number")[:5])


# Funding lines -------------------------------------------------------------------------------------------------------


def lines_for(user):
    """The funding lines whose money the user sees, with what is promised, paid and left.

    Annotates reserved_amount, committed_amount (promised by contract, not yet paid), used_amount, cash_amount and
    available_amount: ceiling less live promises, or cash less unused ones for a revolving fund.
    """
    lines = FundingLine.objects.filter(rows_for(user, MONEY_ROLES, region=None)).select_related("programme", "donor")
    cash = Account.objects.filter(
        book__key=OuterRef("programme__key"),
        code="1000",
        currency=OuterRef("currency"),
        line=OuterRef("key"),
    )
    cash = cash.order_by().values("line").annotate(total=Sum("balance_amount"))
    unused = F("amount") - F("released_amount") - F("used_amount")
    return lines.annotate(
        reserved_amount=_promised(unused, state=Commitment.State.RESERVED),
        committed_amount=_promised(unused, state=Commitment.State.COMMITTED),
        used_amount=_promised(F("used_amount")),
        cash_amount=Coalesce(Subquery(cash.values("total")), 0),
    ).order_by("programme__name", "key")


def _promised(amount, **where):
    rows = Commitment.objects.live().filter(line=OuterRef("pk"), **where).order_by().values("line")
    return Coalesce(Subquery(rows.annotate(total=Sum(amount)).values("total")), 0)


def left_on(line):
    """Minor units that may still be promised on an annotated line."""
    promised = line.reserved_amount + line.committed_amount
    if line.kind == FundingLine.Kind.REVOLVING:
        return line.cash_amount - promised
    return line.ceiling_amount - promised - line.used_amount


def without_own_part(orders, user):
    """Orders that wait for this user: the checker's queue leaves out what the user prepared or plays a part in."""
    return orders.with_own_part(user).filter(own_part=False).exclude(Q(prepared_by=user))
