"""What holds an application although its checks were passed: a live award in the window, a double nobody has compared.

Both can come after the checks, so they are asked anew at the submission, on the page of the checks, when the case
goes to a session, and before an approval. Only what the call's own rules ask holds.
"""

from applicants import eligibility
from applicants.models import Check
from programmes.models import EligibilityRule

KINDS = (EligibilityRule.Kind.LIVE_AWARD, EligibilityRule.Kind.DUPLICATE)


def holds_on(application, *, by, on):
    """Sentences, one for each reason to hold the application on the day `on`, in what `by` may know; [] for none."""
    rules = [rule for rule in application.call.eligibility_rules.all() if rule.kind in KINDS]
    found = [eligibility.evaluate(rule, application, by=by, on=on) for rule in rules]
    return [str(finding) for result, finding in found if result != Check.Result.PASSED]
