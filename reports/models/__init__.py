"""Targets, donor agreements, the Issue and what is written into it, donors' links, answers to what looks odd."""

from reports.models.agreements import DonorAgreement
from reports.models.annexes import IssueAnnex
from reports.models.issues import Issue, IssueFigure, RecordSet, Restatement
from reports.models.links import DonorLink, LinkOpening
from reports.models.narratives import Passage, Story
from reports.models.roles import AUDIT_READERS, REPORT_ROLES, WARNING_READERS
from reports.models.targets import Target
from reports.models.warnings import WarningAnswer, WarningCount, WarningRule

__all__ = [
    "AUDIT_READERS",
    "REPORT_ROLES",
    "WARNING_READERS",
    "DonorAgreement",
    "DonorLink",
    "Issue",
    "IssueAnnex",
    "IssueFigure",
    "LinkOpening",
    "Passage",
    "RecordSet",
    "Restatement",
    "Story",
    "Target",
    "WarningAnswer",
    "WarningCount",
    "WarningRule",
]
