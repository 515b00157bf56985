"""What waits about the people and things behind loans: decisions after a death, notices, pledges, lists."""

import rules
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loans.models import LEADING, Collateral, GuarantorNotice, Handover, LifeEvent, Loan, Moratorium
from loans.models.guarantors import OVER
from pages.queues import QueueItem
from pages.states import shape_of
from programmes.roles import rows_for

MOST = 10


def people_waiting(user):
    """For loan officers and managers, what they may do themselves."""
    mine = Loan.objects.filter(rows_for(user, LEADING))
    return [*_events(user, mine), *_moratoria(user), *_notices(mine), *_pledges(mine)]


def lists_to_sign(user):
    """Lists of loans that wait for the user's signature."""
    lists = Handover.objects.filter(taker=user, signed_on=None).select_related("giver").order_by("pk")[:MOST]
    return [
        QueueItem(
            verb_text=_("Sign the list of loans"),
            why=_("From %(name)s") % {"name": row.giver.name},
            url=reverse("loans:handover", args=[row.pk]),
            state_class="start",
            state_text=_("Made on %(day)s") % {"day": f"{row.prepared_on:%d.%m.%Y}"},
            due=row.prepared_on,
        )
        for row in lists
    ]


def _events(user, mine):
    rows = LifeEvent.objects.filter(loan__in=mine, decided_on=None)
    rows = rows.select_related("loan__borrower", "loan__application").order_by("happened_on", "pk")[:MOST]
    return [
        QueueItem(
            verb_text=_("Decide what becomes of the loan"),
            why=f"{row.loan.borrower.name} · {row.loan.ref}",
            url=row.loan.get_absolute_url(),
            state_class="wait",
            state_text=row.get_kind_display(),
            due=row.recorded_on,
        )
        for row in rows
        if rules.test_rule("loans.decide_life_event", user, row)
    ]


def _moratoria(user):
    rows = Moratorium.objects.filter(rows_for(user, LEADING, region=None), state=Moratorium.State.APPROVED)
    return [
        QueueItem(
            verb_text=_("Put the moratorium into effect"),
            why=f"{row.programme} · {row.decision_ref}",
            url=row.get_absolute_url(),
            state_class=shape_of("moratorium", row.state),
            state_text=row.state_label,
            due=row.starts_on,
        )
        for row in rows.select_related("programme").order_by("pk")[:MOST]
        if rules.test_rule("loans.apply_moratorium", user, row)
    ]


def _notices(mine):
    rows = GuarantorNotice.objects.filter(guarantor__loan__in=mine, sent_on=None).select_related("guarantor__loan")
    first = rows.order_by("pk").first()
    if first is None:
        return []
    count = rows.count()
    return [
        QueueItem(
            verb_text=_("Send the notices to guarantors"),
            why=ngettext("%(count)s notice waits", "%(count)s notices wait", count) % {"count": count},
            url=first.guarantor.loan.get_absolute_url(),
            state_class="late",
            state_text=_("Since %(day)s") % {"day": f"{first.noticed_on:%d.%m.%Y}"},
            due=first.noticed_on,
        )
    ]


def _pledges(mine):
    """A loan that is over holds nothing of anybody: the papers go back and the lien is lifted."""
    rows = Collateral.objects.held().filter(loan__in=mine, loan__state__in=OVER).select_related("loan__borrower")
    return [
        QueueItem(
            verb_text=_("Release the collateral"),
            why=f"{row.loan.borrower.name} · {row.loan.ref} · {row.description}",
            url=row.loan.get_absolute_url(),
            state_class="start",
            state_text=row.loan.state_label,
            due=row.loan.closed_on,
        )
        for row in rows.order_by("loan__closed_on", "pk")[:MOST]
    ]
