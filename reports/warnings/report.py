"""The whole report of one programme: every kind, how many rows were looked at, and the answers."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from reports.models import WarningAnswer, WarningRule
from reports.warnings.acts import all_approved, changed_accounts, people_on, purchase_findings, two_duties
from reports.warnings.circles import circles
from reports.warnings.found import KINDS, Finding
from reports.warnings.rivals import rivals
from reports.warnings.shared import same_files, shared, tokens_of
from reports.warnings.sides import facts_of, sides_of
from reports.warnings.sums import early_invoices, round_sums


@dataclass
class Report:
    """`findings`: in the order of KINDS; `looked`: {kind: rows looked at}."""

    findings: list
    looked: dict

    @property
    def waiting(self):
        return sum(finding.is_open for finding in self.findings)

    def of(self, key):
        """The finding with this key, or None."""
        return next((finding for finding in self.findings if finding.key == key), None)

    def kinds(self):
        """[(kind, findings, rows looked at)]"""
        counts = dict.fromkeys(KINDS, 0)
        for finding in self.findings:
            counts[finding.kind] += 1
        return [(kind, counts[code], self.looked.get(code, 0)) for code, kind in KINDS.items()]


def rule_of(programme):
    """The programme's own rule, or the one with which every programme begins (not saved)."""
    return WarningRule.objects.filter(programme=programme).first() or WarningRule(programme=programme)


def warnings_of(programme, on):
    """Computed anew from the tables, in sets: the number of queries grows with no party and no case."""
    rule = rule_of(programme)
    sides = sides_of(programme, on)
    facts = facts_of(sides)
    same, near = circles(on)
    tokens, looked = tokens_of(sides, facts)
    findings = list(shared(sides, tokens, same, near))
    for code, (found, count) in {
        "file": same_files(sides, near),
        "competitors": rivals(sides, tokens, near),
        "round": round_sums(programme, rule),
        "early": early_invoices(programme),
        "adviser": all_approved(programme, rule),
        "changed": changed_accounts(programme, rule),
        "purchase": purchase_findings(programme, near),
        "duties": two_duties(programme),
    }.items():
        findings += found
        looked[code] = count
    order = list(KINDS)
    findings = sorted([*findings, *_answered(programme, findings)], key=lambda one: (order.index(one.kind), one.about))
    return Report(findings, looked)


def _answered(programme, findings):
    """Put the answers at their findings; what was answered and is seen no more follows, so that nothing is lost."""
    answers = WarningAnswer.objects.filter(programme=programme).select_related("answered_by", "closed_by")
    left = {answer.key: answer for answer in answers}
    for finding in findings:
        finding.answer = left.pop(finding.key, None)
    for answer in left.values():
        said = _("Not seen any more: %(refs)s.") % {"refs": ", ".join(answer.about)}
        yield Finding(answer.kind, tuple(answer.about), said, answer=answer)


def involved(finding):
    """Primary keys of the users who cannot answer: it is about them, or they act on a case concerned."""
    cases = set(finding.cases)
    return set(finding.staff).union(*people_on(cases).values()) if cases else set(finding.staff)
