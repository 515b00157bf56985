"""Acts on money that are killed at random points, each in a forked process of its own.

For tests/test_kill.py, in the surroundings of an installation of its own, whose database holds nothing yet. For each
point one act is prepared, killed just before one of its statements or just after its COMMIT, looked at, and done again.
Prints JSON: {"faults": [...], "killed": [[act, statement, of so many, what was there]]}.
"""

import io
import json
import os
import random
import signal
import traceback

from django.apps import apps
from django.db import connection, connections

from applicants.importing import make_plan
from applicants.services import prepare_import, write_import
from audit.refusals import Refusal
from config.proof import faults
from pages.sheets import read_table
from payments.matching import proposals_for, seal_of
from payments.models import PaymentOrder, Statement
from payments.services import load_statement, settle_payment, take_proposals
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.steps_grants import account_for, certified_tranche, order_tranche, signed_award
from tests.steps_payments import own_account, sent_order
from tests.steps_statements import moved, statement_file
from tests.test_import import sheet


class Ground:
    """One office, and for each point a thing of its own to act on."""

    def __init__(self):
        self.office = grant_office()
        self.account = own_account(self.office)

    def order(self):
        award = signed_award(self.office, amount=50_000, own=12_500)
        tranche = certified_tranche(self.office, award.tranches.get())
        account = account_for(self.office, award)
        return sent_order(
            self.office, order_tranche(tranche=tranche, account=account, on=DAY, by=self.office.people.maker)
        )

    def file(self, number):
        """A statement of one payment of ours, a charge and a gift."""
        order = self.order()
        lines = [
            moved(-order.amount, f"BANK-{number}", name=order.payee.name, end_to_end=order.ref),
            moved(-350, f"FEE-{number}"),
            moved(1_000, f"GIFT-{number}"),
        ]
        return statement_file(DAY, lines, number=str(number))

    def settle(self, number):
        order, people = self.order(), self.office.people

        def act():
            row = PaymentOrder.objects.get(pk=order.pk)
            settle_payment(order=row, bank_reference=f"B-{number}", on=DAY, by=people.checker, key=f"settle-{number}")

        return act

    def load(self, number):
        content, people = self.file(number), self.office.people
        facts = {"own_account": self.account, "content": content, "name": "day.csv", "on": DAY, "by": people.maker}
        return lambda: load_statement(**facts)

    def take(self, number):
        people = self.office.people
        facts = {"own_account": self.account, "content": self.file(number), "name": "day.csv", "by": people.maker}
        made = load_statement(**facts, on=DAY)
        seal = seal_of([one for one in proposals_for(made).values() if one.sure])

        def act():
            row = Statement.objects.get(pk=made.pk)
            take_proposals(statement=row, seal=seal, on=DAY, by=people.maker, key=f"take-{number}")

        return act

    def bring_in(self, number):
        rows = [{"name": f"Vardan {number} {one}", "phone": f"093 {number:03d}{one:03d}"} for one in range(5)]
        content, by = sheet(*rows), self.office.people.secretary
        facts = {"programme": self.office.programme, "on": DAY, "by": by}
        batch = prepare_import(kind="applications", name="list.csv", content=content, rows_total=5, **facts)

        def act():
            plan = make_plan("applications", read_table(io.BytesIO(content)), **facts)
            write_import(batch=batch, plan=plan, on=DAY, by=by)

        return act


ACTS = ("settle", "load", "take", "bring_in")


def counted():
    """How many rows of each table there are, and the sum of all balances and states: what a half act would change."""
    found = {model._meta.db_table: model._base_manager.count() for model in apps.get_models()}
    states = PaymentOrder.objects.in_state("settled").count()
    return {**found, "settled": states}


class Killer:
    """Counts the statements of a process, and ends it before the one of that number; beyond the last: after COMMIT."""

    def __init__(self, at=None):
        self.at, self.seen = at, 0

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def forked(act, at=None):
    """Do `act` in a process of its own, killed before its statement `at`. (how it ended, what it said)."""
    connections.close_all()
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        killer, said = Killer(at), ""
        try:
            with connection.execute_wrapper(killer):
                act()
        except Refusal as refused:
            said = str(refused)
        except BaseException:
            said = traceback.format_exc()
        if at is not None and at > killer.seen:
            os.kill(os.getpid(), signal.SIGKILL)
        os.write(theirs, json.dumps([killer.seen, said]).encode()[:60_000])
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        told = pipe.read()
    _pid, status = os.waitpid(child, 0)
    return -os.waitstatus_to_exitcode(status), json.loads(told) if told else [0, ""]


def rehearsed(ground, name, number, wrong):
    """How many statements the act has when nobody kills it."""
    _status, (statements, said) = forked(getattr(ground, name)(number))
    if said:
        wrong.append(f"{name} undisturbed: {said}")
    return statements


def main(points, seed):
    chance, wrong, killed = random.Random(seed), [], []
    with standing_at(DAY):
        ground = Ground()
        lengths = {}
        for number in range(points):
            name = ACTS[number % len(ACTS)]
            if name not in lengths:
                lengths[name] = rehearsed(ground, name, 900 + number, wrong)
            act = getattr(ground, name)(number)
            before, at = counted(), chance.randint(1, lengths[name] + 1)
            status, _told = forked(act, at)
            there = counted()
            _status, (_count, said) = forked(act)
            after = counted()
            half = there not in (before, after) or before == after
            if status != signal.SIGKILL or half or "Traceback" in said:
                wrong.append(f"{name} killed at {at} of {lengths[name]}: ended by {status}, half: {half}, {said}")
            killed.append([name, at, lengths[name], "all" if there == after else "nothing"])
        wrong += list(faults())
    print(json.dumps({"faults": wrong, "killed": killed}))
