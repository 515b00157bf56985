"""The consent agenda as a member reads it: one line of facts for each case that one vote decides with the others."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from applicants.models import Opinion
from ledger.money import Money
from selection.models import Case, Decision, Vote
from selection.naming import Naming


@dataclass(frozen=True)
class ConsentLine:
    """One case. `facts` is its line; `waits`: the member's vote is still to come; `voted`: it is in."""

    case: Case
    facts: str
    waits: bool
    voted: bool


def consent_lines(session, user, kept):
    """The ConsentLines of the cases that `user` may read, in agenda order and a bounded number of queries."""
    cases = (
        session.cases.on_consent_agenda()
        .readable_by(user)
        .select_related("application__applicant__village", "application__business__manager", "application__repeat_of")
        .prefetch_related("application__opinions")
    )
    voted = set(Vote.objects.live().filter(case__session=session, member=user).values_list("case_id", flat=True))
    decided = set(Decision.objects.live().filter(case__session=session).values_list("case_id", flat=True))
    cases = Naming(session, user, kept).dress(list(cases))
    for case in cases:
        case.session = session
    return [
        ConsentLine(
            case=case,
            facts=_facts(case),
            waits=not kept and case.pk not in voted and case.pk not in decided,
            voted=case.pk in voted,
        )
        for case in cases
    ]


def _facts(case):
    """ "USD 800.00 · 12 months · repeats A-2025-00012 · adviser for · Gyulagarak" """
    application = case.application
    opinion = next((row for row in application.opinions.all() if row.revision == application.revision), None)
    words = [case.shown_title, str(Money(case.proposed_amount, case.currency))]
    if application.term_months:
        words.append(_("%(count)s months") % {"count": application.term_months})
    if application.repeat_of:
        words.append(_("repeats %(ref)s") % {"ref": application.repeat_of.ref})
    if opinion is not None:
        is_for = opinion.verdict == Opinion.Verdict.FOR
        words.append(_("the adviser is for it") if is_for else _("the adviser is against it"))
    if application.applicant.village:
        words.append(str(application.applicant.village))
    return " · ".join(words)
