"""Something behind each address of the reports."""

from datetime import date

from applicants.models import Enrolment
from reports.builder.services import keep_agreement, tell_story
from reports.links import make_link
from reports.models import DonorAgreement, WarningRule
from reports.services import draft_issue, publish_issue, set_target
from reports.warnings.report import warnings_of
from reports.warnings.services import answer_warning
from tests.office import DAY


def furnish_reports(office):
    people, programme = office.people, office.programme
    span = {"programme": programme, "period_from": date(2026, 1, 1), "period_to": DAY, "donor": office.donor}
    draft = draft_issue(**span, title="The draft", on=DAY, by=people.manager)
    agreement = keep_agreement(
        row=DonorAgreement(
            programme=programme,
            donor=office.donor,
            number="SF-1",
            title="Seed money",
            signed_on=date(2026, 1, 1),
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
            currency="EUR",
        ),
        changed=["number"],
        on=DAY,
        by=people.manager,
    )
    told = {"ref": draft.ref, "pk": 1}
    if not programme.confidential:
        party = Enrolment.objects.filter(programme=programme, party__kind="person").first().party
        paper = {"consent": b"%PDF-1.4 I agree.", "consent_name": "consent.pdf"}
        facts = {"title": "The vat", "text": "It is full.", **paper}
        told["pk"] = tell_story(issue=draft, party=party, **facts, on=DAY, by=people.manager).pk
    issue = publish_issue(
        issue=draft_issue(**span, title="The first spring", on=DAY, by=people.manager), on=DAY, by=people.manager
    )
    WarningRule.objects.create(programme=programme, award_unit=1)
    seen = next(row for row in warnings_of(programme, DAY).findings if row.kind == "round")
    given = {"programme": programme, "code": seen.key, "verdict": "explained", "text": "As asked for.", "version": 0}
    answer = answer_warning(**given, on=DAY, by=people.manager)
    target = set_target(programme=programme, code="awards", value=1, on=DAY, by=people.manager)
    link = make_link(issue=issue, label="The donor", expires_on=date(2026, 6, 30), on=DAY, by=people.manager)
    return {
        "issues": {"ref": issue.ref},
        "reports:move": {"ref": draft.ref},
        "reports:agreement": {"key": programme.key, "pk": agreement.pk},
        "reports:quality": {"ref": draft.ref},
        "reports:write": {"ref": draft.ref},
        "reports:passage": {"ref": draft.ref, "box": "summary"},
        "reports:stories": {"ref": draft.ref},
        "reports:story": told,
        "reports:take_out_story": told,
        "reports:revoke": {"ref": issue.ref, "pk": link.pk},
        "reports:link_log": {"ref": issue.ref, "pk": link.pk},
        "reports:opened": {"token": link.token},
        "reports:issue_figure": {"ref": issue.ref, "number": issue.rows.first().number},
        "reports:live_figure": {"key": programme.key, "code": "applied"},
        "reports:withdraw_target": {"key": programme.key, "pk": target.pk},
        "reports:warning": {"key": programme.key, "code": answer.key},
        "reports:warning_close": {"key": programme.key, "code": answer.key},
    }
