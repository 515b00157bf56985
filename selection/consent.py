"""Which cases go on the consent agenda: small and repeat ones that nobody has a reason to talk about."""

from applicants.models import Opinion
from selection.call_rules import band_of


def goes_on_consent(case, rules, room):
    """True when the frozen rules let one vote decide the case together with others.

    Never with a conflicted member, with an adviser who is against it, or with a training that was waived. The
    application comes with its opinions and waivers.
    """
    application = case.application
    band = band_of(rules, application.window.key, case.proposed_amount) or {}
    repeats = bool(application.repeat_of_id) and rules.get("consent_repeats", False)
    if not (band.get("consent") or repeats) or room.conflicted or application.waivers.all():
        return False
    opinion = next((row for row in application.opinions.all() if row.revision == application.revision), None)
    return opinion is None or opinion.verdict != Opinion.Verdict.AGAINST
