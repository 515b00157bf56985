"""What leaves for the bank with whole account numbers: lists and files of a batch. Each taking is written down."""

import hashlib

import rules

from audit.refusals import Blocked, NotAllowed
from audit.services import record, service
from payments.bank_files import PAIN, pain_001, why_no_list, why_no_pain
from payments.models import Batch


def _read(batch, by):
    """The batch with its account, and its orders with theirs. Raises NotAllowed."""
    if not rules.test_rule("payments.send", by, batch):
        raise NotAllowed()
    batch = Batch.objects.select_related("programme", "own_account").get(pk=batch.pk)
    return batch, list(batch.orders.select_related("account").order_by("pk"))


@service
def list_for_bank(*, batch, profile, on, by):
    """The rows of a batch as `profile` (payments.bank_files) has them. Raises Blocked when it does not fit."""
    batch, orders = _read(batch, by)
    refused = why_no_list(profile, orders)
    if refused:
        raise Blocked(refused)
    body = {"orders": len(orders), "profile": profile.key}
    record("batch.list", batch.ref, by=by, on=on, programme=batch.programme.key, body=body)
    return profile.rows(orders)


@service
def file_for_bank(*, batch, on, by):
    """The pain.001 file of a batch, as bytes. Raises Blocked with what is missing, or what the schema says."""
    batch, orders = _read(batch, by)
    refused = why_no_pain(batch, orders)
    if refused:
        raise Blocked(refused)
    content = pain_001(batch, orders)
    body = {"orders": len(orders), "format": PAIN, "sha256": hashlib.sha256(content).hexdigest()}
    record("batch.file", batch.ref, by=by, on=on, programme=batch.programme.key, body=body)
    return content
