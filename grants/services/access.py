"""How a service of grants begins: the dossier locked, the award as it is now, the permission asked."""

import rules

from applicants.services import lock_application
from audit.refusals import NotAllowed
from grants.models import Award
from programmes.services import check_date


def locked(award):
    """The award as it is now, with its dossier locked."""
    application = lock_application(award.application)
    fresh = Award.objects.select_related("programme", "window", "line", "applicant").get(pk=award.pk)
    fresh.application = application
    return fresh


def demand(rule, by, row, sentence=None):
    """Raises NotAllowed unless `by` may do that with `row`."""
    if not rules.test_rule(rule, by, row):
        raise NotAllowed(sentence)


def begin_act(award, rule, *, on, by, reason=""):
    """Lock, permission, date: returns the fresh award."""
    award = locked(award)
    demand(rule, by, award)
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    return award
