"""The checks that are run again before the committee takes a case up, and before it approves one.

What is found against a case stops the act, which leaves no trace; the finding itself is kept with the case's checks.
"""

from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from applicants.holds import KINDS, holds_on
from applicants.services import recheck_application
from audit.refusals import Blocked
from programmes.models import EligibilityRule


class Found(Blocked):
    """Checks failed now. `cases`: (application, rules that were tried), so that what was found can be kept."""

    def __init__(self, sentence, missing, cases):
        super().__init__(sentence, missing)
        self.cases = cases


@contextmanager
def keeping_findings(*, on, by):
    """Around a service that may raise Found: the refused act is undone, and its findings are written after it."""
    try:
        yield
    except Found as found:
        for application, rules in found.cases:
            recheck_application(application=application, rules=rules, on=on, by=by)
        raise


def ask_not_held(application, on, by):
    """Raises Found when a live award in the window or an unresolved duplicate holds the application."""
    sentences = holds_on(application, by=by, on=on)
    if sentences:
        rules = list(application.call.eligibility_rules.filter(kind__in=KINDS))
        raise Found(_("%(ref)s is held.") % {"ref": application.ref}, sentences, [(application, rules)])


def frozen_checks(rules):
    """The EligibilityRules (unsaved) of a session's frozen rules, without those that only a person answers."""
    rows = [EligibilityRule(**row) for row in rules.get("checks", ())]
    return [row for row in rows if row.kind != row.Kind.PERSON]


def findings_against(application, rules, *, on, by):
    """Run the frozen checks again and keep them. Returns a sentence for each that is not passed now."""
    open_checks = recheck_application(application=application, rules=frozen_checks(rules), on=on, by=by)
    return [_("%(ref)s: %(finding)s") % {"ref": application.ref, "finding": check.finding} for check in open_checks]
