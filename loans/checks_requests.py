"""What `verify` asks of relief: each stands on a decision of the committee, and what is in force is in the books."""

from itertools import chain

from loans.models import Moratorium, ReliefRequest

OUTCOMES = {"approved": "approve", "refused": "reject", "in_force": "approve"}


def request_faults():
    """A sentence for each request whose state is not what its motion says, or that the loan does not show."""
    relief = ReliefRequest.objects.select_related("loan", "motion__session").order_by("pk")
    moratoria = Moratorium.objects.select_related("motion__session").order_by("pk")
    for row in chain(relief.iterator(chunk_size=500), moratoria):
        name, motion = f"{row._meta.db_table} {row.ref}", row.motion
        if row.state in OUTCOMES:
            reopened = row.state != "in_force" and motion.decided_on is None and motion.session.state == "sitting"
            if not reopened and motion.outcome != OUTCOMES[row.state]:
                yield f"{name} is {row.state}, and the committee decided {motion.outcome or 'nothing'}"
            elif motion.subject_ref != row.ref or motion.ref != row.decision_ref:
                yield f"{name} names a decision that is not about it"
        if row.state == "in_force" and not _shown(row):
            yield f"{name} is in force, and the loan does not show it"


def _shown(row):
    if isinstance(row, Moratorium):
        return not row.loans.filter(version=None, left_out="").exists()
    loan = row.loan
    if row.kind == ReliefRequest.Kind.RESCHEDULE:
        made = loan.versions.filter(decision_ref=row.decision_ref, made_on=row.in_force_on)
        return loan.ever_rescheduled and made.exists()
    if row.kind == ReliefRequest.Kind.WAIVE:
        return loan.waivers.filter(decision_ref=row.decision_ref, value_on=row.in_force_on).exists()
    if row.kind == ReliefRequest.Kind.RATE:
        return loan.versions.filter(decision_ref=row.decision_ref, changed_on=row.in_force_on).exists()
    day = loan.written_off_on if row.kind == ReliefRequest.Kind.WRITE_OFF else loan.forgiven_on
    return (loan.end_decision_ref, day) == (row.decision_ref, row.in_force_on)
