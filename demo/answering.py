"""What people say about the office and its decisions: complaints and appeals, and how they were answered."""

from datetime import date, timedelta

from applicants.services import (
    acknowledge_complaint,
    answer_complaint,
    name_handler,
    pass_on_complaint,
    receive_complaint,
)
from selection.services import answer_appeal, record_appeal

APPEALED_AFTER, ANSWERED_AFTER = timedelta(days=8), timedelta(days=29)


def appeal(agenda, cast, plan, day, *, answered=True):
    """The applicant whose plan was turned down on `day` appeals, and the manager, who did not decide, refuses it."""
    state = {}

    def received(on):
        plan.application.refresh_from_db()
        state["appeal"] = record_appeal(
            application=plan.application,
            means="hand",
            grounds="Two shops have promised in writing to buy; the papers came after the sitting.",
            on=on,
            by=cast["secretary_1"],
        )

    def refused(on):
        answer_appeal(
            appeal=state["appeal"],
            upheld=False,
            answer="The papers are dated after the sitting. They can be part of an application under the next call.",
            on=on,
            by=cast["manager"],
        )

    agenda.at(day + APPEALED_AFTER, received)
    if answered:
        agenda.at(day + ANSWERED_AFTER, refused)


def complain(agenda, cast, day, **facts):
    """A complaint from the open page. `answer`: acknowledged after two days and answered after twelve.

    `passed_to`: the safeguarding contact has passed on what was referred. With neither it waits.
    """
    answer, passed_to = facts.pop("answer", ""), facts.pop("passed_to", "")
    state = {}

    def received(on):
        name = cast.programme.public_name
        state["complaint"] = receive_complaint(public_name=name, language=cast.programme.language, on=on, **facts)

    def acknowledged(on):
        complaint = name_handler(
            complaint=state["complaint"], handler=cast["secretary_2"], on=on, by=cast["data_protection"]
        )
        acknowledge_complaint(complaint=complaint, on=on, by=cast["secretary_2"])

    def answered(on):
        answer_complaint(complaint=state["complaint"], answer=answer, on=on, by=cast["secretary_2"])

    def passed(on):
        pass_on_complaint(complaint=state["complaint"], passed_to=passed_to, on=on, by=cast["monitoring"])

    agenda.at(day, received)
    if answer:
        agenda.at(day + timedelta(days=2), acknowledged)
        agenda.at(day + timedelta(days=12), answered)
    if passed_to:
        agenda.at(day + timedelta(days=1), passed)


def kosovo(agenda, cast):
    complain(
        agenda,
        cast,
        date(2014, 9, 3),
        kind="decision",
        text="Another bakery of our street was approved and ours was not. Nobody told us why.",
        contact="+383 44 000 555",
        answer="The letter with the reasons left on 1 September; a copy is enclosed. It names the last day to appeal.",
    )
    complain(
        agenda,
        cast,
        date(2015, 6, 1),
        kind="fraud",
        text="The invoice of the cutting line is higher than what was paid for it.",
        passed_to="Internal oversight, by secured mail",
    )


def armenia(agenda, cast):
    """Two are closed, and on the last day one waits for its first receiver and one for the safeguarding contact."""
    complain(
        agenda,
        cast,
        date(2016, 11, 7),
        kind="service",
        text="I came to the office twice in October and found it closed at ten.",
        answer="The office in Vanadzor opens at nine from November on, and the hours hang at the door.",
    )
    complain(
        agenda,
        cast,
        date(2016, 12, 28),
        kind="money",
        text="He said the visit goes faster with a sack of potatoes.",
        about="Karen, who visits the villages",
    )
    complain(
        agenda,
        cast,
        date(2016, 12, 29),
        kind="abuse",
        text="I do not want to write it here. Ask for Anush at the school.",
    )
