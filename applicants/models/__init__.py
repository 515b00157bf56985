"""The register of people and businesses, their trainings, plans and applications."""

from applicants.models.application import Application, Check, FieldVerification, Opinion, Part, Revision, Waiver
from applicants.models.complaints import Complaint, ComplaintExclusion, Knock
from applicants.models.doubles import DuplicateAnswer
from applicants.models.evidence import Evidence
from applicants.models.imports import Import
from applicants.models.name_words import NameWord
from applicants.models.ownership import Ownership
from applicants.models.party import (
    Consent,
    Enrolment,
    Identity,
    Party,
    PartyMember,
    Referral,
    SensitiveFact,
    called,
)
from applicants.models.plan import BaselineJob, BusinessPlan, CashLine, Document, FinanceSource, InvestmentItem, JobPlan
from applicants.models.training import Attendance, Course, TrainingPlace
from applicants.models.vulnerability import Vulnerability

__all__ = [
    "Application",
    "Attendance",
    "BaselineJob",
    "BusinessPlan",
    "CashLine",
    "Check",
    "Complaint",
    "ComplaintExclusion",
    "Consent",
    "Course",
    "Document",
    "DuplicateAnswer",
    "Enrolment",
    "Evidence",
    "FieldVerification",
    "FinanceSource",
    "Identity",
    "Import",
    "InvestmentItem",
    "JobPlan",
    "Knock",
    "NameWord",
    "Opinion",
    "Ownership",
    "Part",
    "Party",
    "PartyMember",
    "Referral",
    "Revision",
    "SensitiveFact",
    "TrainingPlace",
    "Vulnerability",
    "Waiver",
    "called",
]
