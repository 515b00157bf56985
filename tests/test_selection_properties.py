"""Whatever a committee declares, scores, votes, takes back and closes, in any order: it is the votes that decide.

The machine acts through the services. Beside them it keeps its own book of who said what, and counts it by the rules of
the decision record alone: nothing of the product's own counting is used here.
"""

import math
import os
import statistics
from collections import Counter
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from applicants.services import withdraw_application
from audit.refusals import Refusal
from programmes.clock import standing_at
from programmes.models import AmountBand, Call, Commitment, Role
from selection.checks import checks
from selection.models import Decision, Seat, Session, Vote
from selection.services import (
    add_cases,
    approve_reserve,
    cast_consent_votes,
    cast_vote,
    close_session,
    confirm_interests,
    decide_all,
    decide_case,
    declare_interests,
    declare_standing_interest,
    found_committee,
    lift_from_consent,
    plan_session,
    record_sitting,
    remove_case,
    reopen_session,
    save_review,
    seat_member,
    send_packet,
    start_sitting,
    take_back_vote,
)
from tests.office import DAY, grant_office, loan_office, make_user, seat
from tests.steps_applicants import eligible_application
from tests.steps_loans import loan_product
from tests.steps_selection import NONE

CASES = 3
WEIGHTS = {"relevance": 1, "feasibility": 2}
CHOICES = ("for", "conditions", "against", "defer", "abstain")
PERSONS = ("chair", "second", "third", "fourth", "adviser", "watcher", "stranger")

who = st.sampled_from(PERSONS)
# Most acts are those of members who may vote, so that decisions come about.
judge = st.sampled_from(("chair", "second", "third", "fourth", "adviser"))
case_number = st.integers(1, CASES)
# The last of the agenda may go, so that there is something to decide.
last = st.just(CASES)
value = st.sampled_from((3, 4, 5, 2, 0, None))
# A vote of each member, once round the table; whoever is drawn with None says nothing.
rounds = st.lists(st.sampled_from(("for", "for", "against", *CHOICES, None)), min_size=5, max_size=5)


