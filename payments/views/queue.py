"""The queue of payments in its tabs, the acts on several at once, and the lists of all payments and batches."""

import hashlib

from django.db.models import Count
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from audit.refusals import Invalid, NotAllowed, Stale
from ledger.money import Money
from pages.forms import attempt, done
from pages.lists import Column, ListPage
from payments.filters import OrderFilter
from payments.forms import KeyedForm, ManyForm
from payments.models import Batch, PayeeAccount
from payments.reading import account_story
from payments.services import approve_payments, prepare_payments, send_payments
from payments.services.orders import mark_of, payable_by
from payments.sources import link_for, sources_for
from payments.views.access import chosen, day_of, for_money_roles, orders_of
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of

TABS = {
    "prepare": gettext_lazy("To prepare"),
    "approve": gettext_lazy("To approve"),
    "send": gettext_lazy("To send"),
    "sent": gettext_lazy("With the bank"),
    "returned": gettext_lazy("Returned"),
    "settled": gettext_lazy("Settled"),
}
STATES = {"approve": "prepared", "send": "approved", "sent": "sent", "returned": "returned", "settled": "settled"}
EMPTY = {
    "approve": gettext_lazy("No payment waits for approval."),
    "send": gettext_lazy("No approved payment waits to be sent."),
    "sent": gettext_lazy("The bank has answered on every payment."),
    "returned": gettext_lazy("No payment came back."),
    "settled": gettext_lazy("No payment has settled yet."),
}
MOST = 100


class Queue(ListPage):
    """One tab of the queue: payments in one state, the oldest first."""

    key = "payments"
    noun = (gettext_lazy("%(count)s payment"), gettext_lazy("%(count)s payments"))
    columns = [
        Column("payee", gettext_lazy("Payee"), value="payee.name", head=True),
        Column("source_ref", gettext_lazy("For")),
        Column("ref", gettext_lazy("Payment")),
        Column("account", gettext_lazy("Account"), value=lambda order: str(order.account)),
        Column("prepared_on", gettext_lazy("Prepared")),
        Column("amount", gettext_lazy("Amount"), value=lambda order: Money(order.amount, order.currency), number=True),
        Column("currency", gettext_lazy("Currency"), only="file"),
        Column("state", gettext_lazy("State"), tag=True),
        Column("value_on", gettext_lazy("Value date")),
    ]
    template = "payments/queue.html"
    ordering = "pk"

    @property
    def lines(self):
        rows, day = self.page_rows[0], today()
        user = self.request.user
        return [
            {
                "order": order,
                "story": account_story(order, day),
                "url": link_for(order),
                "waits": (day - order.prepared_on).days,
                "mine": order.prepared_by_id == user.pk,
                "locked": order.prepared_by_id == user.pk or order.own_part,
                "late": account_story(order, day).shape == "late",
            }
            for order in rows
        ]

    @property
    def may_pick(self):
        """True when the checker can take several at once: somebody else's, to accounts that are as they were."""
        return any(not line["locked"] and line["story"].shape == "yes" for line in self.lines)

    @property
    def sums(self):
        """Control sum of this page, by currency."""
        totals = {}
        for order in self.page_rows[0]:
            totals[order.currency] = totals.get(order.currency, 0) + order.amount
        return [Money(minor, currency) for currency, minor in sorted(totals.items())]


@for_money_roles
@require_GET
def queue(request):
    finance = Role.FINANCE in roles_of(request.user)
    tab = request.GET.get("tab", "approve")
    if tab not in TABS:
        raise Invalid(_("There is no such queue."))
    orders = orders_of(request)
    sources = sources_for(request.user, request.desk.programme) if finance else []
    context = {
        "tab": tab,
        "tabs": _tabs(request, orders, sources, tab),
        "on": today(),
        "finance": finance,
        "empty": EMPTY.get(tab, ""),
    }
    if tab == "prepare":
        ready = {source.ref: account for source, account in payable_by(sources[:MOST])}
        rows = [{"source": one, "account": ready.get(one.ref)} for one in sources[:MOST]]
        return render(request, "payments/prepare.html", {**context, "title": _("Payments"), "rows": rows})
    rows = orders.in_state(STATES[tab]).with_paid_before().with_own_part(request.user)
    page = Queue(request, rows, title=_("Payments"), context=context)
    page.ordering = "-pk" if tab in ("returned", "settled") else "pk"
    return page.response()


