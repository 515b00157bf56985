"""The committee, its sessions, declarations of interest, scores, votes, decisions, and what follows them."""

from selection.models.case import Case, Decision, Declaration
from selection.models.committee import Committee, Seat, StandingInterest
from selection.models.judging import Clarification, Review, Score, SittingAttendance, Vote
from selection.models.motion import Motion, MotionDeclaration, MotionVote
from selection.models.outcome import Appeal, Letter, LetterKind, LetterTemplate
from selection.models.papers import Invitation, PacketFile
from selection.models.session import RulesVersion, Session

__all__ = [
    "Appeal",
    "Case",
    "Clarification",
    "Committee",
    "Decision",
    "Declaration",
    "Invitation",
    "Letter",
    "LetterKind",
    "LetterTemplate",
    "Motion",
    "MotionDeclaration",
    "MotionVote",
    "PacketFile",
    "Review",
    "RulesVersion",
    "Score",
    "Seat",
    "Session",
    "SittingAttendance",
    "StandingInterest",
    "Vote",
]
