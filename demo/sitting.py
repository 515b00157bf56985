"""A sitting of the committee over some plans, from the packet to the close."""

from datetime import timedelta

from applicants.models import Check
from applicants.services import answer_check
from selection.models import Case
from selection.motions import own_motions, waiting_for
from selection.quorum import other_parts
from selection.ruling import rulings_of
from selection.services import (
    add_cases,
    cast_consent_votes,
    cast_votes,
    close_session,
    confirm_interests,
    decide_all,
    declare_interests,
    declare_on_motion,
    declare_standing_interest,
    lift_from_consent,
    plan_session,
    put_motions,
    record_sitting,
    save_review,
    send_packet,
    start_sitting,
)
from selection.services.findings import Found

COUSIN = ("family", "A cousin of the applicant")
TOO_SMALL = "The market is too small."
NOT_NEEDED = "The second machine is not needed in the first year."
ANOTHER = "Another person: the identity documents of both were seen."
WHY = {
    0: "The plan says nothing about it.",
    1: "The plan names no buyer and no price.",
    2: "The figures are thin.",
    5: "Contracts with two buyers are attached.",
}


def schedule(agenda, cast, call, plans, day, after, *, stop="", conflict=False, written=False):
    """Send the packet a week before `day`, sit on `day`, then call `after(day, plan)` for each approved plan.

    `stop` "open" leaves the session open for scores; `conflict` lets the last member step back from the first case,
    on which the others are divided. `written`: nobody meets, one member votes on each of the days before `day`.
    """
    first = day - timedelta(days=len(cast.members)) if written else day
    sitting = Sitting(cast, call, plans, first, after, stop=stop, conflict=conflict, last=day if written else None)
    agenda.at(day - timedelta(days=7), sitting.send)
    if written:
        agenda.at(first, sitting.begin)
        for number, member in enumerate(cast.members):
            agenda.at(first + timedelta(days=number), sitting.vote, number, member)
        agenda.at(day, sitting.close)
    elif stop != "open":
        agenda.at(day, sitting.sit)


def stand(cast, member, party, kind, reason, day):
    """A member declares an interest in a party for good."""
    return declare_standing_interest(
        committee=cast.committee, party=party, kind=kind, reason=reason, on=day, by=cast[member]
    )


