"""Targets and Issues."""

from dataclasses import replace
from decimal import Decimal

import rules
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.services import check_date
from reports.annexes import digest_of, packed
from reports.builder.copies import copy_passages, copy_stories
from reports.builder.neutral import ask_neutral
from reports.builder.periods import ask_period
from reports.builder.written import sealed, with_words
from reports.edition import compile_report, compile_with_records, digest, frozen
from reports.framework import numbers
from reports.indicators import asks
from reports.models import Issue, IssueAnnex, IssueFigure, RecordSet, Restatement, Target
from reports.models.issues import row_facts
from reports.restating import differences, last_published, restated

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
    if not asks(programme, code):
        raise Invalid(_("There is no figure “%(code)s” in this programme.") % {"code": code}, field="code")
    gone = Target.objects.filter(programme=programme, code=code, kind=kind, withdrawn_on__isnull=False).first()
    if gone:
        raise Blocked(
            _("The target of “%(code)s” was withdrawn on %(day)s. It is not set again.")
            % {"code": code, "day": f"{gone.withdrawn_on:%d.%m.%Y}"}
        )
    if kind not in Target.Kind.values or comparator not in Target.Comparator.values:
        raise Invalid(_("Choose what kind of value it is, and how it is compared."), field="comparator")
    ask_neutral(programme, source, "source")
    ask_neutral(programme, note, "note")
    facts = {"comparator": comparator, "value": value, "currency": currency, "source": source, "note": note}
    target, _made = Target.objects.update_or_create(programme=programme, code=code, kind=kind, defaults=facts)
    body = {"code": code, "kind": kind, "comparator": comparator, "value": str(value), "currency": currency}
    record("target.set", programme.ref, by=by, on=on, programme=programme.key, body=body, reason=reason)
    return target


@service
def withdraw_target(*, target, reason, on, by, key=None):
    """Nothing is compared with this target from `on`; what is published keeps it. It is not set again."""
    target = Target.objects.select_for_update(of=("self",)).select_related("programme").get(pk=target.pk)
    if not rules.test_rule("reports.set_target", by, target.programme):
        raise NotAllowed()
    check_date(on=on, programme=target.programme, by=by, reason=reason)
    if target.withdrawn_on:
        raise Blocked(_("This target is withdrawn already."))
    if not reason.strip():
        raise Invalid(_("Say why the target is withdrawn."), field="reason")
    target.withdrawn_on = on
    target.save(update_fields=["withdrawn_on"])
    programme, body = target.programme, {"code": target.code, "kind": target.kind}
    record("target.withdraw", programme.ref, by=by, on=on, programme=programme.key, body=body, reason=reason)
    return target


@service
def draft_issue(
    *, programme, period_from, period_to, title, on, by, donor=None, agreement=None, supersedes=None, key=None
):
    """Begin a report. Its figures are computed while it is a draft, and frozen when it is published.

    Under an agreement it is its donor's, of a period within it, and in its currency.
    """
    donor = agreement.donor if agreement else donor
    if not rules.test_rule("reports.draft", by, programme):
        raise NotAllowed()
    check_date(on=on, programme=programme, by=by)
    if period_to < period_from:
        raise Invalid(_("The last day lies before the first."), field="period_to")
    if period_to > on:
        raise Invalid(_("The last day lies in the future."), field="period_to")
    if agreement:
        if agreement.programme_id != programme.pk:
            raise Invalid(_("This agreement is about another programme."), field="agreement")
        ask_period(agreement, period_from, period_to)
    if donor and not programme.funding_lines.filter(donor=donor).exists():
        raise Invalid(_("This donor pays for no line of the programme."), field="donor")
    if not title.strip():
        raise Invalid(_("Give the report a title."), field="title")
    ask_neutral(programme, title, "title")
    issue = Issue.objects.create(
        ref=_reference(period_to, donor),
        programme=programme,
        donor=donor,
        agreement=agreement,
        title=title.strip(),
        period_from=period_from,
        period_to=period_to,
        drafted_by=by,
        supersedes=supersedes,
    )
    body = {"from": period_from.isoformat(), "to": period_to.isoformat(), "donor": donor.key if donor else ""}
    if agreement:
        body["agreement"] = agreement.pk
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
    newer = draft_issue(
        programme=issue.programme,
        period_from=issue.period_from,
        period_to=issue.period_to,
        title=issue.title,
        donor=issue.donor,
        agreement=issue.agreement,
        supersedes=issue,
        on=on,
        by=by,
    )
    copy_passages(issue, newer, by)
    copy_stories(issue, newer)
    return newer


