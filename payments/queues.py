"""What waits for a finance officer, and how a payment is found."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.money import Money
from pages.queues import LATER, QueueItem
from payments.cash import due_back_on, loose_cash
from payments.models import (
    MONEY_ROLES,
    CashAdvance,
    Match,
    MoneyRule,
    OwnAccount,
    PayeeAccount,
    PaymentOrder,
    PaySheet,
    Screening,
)
from payments.reading import without_own_part
from payments.sources import sources_for
from programmes.clock import today
from programmes.models import Role
from programmes.roles import held_by, roles_of, rows_for

MOST = 20


def queue_for(user):
    """Payments to approve and accounts to confirm one by one; what waits to be prepared, sent or settled as counts."""
    others = _to_record(user) + _matches(user) + _money_rules(user) + _running_out(user)
    if Role.FINANCE not in roles_of(user):
        return others
    programmes = [held.programme_id for held in held_by(user) if held.role == Role.FINANCE]
    orders = PaymentOrder.objects.filter(programme__in=programmes).select_related("payee")
    items = [_approve(order) for order in without_own_part(orders.in_state("prepared"), user).order_by("pk")[:MOST]]
    items += _accounts(user, programmes) + _own_accounts(user, programmes)
    items += others + _cash(user, programmes)
    sources = sources_for(user)
    for verb, count, tab, shape in (
        (_("Prepare payments"), len(sources), "prepare", "start"),
        (_("Send approved payments"), orders.in_state("approved").count(), "send", "moving"),
        (_("Settle payments by the bank statement"), orders.in_state("sent").count(), "sent", "moving"),
    ):
        if count:
            said = ngettext("%(count)s payment", "%(count)s payments", count) % {"count": count}
            items.append(QueueItem(verb_text=verb, why=said, url=f"/money/queue/?tab={tab}", state_class=shape))
    return items


def _approve(order):
    return QueueItem(
        verb_text=_("Check and approve a payment"),
        why=f"{order.payee} · {order.source_ref} · {Money(order.amount, order.currency)}",
        url=order.get_absolute_url(),
        state_class="wait",
        state_text=_("Waits for a second person"),
        due=order.prepared_on,
    )


def _accounts(user, programmes):
    waiting = PayeeAccount.objects.open().filter(programme__in=programmes, confirmed_by=None).exclude(entered_by=user)
    return [
        QueueItem(
            verb_text=_("Confirm an account"),
            why=f"{account.party} · {account}",
            url=account.get_absolute_url(),
            state_class="wait",
            state_text=_("Waits for a second person"),
            due=account.entered_on,
        )
        for account in waiting.select_related("party").without_number().order_by("pk")[:MOST]
    ]


def _matches(user):
    """Possible matches that somebody else's screening found: a second person decides."""
    waiting = Match.objects.filter(rows_for(user, MONEY_ROLES, programme="screening__programme", region=None)).open()
    return [
        QueueItem(
            verb_text=_("Decide on a possible match with a sanctions list"),
            why=f"{match.screening.who} · {match.entry.source_list}",
            url=match.get_absolute_url(),
            state_class="wait",
            state_text=_("Waits for a second person"),
            due=match.screening.on,
        )
        for match in waiting.exclude(screened_by=user).for_pages().order_by("pk")[:MOST]
    ]


def _money_rules(user):
    """Rules of payments that somebody else proposed: until a second person confirms them the earlier ones hold."""
    waiting = MoneyRule.objects.visible_to(user).waiting().exclude(proposed_by=user)
    return [
        QueueItem(
            verb_text=_("Confirm the rules of payments"),
            why=f"{rule.programme} · {rule.currency}",
            url=reverse("payments:confirm_rule", args=[rule.pk]),
            state_class="wait",
            state_text=_("Waits for a second person"),
            due=rule.proposed_on,
        )
        for rule in waiting.select_related("programme").order_by("pk")[:MOST]
    ]


