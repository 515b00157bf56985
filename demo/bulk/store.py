"""Rows, entries and event lines of many cases, gathered in memory and written in one visit to each table.

Nothing is decided here: the rows are those that the services would have made, in the order of their dates.
"""

import uuid
from collections import defaultdict

from django.utils import timezone

from audit.services import record
from ledger.models import Account, Entry, Leg
from ledger.services import accounts_for, check_balanced, first_open_day, lock_book
from programmes.services import take_references

AT_ONCE = 1000


class Store:
    """What one batch will write. `add` rows, `note` event lines, `book` entries; then `write`."""

    def __init__(self, programme):
        self.programme = programme
        self.rows = defaultdict(list)
        self.acts = []
        self.wanted = []

    # Gathering ------------------------------------------------------------------------------------------------------

    def add(self, row):
        """Keep an unsaved row; its parents were added before it."""
        self.rows[type(row)].append(row)
        return row

    def take(self, letter, on, row):
        """Let `row.ref` be the next reference of that letter and year, given in the order of the days."""
        self.wanted.append((on, letter, row))

    def note(
        self,
        kind,
        subject,
        *,
        by,
        on,
        body=None,
        reason="",
        state_from="",
        state_to="",
    ):
        """An event line. `subject` and `body` may be functions, asked when the rows have their keys."""
        self.acts.append((on, self._note, (kind, subject, by, on, body, reason, state_from, state_to)))

    def born(self, row, machine, state, *, by, on, body=None):
        self.note(f"{machine}.create", lambda: row.ref, by=by, on=on, body=body, state_to=state)

    def moved(self, row, verb, step, *, by, on, body=None, reason=""):
        """An event of a move: `verb` as "loan.sign", `step` as ("approved", "signed")."""
        self.note(verb, lambda: row.ref, by=by, on=on, body=body, reason=reason, state_from=step[0], state_to=step[1])

    def book(self, *, kind, event_key, legs, currency, on, by):
        """An entry; `event_key` and `legs` are functions. Returns the key that the entry will have."""
        key = uuid.uuid4()
        self.acts.append((on, self._book, (key, kind, event_key, legs, currency, on, by)))
        return key

    # Writing --------------------------------------------------------------------------------------------------------

    def name(self):
        """Give the references that were asked for, in the order of the days."""
        groups = defaultdict(list)
        for on, letter, row in sorted(self.wanted, key=lambda item: item[0]):
            groups[(letter, on.year)].append(row)
        for (letter, year), rows in groups.items():
            for row, ref in zip(rows, take_references(letter, len(rows), year), strict=True):
                row.ref = ref
        self.wanted = []

    def write_rows(self, *models):
        """Insert what is gathered of these models, in this order."""
        for model in models:
            rows = self.rows.pop(model, [])
            model.objects.bulk_create(rows, batch_size=AT_ONCE)

    def write_acts(self):
        """Entries and event lines in the order of their days: both sequences have no gap."""
        self.locked = lock_book(self.programme.key)
        self.entries, self.legs = [], []
        for _on, act, arguments in sorted(self.acts, key=lambda item: item[0]):
            act(*arguments)
        self.acts = []
        self._seal()

    def _note(self, kind, subject, by, on, body, reason, state_from, state_to):
        record(
            kind,
            subject() if callable(subject) else subject,
            by=by,
            on=on,
            programme=self.programme.key,
            body=body() if callable(body) else body,
            reason=reason,
            state_from=state_from,
            state_to=state_to,
        )

    def _book(self, key, kind, event_key, legs, currency, on, by):
        book = self.locked
        book.last_seq += 1
        event = event_key()
        specs = [leg._replace(currency=leg.currency or currency) for leg in legs()]
        check_balanced(specs)
        entry = Entry(
            id=key,
            book=book,
            seq=book.last_seq,
            kind=kind,
            event_key=event,
            value_on=on,
            posted_on=first_open_day(book, on),
            booked_at=timezone.now(),
            actor_id=by.pk,
        )
        self.entries.append(entry)
        self.legs += [(key, spec) for spec in specs]
        record(
            "entry.post",
            f"entry:{book.key}/{entry.seq}",
            by=by,
            on=on,
            programme=book.key,
            body={
                "kind": kind,
                "event": event,
                "posted_on": entry.posted_on,
                "legs": [[leg.code, leg.line, leg.subject, leg.currency, leg.amount] for leg in specs],
                "reverses": "",
            },
        )

    def _seal(self):
        """Legs first, entries after them: each entry's insert is its seal. Then the accounts' balances."""
        specs = [spec for _key, spec in self.legs]
        accounts = accounts_for(self.locked, specs)
        moved = defaultdict(int)
        rows = []
        for key, spec in self.legs:
            account = accounts[(spec.code, spec.currency, spec.line, spec.subject)]
            moved[account.pk] += spec.amount
            rows.append(Leg(entry_id=key, account=account, currency=spec.currency, amount=spec.amount))
        Leg.objects.bulk_create(rows, batch_size=AT_ONCE)
        Entry.objects.bulk_create(self.entries, batch_size=AT_ONCE)
        # The book is locked: nobody else moves these balances.
        touched = list(Account.objects.filter(pk__in=moved))
        for account in touched:
            account.balance_amount += moved[account.pk]
        Account.objects.bulk_update(touched, ["balance_amount"], batch_size=AT_ONCE)
        self.locked.save(update_fields=["last_seq"])
        self.entries, self.legs = [], []
