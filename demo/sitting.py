"""A sitting of the committee over some plans, from the packet to the close."""

from datetime import timedelta

from selection.models import Case
from selection.services import (
    add_cases,
    cast_votes,
    close_session,
    decide_all,
    declare_interests,
    plan_session,
    record_sitting,
    save_review,
    send_packet,
    start_sitting,
)


def schedule(agenda, cast, call, plans, day, after, *, stop="", conflict=False):
    """Send the packet a week before `day`, sit on `day`, then call `after(day, plan)` for each approved plan.

    `stop` "open" leaves the session open for scores; `conflict` lets the last member step back from the first case.
    """
    state = {}

    def packet(on):
        ready = [plan for plan in plans if plan.ending in ("approve", "reject", "reserve")]
        session = plan_session(committee=cast.committee, call=call, sits_on=day, on=on, by=cast["secretary_1"])
        add_cases(session=session, applications=[plan.application for plan in ready], on=on, by=cast["secretary_1"])
        state["session"] = send_packet(session=session, on=on, by=cast["secretary_1"])
        state["plans"] = {plan.application.pk: plan for plan in ready}
        judge(on)

    def judge(on):
        session = state["session"]
        cases = list(Case.objects.filter(session=session).select_related("application__window").order_by("position"))
        state["cases"] = cases
        for number, member in enumerate(cast.members):
            steps_back = conflict and number == len(cast.members) - 1
            declarations = {case.application.ref: ("none", "") for case in cases}
            if steps_back:
                declarations[cases[0].application.ref] = ("family", "A cousin of the applicant")
            if stop == "open" and number:
                continue
            declare_interests(session=session, declarations=declarations, on=on, by=member)
            if stop != "open":
                score(on, number, member, [case for case in cases if not (steps_back and case == cases[0])])

    def score(on, number, member, cases):
        criteria = list(call.criteria.all())
        for case in cases if criteria else ():
            plan = state["plans"][case.application_id]
            low = plan.ending == "reject"
            scores = {
                criterion.code: max(0, min(criterion.top, (2 if low else 4) + cast.random.choice([-1, 0, 0, 1])))
                for criterion in criteria
            }
            if not low:
                scores = {code: max(value, 3) for code, value in scores.items()}
            save_review(case=case, scores=scores, comment="", on=on, by=member)

    def sit(on):
        session, secretary = state["session"], cast["secretary_1"]
        record_sitting(session=session, present=[*cast.members, secretary], on=on, by=secretary)
        start_sitting(session=session, on=on, by=secretary)
        for number, member in enumerate(cast.members):
            steps_back = conflict and number == len(cast.members) - 1
            votes = [vote_of(case) for case in state["cases"] if not (steps_back and case == state["cases"][0])]
            if votes:
                cast_votes(session=session, votes=votes, on=on, by=member)
        decide_all(session=session, on=on, by=secretary)
        close_session(session=session, on=on, by=secretary)
        for plan in state["plans"].values():
            plan.application.refresh_from_db()
            if plan.application.state == "approved":
                after(on, plan)

    def vote_of(case):
        plan = state["plans"][case.application_id]
        if plan.ending == "reject":
            return {"case": case, "choice": "against", "reason": "The market is too small.", "amount": None}
        amount = plan.approved if plan.approved and plan.approved != plan.asked else None
        reason = "The second machine is not needed in the first year." if amount else ""
        return {"case": case, "choice": "for", "amount": amount, "reason": reason}

    agenda.at(day - timedelta(days=7), packet)
    if stop != "open":
        agenda.at(day, sit)