class Committee(RuleBasedStateMachine):
    """One sitting over three cases, whose line has money for two. `office` and `cast` come with the test."""

    office = cast = applications = None

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.votes, self.cards, self.declared, self.by_consent = {}, {}, {}, set()
        self.months = {}
        self.absent, self.gone, self.consent = set(), set(), set()

    def teardown(self):
        try:
            # However it went: at the end each case that is open is decided as its votes say, or not at all.
            for number in getattr(self, "case", ()):
                self.decide(number, True)
            assert list(checks()) == []
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @initialize(
        quorum=st.integers(1, 3),
        share=st.sampled_from((0, 50, 67, 100)),
        majority=st.sampled_from((50, 50, 67)),
        tie=st.sampled_from(("chair", "not_approved")),
        approvals=st.sampled_from((0, 0, 0, 3)),
        assessors=st.integers(1, 2),
        threshold=st.sampled_from((0, 0, 75)),
        consent=st.booleans(),
        seats=st.sets(judge, min_size=3),
        waits=st.sampled_from((False, False, False, True)),
        first=st.lists(rounds, min_size=CASES, max_size=CASES),
    )
    def open(self, quorum, share, majority, tie, approvals, assessors, threshold, consent, seats, waits, first):
        office, self.rules = self.office, {"quorum": quorum, "share": share, "majority": majority, "tie": tie}
        self.rules |= {"approvals": approvals, "threshold": threshold}
        self.scored = office.call.method == "scored"
        self.rules["assessors"] = assessors if self.scored else 0
        people = office.people
        # Examples share the office, and each is undone: nothing of it is kept in the objects of the test.
        Call.objects.filter(pk=office.call.pk).update(
            quorum_number=quorum,
            quorum_share_pct=share,
            majority_pct=majority,
            tie_rule=tie,
            total_threshold_pct=threshold if self.scored else 0,
        )
        call = Call.objects.get(pk=office.call.pk)
        AmountBand.objects.filter(window=office.window).update(
            approvals=approvals, assessors=assessors, consent=consent
        )
        committee = found_committee(programme=office.programme, name="The room", on=DAY, by=people.manager)
        self.seats = seats
        for name in sorted(seats | {"watcher"}):
            role = {"chair": Seat.Role.CHAIR, "watcher": Seat.Role.OBSERVER}.get(name, Seat.Role.MEMBER)
            seat_member(committee=committee, user=self.cast[name], role=role, on=DAY, by=people.manager)
        session = plan_session(committee=committee, call=call, sits_on=DAY, on=DAY, by=people.secretary)
        add_cases(session=session, applications=self.applications, on=DAY, by=people.secretary)
        self.session = send_packet(session=session, on=DAY, by=people.secretary)
        self.case = {row.position: row for row in session.cases.select_related("application")}
        self.consent = {row.position for row in session.cases.filter(on_consent=True)}
        for name in sorted(seats):
            self.confirm(name)
        if not waits:
            self.start()
            for number in set(self.case) - self.consent:
                self.round(number, first[number - 1])
            for name in sorted(seats) if self.consent else ():
                self.consent_votes(name)

    # Acts: what the services took is written into the book, what they refuse leaves it as it was.

    def done(self, service, **given):
        try:
            with transaction.atomic():
                service(on=DAY, **given)
        except Refusal:
            return False
        return True

    @property
    def state(self):
        return Session.objects.get(pk=self.session.pk).state

    @rule(name=who)
    def confirm(self, name):
        if self.done(confirm_interests, session=self.session, by=self.cast[name]):
            for number in self.case:
                if number not in self.removed() and name != "adviser":
                    self.declared.setdefault((name, number), "none")

    @rule(name=who, number=case_number)
    def conflict(self, name, number):
        ref = self.case[number].application.ref
        if self.done(
            declare_interests, session=self.session, declarations={ref: ("family", "My cousin.")}, by=self.cast[name]
        ):
            self.step_back(name, number)

    @rule(name=who, number=case_number)
    def no_interest(self, name, number):
        ref = self.case[number].application.ref
        if self.done(declare_interests, session=self.session, declarations={ref: NONE}, by=self.cast[name]):
            assert self.declared.get((name, number), "none") == "none"
            self.declared[name, number] = "none"

    @rule(name=judge, number=case_number)
    def standing_interest(self, name, number):
        party, committee = self.case[number].application.applicant, self.session.committee
        given = {"committee": committee, "party": party, "kind": "friend", "reason": "My neighbour."}
        live = self.state in ("open", "sitting")
        if self.done(declare_standing_interest, by=self.cast[name], **given) and live:
            self.step_back(name, number)

    def step_back(self, name, number):
        self.declared[name, number] = "conflict"
        self.votes.pop((name, number), None)
        if number in self.consent and not self.decided(number):
            self.leave_consent(number)

    def leave_consent(self, number):
        self.consent.discard(number)
        for key in [key for key in self.by_consent if key[1] == number]:
            self.votes.pop(key, None)
            self.by_consent.discard(key)

    @rule(name=judge, number=case_number, values=st.lists(value, min_size=2, max_size=2))
    def score(self, name, number, values):
        card = dict(zip(WEIGHTS, values, strict=True))
        if self.done(save_review, case=self.case[number], scores=card, by=self.cast[name]):
            assert (name, number) not in self.cards
            self.cards[name, number] = card

    @rule(
        name=who,
        number=case_number,
        choice=st.sampled_from(CHOICES),
        less=st.sampled_from((0, 0, 100, 50_000)),
        longer=st.sampled_from((0, 0, 3, 6, -3)),
    )
    def vote(self, name, number, choice, less, longer):
        case = self.case[number]
        amount = case.proposed_amount - less
        months = case.proposed_months and case.proposed_months + longer
        given = {"choice": choice, "amount": amount, "months": months, "reason": "So I think.", "by": self.cast[name]}
        if self.done(cast_vote, case=case, **given):
            assert (name, number) not in self.votes, "a second live vote"
            self.votes[name, number] = (choice, amount)
            self.months[name, number] = months

    @rule(number=case_number, choices=rounds)
    def round(self, number, choices):
        for name, choice, longer in zip(PERSONS[:5], choices, (0, 6, 3, -3, 6), strict=True):
            if choice and name in self.seats:
                self.score(name, number, [3, 4])
                self.vote(name, number, choice, 0, longer)

    @rule(name=judge)
    def consent_votes(self, name):
        before = set(Vote.objects.live().values_list("pk", flat=True))
        if self.done(cast_consent_votes, session=self.session, by=self.cast[name]):
            for vote in Vote.objects.live().exclude(pk__in=before).select_related("case"):
                key = (name, vote.case.position)
                assert vote.member_id == self.cast[name].pk
                assert key[1] in self.consent
                assert key not in self.votes
                self.votes[key] = ("for", vote.case.proposed_amount)
                self.months[key] = vote.case.proposed_months
                self.by_consent.add(key)

    @rule(name=judge, number=case_number)
    def lift(self, name, number):
        if self.done(lift_from_consent, case=self.case[number], by=self.cast[name]):
            self.leave_consent(number)

    @rule(name=judge, number=case_number)
    def take_back(self, name, number):
        if self.done(take_back_vote, case=self.case[number], by=self.cast[name]):
            del self.votes[name, number]
            self.by_consent.discard((name, number))

    @rule(away=st.sets(judge, max_size=2))
    def attend(self, away):
        present = [self.cast[name] for name in self.seats - away]
        if self.done(record_sitting, session=self.session, present=present, by=self.office.people.secretary):
            self.absent = self.seats & away

    @rule()
    def start(self):
        self.done(start_sitting, session=self.session, by=self.office.people.secretary)

    @rule(number=last)
    def remove(self, number):
        self.done(remove_case, case=self.case[number], reason="It burnt down.", by=self.office.people.secretary)

    @rule(number=last)
    def withdraw(self, number):
        given = {"application": self.case[number].application, "reason": "Moved away."}
        if self.done(withdraw_application, by=self.office.people.adviser, **given):
            self.gone.add(number)

    @rule(number=case_number, reserve_list=st.booleans())
    def decide(self, number, reserve_list):
        due = self.expected(number) if self.is_open(number) else None
        left = self.left()
        took = self.done(
            decide_case, case=self.case[number], reserve_list=reserve_list, by=self.office.people.secretary
        )
        if due is None:
            assert not took, "decided without quorum, cards or sitting"
        elif due[0] == "approve" and due[1] > left and not reserve_list:
            assert not took, "approved without money"
        else:
            assert took, f"the votes decide {due} and the house refuses"
            self.compare(number, due, left)

    @rule()
    def everything(self):
        due = {number: self.expected(number) for number in self.case if self.is_open(number)}
        left = self.left()
        if self.done(decide_all, session=self.session, by=self.office.people.secretary):
            assert None not in due.values()
            for number in self.ranked(due):
                left = self.compare(number, due[number], left)

    @rule()
    def wind_up(self):
        self.everything()
        self.close()

    @rule()
    def close(self):
        self.done(close_session, session=self.session, by=self.office.people.secretary)

    @rule()
    def reopen(self):
        self.done(reopen_session, session=self.session, reason="An error.", by=self.office.people.secretary)

    @rule(number=case_number)
    def from_reserve(self, number):
        self.done(approve_reserve, application=self.case[number].application, by=self.office.people.secretary)

    # The count of this test: from its own book and the rules.

    def removed(self):
        return set(self.session.cases.filter(removed_on__isnull=False).values_list("position", flat=True))

    def decided(self, number):
        return Decision.objects.live().filter(case=self.case[number]).exists()

    def left(self):
        """What the line has, less what stands reserved or committed on it."""
        promised = sum(row.amount for row in Commitment.objects.live())
        return self.money - promised

    def is_open(self, number):
        gone = number in self.gone or number in self.removed()
        return self.state == "sitting" and not gone and not self.decided(number)

    def free(self, number):
        """Voting members without an interest; the adviser of a case judges nothing."""
        return {name for name in self.seats - {"adviser"} if self.declared.get((name, number)) != "conflict"}

    def needed(self, number):
        return max(self.rules["quorum"], math.ceil(Fraction(len(self.free(number)) * self.rules["share"], 100)))

    def counting(self, number):
        return {name: vote for (name, at), vote in self.votes.items() if at == number}

    def percent(self, number):
        """Points won of those that could be had, in percent; None where nobody gave a value."""
        cards = [card for (name, at), card in self.cards.items() if at == number and name in self.free(number)]
        won, most = Fraction(0), 0
        for code, weight in WEIGHTS.items():
            given = [card[code] for card in cards if card[code] is not None]
            if given:
                won += Fraction(sum(given), len(given)) * weight
                most += 5 * weight
        return won / most * 100 if most else None

    def lacks_cards(self, number):
        judges = {name for name in self.free(number) if (name, number) in self.declared}
        cards = {name: self.cards[name, number] for name in judges if (name, number) in self.cards}
        filled = sum(any(one is not None for one in card.values()) for card in cards.values())
        return filled < min(self.rules["assessors"], len(judges) - (len(cards) - filled))

    def expected(self, number):
        """(outcome, amount or None) by the votes, or None while the case cannot be decided."""
        votes = self.counting(number)
        if len(votes) < self.needed(number) or self.lacks_cards(number):
            return None
        count = Counter(choice for choice, _amount in votes.values())
        yes = {name: amount for name, (choice, amount) in votes.items() if choice in ("for", "conditions")}
        no, later, share = count["against"], count["defer"], Fraction(self.rules["majority"], 100)
        approved = bool(yes) and Fraction(len(yes), len(yes) + no) > share
        if len(yes) == no:
            approved = bool(yes) and share == Fraction(1, 2) and self.rules["tie"] == "chair" and "chair" in yes
        if not approved or len(yes) <= later:
            put_off = (later and later >= no) or set(count) <= {"abstain"}
            return ("defer" if put_off else "reject"), None
        if len(yes) < self.rules["approvals"]:
            return "defer", None
        points = self.percent(number)
        if self.scored and points is not None and points < self.rules["threshold"]:
            return "reject", None
        carried = [
            amount
            for amount in yes.values()
            if Fraction(sum(other >= amount for other in yes.values()), len(yes) + no) > share
        ]
        return "approve", max(carried, default=min(yes.values()))

    def middle(self, number):
        """The months of a loan in the middle of the votes for it, the fewer of two; None for a grant."""
        yes = [name for name, (choice, _amount) in self.counting(number).items() if choice in ("for", "conditions")]
        return None if self.scored else statistics.median_low(self.months[name, number] for name in yes)

    def ranked(self, numbers):
        points = {number: self.percent(number) for number in numbers}
        return sorted(numbers, key=lambda number: (-1 if points[number] is None else points[number], -number))[::-1]

    def compare(self, number, due, left):
        """The decision is what the votes come to, and what the money allows of it. Returns what is left then."""
        outcome, amount = due
        decision = Decision.objects.live().get(case=self.case[number])
        if outcome == "approve" and amount > left:
            outcome = "reserve"
        months = self.middle(number) if outcome in ("approve", "reserve") else None
        assert (decision.outcome, decision.amount, decision.months) == (outcome, amount, months), f"case {number}"
        return left - (amount if outcome == "approve" else 0)

    # What holds after every act.

    @invariant()
    def one_live_vote_for_each_member_and_case(self):
        names = {user.pk: name for name, user in self.cast.items()}
        rows = Vote.objects.live().select_related("case")
        live = [(names[row.member_id], row.case.position) for row in rows]
        assert Counter(live) == Counter(self.votes.keys())

    @invariant()
    def every_vote_is_of_a_present_member_who_has_declared_and_is_free(self):
        for name, number in self.votes:
            assert name in self.free(number) - self.absent
            assert self.declared[name, number] == "none"

    @invariant()
    def every_decision_has_its_quorum_and_no_tie_approves(self):
        for decision in Decision.objects.live().exclude(tally__rule="removed").select_related("case"):
            number = decision.case.position
            votes = self.counting(number)
            assert len(votes) >= self.needed(number)
            yes = {name for name, (choice, _amount) in votes.items() if choice in ("for", "conditions")}
            no = sum(choice == "against" for choice, _amount in votes.values())
            if decision.outcome in ("approve", "reserve"):
                assert len(yes) > no or (len(yes) == no and "chair" in yes and self.rules["tie"] == "chair")

    @invariant()
    def the_money_decided_is_reserved_and_never_more_than_the_line_has(self):
        approved = list(Decision.objects.live().filter(outcome="approve"))
        assert sum(row.amount for row in Commitment.objects.live()) == sum(row.amount for row in approved)
        assert self.left() >= 0