def _running_out(user):
    """For the manager: how many screenings must soon be made again."""
    mine = Screening.objects.filter(rows_for(user, [Role.MANAGER], region=None))
    count = mine.running_out(today()).count() if Role.MANAGER in roles_of(user) else 0
    if not count:
        return []
    said = ngettext("%(count)s screening", "%(count)s screenings", count) % {"count": count}
    return [
        QueueItem(
            verb_text=_("Screen again those whose screening runs out within 14 days"),
            why=said,
            url=f"{reverse('payments:screenings')}?due=soon",
            state_class="late",
            section=LATER,
        )
    ]


def _own_accounts(user, programmes):
    waiting = OwnAccount.objects.open().filter(programme__in=programmes, confirmed_by=None).exclude(entered_by=user)
    return [
        QueueItem(
            verb_text=_("Confirm the programme's account at the bank"),
            why=f"{account.programme} · {account}",
            url=account.get_absolute_url(),
            state_class="wait",
            state_text=_("Waits for a second person"),
            due=account.entered_on,
        )
        for account in waiting.select_related("programme").without_number().order_by("pk")[:MOST]
    ]


def _to_record(user):
    """The sheets that a paymaster carries."""
    sheets = PaySheet.objects.filter(state="issued", advance__paymaster=user).select_related("village")
    return [
        QueueItem(
            verb_text=_("Pay the village, and record who was paid"),
            why=f"{sheet.village} · {sheet.ref}",
            url=sheet.get_absolute_url(),
            state_class="start",
            due=sheet.made_on,
        )
        for sheet in sheets.order_by("pk")[:MOST]
    ]


def _cash(user, programmes):
    """Advances to pay out, sheets to confirm, and cash that is due back in the bank: in red when its day is past."""
    advances = CashAdvance.objects.filter(programme__in=programmes).exclude(paymaster=user)
    advances = advances.select_related("programme", "paymaster").order_by("pk")
    items = [
        QueueItem(
            verb_text=_("Pay out an advance of cash"),
            why=f"{row.paymaster} · {row.ref} · {Money(row.amount, row.currency)}",
            url=row.get_absolute_url(),
            state_class="wait",
            state_text=_("Waits for a second person"),
            due=row.prepared_on,
        )
        for row in advances.filter(state="prepared").exclude(prepared_by=user)[:MOST]
    ]
    sheets = PaySheet.objects.filter(programme__in=programmes, state="recorded").exclude(advance__paymaster=user)
    items += [
        QueueItem(
            verb_text=_("Confirm a pay sheet"),
            why=f"{sheet.village} · {sheet.ref}",
            url=sheet.get_absolute_url(),
            state_class="wait",
            state_text=_("Waits for a second person"),
            due=sheet.paid_on,
        )
        for sheet in sheets.select_related("village").order_by("pk")[:MOST]
    ]
    for row in advances.filter(state="open").prefetch_related("sheets")[:MOST]:
        due, cash = due_back_on(row), loose_cash(row)
        if due is None or cash <= 0:
            continue
        late = due < today(row.programme)
        items.append(
            QueueItem(
                verb_text=_("Take cash back into the bank"),
                why=f"{row.paymaster} · {row.ref} · {Money(cash, row.currency)}",
                url=row.get_absolute_url(),
                state_class="late" if late else "wait",
                state_text=_("Overdue") if late else "",
                due=due,
            )
        )
    return items


def search_for(user, q):
    """Payments and batches by their reference or by what they pay for."""
    text = q.strip().upper()
    if len(text) < 3:
        return []
    orders = PaymentOrder.objects.visible_to(user).select_related("payee")
    found = (orders.filter(ref=text) | orders.filter(source_ref__startswith=text)).order_by("-pk")[:5]
    return [
        (order.ref, f"{order.payee}, {Money(order.amount, order.currency)}", order.get_absolute_url())
        for order in found
    ]
