"""Who may do what on the register, asked in one way by every service."""

import rules

from audit.refusals import NotAllowed
from programmes.roles import held_by


def demand(rule, by, row):
    """Raises NotAllowed unless the rule holds for the user and the row."""
    if not rules.test_rule(rule, by, row):
        raise NotAllowed()


def programme_of_work(user, party):
    """The programme through which `user` works on the party (the first of theirs), or None.

    An event carries one programme, and only those who work there see it.
    """
    held = {row.programme_id for row in held_by(user)}
    for row in party.enrolments.select_related("programme").order_by("pk"):
        if row.programme_id in held:
            return row.programme
    return None