class Sitting:
    """One session, lived through by the secretary and the members of a cast."""

    def __init__(self, cast, call, plans, day, after, *, stop, conflict, last):
        self.cast, self.call, self.plans, self.day, self.after = cast, call, plans, day, after
        self.stop, self.conflict, self.last = stop, conflict, last
        self.secretary = cast["secretary_1"]

    def send(self, on):
        """The packet goes out, and the members declare and score."""
        ready = [plan for plan in self.plans if plan.ending in ("approve", "reject", "reserve")]
        facts = {"on": on, "by": self.secretary}
        how = {"procedure": "written", "votes_due_on": self.last} if self.last else {}
        session = plan_session(committee=self.cast.committee, call=self.call, sits_on=self.day, **how, **facts)
        self.plan_of = {plan.application.pk: plan for plan in ready}
        applications = [plan.application for plan in ready]
        self._answering(on, lambda: add_cases(session=session, applications=applications, **facts))
        requests = [ask.subject_ref for _matter, ask in waiting_for(session) if not ask.why_not]
        if requests:
            put_motions(session=session, subjects=requests, **facts)
            session.refresh_from_db()
        self.session = send_packet(session=session, **facts)
        for number, member in enumerate(self.cast.members):
            if self.stop != "open" or number == 0:
                self._declare(on, number, member)
        self.cases = list(self._cases())
        if self.stop != "open" and self.session.rules["criteria"]:
            self._score(on)

    def _answering(self, on, act):
        """Do it; where a double has come onto the register since the checks, a person answers first, for each case."""
        for _plan in self.plan_of:
            try:
                return act()
            except Found:
                for check in Check.objects.filter(application__in=self.plan_of, result="person"):
                    answer_check(check=check, result="passed", finding=ANOTHER, on=on, by=self.secretary)
        return act()

    def _cases(self):
        rows = Case.objects.filter(session=self.session).select_related("application__window", "session__call")
        return rows.prefetch_related("declarations", "application__parts").order_by("position")

    def _declare(self, on, number, member):
        """By consensus one confirmation over the names; with a grid, case by case."""
        refs = list(self.session.cases.values_list("application__ref", flat=True))
        if self.conflict and number == len(self.cast.members) - 1:
            declarations = dict.fromkeys(refs, ("none", "")) | {refs[0]: COUSIN}
            declare_interests(session=self.session, declarations=declarations, on=on, by=member)
        elif self.session.rules["method"] == "consensus":
            confirm_interests(session=self.session, on=on, by=member)
        else:
            declare_interests(session=self.session, declarations=dict.fromkeys(refs, ("none", "")), on=on, by=member)
        for standing, _declared, _vote in own_motions(self.session, member):
            declare_on_motion(motion=standing.motion, kind="none", on=on, by=member)

    def _judges(self, case):
        """The members who are free to judge the case, in the order of their seats."""
        gone = {row.member_id for row in case.declarations.all() if row.is_conflict} | other_parts(case)
        return [member for member in self.cast.members if member.pk not in gone]

    def _score(self, on):
        """Everybody scores every case; or, with a third assessor in doubt, the two whose turn it is."""
        by_turns = bool(self.session.rules["third_assessor_pct"])
        for place, case in enumerate(self.cases):
            judges = self._judges(case)
            turn = [judges[(place + step) % len(judges)] for step in range(case.assessors + 1)]
            for member in turn[: case.assessors] if by_turns else judges:
                self._card(on, member, case, harsh=by_turns and place % 5 == 4 and member == turn[0])
            if by_turns and rulings_of(self.session, Case.objects.filter(pk=case.pk))[0].third_due:
                self._card(on, turn[-1], case)

    def _card(self, on, member, case, *, harsh=False):
        """A card that follows the plan's ending; a harsh one finds everything just adequate."""
        rules, draw = self.session.rules, self.cast.random.choice
        if self.plan_of[case.application_id].ending == "reject":
            values = (1, 2, 2, 3)
        elif harsh:
            values = (3,)
        else:
            values = (4, 4, 4, 5) if rules["third_assessor_pct"] else (3, 4, 4, 5)
        scores = {criterion["code"]: draw(values) for criterion in rules["criteria"]}
        comments = {code: WHY[value] for code, value in scores.items() if value in rules["reasoned_values"]}
        save_review(case=case, scores=scores, comments=comments, on=on, by=member)

    def sit(self, on):
        """The sitting: attendance, votes, decisions and the close."""
        present = [*self.cast.members, self.secretary]
        record_sitting(session=self.session, present=present, on=on, by=self.secretary)
        self.begin(on)
        for number, member in enumerate(self.cast.members):
            self.vote(on, number, member)
        self.close(on)

    def begin(self, on):
        """From here on the members vote; who wants to talk about a case of the consent agenda lifts it out."""
        self.session = start_sitting(session=self.session, on=on, by=self.secretary)
        self._lift(on)

    def close(self, on):
        """Every case is decided, and the decisions take effect."""
        secretary = self.secretary
        self._answering(on, lambda: decide_all(session=self.session, on=on, by=secretary))
        close_session(session=self.session, on=on, by=secretary)
        for plan in self.plan_of.values():
            plan.application.refresh_from_db()
            if plan.application.state == "approved":
                self.after(on, plan)

    def _lift(self, on):
        """Whoever wants to talk about a case of the consent agenda lifts it out: another amount, or no loan."""
        for case in self.cases:
            plan = self.plan_of[case.application_id]
            if case.votes_by_consent and (plan.ending == "reject" or lower_amount(plan)):
                lift_from_consent(case=case, on=on, by=self._judges(case)[0])
        self.cases = list(self._cases())

    def vote(self, on, number, member):
        """One member votes on every case that is theirs to judge."""
        mine = [case for case in self.cases if member in self._judges(case)]
        if any(case.votes_by_consent for case in mine):
            cast_consent_votes(session=self.session, on=on, by=member)
        votes = [self._vote_on(case, number) for case in mine if not case.votes_by_consent]
        if votes:
            cast_votes(session=self.session, votes=votes, on=on, by=member)

    def _vote_on(self, case, number):
        plan = self.plan_of[case.application_id]
        divided = self.conflict and case == self.cases[0] and number % 2 == 1
        if plan.ending == "reject" or divided:
            return {"case": case, "choice": "against", "reason": TOO_SMALL, "amount": None}
        amount = lower_amount(plan)
        reason = NOT_NEEDED if amount else ""
        return {"case": case, "choice": "for", "amount": amount, "reason": reason}


def lower_amount(plan):
    """The amount (minor units) that the committee votes for where it is not the one asked for, else None."""
    return plan.approved if plan.approved and plan.approved != plan.asked else None
