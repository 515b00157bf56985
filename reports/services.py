"""Targets and Issues."""

from decimal import Decimal

import rules
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.services import check_date
from reports.edition import compile_report, digest, frozen
from reports.models import Issue, Target

# The language in which an Issue is frozen: the one that donors share.
ISSUE_LANGUAGE = "en"


@service
def set_target(
    *, programme, code, value, on, by, kind="planned", comparator="=", currency="", source="", note="", reason=""
):
    """Set or change what a figure should reach, or the published value that it is compared with.

    `value`: a count, a ratio (0.55) or whole minor units of `currency`.
    """
    if not rules.test_rule("reports.set_target", by, programme):
        raise NotAllowed()
    check_date(on=on, programme=programme, by=by, reason=reason)
    value = Decimal(value)
    if value < 0:
        raise Invalid(_("A target is not below zero."), field="value")
    if kind not in Target.Kind.values or comparator not in Target.Comparator.values:
        raise Invalid(_("Choose what kind of value it is, and how it is compared."), field="comparator")
    facts = {"comparator": comparator, "value": value, "currency": currency, "source": source, "note": note}
    target, _made = Target.objects.update_or_create(programme=programme, code=code, kind=kind, defaults=facts)
    body = {"code": code, "kind": kind, "comparator": comparator, "value": str(value), "currency": currency}
    record("target.set", programme.ref, by=by, on=on, programme=programme.key, body=body, reason=reason)
    return target


@service
def draft_issue(*, programme, period_from, period_to, title, on, by, donor=None, supersedes=None, key=None):
    """Begin a report. Its figures are computed while it is a draft, and frozen when it is published."""
    if not rules.test_rule("reports.draft", by, programme):
        raise NotAllowed()
    check_date(on=on, programme=programme, by=by)
    if period_to < period_from:
        raise Invalid(_("The last day lies before the first."), field="period_to")
    if period_to > on:
        raise Invalid(_("The last day lies in the future."), field="period_to")
    if donor and not programme.funding_lines.filter(donor=donor).exists():
        raise Invalid(_("This donor pays for no line of the programme."), field="donor")
    if not title.strip():
        raise Invalid(_("Give the report a title."), field="title")
    issue = Issue.objects.create(
        ref=_reference(period_to, donor),
        programme=programme,
        donor=donor,
        title=title.strip(),
        period_from=period_from,
        period_to=period_to,
        drafted_by=by,
        supersedes=supersedes,
    )
    body = {"from": period_from.isoformat(), "to": period_to.isoformat(), "donor": donor.key if donor else ""}
    return begin(issue, by=by, on=on, body=body)


def _reference(period_to, donor):
    """ "R-2026-Q1-EU"; the second of its kind ends in -2."""
    whom = (donor.key if donor else "all").upper()[:10]
    stem = f"R-{period_to.year}-Q{(period_to.month + 2) // 3}-{whom}"
    taken = set(Issue.objects.filter(ref__startswith=stem).values_list("ref", flat=True))
    number = 1
    while (stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return stem if number == 1 else f"{stem}-{number}"


@service
def correct_issue(*, issue, on, by, key=None):
    """Draft the correction of a published report: a new Issue that takes its place when it is published."""
    if issue.state != Issue.State.PUBLISHED:
        raise Blocked(_("Only a published report is corrected by a new one."))
    if Issue.objects.filter(supersedes=issue).exists():
        raise Blocked(_("A correction of this report is drafted already."))
    return draft_issue(
        programme=issue.programme,
        period_from=issue.period_from,
        period_to=issue.period_to,
        title=issue.title,
        donor=issue.donor,
        supersedes=issue,
        on=on,
        by=by,
    )


@service
def publish_issue(*, issue, on, by, version=None, key=None):
    """Freeze the donor's edition of the figures with scope, definitions and hash; the corrected Issue steps back."""
    locked = Issue.objects.select_for_update(of=("self",)).select_related("programme", "donor", "supersedes")
    issue = locked.get(pk=issue.pk)
    body = body_of(issue)
    sha256 = digest(body)
    said = {"sha256": sha256, "figures": len(body["figures"])}
    advance(issue, "publish", by=by, on=on, version=version, body=said, figures=body, sha256=sha256, cut_off_at=now())
    if issue.supersedes:
        advance(issue.supersedes, "supersede", by=by, on=on, body={"by": issue.ref})
    return issue


def body_of(issue):
    """What an Issue freezes: the donor's edition as JSON data. It carries no name of a confidential programme."""
    with translation.override(ISSUE_LANGUAGE):
        return frozen(report_of_draft(issue))


def report_of_draft(issue):
    """The donor's edition as it would be published now."""
    return compile_report(
        issue.programme,
        period_from=issue.period_from,
        period_to=issue.period_to,
        donor=issue.donor,
        title=issue.title,
        reference=issue.ref,
        outside=True,
    )
