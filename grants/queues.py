"""What waits for whom about grants, and what the search finds among them."""

from django.utils.translation import gettext as _

from applicants.names import search_key
from grants.models import Award, Contribution, Deliverable, Tranche
from grants.queues_purchases import purchases_for
from grants.queues_works import works_queue
from ledger.money import Money
from pages.queues import Hit, QueueItem
from pages.states import shape_of
from programmes.models import Role
from programmes.roles import roles_of, rows_for

MOST = 10


def queue_for(user):
    """Managers: agreements and certificates. Advisers: tranches to request. Who examines: papers to accept."""
    roles, items = roles_of(user), []
    if Role.MANAGER in roles:
        items += _agreements(user)
    if roles & {Role.MANAGER, Role.MONITORING}:
        items += _certificates(user)
        items += _deliverables(user) + _contributions(user)
    if Role.ADVISER in roles:
        items += _requests(user)
    return items + purchases_for(user) + works_queue(user)


def _mine(user, roles, path=""):
    return rows_for(user, roles, programme=f"{path}programme", region=f"{path}region")


def _item(award, verb, why, shape, word, due=None, anchor=""):
    return QueueItem(
        verb_text=verb,
        why=f"{award.applicant.name} · {award.ref} · {why}",
        url=f"{award.get_absolute_url()}{anchor}",
        state_class=shape,
        state_text=word,
        due=due,
        script=award.applicant.name_script,
        script_lang=award.applicant.script_language,
    )


def _agreements(user):
    waiting = Award.objects.filter(_mine(user, [Role.MANAGER]), state=Award.State.APPROVED).select_related("applicant")
    return [
        _item(
            award,
            _("Prepare and sign the agreement"),
            str(Money(award.amount, award.currency)),
            "start",
            _("Approved on %(day)s") % {"day": f"{award.approved_on:%d.%m.%Y}"},
            due=award.approved_on,
        )
        for award in waiting.order_by("approved_on", "pk")[:MOST]
    ]


def _tranches(user, roles, **where):
    mine = _mine(user, roles, "award__")
    rows = Tranche.objects.filter(mine, award__state=Award.State.ACTIVE, **where).select_related("award__applicant")
    return rows.order_by("due_on", "pk")


def _certificates(user):
    rows = _tranches(user, [Role.MANAGER, Role.MONITORING], state=Tranche.State.REQUESTED).exclude(requested_by=user)
    return [
        _item(
            tranche.award,
            _("Certify a tranche"),
            str(Money(tranche.amount, tranche.award.currency)),
            "wait",
            _("Waits for a second person"),
            due=tranche.requested_on,
            anchor="#tranches",
        )
        for tranche in rows[:MOST]
    ]


def _requests(user):
    rows = _tranches(user, [Role.ADVISER], state=Tranche.State.PLANNED).filter(award__application__adviser=user)
    found, awards = [], set()
    for tranche in rows.order_by("award", "number")[: MOST * 3]:
        if tranche.award_id not in awards and len(found) < MOST:
            found.append(
                _item(
                    tranche.award,
                    _("Request tranche %(number)s") % {"number": tranche.number},
                    str(Money(tranche.amount, tranche.award.currency)),
                    "start",
                    tranche.state_label,
                    due=tranche.due_on,
                    anchor="#tranches",
                )
            )
        awards.add(tranche.award_id)
    return found


def _deliverables(user):
    mine = _mine(user, [Role.MANAGER, Role.MONITORING], "tranche__award__")
    rows = Deliverable.objects.filter(mine, accepted_on=None, shown_on__isnull=False).exclude(shown_by=user)
    return [
        _item(
            row.tranche.award,
            _("Accept a deliverable"),
            row.text,
            "wait",
            _("Waits for a second person"),
            due=row.shown_on,
            anchor="#tranches",
        )
        for row in rows.select_related("tranche__award__applicant").order_by("shown_on", "pk")[:MOST]
    ]


def _contributions(user):
    mine = _mine(user, [Role.MANAGER, Role.MONITORING], "award__")
    rows = Contribution.objects.filter(mine, accepted_on=None, evidenced_on__isnull=False).exclude(evidenced_by=user)
    open_awards = rows.filter(award__state__in=["approved", "active", "suspended"])
    return [
        _item(
            row.award,
            _("Accept the own part"),
            str(Money(row.evidenced_amount, row.award.currency)),
            "wait",
            _("Waits for a second person"),
            due=row.evidenced_on,
            anchor="#own-part",
        )
        for row in open_awards.select_related("award__applicant").order_by("evidenced_on", "pk")[:MOST]
    ]


def search_for(user, q):
    """Awards by their reference or by the name of grantee or business."""
    text = q.strip()
    if len(text) < 3:
        return []
    seen, key = Award.objects.visible_to(user), search_key(text)
    found = seen.filter(ref__iexact=text)
    if key:
        found = (
            found | seen.filter(applicant__search_key__contains=key) | seen.filter(business__search_key__contains=key)
        )
    return [
        Hit(
            title=f"{award.ref}, {award.applicant.name}",
            url=award.get_absolute_url(),
            why=str(Money(award.amount, award.currency)),
            script=award.applicant.name_script,
            script_lang=award.applicant.script_language,
            state_class=shape_of("award", award.state),
            state_text=award.state_label,
        )
        for award in found.select_related("applicant").order_by("-pk")[:5]
    ]
