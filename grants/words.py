"""How grants read on the pages of others: shapes of their states, words of their events."""

from django.utils.translation import gettext_lazy as _

SHAPES = {
    "award": {
        "approved": "start",
        "active": "live",
        "suspended": "wait",
        "closed": "done",
        "terminated": "no",
        "cancelled": "over",
    },
    "tranche": {
        "planned": "start",
        "requested": "moving",
        "certified": "moving",
        "in_payment": "moving",
        "paid": "done",
        "returned": "no",
        "dropped": "over",
    },
}
EVENTS = {
    "award.create": _("Approved by the committee"),
    "award.renew": _("Approved anew"),
    "award.undo": _("Approval taken back"),
    "award.screen": _("Screening clear"),
    "award.meet_conditions": _("Conditions met"),
    "award.plan_tranches": _("Tranches planned"),
    "award.sign": _("Agreement signed"),
    "award.suspend": _("Suspended"),
    "award.resume": _("Resumed"),
    "award.close": _("Closed"),
    "award.terminate": _("Terminated"),
    "award.cancel": _("Cancelled"),
    "tranche.create": _("Tranche planned"),
    "tranche.drop": _("Tranche left out of the plan"),
    "tranche.restore": _("Tranche planned again"),
    "tranche.request": _("Tranche requested"),
    "tranche.certify": _("Tranche certified"),
    "tranche.order": _("Payment prepared"),
    "tranche.settle": _("Tranche paid"),
    "tranche.bounce": _("Tranche not paid: the payment came back"),
    "contribution.pledge": _("Own part pledged"),
    "contribution.evidence": _("Own part evidenced"),
    "contribution.accept": _("Own part accepted"),
    "deliverable.show": _("Deliverable shown"),
    "deliverable.accept": _("Deliverable accepted"),
    "asset.register": _("Asset registered"),
    "asset.hand_over": _("Asset handed over"),
    "evidence.add": _("File added"),
}
