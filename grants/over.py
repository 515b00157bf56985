"""Which awards are over: what the eligibility check of a grantee's next application asks."""

from grants.models import Award

OVER = (Award.State.CLOSED, Award.State.TERMINATED, Award.State.CANCELLED)


def over(case_refs):
    """Those of the applications (references) whose award is closed, terminated or cancelled."""
    rows = Award.objects.filter(application__ref__in=case_refs, state__in=OVER)
    return set(rows.values_list("application__ref", flat=True))
