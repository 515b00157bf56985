"""Which shape and colour a state is shown in: one table, to which each app adds its own machines."""

# The eight shapes of the style sheet: a state is always word + shape + colour.
SHAPES = ("start", "moving", "live", "wait", "done", "no", "late", "over")

# The machines of the house, by the model's name.
_shapes = {
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
        "forgiven": "over",
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


def register(table):
    """Add {"application": {"draft": "start", ...}, ...}: machine (the model's name) -> state -> shape.

    Raises ValueError for a shape that the style sheet does not have.
    """
    for machine, states in table.items():
        unknown = sorted(set(states.values()) - set(SHAPES))
        if unknown:
            raise ValueError(f"{machine}: no such shape: {', '.join(unknown)}")
        _shapes.setdefault(machine, {}).update(states)


def shape_of(machine, state):
    """The shape of a state; a state that nobody registered is shown as resting ("over")."""
    return _shapes.get(machine, {}).get(state, "over")


def registered():
    """A copy of the whole table, for checks."""
    return {machine: dict(states) for machine, states in _shapes.items()}
