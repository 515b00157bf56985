"""What waits for whom about works: bids to open, choices to approve, work to measure and certify, defects, ends."""

from django.db.models import Q
from django.utils.translation import gettext as _

from grants.models import Certificate, Defect, Tender, Variation, WorksContract
from ledger.money import Money
from pages.queues import QueueItem
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of, rows_for

MOST = 10
State = WorksContract.State


def works_queue(user):
    """Items of works for each of the user's roles, the oldest first."""
    roles, items = roles_of(user), []
    if Role.MANAGER in roles:
        items += _to_open(user) + _to_sign(user) + _to_close(user)
    if roles & {Role.MANAGER, Role.FINANCE}:
        items += _to_decide(user) + _variations(user)
    if roles & {Role.MANAGER, Role.MONITORING}:
        items += _certificates(user)
    if roles & {Role.ADVISER, Role.MONITORING}:
        items += _defects(user) + _retentions(user)
    return items


def _mine(user, roles, path=""):
    return rows_for(user, roles, programme=f"{path}award__programme", region=f"{path}award__region")


def _item(row, verb, why, shape, due, url=""):
    award = row.award
    return QueueItem(
        verb_text=verb,
        why=f"{award.applicant.name} · {row.ref} · {why}",
        url=url or row.get_absolute_url(),
        state_class=shape,
        state_text=row.state_label,
        due=due,
        script=award.applicant.name_script,
        script_lang=award.applicant.script_language,
    )


def _tenders(user, roles, **where):
    rows = Tender.objects.filter(_mine(user, roles), **where).select_related("award__applicant", "winner")
    return rows.order_by("deadline_on", "pk")


def _to_open(user):
    rows = _tenders(user, [Role.MANAGER], state=Tender.State.PUBLISHED, deadline_on__lt=today())
    return [_item(row, _("Open the bids"), row.subject, "start", row.deadline_on) for row in rows[:MOST]]


def _to_decide(user):
    rows = _tenders(user, [Role.MANAGER, Role.FINANCE], state=Tender.State.CHOSEN).exclude(chosen_by=user)
    return [
        _item(row, _("Approve the choice of a bid"), str(row.winner.money(row.currency)), "wait", row.opened_on)
        for row in rows[:MOST]
    ]


def _contracts(user, roles, **where):
    rows = WorksContract.objects.filter(_mine(user, roles), **where).select_related("award__applicant", "contractor")
    return rows.order_by("pk")


def _to_sign(user):
    rows = _contracts(user, [Role.MANAGER], state=State.DRAFTED, award__state="active")
    return [_item(row, _("Sign a works contract"), str(row.contractor), "start", row.starts_on) for row in rows[:MOST]]


def _to_close(user):
    """Contracts whose time for defects is over, and nothing is open."""
    rows = _contracts(user, [Role.MANAGER], state=State.ACCEPTED).exclude(defects__in=Defect.objects.open())
    over = [row for row in rows[: MOST * 5] if row.defects_until <= today(row.programme)]
    return [
        _item(row, _("Accept works finally"), str(row.contractor), "start", row.defects_until) for row in over[:MOST]
    ]


def _variations(user):
    rows = Variation.objects.waiting().filter(_mine(user, [Role.MANAGER, Role.FINANCE], "contract__"))
    rows = rows.exclude(proposed_by=user).select_related("contract__award__applicant").order_by("proposed_on", "pk")
    return [
        _item(
            row.contract,
            _("Decide a variation"),
            str(Money(row.amount, row.currency)),
            "wait",
            row.proposed_on,
            f"{row.contract.get_absolute_url()}#variations",
        )
        for row in rows[:MOST]
    ]


def _certificates(user):
    rows = Certificate.objects.filter(_mine(user, [Role.MANAGER, Role.MONITORING], "contract__"))
    rows = rows.filter(state=Certificate.State.MEASURED).exclude(measured_by=user)
    return [
        _item(
            row.contract,
            _("Certify work"),
            str(Money(row.net_amount, row.currency)),
            "wait",
            row.measured_on,
            f"{row.contract.get_absolute_url()}#certificates",
        )
        for row in rows.select_related("contract__award__applicant").order_by("measured_on", "pk")[:MOST]
    ]


def _defects(user):
    rows = Defect.objects.open().filter(_mine(user, [Role.ADVISER, Role.MONITORING], "contract__"))
    rows = rows.filter(contract__state=State.ACCEPTED, due_on__lte=today())
    return [
        _item(
            row.contract,
            _("See whether a defect is put right"),
            row.text,
            "wait",
            row.due_on,
            f"{row.contract.get_absolute_url()}#defects",
        )
        for row in rows.select_related("contract__award__applicant").order_by("due_on", "pk")[:MOST]
    ]


def _retentions(user):
    """Contracts that are over, with money still held back."""
    given_back = Certificate.objects.filter(kind="retention").exclude(state="withdrawn")
    rows = _contracts(user, [Role.ADVISER, Role.MONITORING], state=State.CLOSED).with_account()
    rows = rows.filter(held_amount__gt=0).exclude(Q(certificates__in=given_back))
    return [
        _item(
            row,
            _("Give back what was held back"),
            str(Money(row.held_amount, row.currency)),
            "start",
            row.closed_on,
        )
        for row in rows[:MOST]
    ]
