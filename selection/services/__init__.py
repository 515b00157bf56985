"""All writes of the committee."""

from selection.services.agenda import add_cases, plan_session, record_sitting, remove_case, send_packet, start_sitting
from selection.services.appeals import answer_appeal, record_appeal
from selection.services.clarifying import answer_clarification, ask_clarification
from selection.services.closing import close_session, reopen_session
from selection.services.committee import end_seat, found_committee, seat_member
from selection.services.deciding import approve_reserve, decide_all, decide_case
from selection.services.invitations import invite_members
from selection.services.judging import cast_vote, cast_votes, declare_interests, save_review, take_back_vote
from selection.services.letters import (
    mark_letters_sent,
    save_letter_text,
    withdraw_letters,
    write_call_letters,
    write_letter,
    write_letters,
)
from selection.services.packets import ask_packet, note_packet
from selection.services.papers import draw_minutes

__all__ = [
    "add_cases",
    "answer_appeal",
    "answer_clarification",
    "approve_reserve",
    "ask_clarification",
    "ask_packet",
    "cast_vote",
    "cast_votes",
    "close_session",
    "decide_all",
    "decide_case",
    "declare_interests",
    "draw_minutes",
    "end_seat",
    "found_committee",
    "invite_members",
    "mark_letters_sent",
    "note_packet",
    "plan_session",
    "record_appeal",
    "record_sitting",
    "remove_case",
    "reopen_session",
    "save_letter_text",
    "save_review",
    "seat_member",
    "send_packet",
    "start_sitting",
    "take_back_vote",
    "withdraw_letters",
    "write_call_letters",
    "write_letter",
    "write_letters",
]
