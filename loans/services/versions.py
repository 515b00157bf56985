"""A schedule version that goes on with the one before: a tranche came or went, or the rate is another one.

It holds all instalments from the beginning: what fell due before the day of the change is the same and no less late,
and money of an earlier day that is entered later finds its place.
"""

from audit.refusals import Blocked
from loans.models import Instalment, ScheduleVersion
from loans.schedule import ScheduleError, build_schedule, request_as_json, request_from_json
from loans.schedule_words import in_words
from loans.services.agreement import instalments_of
from loans.terms import rows_of


def built(make):
    """What `make()` builds. Raises Blocked for a schedule that cannot be."""
    try:
        return make()
    except ScheduleError as wrong:
        raise Blocked(in_words(wrong)) from wrong


def continue_version(loan, request, *, on, reason, starts_on=None, decision_ref=""):
    """The next schedule version, from `request`, with the instalments, the money and the waivers of the one in force.

    It has been in force since that one was, so that a question about an earlier day finds one schedule. The old version
    keeps a copy of its instalments as they stood. Saves no loan; whoever calls folds the money anew.
    """
    before = loan.versions.get(number=loan.current_version)
    was = {row.no: row for row in rows_of(build_schedule(request_from_json(before.request)), loan.currency)}
    rows = {row.no: row for row in rows_of(built(lambda: build_schedule(request)), loan.currency)}
    loan.current_version = before.number + 1
    ScheduleVersion.objects.create(
        loan=loan,
        number=loan.current_version,
        made_on=before.made_on,
        starts_on=starts_on or before.starts_on,
        held_amount=before.held_amount,
        request=request_as_json(request),
        reason=reason[:300],
        decision_ref=decision_ref,
        continues=before.number,
        changed_on=on,
    )
    live = list(loan.instalments.filter(version=before.number).order_by("number"))
    copies = [_copy(row) for row in live]
    for money in (loan.instalments, loan.repayments, loan.waivers, loan.refunds, loan.recalls):
        money.filter(version=before.number).update(version=loan.current_version)
    Instalment.objects.bulk_create(copies)
    _move_behind([row for row in live if row.recalled], max(rows))
    for instalment in [row for row in live if not row.recalled]:
        _plan_anew(instalment, was.get(instalment.number), rows.pop(instalment.number, None))
    columns = ["planned_principal_amount", "planned_interest_amount", "principal_amount", "interest_amount"]
    Instalment.objects.bulk_update(live, [*columns, "due_on", "settled_on"])
    Instalment.objects.bulk_create(instalments_of(loan, loan.current_version, rows.values()))
    due = loan.instalments.filter(version=loan.current_version, planned_principal_amount__gt=0)
    loan.matures_on = due.latest("due_on").due_on


def _move_behind(recalled, last):
    """What is owed anew keeps its order and stands behind instalment `last`: the schedule may have more of them now."""
    further = last + 1 - min((row.number for row in recalled), default=last + 1)
    for row in reversed(recalled) if further > 0 else ():
        row.number += further
        row.save(update_fields=["number"])


def _copy(instalment):
    facts = {field.attname: getattr(instalment, field.attname) for field in Instalment._meta.concrete_fields}
    del facts["id"]
    return Instalment(**facts)


def _plan_anew(instalment, was, row):
    """What the instalment asks by the new schedule, with what an earlier one brought into it; None for nothing more."""
    brought = instalment.planned_interest_amount - (was.interest if was else 0)
    instalment.planned_principal_amount = row.principal if row else 0
    instalment.planned_interest_amount = max((row.interest if row else 0) + brought, 0)
    if row:
        instalment.due_on = row.due
    if instalment.paid_amount:
        return
    # What is paid is divided by the fold that follows; an instalment without money is as planned at once.
    instalment.principal_amount = instalment.planned_principal_amount
    instalment.interest_amount = instalment.planned_interest_amount
    instalment.settled_on = None if instalment.due_amount else instalment.due_on
