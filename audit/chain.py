"""The hash chain over the Event log: canonical bytes, HMAC, proof."""

import hashlib
import hmac
import json
import secrets
from datetime import UTC, date, datetime
from decimal import Decimal

from django.conf import settings

from audit.bulk import insert
from audit.models import Event, Head, Remark


def canonical(row):
    """The bytes that an Event's hash covers: JSON with sorted keys, UTF-8, UTC microseconds, whole numbers."""
    return json.dumps(
        {
            "actor": row.actor_id,
            "body": row.body,
            "kind": row.kind,
            "moment": row.moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "on": row.on.isoformat(),
            "programme": row.programme,
            "remark": row.remark_hash,
            "seq": row.seq,
            "state_from": row.state_from,
            "state_to": row.state_to,
            "subject": row.subject,
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def body_text(body):
    """Canonical JSON of an Event body. Dates become ISO text, Decimals plain text, rows their references."""
    return json.dumps(body or {}, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value):
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if hasattr(value, "ref"):
        return value.ref
    if hasattr(value, "pk"):
        return f"{value._meta.label}:{value.pk}"
    if isinstance(value, set | tuple):
        return sorted(value) if isinstance(value, set) else list(value)
    raise TypeError(f"an event body cannot hold {type(value).__name__}")


def chained(previous_hash, row):
    """HMAC-SHA256 of the previous hash and the row's canonical bytes, in hex."""
    return hmac.new(settings.AUDIT_KEY.encode(), previous_hash.encode() + canonical(row), hashlib.sha256).hexdigest()


def remark_hash(text, salt):
    return hashlib.sha256((salt + text).encode()).hexdigest()


def write(lines):
    """Append `lines` to the chain. The head row is locked here and nothing is locked after it."""
    if not lines:
        return
    head = Head.objects.select_for_update().filter(pk=1).first() or Head.objects.create(pk=1)
    moment = datetime.now(UTC)
    seq, last = head.seq, head.hash
    events, remarks = [], []
    for line in lines:
        seq += 1
        salt = secrets.token_hex(16) if line.reason else ""
        row = Event(
            seq=seq,
            moment=moment,
            actor_id=line.actor_id,
            on=line.on,
            kind=line.kind,
            subject=line.subject,
            programme=line.programme,
            state_from=line.state_from,
            state_to=line.state_to,
            body=body_text(line.body),
            remark_hash=remark_hash(line.reason, salt) if line.reason else "",
        )
        last = row.hash = chained(last, row)
        events.append(row)
        if line.reason:
            remarks.append(Remark(event_seq=seq, salt=salt, text=line.reason))
    insert(Event, events)
    Remark.objects.bulk_create(remarks, batch_size=500)
    Head.objects.filter(pk=1).update(seq=seq, hash=last)


def faults(anchor=None):
    """Yield a sentence for the first fault in the chain, if there is one.

    `anchor` is a pair (number, hash) noted earlier with `audit_head`: a chain that was cut below it is a fault.
    """
    last, expected = "", 1
    anchored = anchor is None
    while True:
        begun = expected
        for row in Event.objects.filter(seq__gte=expected).order_by("seq").iterator(chunk_size=5000):
            if row.seq != expected:
                yield f"audit_event {expected} is missing"
                return
            if not hmac.compare_digest(row.hash, chained(last, row)):
                yield f"audit_event {row.seq} was changed after it was written"
                return
            last, expected = row.hash, expected + 1
            if anchor and row.seq == anchor[0]:
                anchored = hmac.compare_digest(row.hash, anchor[1])
                if not anchored:
                    yield f"audit_event {row.seq} is not the one that was anchored"
                    return
        head = Head.objects.filter(pk=1).first()
        number, digest = (head.seq, head.hash) if head else (0, "")
        if number < expected or expected == begun:
            break
        # People work while this reads: what was written since is read too.
    if (number, digest) != (expected - 1, last):
        yield f"audit_event ends at {expected - 1}, and the head says {number}"
        return
    if not anchored:
        yield f"audit_event was cut: the anchored event {anchor[0]} is missing"
        return
    redacted = set(Remark.objects.filter(redacted=True).values_list("event_seq", flat=True))
    for remark in Remark.objects.filter(redacted=False).iterator(chunk_size=2000):
        event = Event.objects.filter(pk=remark.event_seq).only("remark_hash").first()
        if event is None or event.remark_hash != remark_hash(remark.text, remark.salt):
            yield f"audit_remark of event {remark.event_seq} was changed"
            return
    owing = Event.objects.exclude(remark_hash="").values_list("seq", flat=True)
    kept = set(Remark.objects.values_list("event_seq", flat=True)) | redacted
    for seq in owing.iterator():
        if seq not in kept:
            yield f"audit_remark of event {seq} is missing"
            return
