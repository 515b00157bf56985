"""The secretary's checks: one function for each EligibilityRule.Kind, giving (result, what was found).

A rule is a row of the call; `parameters` is its data. "person" means that the record does not say: somebody answers.
"""

from django.utils.translation import gettext_lazy as _

from applicants import conditions, duplicates
from applicants.models import Application, Check, Enrolment, Party
from audit.moves import moving
from ledger.money import Money
from programmes.models import Commitment

PASSED, FAILED, PERSON = Check.Result.PASSED, Check.Result.FAILED, Check.Result.PERSON

_finished = []


def register_finished(function):
    """`function(case_refs) -> set` says which of these cases are over (repaid, closed, ended).

    Apps above that carry contracts register theirs in AppConfig.ready(): money that was paid out long ago does not
    make a live award.
    """
    _finished.append(function)


def finished(case_refs):
    """Those of the cases (references) that are over, by the apps that carry their contracts."""
    return set().union(*(function(case_refs) for function in _finished)) if case_refs else set()


def evaluate(rule, application, *, by, on):
    """(Check.Result, finding) of one rule for the application, judged at `on`; `by` is whose view findings may show."""
    moving(application, by, on)
    return TESTS[rule.kind](application, rule.parameters, by, on)


def _by_fact(condition):
    def test(application, parameters, by, on):
        missing = condition.missing(application)
        return (FAILED, missing) if missing else (PASSED, condition.met)

    return test


def documents(application, parameters, by, on):
    given = {row.code for row in application.documents.select_related("evidence") if row.evidence.withdrawn_on is None}
    missing = [row.label for row in conditions.wanted_documents(application) if row.code not in given]
    if missing:
        return FAILED, _("Missing: %(labels)s.") % {"labels": ", ".join(missing)}
    return PASSED, _("The required documents are there.")


def age(application, parameters, by, on):
    """Least and most years, both included. The register knows the year of birth alone, so a birthday year is asked."""
    party = application.applicant
    if not party.is_person:
        return PASSED, _("The applicant is not a person.")
    if party.birth_year is None:
        return PERSON, _("The year of birth is not on the register.")
    years = on.year - party.birth_year
    least, most = int(parameters.get("least", 18)), parameters.get("most")
    if years < least or (most is not None and years - 1 > int(most)):
        return FAILED, _("Born in %(year)s.") % {"year": party.birth_year}
    if years == least or (most is not None and years - 1 == int(most)):
        return PERSON, _("Born in %(year)s: the day decides. Look at the identity document.") % {
            "year": party.birth_year
        }
    return PASSED, _("Born in %(year)s.") % {"year": party.birth_year}


def region(application, parameters, by, on):
    place = application.business or application.applicant
    found = place.village.district.region if place.village_id else application.region
    allowed = application.programme.regions.all()
    if parameters.get("regions"):
        allowed = allowed.filter(name__in=parameters["regions"])
    if not allowed.filter(pk=found.pk).exists():
        return FAILED, _("%(region)s is not a region of this call.") % {"region": found}
    return PASSED, _("The business is in %(region)s.") % {"region": found}


def live_award(application, parameters, by, on):
    """How many awards of this window the applicant has that are not over; the window says how many it may be.

    An applicant who is on the register twice is one: what both records were promised counts.
    """
    own = duplicates.references_of(application.applicant)
    rows = Commitment.objects.live().filter(window=application.window_id, applicant_ref__in=own)
    live = list(rows.exclude(case_ref=application.ref).by_case())
    refs = {row["case_ref"] for row in live}
    over = finished(refs)
    live = [row for row in live if row["case_ref"] not in over]
    if len(live) < application.window.live_awards:
        return PASSED, _("No other live award in this window.")
    return FAILED, _("Live in this window: %(cases)s.") % {
        "cases": ", ".join(f"{row['case_ref']} ({Money(row['promised'], row['currency'])})" for row in live[:5])
    }


def duplicate(application, parameters, by, on):
    """Likely doubles of the applicant. What lies outside this programme is one and the same word: hold."""
    found = duplicates.of_case(application, by)
    if not found.seen and not found.hold:
        return PASSED, _("Nobody like this applicant is on the register twice.")
    pks = [match.party.pk for match in found.seen]
    here = set(
        Enrolment.objects.filter(party__in=pks, programme=application.programme_id).values_list("party", flat=True)
    )
    if found.hold or len(here) < len(pks):
        return PERSON, _("Hold: ask the data protection person of your programme.")
    refs = ", ".join(match.party.ref for match in found.seen)
    return PERSON, _("Perhaps the same as %(refs)s.") % {"refs": refs}


def applicant_kind(application, parameters, by, on):
    kinds = parameters.get("kinds") or Party.Kind.values
    label = application.applicant.get_kind_display()
    if application.applicant.kind not in kinds:
        return FAILED, _("The applicant is of the kind “%(kind)s”.") % {"kind": label}
    return PASSED, _("The applicant is of the kind “%(kind)s”.") % {"kind": label}


def person(application, parameters, by, on):
    return PERSON, _("Nobody has answered yet.")


TESTS = {
    "ceiling": _by_fact(conditions.within_ceiling),
    "cofinancing": _by_fact(conditions.cofinancing_reached),
    "training": _by_fact(conditions.training_done),
    "consent": _by_fact(conditions.consent_recorded),
    "documents": documents,
    "age": age,
    "region": region,
    "live_award": live_award,
    "duplicate": duplicate,
    "applicant_kind": applicant_kind,
    "person": person,
}


def undecided_elsewhere(application):
    """Other undecided applications of the same applicant in this programme: shown beside the checks."""
    return (
        Application.objects.undecided()
        .filter(programme=application.programme_id, applicant=application.applicant_id)
        .exclude(pk=application.pk)
    )
