"""All writes of programmes: references, committed money, roles, rates, and the set-up."""

from programmes.services.calls import copy_call, register_copied
from programmes.services.contacts import end_contact, name_contact
from programmes.services.set_up import found_programme, keep_part, place_villages, remove_part
from programmes.services.shared import (
    approve_delegation,
    available_on,
    bank_on,
    cash_on,
    check_date,
    commit,
    end_role,
    enter_rate,
    grant_role,
    lines_short,
    live_commitments,
    lock_lines,
    release,
    request_delegation,
    reserve,
    take_reference,
    take_references,
    use,
)

__all__ = [
    "approve_delegation",
    "available_on",
    "bank_on",
    "cash_on",
    "check_date",
    "commit",
    "copy_call",
    "end_contact",
    "end_role",
    "enter_rate",
    "found_programme",
    "grant_role",
    "keep_part",
    "lines_short",
    "live_commitments",
    "lock_lines",
    "name_contact",
    "place_villages",
    "register_copied",
    "release",
    "remove_part",
    "request_delegation",
    "reserve",
    "take_reference",
    "take_references",
    "use",
]