def _tabs(request, orders, sources, current):
    """(address, word, count, is it this one, does it wait for somebody) for each tab; settled ones are not counted."""
    waiting = orders.order_by().in_state("prepared", "approved", "sent").values("state")
    counts = {row["state"]: row["rows"] for row in waiting.annotate(rows=Count("pk"))}
    numbers = {tab: counts.get(state, 0) for tab, state in STATES.items() if tab not in ("returned", "settled")}
    numbers["prepare"] = len(sources)
    base, within = reverse("payments:queue"), request.GET.get("programme", "")
    rest = f"&{urlencode({'programme': within})}" if within else ""
    return [
        {"url": f"{base}?tab={tab}{rest}", "word": word, "count": numbers.get(tab), "current": tab == current}
        for tab, word in TABS.items()
    ]


@for_money_roles
def prepare_many(request):
    """Confirm page and act on several rows that wait for a payment: one account each, all or none."""
    if Role.FINANCE not in roles_of(request.user):
        raise NotAllowed()
    wanted = (request.POST if request.method == "POST" else request.GET).getlist("source")[:MOST]
    sources = [one for one in sources_for(request.user, request.desk.programme) if one.ref in set(wanted)]
    rows = [{"source": one, "account": to, "mark": mark_of(one, to)} for one, to in payable_by(sources)]
    if not rows:
        raise Invalid(_("Choose at least one payment."))
    form = KeyedForm(request.POST or None)
    if request.method == "POST":
        marks = request.POST.getlist("mark")[:MOST]
        order = attempt(form, prepare_payments, marks=marks, on=day_of_all(rows), by=request.user)
        if order is not None:
            said = ngettext("%(count)s payment is prepared.", "%(count)s payments are prepared.", len(marks))
            return done(request, said % {"count": len(marks)}, f"{reverse('payments:queue')}?tab=send")
    back = f"{reverse('payments:queue')}?tab=prepare"
    sums = {}
    for row in rows:
        sums[row["source"].currency] = sums.get(row["source"].currency, 0) + row["source"].amount
    context = {
        "form": form,
        "title": _("Prepare payments"),
        "back": back,
        "crumbs": ((_("Payments"), back),),
        "rows": rows,
        "sums": [Money(minor, currency) for currency, minor in sorted(sums.items())],
        "refused": bool(form.is_bound and form.errors),
    }
    status = form.status if form.is_bound and form.errors else 200
    return render(request, "payments/prepare_many.html", context, status=status)


def day_of_all(rows):
    """Today where the latest of their programmes is, or rather the earliest day of them: none lies in the future."""
    return min(today(row["account"].programme) for row in rows)


def _picked(request, state):
    """The orders named by ?order=, all visible and in that state, or with ?all= those that need no look of their own.

    Raises Invalid when none is left.
    """
    if request.method == "GET" and request.GET.get("all"):
        rows = orders_of(request).in_state(state).with_paid_before().with_own_part(request.user).order_by("pk")
        day = today()
        found = [
            order
            for order in rows[:MOST]
            if not order.own_part
            and order.prepared_by_id != request.user.pk
            and account_story(order, day).shape == "yes"
        ]
        currency = found[0].currency if found else ""
        found = [order for order in found if order.currency == currency]
        if found:
            return found
    refs = (request.POST if request.method == "POST" else request.GET).getlist("order")[:MOST]
    found = list(orders_of(request).in_state(state).with_paid_before().filter(ref__in=refs).order_by("pk"))
    if request.method == "POST" and len(found) < len(set(refs)):
        raise Invalid(_("One of these payments was moved by somebody else. Open the queue again."))
    if not found:
        raise Invalid(_("Choose at least one payment."))
    return found


