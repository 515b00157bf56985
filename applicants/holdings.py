"""What the register and the applications hold about a person."""

from django.db.models import F, Q

from applicants.models import (
    Application,
    Attendance,
    BaselineJob,
    BusinessPlan,
    CashLine,
    Check,
    Complaint,
    Consent,
    Document,
    DuplicateAnswer,
    Enrolment,
    Evidence,
    FieldVerification,
    FinanceSource,
    Identity,
    InvestmentItem,
    JobPlan,
    NameWord,
    Opinion,
    Ownership,
    Part,
    Party,
    PartyMember,
    Referral,
    Revision,
    SensitiveFact,
    TrainingPlace,
    Vulnerability,
    Waiver,
)
from applicants.personal import declare, declare_references

CASE = "application__applicant"
NOTHING = "-"


def connect():
    """Figures read sex, year of birth, region, groups (by their blind index) and amounts: these stay."""
    facts = {"name": F("ref"), "name_script": "", "phone": "", "address": "", "registration_number": ""}
    declare(Party, "pk", **facts, search_key="", phone_digits="", village=None)
    declare(Party.history.model, "id", **facts, history_change_reason=None)
    declare(Identity, "party", delete=True)
    declare(NameWord, "party", delete=True)
    declare(SensitiveFact, "party", detail="")
    declare(Consent, "party")
    declare(Enrolment, "party")
    declare(PartyMember, "party", "person")
    declare(Ownership, "party")
    declare(Referral, "party", name=NOTHING, source=NOTHING, answer_note="")
    declare(DuplicateAnswer, "party", "other", reason=NOTHING)
    declare(TrainingPlace, "person", dropout_reason="")
    declare(Attendance, "place__person")
    declare(Application, "applicant", title=NOTHING, approval_conditions="")
    declare(Revision, CASE)
    texts = ("summary", "product", "market", "people", "risks", "export", "changes", "season")
    declare(BusinessPlan, CASE, **dict.fromkeys(texts, ""))
    declare(InvestmentItem, CASE, label=NOTHING)
    declare(CashLine, CASE, label=NOTHING)
    declare(FinanceSource, CASE, note="")
    declare(JobPlan, CASE, title=NOTHING)
    declare(Check, CASE, finding=NOTHING, earlier_finding="")
    declare(Waiver, CASE, reason=NOTHING)
    declare(FieldVerification, CASE, seen=NOTHING, assets="")
    declare(BaselineJob, f"verification__{CASE}", "holder", title=NOTHING)
    declare(Opinion, CASE, text=NOTHING)
    declare(Document, CASE)
    declare(Vulnerability, CASE)
    declare(Part, CASE)
    declare(Evidence, "party", name=NOTHING)
    # A complaint about the case may be another person's, so it is handed to nobody; an open one keeps its words.
    words = dict.fromkeys(("text", "about", "contact", "answer", "passed_to", "code_mark"), "")
    declare(Complaint, CASE, inside=True, only=Q(state__in=["answered", "passed_on"]), **words)
    declare_references(_references)


def _references(parties):
    mine = Q(applicant__in=parties) | Q(business__in=parties)
    yield from Party.objects.filter(pk__in=parties).values_list("ref", flat=True)
    yield from Application.objects.filter(mine).values_list("ref", flat=True)
