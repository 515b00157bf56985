"""Reading the report, answering a warning, closing it by a second person."""

import rules
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.refusals import Blocked, Invalid, LostRace, NotAllowed, Stale
from audit.services import record, service
from reports.models import WarningAnswer, WarningCount, WarningRule
from reports.warnings.acts import people_on
from reports.warnings.report import involved, warnings_of

LONGEST = 1000
LIMITS = ("award_unit", "purchase_unit", "invoice_unit", "adviser_cases", "account_days")


def _event(verb, answer, *, on, by):
    body = {"kind": answer.kind, "about": list(answer.about), "verdict": answer.verdict}
    record(f"warning.{verb}", answer.ref, by=by, on=on, programme=answer.programme.key, body=body)


@service
def read_warnings(*, programme, on, by):
    """The Report, computed now. Who read it is logged, and the queue learns how many wait. Raises NotAllowed."""
    if not rules.test_rule("reports.read_warnings", by, programme):
        raise NotAllowed()
    report = warnings_of(programme, on)
    _keep_count(programme, report, on)
    body = {"found": len(report.findings), "waiting": report.waiting}
    record("warnings.read", programme.ref, by=by, on=on, programme=programme.key, body=body)
    return report


@service
def count_warnings(*, programme, on):
    """How many wait for an answer, for the queue: what the day's work does."""
    return _keep_count(programme, warnings_of(programme, on), on)


def _keep_count(programme, report, on):
    facts = {"waiting": report.waiting, "on": on}
    return WarningCount.objects.update_or_create(programme=programme, defaults=facts)[0]


@service
def answer_warning(*, programme, code, verdict, text, version, on, by):
    """Keep what `by` found under the key `code`. An answer that nobody closed yet may be given anew.

    `version`: of the answer that the page showed, 0 when there was none. Raises NotAllowed for whoever acts on a case
    concerned or is named; Blocked when it is gone, closed or answered at the purchase; Invalid; Stale.
    """
    if not rules.test_rule("reports.answer_warning", by, programme):
        raise NotAllowed()
    finding = warnings_of(programme, on).of(code)
    if finding is None:
        raise Blocked(_("This warning is not there any more."))
    if finding.url:
        raise Blocked(_("This finding is answered at the purchase."))
    if by.pk in involved(finding):
        raise NotAllowed(_("Somebody else must answer: it is about you, or you have a part in this case."))
    if verdict not in WarningAnswer.Verdict.values:
        raise Invalid(_("Choose a verdict."), field="verdict")
    text = text.strip()
    if not 1 <= len(text) <= LONGEST:
        raise Invalid(_("Say what you found, in up to %(most)s letters.") % {"most": LONGEST}, field="text")
    answer = _kept_answer(
        programme, finding, {"verdict": verdict, "text": text, "answered_by": by, "answered_on": on}, version
    )
    _event("answer", answer, on=on, by=by)
    return answer


def _kept_answer(programme, finding, facts, version):
    answer = WarningAnswer.objects.select_for_update(of=("self",)).filter(programme=programme, key=finding.key).first()
    if answer is None and version == 0:
        try:
            with transaction.atomic():
                answer = WarningAnswer.objects.create(
                    programme=programme, key=finding.key, kind=finding.kind, about=list(finding.about), **facts
                )
        except IntegrityError as lost:
            raise LostRace() from lost
        answer.parties.set(finding.parties)
        answer.cases.set(finding.cases)
        return answer
    if answer is None or answer.version != version:
        raise Stale()
    if answer.closed_on:
        raise Blocked(_("This warning is closed already."))
    for name, value in facts.items():
        setattr(answer, name, value)
    answer.save()
    return answer


@service
def close_warning(*, answer, version, on, by):
    """A second person agrees. Raises NotAllowed for the one who answered, and for whoever acts on a case concerned."""
    if not rules.test_rule("reports.answer_warning", by, answer):
        raise NotAllowed()
    answer = WarningAnswer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    if by.pk == answer.answered_by_id:
        raise NotAllowed(_("Another person than the one who answered must close it."))
    acting = people_on(list(answer.cases.values_list("pk", flat=True)))
    if f"U-{by.pk}" in answer.about or by.pk in set().union(*acting.values()):
        raise NotAllowed(_("Somebody else must close it: it is about you, or you have a part in this case."))
    if answer.version != version:
        raise Stale()
    if answer.closed_on:
        raise Blocked(_("This warning is closed already."))
    if answer.verdict == WarningAnswer.Verdict.LOOK:
        raise Blocked(_("It is still to be looked into. Answer it first: explained or confirmed."))
    answer.closed_by, answer.closed_on = by, on
    answer.save()
    _event("close", answer, on=on, by=by)
    return answer


@service
def set_warning_rule(*, programme, on, by, **limits):
    """What the programme holds for odd, from now on. Raises NotAllowed."""
    if not rules.test_rule("reports.set_target", by, programme):
        raise NotAllowed()
    limits = {name: limits[name] for name in LIMITS}
    rule = WarningRule.objects.update_or_create(programme=programme, defaults=limits)[0]
    record("warnings.set_rule", programme.ref, by=by, on=on, programme=programme.key, body=limits)
    return rule