def run(office, money, amounts):
    """The machine in this office: three eligible cases, five who may judge, one observer, one without a seat."""
    people = office.people
    extra = [
        make_user(name, f"Q-{number}") for number, name in enumerate(("Nune Asatryan", "Hrant Davtyan", "Ani Roe"))
    ]
    for user in (*extra, people.adviser):
        seat(user, office.programme, Role.MEMBER)
    cast = dict(zip(("chair", "second", "third"), (people.member1, people.member2, people.member3), strict=True))
    cast |= dict(zip(("fourth", "watcher", "stranger"), extra, strict=True)) | {"adviser": people.adviser}
    applications = [eligible_application(office, amount=amount, own=amount // 4) for amount in amounts]
    here = {"office": office, "cast": cast, "applications": applications, "money": money}
    # The small setting draws the same sittings every day, so that a lost guard is noticed each time; the long one of
    # `make soak` draws others, and looks for the shortest sitting that fails.
    long = "SEEDBED_SOAK" in os.environ
    how = {"max_examples": max(7, settings().max_examples // 10), "derandomize": not long}
    how["phases"] = [phase for phase in Phase if long or phase not in (Phase.shrink, Phase.explain)]
    if not long:
        how["database"] = None
    run_state_machine_as_test(
        type("Sitting", (Committee,), here),
        settings=settings(stateful_step_count=14, suppress_health_check=list(HealthCheck), **how),
    )


@pytest.mark.in_turn
@pytest.mark.django_db
def test_a_scored_call_decides_by_its_votes_whatever_happens_in_whatever_order():
    with standing_at(DAY):
        run(grant_office(line_ceiling=2_100_000), 2_100_000, (1_000_000, 900_000, 800_000))


@pytest.mark.in_turn
@pytest.mark.django_db
def test_a_consensus_call_decides_by_its_votes_whatever_happens_in_whatever_order():
    with standing_at(DAY):
        office = loan_office(capital=210_000)
        loan_product(office)
        run(office, 210_000, (100_000, 90_000, 80_000))
