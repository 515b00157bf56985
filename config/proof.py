"""What `verify` proves: the chain, the guards, states against the log, the ledger, and the checks of every app."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db.models import Count, F, Max, Q, Sum
from django_fsm import FSMFieldMixin

from audit import chain, guards
from audit.models import Event, Moving
from ledger.models import Account, Book, Entry, Leg

OWN_APPS = (
    "programmes",
    "applicants",
    "selection",
    "payments",
    "loans",
    "grants",
    "monitoring",
    "reports",
)


def faults(anchor=None):
    """Yield a sentence for each fault, naming the row; nothing when every invariant holds."""
    yield from guards.differences()
    yield from chain.faults(anchor)
    yield from ledger_faults()
    yield from state_faults()
    for app in OWN_APPS:
        if find_spec(f"{app}.checks"):
            yield from import_module(f"{app}.checks").checks()


def ledger_faults():
    """INVARIANTS L1 to L8 by the tables: entries balance, accounts equal their legs, numbers have no gap."""
    for row in Leg.objects.values("entry", "currency").annotate(total=Sum("amount")).exclude(total=0)[:5]:
        yield f"ledger_entry {row['entry']} does not balance in {row['currency']}: {row['total']}"
    for row in Leg.objects.values("entry").annotate(legs=Count("pk")).filter(legs__lt=2)[:5]:
        yield f"ledger_entry {row['entry']} has fewer than two legs"
    for leg in Leg.objects.exclude(currency=F("account__currency"))[:5]:
        yield f"ledger_leg {leg.pk} is not in the currency of its account"
    for leg in Leg.objects.exclude(entry__book=F("account__book"))[:5]:
        yield f"ledger_leg {leg.pk} is in another book than its account"
    held = Account.objects.annotate(legs_total=Sum("legs__amount", default=0)).exclude(legs_total=F("balance_amount"))
    for account in held[:5]:
        yield f"ledger_account {account.pk} ({account}) says {account.balance_amount}, its legs {account.legs_total}"
    for book in Book.objects.annotate(entries_count=Count("entries"), highest=Max("entries__seq")):
        if book.entries_count != book.last_seq or (book.highest or 0) != book.last_seq:
            yield f"ledger_book {book.key} has {book.entries_count} entries and the number {book.last_seq}"
    doubled = (
        Entry.objects.filter(reverses=None, reversed_by=None)
        .values("event_key")
        .annotate(live=Count("pk"))
        .filter(live__gt=1)
    )
    for row in doubled[:5]:
        yield f"ledger_entry: the event {row['event_key']} has {row['live']} live entries"
    yield from reversal_faults()


def reversal_faults():
    """A reversal's legs are the reversed entry's, negated."""
    for reversal in Entry.objects.exclude(reverses=None).iterator(chunk_size=500):
        sums = {}
        rows = Leg.objects.filter(Q(entry=reversal) | Q(entry=reversal.reverses_id))
        for account, amount in rows.values_list("account", "amount"):
            sums[account] = sums.get(account, 0) + amount
        if any(sums.values()):
            yield f"ledger_entry {reversal.pk} does not undo {reversal.reverses_id}"


def state_faults():
    """INVARIANTS C2: the state of each row is the fold of its events, each step follows the last and is declared."""
    last = {}
    graph = {}
    for model in moving_models():
        graph[model._meta.model_name] = declared_steps(model)
    for event in Event.objects.exclude(state_to="").order_by("seq").iterator(chunk_size=5000):
        machine, _dot, verb = event.kind.partition(".")
        known = last.get((machine, event.subject), "")
        if event.state_from != known:
            yield f"audit_event {event.seq}: {event.subject} was {known or 'unknown'}, not {event.state_from}"
        if machine in graph and verb != "create" and (event.state_from, verb, event.state_to) not in graph[machine]:
            yield f"audit_event {event.seq}: {verb} does not lead from {event.state_from} to {event.state_to}"
        last[(machine, event.subject)] = event.state_to
    for model in moving_models():
        name = model._meta.model_name
        for ref, state in model.objects.order_by("pk").values_list("ref", "state").iterator(chunk_size=5000):
            logged = last.pop((name, ref), None)
            if logged != state:
                yield f"{model._meta.db_table} {ref} is {state}; its events say {logged or 'nothing'}"
    for (machine, subject), state in list(last.items())[:5]:
        if machine in graph:
            yield f"{machine} {subject} has events up to {state}, and no row"


def moving_models():
    return [model for model in apps.get_models() if issubclass(model, Moving)]


def declared_steps(model):
    field = next(field for field in model._meta.fields if isinstance(field, FSMFieldMixin))
    return {(step.source, step.name, step.target) for step in field.get_all_transitions(model)}
