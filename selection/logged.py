"""What the audit log says of a session beside its rows: each vote, each decision, the rules and the minutes.

A row that was changed so cleverly that it still adds up says something else than the event that was written with it,
and the events cannot be changed without breaking their chain.
"""

import json
from collections import Counter

from audit.models import Event
from selection.models import Decision, Session, Vote

KINDS = ("vote.cast", "decision.record", "session.send_packet", "session.close")


def differences(session):
    """Yield a sentence for each row that the log does not know as it is, and for each event whose row is gone."""
    events = {kind: [] for kind in KINDS}
    rows = Event.objects.about(session.ref).filter(kind__in=KINDS).order_by("seq")
    for seq, kind, actor, on, body in rows.values_list("seq", "kind", "actor_id", "on", "body"):
        events[kind].append((seq, actor, on, json.loads(body)))
    yield from _votes(session, events["vote.cast"])
    yield from _decisions(session, events["decision.record"])
    if session.state == Session.State.PLANNED:
        return
    if _last(events["session.send_packet"], "rules") != session.rules_hash:
        yield f"selection_session {session.ref}: its rules are not those that the log says it was opened with"
    if session.state == Session.State.CLOSED and _last(events["session.close"], "minutes") != session.minutes_hash:
        yield f"selection_session {session.ref}: its minutes are not those that the log says it was closed with"


def _last(events, name):
    return events[-1][3].get(name) if events else None


def _votes(session, events):
    said = {
        seq: (actor, on, body["case"], body["choice"], body["amount"], body.get("months"), body.get("consent", False))
        for seq, actor, on, body in events
    }
    names = ("pk", "member_id", "cast_on", "case__application__ref", "choice", "amount", "months", "on_consent")
    rows = Vote.objects.filter(case__session=session).order_by("pk").values_list(*names)
    yield from _compared({f"selection_vote {pk}": tuple(facts) for pk, *facts in rows}, said)


def _decisions(session, events):
    said = {
        seq: (body["decision"], on, body["case"], body["outcome"], body["amount"], body.get("months"))
        for seq, _actor, on, body in events
    }
    # A case that was taken off the agenda is put off without a decision of the committee.
    rows = Decision.objects.filter(case__session=session).exclude(tally__rule="removed").order_by("pk")
    names = ("pk", "ref", "decided_on", "application__ref", "outcome", "amount", "months")
    found = {f"selection_decision {ref} ({pk})": (ref, *facts) for pk, ref, *facts in rows.values_list(*names)}
    yield from _compared(found, said)


def _compared(rows, said):
    """`rows` and `said` give the same facts, each as often as the other."""
    known = Counter(said.values())
    for name, facts in rows.items():
        if known[facts] < 1:
            yield f"{name}: the log knows none like it"
        known[facts] -= 1
    for seq, facts in said.items():
        if known[facts] > 0:
            known[facts] -= 1
            yield f"audit_event {seq}: its row is gone or says something else"
