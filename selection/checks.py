"""What `verify` asks of the committee: every decision is replayed from its votes, its scores and the frozen rules."""

from applicants.models import Application
from applicants.services.earlier import EARLIER
from audit.models import Event, Remark
from programmes.models import Commitment
from selection import appeals, logged
from selection.call_rules import changed_rules, frozen_hash
from selection.minutes import missing_words
from selection.models import Decision, RulesVersion, Seat, Session
from selection.replay import replay
from selection.ruling import cases_with_judgements

# How the outcome that the votes give may differ from the one that stands, and why.
STANDS = {"short": ("approve", "reserve"), "reserve_list": ("approve", "approve"), "failing": ("approve", "defer")}
COUNTED = ("for", "conditions", "against", "defer", "abstain", "cards", "score", "approvals", "spread", "below")


def checks():
    """Yield a sentence for each fault, naming the row."""
    yield from _versions()
    sessions = Session.objects.select_related("call", "committee", "rules_version").order_by("pk")
    for session in sessions.iterator(chunk_size=200):
        yield from _frozen(session)
        yield from _decisions(session)
        yield from _motions(session)
        yield from logged.differences(session)
    yield from _approvals()
    yield from appeals.faults()


def _versions():
    """Each call's versions are numbered without a gap, each is what was frozen, and each differs from the last."""
    before = None
    for row in RulesVersion.objects.select_related("call").order_by("call", "number"):
        if before is not None and before.call_id != row.call_id:
            before = None
        name = f"selection_rulesversion {row.call.key}/{row.number}"
        if row.number != (before.number if before else 0) + 1:
            yield f"{name}: the version before it is missing"
        elif row.sha256 != frozen_hash(row.body) or row.body.get("version") != row.number:
            yield f"{name}: it was changed after it was frozen"
        elif before is not None and not changed_rules(before.body, row.body):
            yield f"{name}: it says the same as the version before it"
        before = row


def _frozen(session):
    version = session.rules_version
    if session.state != Session.State.PLANNED and session.rules_hash != frozen_hash(session.rules):
        yield f"selection_session {session.ref}: its rules were changed after the packet was sent"
    elif version is not None and (version.call_id, version.sha256) != (session.call_id, session.rules_hash):
        yield f"selection_session {session.ref}: its rules are not those of the version that it names"
    if session.state == Session.State.CLOSED and session.minutes_hash != frozen_hash(session.minutes_body):
        yield f"selection_session {session.ref}: its minutes were changed after the close"
    if session.state == Session.State.CLOSED:
        yield from _anchored(session)


def _anchored(session):
    """The event that the minutes name stands in the chain, and the record still says what they keep by its hash.

    Words of an applicant who was forgotten, and reasons that were taken out on request, are no fault.
    """
    if session.chain_seq and not Event.objects.filter(seq=session.chain_seq, hash=session.chain_hash).exists():
        yield f"selection_session {session.ref}: the audit log has no event {session.chain_seq} with that hash"
    if missing_words(session):
        forgotten = session.cases.filter(application__applicant__anonymised_on__isnull=False).exists()
        forgotten |= session.motions.filter(applications__applicant__anonymised_on__isnull=False).exists()
        reopened = Event.objects.about(session.ref).filter(kind="session.reopen").values("seq")
        if not forgotten and not Remark.objects.filter(event_seq__in=reopened, redacted=True).exists():
            yield f"selection_session {session.ref}: words that its minutes keep by their hash were changed"


def _motions(session):
    """Each motion of a closed session is decided, by votes that are there; an approval has its quorum and majority."""
    for motion in session.motions.on_agenda().prefetch_related("votes"):
        name = f"selection_motion {motion.ref}"
        if motion.decided_on is None:
            if session.state == Session.State.CLOSED:
                yield f"{name}: the sitting is closed and it is not decided"
            continue
        told = motion.tally
        cast = [vote.choice for vote in motion.votes.all() if vote.voided_on is None]
        if any(told[choice] > cast.count(choice) for choice in ("for", "against", "defer", "abstain")):
            yield f"{name}: it counts votes that nobody cast"
        enough = told["voted"] >= max(told["needed"], session.rules["quorum_number"])
        if motion.outcome == "approve" and not (enough and told["for"] >= max(1, told["against"])):
            yield f"{name}: it is approved without a quorum or a majority"
        if motion.outcome == "approve" and told["for"] < motion.approvals:
            yield f"{name}: it is approved with fewer votes for it than its amount needs"


