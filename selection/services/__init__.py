"""All writes of the committee."""

from selection.services.agenda import add_cases, plan_session, record_sitting, remove_case, send_packet, start_sitting
from selection.services.appeals import answer_appeal, record_appeal
from selection.services.clarifying import answer_clarification, ask_clarification
from selection.services.closing import close_session, reopen_session
from selection.services.committee import end_seat, found_committee, seat_member, set_bands
from selection.services.consenting import cast_consent_votes, lift_from_consent
from selection.services.deadlines import extend_deadline
from selection.services.deciding import approve_reserve, decide_all, decide_case
from selection.services.declaring import (
    confirm_interests,
    declare_interests,
    declare_standing_interest,
    end_standing_interest,
)
from selection.services.invitations import invite_members
from selection.services.judging import cast_vote, cast_votes, save_review, take_back_vote
from selection.services.letters import (
    mark_letters_sent,
    save_letter_text,
    withdraw_letters,
    write_call_letters,
    write_letter,
    write_letters,
)
from selection.services.motions import (
    cast_motion_vote,
    declare_on_motion,
    put_motions,
    remove_motion,
    take_back_motion_vote,
)
from selection.services.packets import ask_packet, note_packet
from selection.services.papers import draw_minutes
from selection.services.table import save_reviews

__all__ = [
    "add_cases",
    "answer_appeal",
    "answer_clarification",
    "approve_reserve",
    "ask_clarification",
    "ask_packet",
    "cast_consent_votes",
    "cast_motion_vote",
    "cast_vote",
    "cast_votes",
    "close_session",
    "confirm_interests",
    "decide_all",
    "decide_case",
    "declare_interests",
    "declare_on_motion",
    "declare_standing_interest",
    "draw_minutes",
    "end_seat",
    "end_standing_interest",
    "extend_deadline",
    "found_committee",
    "invite_members",
    "lift_from_consent",
    "mark_letters_sent",
    "note_packet",
    "plan_session",
    "put_motions",
    "record_appeal",
    "record_sitting",
    "remove_case",
    "remove_motion",
    "reopen_session",
    "save_letter_text",
    "save_review",
    "save_reviews",
    "seat_member",
    "send_packet",
    "set_bands",
    "start_sitting",
    "take_back_motion_vote",
    "take_back_vote",
    "withdraw_letters",
    "write_call_letters",
    "write_letter",
    "write_letters",
]