def _many(request, *, state, title, service, tab, lead, said):
    """Confirm page and act on several payments at once: all or none."""
    orders = _picked(request, state)
    day = today()
    user = request.user if tab == "approve" else None
    form = ManyForm(request.POST or None, instance=orders[0], user=user)
    seen = _seal(orders)
    if request.method == "POST" and request.POST.get("seen") != seen:
        raise Stale(_("One of these payments has changed since you opened the page. Open it again and look at them."))
    back = f"{reverse('payments:queue')}?tab={tab}"
    if request.method == "POST":
        row = attempt(form, service, orders=orders, on=day_of(orders[0]), by=request.user)
        if row is not None:
            return done(request, said(orders), row.get_absolute_url() if tab == "send" else back)
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "back": back,
        "crumbs": ((_("Payments"), back),),
        "rows": [{"order": order, "story": account_story(order, day)} for order in orders],
        "sum": _sum(orders),
        "seen": seen,
        "refused": bool(form.is_bound and form.errors),
        "cash": [order for order in orders if tab == "send" and order.account.kind == PayeeAccount.Kind.CASH],
    }
    status = form.status if form.is_bound and form.errors else 200
    return render(request, "payments/many.html", context, status=status)


def _seal(orders):
    """Names the payments as they stand on the page: what a person confirmed is what is done."""
    said = [f"{one.ref} {one.version} {one.amount} {one.account_id} {one.account.version}" for one in orders]
    return hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()


def _sum(orders):
    if len({order.currency for order in orders}) > 1:
        raise Invalid(_("Choose payments in one currency."))
    return Money(sum(order.amount for order in orders), orders[0].currency)


@for_money_roles
def approve_many(request):
    return _many(
        request,
        state="prepared",
        tab="approve",
        title=_("Check and approve"),
        lead=_("You have compared payee, account and amount of each with its papers."),
        service=approve_payments,
        said=lambda orders: (
            ngettext("%(count)s payment is approved.", "%(count)s payments are approved.", len(orders))
            % {"count": len(orders)}
        ),
    )


@for_money_roles
def send_many(request):
    return _many(
        request,
        state="approved",
        tab="send",
        title=_("Send to the bank"),
        lead=_("They go out as one batch with its control sum."),
        service=send_payments,
        said=lambda orders: (
            ngettext("%(count)s payment is sent.", "%(count)s payments are sent.", len(orders)) % {"count": len(orders)}
        ),
    )


class Orders(ListPage):
    """All payments, by filters."""

    key = "payment-orders"
    title = gettext_lazy("All payments")
    noun = (gettext_lazy("%(count)s payment"), gettext_lazy("%(count)s payments"))
    filterset = OrderFilter
    columns = [
        Column("ref", gettext_lazy("Payment"), head=True, link=lambda order: order.get_absolute_url()),
        Column("payee", gettext_lazy("Payee"), value="payee.name"),
        Column("source_ref", gettext_lazy("For")),
        Column("state", gettext_lazy("State"), tag=True),
        Column("prepared_on", gettext_lazy("Prepared")),
        Column("value_on", gettext_lazy("Value date")),
        Column("batch", gettext_lazy("Batch"), value="batch.ref"),
        Column("amount", gettext_lazy("Amount"), value=lambda order: Money(order.amount, order.currency), number=True),
        Column("currency", gettext_lazy("Currency"), only="file"),
    ]


@for_money_roles
@require_GET
def orders(request):
    crumbs = ((_("Payments"), reverse("payments:queue")),)
    return Orders(request, orders_of(request), crumbs=crumbs).response()


class Batches(ListPage):
    key = "batches"
    title = gettext_lazy("Batches")
    noun = (gettext_lazy("%(count)s batch"), gettext_lazy("%(count)s batches"))
    columns = [
        Column("ref", gettext_lazy("Batch"), head=True, link=lambda batch: batch.get_absolute_url()),
        Column("made_on", gettext_lazy("Sent")),
        Column("made_by", gettext_lazy("By"), value="made_by.name"),
        Column("payments", gettext_lazy("Payments"), value=lambda batch: batch.payments, number=True),
        Column("open", gettext_lazy("Without answer"), value=lambda batch: batch.waiting, number=True),
        Column(
            "control",
            gettext_lazy("Control sum"),
            value=lambda batch: Money(batch.control_amount, batch.currency),
            number=True,
        ),
    ]
    empty = gettext_lazy("Nothing was sent to the bank yet.")


@for_money_roles
@require_GET
def batches(request):
    rows = chosen(request, Batch.objects.visible_to(request.user)).select_related("programme", "made_by")
    crumbs = ((_("Payments"), reverse("payments:queue")),)
    return Batches(request, rows.with_counts(), crumbs=crumbs).response()
