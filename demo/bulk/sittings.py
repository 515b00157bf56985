"""A sitting of the committee over many cases: packet, declarations, votes, decisions and minutes."""

from applicants.models import Part
from demo.sitting import NOT_NEEDED, lower_amount
from programmes.models import Commitment
from selection.call_rules import assessors_for, band_of, frozen_hash
from selection.minutes import body_of, chain_now
from selection.models import Case, Decision, Declaration, Session, SittingAttendance, Vote
from selection.ruling import Ruling, rulings_of
from selection.services.locks import lock_call
from selection.services.versions import freeze_rules

MODELS = (Session, Case, Declaration, SittingAttendance, Vote)


class Sittings:
    """Writes sittings of one committee into a Store, as the services would have."""

    def __init__(self, store, cast, call):
        self.store, self.cast, self.call = store, cast, call
        self.committee, self.secretary = cast.committee, cast["secretary_1"]
        self.rules = None
        self.people = {user.pk: user for user in [*cast.members, self.secretary]}
        self.made = []

    def add(self, sitting):
        """The session up to its votes; `decide` does the rest when these rows are stored."""
        store, packet_on = self.store, sitting.packet_on
        if self.rules is None:
            self.rules = freeze_rules(lock_call(self.call), on=packet_on, by=self.secretary, reason="")
        session = store.add(
            Session(
                programme=self.cast.programme,
                committee=self.committee,
                call=self.call,
                sits_on=sitting.day,
                planned_by=self.secretary,
                rules=self.rules.body,
                rules_hash=self.rules.sha256,
                rules_version=self.rules,
                state=Session.State.SITTING,
                version=4,
            )
        )
        store.take("S", sitting.day, session)
        cases = [self._case(session, loan, position) for position, loan in enumerate(sitting.loans, 1)]
        self.made.append((session, sitting, cases))
        self._packet(session, sitting, cases, packet_on)
        self._declare(session, cases, packet_on)
        self._sit(session, sitting, cases)

    def _case(self, session, loan, position):
        application = loan.application
        return self.store.add(
            Case(
                session=session,
                application=application,
                position=position,
                revision=1,
                proposed_amount=application.asked_amount,
                proposed_months=application.term_months,
                currency=application.currency,
                assessors=assessors_for(self.rules.body, application.window.key, application.asked_amount),
                on_consent=self._on_consent(loan),
            )
        )

    def _on_consent(self, loan):
        """As consent.goes_on_consent() has it, of cases that nobody has an interest in or speaks against."""
        application, rules = loan.application, self.rules.body
        band = band_of(rules, application.window.key, application.asked_amount) or {}
        repeats = loan.plan.repeat_of is not None and rules["consent_repeats"]
        return (band.get("consent", False) or repeats) and not loan.plan.waiver

    def _packet(self, session, sitting, cases, on):
        store, by = self.store, self.secretary
        store.born(session, "session", "planned", by=by, on=on, body={"call": self.call.key, "sits_on": sitting.day})
        store.note("session.add_cases", lambda: session.ref, by=by, on=on, body=lambda: {"cases": _refs_of(cases)})
        store.moved(
            session,
            "session.send_packet",
            ("planned", "open"),
            by=by,
            on=on,
            body=lambda: {
                "rules": self.rules.sha256,
                "version": self.rules.number,
                "cases": _refs_of(cases),
            },
        )
        for case in cases:
            store.moved(
                case.application,
                "application.open_review",
                ("eligible", "under_review"),
                by=by,
                on=on,
                body=lambda: {"session": session.ref},
            )

    def _declare(self, session, cases, on):
        body = {"cases": len(cases), "conflicts": 0}
        for member in self.cast.members:
            for case in cases:
                self.store.add(Declaration(case=case, member=member, kind="none", declared_on=on))
                self._note_case("interest.declare", session, case, member, on, {"kind": "none", "late": False})
            self.store.note("interest.confirm", lambda: session.ref, by=member, on=on, body=body)

    def _note_case(self, kind, session, case, by, on, more):
        self.store.note(kind, lambda: session.ref, by=by, on=on, body=lambda: {"case": case.application.ref, **more})

    def _sit(self, session, sitting, cases):
        store, on, by = self.store, sitting.day, self.secretary
        for pk in sorted(self.people):
            store.add(SittingAttendance(session=session, member=self.people[pk], present=True))
        absent = sorted(set(self.seats(on)) - set(self.people))
        for pk in absent:
            store.add(SittingAttendance(session=session, member_id=pk, present=False))
        body = {"present": [self.people[pk].ref for pk in sorted(self.people)], "absent": [f"U-{pk}" for pk in absent]}
        store.note("session.record_sitting", lambda: session.ref, by=by, on=on, body=body)
        store.moved(session, "session.start", ("open", "sitting"), by=by, on=on, body={"sits_on": on})
        for case, loan in zip(cases, sitting.loans, strict=True):
            if case.on_consent and lower_amount(loan.plan):
                case.lifted_by, case.lifted_on = self.cast.members[0], on
                self._note_case("consent.lift", session, case, case.lifted_by, on, {"why": "lifted", "voided": 0})
        for member in self.cast.members:
            for case, loan in zip(cases, sitting.loans, strict=True):
                self._vote(session, case, loan, member, on)

    def seats(self, on):
        return list(self.committee.seats.held_on(on).values_list("user_id", flat=True))

    def _vote(self, session, case, loan, member, on):
        amount, together = lower_amount(loan.plan), case.votes_by_consent
        self.store.add(
            Vote(
                case=case,
                member=member,
                choice="for",
                amount=amount,
                reason=NOT_NEEDED if amount else "",
                cast_on=on,
                on_consent=together,
            )
        )
        self.store.add(Part(application=case.application, user=member, part=Part.Name.MEMBER, since=on))
        more = {"choice": "for", "amount": amount, "currency": case.currency}
        self._note_case("vote.cast", session, case, member, on, more | ({"consent": True} if together else {}))

    def name_decisions(self):
        """The applications name the decisions that will be made on them. Sessions have their references."""
        for session, _sitting, cases in self.made:
            for case in cases:
                case.application.decision_ref = f"{session.ref}/{case.position}"

    def decide(self):
        """What the votes decide, by the committee's own reading of them; then the minutes. The rows are stored."""
        for session, sitting, cases in self.made:
            by_pk = {case.pk: case for case in cases}
            loans = {loan.application.pk: loan for loan in sitting.loans}
            rulings = sorted(rulings_of(session, session.cases.undecided()), key=Ruling.rank)
            decisions = [self._decide(session, by_pk[ruling.case.pk], ruling, sitting.day) for ruling in rulings]
            Decision.objects.bulk_create(decisions)
            self._close(session, sitting.day)
            for decision in sorted(decisions, key=lambda decision: decision.case.position):
                self._take_effect(decision, sitting.day)
                loans[decision.application_id].decision = decision
        self.made = []

    def _decide(self, session, case, ruling, on):
        application, line = case.application, case.application.window.line
        if ruling.missing or (ruling.outcome, ruling.amount) != ("approve", application.approved_amount):
            raise ValueError(f"{application.ref}: the votes say {ruling.outcome} {ruling.amount}. {ruling.missing}")
        tally = dict(ruling.tally)
        if self.rules.body["recheck_selected"]:
            tally["checked_on"] = on.isoformat()
            results = {rule["code"]: "passed" for rule in self.rules.body["checks"] if rule["kind"] != "person"}
            body = {"revision": 1, "results": results}
            self.store.note("application.recheck", application.ref, by=self.secretary, on=on, body=body)
        decision = Decision(
            ref=f"{session.ref}/{case.position}",
            case=case,
            application=application,
            outcome=ruling.outcome,
            amount=ruling.amount,
            months=ruling.months,
            currency=case.currency,
            conditions=ruling.conditions,
            reason=ruling.reason,
            tally=tally,
            decided_on=on,
            effective_on=on,
        )
        self.store.add(
            Commitment(
                line=line,
                window=application.window,
                applicant_ref=application.applicant.ref,
                case_ref=application.ref,
                amount=ruling.amount,
                currency=line.currency,
                made_on=on,
            )
        )
        facts = {"line": line.key, "amount": ruling.amount, "currency": line.currency}
        self.store.note("commitment.reserve", application.ref, by=self.secretary, on=on, body=facts)
        self.store.note(
            "decision.record",
            session.ref,
            by=self.secretary,
            on=on,
            body={
                "decision": decision.ref,
                "case": application.ref,
                "outcome": str(ruling.outcome),
                "amount": ruling.amount,
                "currency": case.currency,
                "months": ruling.months,
                "undone_by": "",
            },
        )
        return decision

    def _close(self, session, on):
        body = body_of(session, closed_on=on, closed_by=self.secretary)
        frozen = frozen_hash(body)
        seq, last = chain_now()
        Session.objects.filter(pk=session.pk).update(
            state=Session.State.CLOSED,
            closed_on=on,
            minutes_body=body,
            minutes_hash=frozen,
            chain_seq=seq,
            chain_hash=last,
        )
        self.store.moved(
            session, "session.close", ("sitting", "closed"), by=self.secretary, on=on, body={"minutes": frozen}
        )

    def _take_effect(self, decision, on):
        self.store.moved(
            decision.application,
            "application.approve",
            ("under_review", "approved"),
            by=self.secretary,
            on=on,
            body={"decision": decision.ref, "amount": decision.amount, "currency": decision.currency},
        )


def _refs_of(cases):
    return [case.application.ref for case in cases]