@service
def publish_issue(*, issue, on, by, version=None, key=None):
    """Freeze the donor's edition of the figures with scope, definitions and hash; the corrected Issue steps back."""
    issue = _locked(issue)
    cut_off_at = now()
    report, behind = report_to_publish(issue, by=by, cut_off_at=cut_off_at)
    report = replace(report, restatements=keep_restatements(issue))
    body = frozen(sealed(report))
    sha256 = digest(body)
    said = {"sha256": sha256, "figures": len(body["figures"])}
    facts = {"figures": body, "sha256": sha256, "cut_off_at": cut_off_at}
    advance(issue, "publish", by=by, on=on, version=version, body=said, **facts)
    keep_rows(issue, report, behind)
    for kind, rows in report.lists.items():
        IssueAnnex.objects.create(issue=issue, kind=kind, sha256=digest_of(rows), packed=packed(rows))
    if issue.supersedes:
        advance(issue.supersedes, "supersede", by=by, on=on, body={"by": issue.ref})
    return issue


@service
def explain_restatement(*, issue, codes, reason, on, by, key=None):
    """Say why the records say otherwise today what the last report said of the figures `codes`. It is printed."""
    if not rules.test_rule("reports.draft", by, issue.programme):
        raise NotAllowed()
    issue = _locked(issue)
    if issue.state != Issue.State.DRAFT:
        raise Blocked(_("The report is published: what it says of the report before it stands."))
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say why the figure is another today."), field="reason")
    ask_neutral(issue.programme, reason, "reason")
    old = last_published(issue)
    found = {one.code: one for one in differences(old)} if old else {}
    if not codes or set(codes) - set(found):
        raise Invalid(_("Choose among the figures that the last report says otherwise."), field="codes")
    for code in codes:
        facts = {"of": old, "before": found[code].before, "after": found[code].after}
        facts |= {"reason": reason, "said_by": by, "said_on": on}
        Restatement.objects.update_or_create(issue=issue, code=code, defaults=facts)
    body = {"of": old.ref, "figures": sorted(codes)}
    record("restatement.explain", issue.ref, by=by, on=on, programme=issue.programme.key, body=body, reason=reason)
    return issue


def keep_restatements(issue):
    """What the report before says otherwise, each with its reason; Blocked while one has none. For the frozen body."""
    old = last_published(issue)
    found = differences(old) if old else []
    explained = {row.code: row for row in issue.restatements.all()}
    missing = [one.name for one in found if one.code not in explained]
    if missing:
        raise Blocked(
            _("%(ref)s says otherwise what the records say today. Give the reason for: %(figures)s.")
            % {"ref": old.ref, "figures": ", ".join(missing)}
        )
    issue.restatements.exclude(code__in=[one.code for one in found]).delete()
    for one in found:
        row = explained[one.code]
        row.of, row.before, row.after = old, one.before, one.after
        row.save(update_fields=["of", "before", "after"])
    return restated(issue, old, found)


def _locked(issue):
    locked = Issue.objects.select_for_update(of=("self",)).select_related(
        "programme", "donor", "agreement", "supersedes"
    )
    return locked.get(pk=issue.pk)


def report_to_publish(issue, *, by, cut_off_at):
    """(Report, {code: Records}): what an Issue freezes. It carries no name of a confidential programme."""
    with translation.override(ISSUE_LANGUAGE):
        report, behind = compile_with_records(
            issue.programme,
            period_from=issue.period_from,
            period_to=issue.period_to,
            donor=issue.donor,
            title=issue.title,
            reference=issue.ref,
            currency=currency_of(issue),
            record_lists=record_lists_of(issue),
        )
        report = with_words(issue, report)
    return replace(report, cut_off=cut_off_at.isoformat(), approved_by=str(by)), behind


def keep_rows(issue, report, behind):
    """A row for each figure as it was published, and the records behind it, those of equal ones once."""
    sets = {}
    shown = {figure.code for figure in report.figures}
    for records in (records for code, records in behind.items() if code in shown):
        if records.sha256 not in sets:
            facts = {"count": records.count, "packed": records.packed()}
            sets[records.sha256], _made = RecordSet.objects.get_or_create(sha256=records.sha256, defaults=facts)
    number = numbers(report)
    rows = [
        IssueFigure(
            issue=issue,
            place=place,
            number=number[figure.code],
            behind=sets[behind[figure.code].sha256] if figure.code in behind else None,
            **row_facts(figure),
        )
        for place, figure in enumerate(report.figures)
    ]
    return IssueFigure.objects.bulk_create(rows)


def report_of_draft(issue, *, opened=False):
    """The donor's edition as it would be published now; where an exchange rate is missing, the report says which.

    opened: with what open data and lists of records need. A list of records is for the donor whose agreement says so.
    """
    facts = {
        "period_from": issue.period_from,
        "period_to": issue.period_to,
        "donor": issue.donor,
        "title": issue.title,
        "reference": issue.ref,
        "outside": True,
        "opened": opened,
        "record_lists": record_lists_of(issue),
    }
    report = compile_report(issue.programme, currency=currency_of(issue), **facts)
    return with_words(issue, report)


def currency_of(issue):
    """The currency in which the donor reads money, where it is another than the programme's; else ""."""
    wanted = issue.agreement.currency if issue.agreement else ""
    return wanted if wanted != issue.programme.currency else ""


def record_lists_of(issue):
    agreement = issue.agreement
    return bool(agreement and agreement.record_lists and agreement.donor_id == issue.donor_id)