def _decisions(session):
    standing = {row.case_id: row for row in Decision.objects.live().filter(case__session=session)}
    if session.state == Session.State.CLOSED:
        yield from (
            f"selection_decision {row.ref}: the sitting is closed and it has not taken effect"
            for row in standing.values()
            if row.effective_on is None
        )
    seats = session.committee.seats.held_on(session.sits_on).voting()
    seats = dict(seats.values_list("user_id", "role"))
    chairs = {user for user, role in seats.items() if role == Seat.Role.CHAIR}
    for case in cases_with_judgements(session, session.cases.all()):
        again = replay(case, session.rules, set(seats), chairs) if session.rules else None
        yield from (fault for vote in case.live_votes for fault in _vote(session, case, vote, again))
        decision = standing.get(case.pk)
        if decision is None:
            continue
        if decision.tally.get("rule") != "removed":
            yield from _replayed(session, decision, again)
        elif case.removed_on is None or (decision.outcome, decision.amount) != ("defer", None):
            yield f"selection_decision {decision.ref}: the case was not taken off the agenda"


def _vote(session, case, vote, again):
    if again is None or vote.member_id not in again.judges:
        yield f"selection_vote {vote.pk}: its member may not judge {case.application.ref}"
    elif vote.on_consent and not case.votes_by_consent:
        yield f"selection_vote {vote.pk}: {case.application.ref} left the consent agenda before"
    elif session.votes_due_on and vote.cast_on > session.votes_due_on:
        yield f"selection_vote {vote.pk}: it came after the last day"


def _replayed(session, decision, again):
    """The votes counted again: same numbers, a quorum by the frozen rules, same outcome, amount and months."""
    told, found = decision.tally, again.tally
    rules = session.rules
    # Of those who may judge: somebody without a vote may have taken another part in the case since.
    needed = max(rules["quorum_number"], -(-told["unconflicted"] * rules["quorum_share_pct"] // 100))
    if told["needed"] != needed or told["voted"] < needed or found["voted"] != told["voted"]:
        yield f"selection_decision {decision.ref}: {found['voted']} votes are no quorum of {needed}"
        return
    if [told.get(name) for name in COUNTED] != [found.get(name) for name in COUNTED]:
        yield f"selection_decision {decision.ref}: its votes or scores add up to something else"
        return
    voted, stands = STANDS.get(told["rule"], (again.outcome, again.outcome))
    amount, months = (None, None) if told["rule"] == "failing" else (again.amount, again.months)
    if (again.outcome, decision.outcome) != (voted, stands):
        yield f"selection_decision {decision.ref}: the votes say {again.outcome}, the decision {decision.outcome}"
    elif told["rule"] not in STANDS and told["rule"] != found["rule"]:
        yield f"selection_decision {decision.ref}: it follows from the rule {found['rule']}, not {told['rule']}"
    elif amount != decision.amount:
        yield f"selection_decision {decision.ref}: the votes say {amount}, the decision {decision.amount}"
    elif months != decision.months:
        yield f"selection_decision {decision.ref}: the votes say {months} months, the decision {decision.months}"
    elif rules.get("recheck_selected") and voted == "approve" and told.get("checked_on") != str(decision.decided_on):
        yield f"selection_decision {decision.ref}: the checks were not run again before it"
    elif told["cards"] < told.get("cards_due", 0):
        yield f"selection_decision {decision.ref}: {told['cards']} score cards of {told['cards_due']} were in"


def _approvals():
    """An approved application stands on an effective decision of its amount, and a recorded approval on money."""
    decided = {
        row["application"]: row
        for row in Decision.objects.live()
        .filter(outcome="approve")
        .values("application", "ref", "amount", "effective_on")
    }
    approved = Application.objects.filter(state="approved").exclude(decision_ref__startswith=EARLIER)
    approved = approved.values_list("pk", "ref", "decision_ref", "approved_amount")
    for pk, ref, decision_ref, amount in approved.iterator(chunk_size=2000):
        row = decided.get(pk)
        if row is None or row["effective_on"] is None or (row["ref"], row["amount"]) != (decision_ref, amount):
            yield f"applicants_application {ref}: approved without a decision of that amount"
    pending = Decision.objects.live().filter(outcome="approve", effective_on=None).select_related("application")
    for decision in pending:
        live = Commitment.objects.live().filter(case_ref=decision.application.ref)
        if live.total_live_amount() != decision.amount:
            yield f"selection_decision {decision.ref}: its money is not reserved"
