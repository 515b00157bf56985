"""Posting, reversal, closing. Every caller is itself a service; the Book is locked here, after the case rows."""

import uuid
from collections import defaultdict
from datetime import date, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid
from audit.services import record, service
from ledger.models import Account, Book, Entry, Leg
from ledger.postings import LegSpec


def open_book(*, key):
    """The Book of a programme, made when it is asked for the first time."""
    return Book.objects.get_or_create(key=key)[0]


def lock_book(key):
    found = Book.objects.select_for_update().filter(key=key).first()
    if found is None:
        Book.objects.get_or_create(key=key)
        found = Book.objects.select_for_update().get(key=key)
    return found


def first_open_day(book, wanted):
    """`wanted`, or the first day after the closed periods when it lies in one."""
    if book.closed_through and wanted <= book.closed_through:
        return book.closed_through + timedelta(days=1)
    return wanted


@service
def post(*, book_key, kind, event_key, legs, currency, value_on, by, posted_on=None, reason=""):
    """Write one sealed entry and return it.

    `legs` are LegSpec in minor units (ledger/postings.py); a leg without its own currency is in `currency`.
    `value_on` is when money moved; `posted_on` defaults to it, or to the first open day. Raises Blocked when the
    business event `event_key` already has a live entry, Invalid when legs do not balance.
    """
    book = lock_book(book_key)
    earlier = list(Entry.objects.filter(event_key=event_key).values_list("attempt", "reversed_by__id"))
    if any(reversed_by is None for _attempt, reversed_by in earlier):
        raise Blocked(_("This is booked already (%(event)s).") % {"event": event_key})
    posted_on = posted_on or first_open_day(book, value_on)
    _check_open(book, posted_on)
    return _seal(
        book,
        [leg._replace(currency=leg.currency or currency) for leg in legs],
        kind=kind,
        event_key=event_key,
        attempt=len(earlier),
        value_on=value_on,
        posted_on=posted_on,
        by=by,
        reason=reason,
    )


@service
def reverse(*, entry, reason, by, on, value_on=None):
    """Add the same legs negated, naming `entry` and the reason.

    The reversal takes the value date of what it reverses, unless `value_on` says that money moved back on its own
    day, as when a bank returns a payment. It is posted in an open period.
    """
    book = lock_book(entry.book.key)
    if entry.reverses_id:
        raise Blocked(_("A reversal cannot be reversed. Post the entry anew."))
    if Entry.objects.filter(reverses=entry).exists():
        raise Blocked(_("This entry is reversed already."))
    if not reason.strip():
        raise Invalid(_("Say why the entry is reversed."), field="reason")
    legs = [
        LegSpec(leg.account.code, leg.account.line, leg.account.subject, -leg.amount, leg.currency)
        for leg in entry.legs.select_related("account")
    ]
    return _seal(
        book,
        legs,
        kind=entry.kind,
        event_key=f"reversal:{entry.pk}",
        attempt=0,
        value_on=value_on or entry.value_on,
        posted_on=first_open_day(book, on),
        by=by,
        reason=reason,
        reverses=entry,
    )


@service
def close_period(*, book_key, through, by, on):
    """Close the book up to and including `through`, the last day of a month; postings go after it from now on."""
    book = lock_book(book_key)
    if (through + timedelta(days=1)).day != 1:
        raise Invalid(_("A period ends on the last day of a month."))
    if book.closed_through and through <= book.closed_through:
        raise Blocked(_("This period is closed already."))
    if through >= on:
        raise Blocked(_("A period can be closed only after its last day."))
    book.closed_through = through
    book.save(update_fields=["closed_through"])
    record("book.close_period", f"book:{book.key}", by=by, on=on, programme=book.key, body={"through": through})
    return book


def _check_open(book, posted_on):
    if book.closed_through and posted_on <= book.closed_through:
        raise Blocked(
            _("The period up to %(date)s is closed; nothing can be posted on %(posted)s.")
            % {"date": book.closed_through.strftime("%d.%m.%Y"), "posted": posted_on.strftime("%d.%m.%Y")}
        )


def check_balanced(legs):
    """Raises Invalid unless there are two legs or more, none zero, and zero in all per currency."""
    totals = defaultdict(int)
    for leg in legs:
        totals[leg.currency] += leg.amount
    if len(legs) < 2 or any(leg.amount == 0 for leg in legs) or any(totals.values()):
        raise Invalid(_("The legs of an entry must balance in each currency."))


def accounts_for(book, legs):
    """The accounts that `legs` name, by (code, currency, line, subject); missing ones are made."""
    wanted = {(leg.code, leg.currency, leg.line, leg.subject) for leg in legs}
    subjects = {subject for _code, _currency, _line, subject in wanted}
    found = {
        (account.code, account.currency, account.line, account.subject): account
        for account in Account.objects.filter(book=book, subject__in=subjects)
    }
    missing = [
        Account(book=book, code=code, currency=currency, line=line, subject=subject)
        for code, currency, line, subject in sorted(wanted - found.keys())
    ]
    for account in Account.objects.bulk_create(missing, batch_size=2000):
        found[(account.code, account.currency, account.line, account.subject)] = account
    return found


def _seal(book, legs, *, kind, event_key, attempt, value_on, posted_on, by, reason, reverses=None):
    check_balanced(legs)
    if not isinstance(value_on, date):
        raise Invalid(_("An entry needs the date on which the money moved."))
    accounts = accounts_for(book, legs)
    entry_id = uuid.uuid4()
    Leg.objects.bulk_create(
        Leg(
            entry_id=entry_id,
            account=accounts[(leg.code, leg.currency, leg.line, leg.subject)],
            currency=leg.currency,
            amount=leg.amount,
        )
        for leg in legs
    )
    book.last_seq += 1
    book.save(update_fields=["last_seq"])
    entry = Entry(
        id=entry_id,
        book=book,
        seq=book.last_seq,
        kind=kind,
        event_key=event_key,
        attempt=attempt,
        value_on=value_on,
        posted_on=posted_on,
        booked_at=timezone.now(),
        actor_id=getattr(by, "pk", None),
        reverses=reverses,
        reason=reason,
    )
    entry.save(force_insert=True)
    for leg in legs:
        account = accounts[(leg.code, leg.currency, leg.line, leg.subject)]
        Account.objects.filter(pk=account.pk).update(balance_amount=F("balance_amount") + leg.amount)
    record(
        "entry.reverse" if reverses else "entry.post",
        f"entry:{book.key}/{entry.seq}",
        by=by,
        on=value_on,
        programme=book.key,
        body={
            "kind": kind,
            "event": event_key,
            "posted_on": posted_on,
            "legs": [[leg.code, leg.line, leg.subject, leg.currency, leg.amount] for leg in legs],
            "reverses": str(reverses.pk) if reverses else "",
        },
        reason=reason,
    )
    return entry
