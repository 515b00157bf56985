"""What the committee holds about a person. Who voted how is the committee's, and is not handed out."""

from django.db.models import Q

from applicants.personal import declare
from selection.models import (
    Appeal,
    Case,
    Clarification,
    Decision,
    Declaration,
    Letter,
    Motion,
    MotionDeclaration,
    MotionVote,
    PacketFile,
    Review,
    Score,
    StandingInterest,
    Vote,
)

CASE = "application__applicant"
DOSSIERS = "applications__applicant"


def connect():
    declare(Case, CASE)
    declare(Decision, CASE, conditions="", reason="")
    declare(Letter, CASE)
    declare(Motion, DOSSIERS)
    declare(Appeal, CASE, only=Q(answered_on__isnull=False), answer="-")
    declare(Appeal, CASE, grounds="-")
    declare(Clarification, f"case__{CASE}", question="-")


def connect_deliberation():
    """Words of members about the case: forgotten with the person, and never handed out."""
    declare(Declaration, f"case__{CASE}", inside=True, reason="-")
    declare(Review, f"case__{CASE}", inside=True, comment="")
    declare(Score, f"review__case__{CASE}", inside=True, comment="")
    declare(Vote, f"case__{CASE}", inside=True, reason="-", void_reason="")
    declare(MotionDeclaration, f"motion__{DOSSIERS}", inside=True, reason="-")
    declare(MotionVote, f"motion__{DOSSIERS}", inside=True, reason="-")
    declare(StandingInterest, "party", inside=True, reason="-")
    # A packet that waits to be fetched is thrown away whole; daily() takes its bytes.
    declare(PacketFile, f"session__cases__{CASE}", inside=True, delete=True)
