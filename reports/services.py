"""Targets, Issues and the links by which donors open them."""

import hashlib
import secrets
from decimal import Decimal

import rules
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.services import check_date
from reports.builder.copies import copy_passages, copy_stories
from reports.builder.neutral import ask_neutral
from reports.builder.periods import ask_period
from reports.builder.written import sealed, with_words
from reports.edition import compile_report, digest, frozen
from reports.models import DonorLink, Issue, LinkOpening, Target

# The language in which an Issue is frozen: the one that donors share.
ISSUE_LANGUAGE = "en"
LONGEST_LINK = 366


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
def draft_issue(
    *, programme, period_from, period_to, title, on, by, donor=None, agreement=None, supersedes=None, key=None
):
    """Begin a report. Its figures are computed while it is a draft, and frozen when it is published.

    Under an agreement it is its donor's, and of a period within it.
    """
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
        donor = agreement.donor
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
    locked = Issue.objects.select_for_update(of=("self",)).select_related(
        "programme", "donor", "supersedes", "agreement"
    )
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
        return frozen(sealed(report_of_draft(issue)))


def report_of_draft(issue):
    """The donor's edition as it would be published now."""
    report = compile_report(
        issue.programme,
        period_from=issue.period_from,
        period_to=issue.period_to,
        donor=issue.donor,
        title=issue.title,
        reference=issue.ref,
        outside=True,
    )
    return with_words(issue, report)


@service
def make_link(*, issue, label, expires_on, on, by, key=None):
    """A link that opens the Issue without an account. Returns the DonorLink with `token`, which is kept nowhere."""
    if not rules.test_rule("reports.link", by, issue):
        raise NotAllowed()
    if issue.state != Issue.State.PUBLISHED:
        raise Blocked(_("Only a published report has links."))
    if not label.strip():
        raise Invalid(_("Say for whom the link is."), field="label")
    if expires_on < on:
        raise Invalid(_("The link would have ended already."), field="expires_on")
    if (expires_on - on).days > LONGEST_LINK:
        raise Invalid(_("A link is valid for a year at most."), field="expires_on")
    token = secrets.token_urlsafe(32)
    link = DonorLink.objects.create(
        issue=issue, token_hash=_hashed(token), label=label.strip(), made_by=by, made_on=on, expires_on=expires_on
    )
    said = {"link": link.pk, "expires": expires_on.isoformat()}
    record("link.make", issue.ref, by=by, on=on, programme=issue.programme.key, body=said)
    link.token = token
    return link


@service
def revoke_link(*, link, on, by):
    """The link opens nothing from now on."""
    link = DonorLink.objects.select_for_update(of=("self",)).select_related("issue__programme").get(pk=link.pk)
    if not rules.test_rule("reports.link", by, link.issue):
        raise NotAllowed()
    if link.revoked_on:
        raise Blocked(_("This link is revoked already."))
    link.revoked_on = on
    link.save(update_fields=["revoked_on"])
    programme = link.issue.programme.key
    record("link.revoke", link.issue.ref, by=by, on=on, programme=programme, body={"link": link.pk})
    return link


def link_of(token):
    """The DonorLink of a token, ended or not; None for a token that was never given."""
    found = DonorLink.objects.filter(token_hash=_hashed(token))
    return found.select_related("issue__programme", "issue__donor").first()


@service
def note_opening(*, link, wanted):
    """Keep when a link was opened, and as what. Who it was is not known and not asked."""
    return LinkOpening.objects.create(link=link, format=wanted)


def _hashed(token):
    return hashlib.sha256(token.encode()).hexdigest()
