"""Shape and colour of each state: word + shape + colour, the same everywhere (see static/css/seedbed.css)."""

SHAPES = {
    "application": {
        "draft": "start",
        "submitted": "moving",
        "returned": "wait",
        "eligible": "moving",
        "ineligible": "no",
        "under_review": "moving",
        "approved": "done",
        "reserve": "wait",
        "rejected": "no",
        "withdrawn": "over",
    },
    "session": {"planned": "start", "open": "moving", "sitting": "live", "closed": "done"},
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
    },
    "paymentorder": {
        "prepared": "start",
        "approved": "moving",
        "sent": "moving",
        "settled": "done",
        "returned": "no",
        "cancelled": "over",
    },
    "loan": {
        "approved": "start",
        "signed": "moving",
        "active": "live",
        "overpaid": "late",
        "closed": "done",
        "written_off": "no",
        "cancelled": "over",
    },
    "monitoringvisit": {
        "planned": "start",
        "recorded": "moving",
        "verified": "done",
        "returned": "wait",
        "cancelled": "over",
    },
    "issue": {"draft": "start", "published": "done", "superseded": "over"},
}


def shape_of(row):
    """The tag shape of a row with a state machine, for example "moving"."""
    return SHAPES.get(row._meta.model_name, {}).get(row.state, "start")
