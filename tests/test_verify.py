"""`verify` holds on a lived-in office, and names the row when anything is changed behind its back."""

import json
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from applicants.models import Application
from audit import guards
from audit.models import Event, Head
from ledger.models import Leg
from selection.models import Decision, Vote
from tests.steps_grants import paid_tranche, signed_award

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived_in(office):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    return office


def verified(capsys, *arguments):
    """(exit code, faults) of `verify --json`."""
    capsys.readouterr()
    code = 0
    try:
        call_command("verify", "--json", *arguments)
    except SystemExit as stopped:
        code = stopped.code
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is (code == 0)
    return code, answer["faults"]


def test_every_invariant_holds_after_ordinary_work(lived_in, capsys):
    assert verified(capsys) == (0, [])


def test_one_minor_unit_is_found(lived_in, capsys):
    leg = Leg.objects.filter(account__code="1000").first()
    with guards.suspended():
        Leg.objects.filter(pk=leg.pk).update(amount=leg.amount + 1)
    code, faults = verified(capsys)
    assert code == 1
    assert str(leg.entry_id) in faults[0]


def test_one_state_is_found(lived_in, capsys):
    row = Application.objects.get()
    Application.objects.filter(pk=row.pk).update(state="rejected")
    code, faults = verified(capsys)
    assert code == 1
    assert any(row.ref in fault and "rejected" in fault for fault in faults)


def test_one_vote_that_changes_no_outcome_is_found(lived_in, capsys):
    vote = Vote.objects.live().first()
    Vote.objects.filter(pk=vote.pk).update(amount=vote.case.proposed_amount)
    code, faults = verified(capsys)
    assert code == 1
    assert faults[0] == f"selection_vote {vote.pk}: the log knows none like it"


def test_one_decision_is_found(lived_in, capsys):
    decision = Decision.objects.live().get()
    Decision.objects.filter(pk=decision.pk).update(amount=decision.amount - 1)
    code, faults = verified(capsys)
    assert code == 1
    assert faults[0] == (
        f"selection_decision {decision.ref}: the votes say {decision.amount}, the decision {decision.amount - 1}"
    )
    assert f"selection_decision {decision.ref} ({decision.pk}): the log knows none like it" in faults


def test_a_vote_that_is_gone_is_found(lived_in, capsys):
    vote = Vote.objects.live().first()
    seq = Event.objects.filter(kind="vote.cast", actor_id=vote.member_id).get().seq
    vote.delete()
    code, faults = verified(capsys)
    assert code == 1
    assert f"audit_event {seq}: its row is gone or says something else" in faults


def test_one_event_is_found(lived_in, capsys):
    event = Event.objects.order_by("seq")[3]
    with guards.suspended():
        Event.objects.filter(pk=event.pk).update(on=date(2020, 1, 1))
    code, faults = verified(capsys)
    assert code == 1
    assert faults[0] == f"audit_event {event.seq} was changed after it was written"


def test_one_guard_is_found(lived_in, capsys):
    name, table = ("guard_ledger_leg_update", "ledger_leg")
    if connection.vendor == "postgresql":
        name = "guard_ledger_leg_change"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    code, faults = verified(capsys)
    guards.install()
    assert code == 1
    assert faults[0] == f"guard {name} on {table} is not installed"


def test_a_cut_chain_is_found_by_its_anchor(lived_in, capsys):
    head = Head.objects.get()
    anchor = f"{head.seq}:{head.hash}"
    assert verified(capsys, "--head", anchor) == (0, [])
    with guards.suspended():
        Event.objects.filter(seq__gt=head.seq - 2).delete()
        last = Event.objects.get(seq=head.seq - 2)
        Head.objects.update(seq=last.seq, hash=last.hash)
    code, faults = verified(capsys, "--head", anchor)
    assert code == 1
    assert f"the anchored event {head.seq} is missing" in faults[0]
