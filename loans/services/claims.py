"""Money of borrowers on a bank statement: kept as a receipt (2100), claimed by a loan, put back on the statement.

A line is booked once, as a receipt, with the bank's value date; the repayment takes the money from there. So a reversed
repayment gives it back to the receipt, which can be claimed again, and the bank's account is never touched twice.
Locks: the dossiers of the loans by their keys, the lines by theirs, then the Book.
"""

from django.utils.translation import gettext_lazy as _

from applicants.models import Application
from applicants.services import lock_application
from audit.moves import advance
from audit.refusals import Blocked, Invalid, NotAllowed, Refusal, Stale
from audit.services import service
from ledger import postings
from ledger.services import post, reverse
from loans.matching import CLAIMING, RECEIPT, claimable, claims_for, lines_for
from loans.models import Loan, Repayment
from loans.services.access import PARENTS, demand, need_text
from loans.services.repayments import check_once, check_receipt, record_repayment
from loans.services.restating import all_still_claimed
from payments.matching import seal_of
from payments.models import StatementLine
from programmes.roles import holds_everywhere
from programmes.services import check_date


@service
def claim_line(*, line, loan, on, by, key=None, reason=""):
    """This line is a repayment of `loan`, received on the bank's value date. Returns the Repayment.

    `on` is today. Raises Blocked when a loan has claimed the line, Invalid for another currency or account.
    """
    return _claim([(line, loan)], on, by, reason)[0]


@service
def take_claims(*, programme, seal, on, by, key=None, reason=""):
    """Claim all lines of the programme that lead to one loan for sure, as they stood on the page. All or none.

    Raises Stale when they are other ones by now. Returns the Programme.
    """
    demand("loans.claim", by, programme)
    lines, claims = claims_to_read(by, programme, on)
    rows = {row.pk: row for row in lines}
    sure = [claim for claim in claims.values() if claim.sure]
    if not sure:
        raise Blocked(_("No line leads to one loan for sure."))
    if seal_of(sure) != seal:
        raise Stale(_("The proposals have changed since you opened the page. Open it again and look at them."))
    loans = {loan.ref: loan for loan in Loan.objects.filter(ref__in=[claim.ref for claim in sure])}
    _claim([(rows[claim.line], loans[claim.ref]) for claim in sure], on, by, reason)
    return programme


def proposed_claims(lines, on):
    """{line pk: Claim}; what the service would refuse is not sure, and says why. Nothing is written."""
    rows = {line.pk: line for line in lines}
    found, loans = claims_for(rows.values(), on, all_still_claimed)
    for pk, claim in found.items():
        if not claim.sure:
            continue
        try:
            facts = {"amount": rows[pk].amount, "on": rows[pk].value_on}
            check_receipt(loans[claim.ref], **facts, receipt=rows[pk].ref)
            check_once(loans[claim.ref], **facts, reference=rows[pk].bank_reference, claimed=True)
        except Refusal as refusal:
            found[pk] = claim.objected(refusal.sentence)
    return found


def claims_to_read(user, programme, on):
    """([StatementLine], {line pk: Claim}) of one page, oldest first: what the user may read of what waits."""
    rows = claimable(lines_for(user).filter(statement__programme=programme)).for_pages().order_by("value_on", "pk")
    lines = list(rows[:MOST] if holds_everywhere(user, CLAIMING, programme.pk) else rows)
    claims = proposed_claims(lines, on)
    lines = readable(lines, claims, user)[:MOST]
    return lines, {line.pk: claims[line.pk] for line in lines if line.pk in claims}


def readable(lines, claims, user):
    """Of these lines those that the user may read: a role in one region reads what leads to loans of it alone.

    A line that fits no loan may be anybody's, and is read by those who work for the whole programme.
    """
    bound = {line.pk for line in lines if not holds_everywhere(user, CLAIMING, line.programme.pk)}
    refs = {ref for pk in bound if pk in claims for ref in claims[pk].refs}
    own = set(Loan.objects.visible_to(user).filter(ref__in=refs).values_list("ref", flat=True))
    theirs = {pk for pk in bound if pk in claims and own.issuperset(claims[pk].refs)}
    return [line for line in lines if line.pk not in bound or line.pk in theirs]


# Lines that are worked through on one page.
MOST = 300


@service
def keep_receipt(*, line, funding_line, on, by, key=None, reason=""):
    """Nobody knows whose money it is: kept on the funding line as a receipt that is not claimed. Returns the line."""
    row = _lock([line], by)[line.pk]
    need_whole_programme(row, by)
    check_date(on=row.value_on, programme=row.programme, by=by, reason=reason)
    if row.state != StatementLine.State.OPEN:
        raise Blocked(_("This line is used already: %(state)s.") % {"state": row.state_label})
    return _receive(row, funding_line, on=on, by=by, reason=reason)


@service
def release_receipt(*, line, reason, on, by, key=None):
    """The receipt is no money of a borrower: its entry is reversed, and the line is open again. Returns the line."""
    row = _lock([line], by)[line.pk]
    need_whole_programme(row, by)
    need_text(reason, "reason", _("Say why."))
    check_date(on=on, programme=row.programme, by=by)
    _need_unclaimed(row)
    return _release(row, on=on, by=by, reason=reason)


def _claim(pairs, on, by, reason):
    """[Repayment] of (line, loan), all or none; a refusal names its line."""
    applications = Application.objects.filter(pk__in=[loan.application_id for _line, loan in pairs])
    for application in applications.order_by("pk"):
        lock_application(application)
    rows = _lock([line for line, _loan in pairs], by)
    _need_readable(rows.values(), by, on)
    loans = Loan.objects.select_related(*PARENTS).in_bulk([loan.pk for _line, loan in pairs])
    made = []
    for line, loan in pairs:
        row = rows[line.pk]
        try:
            made.append(_claim_one(row, loans[loan.pk], on, by, reason))
        except Refusal as refusal:
            where = {"number": row.position, "ref": loan.ref, "why": refusal.sentence}
            refusal.sentence = _("Line %(number)s for %(ref)s: %(why)s") % where
            raise
    return made


def _claim_one(row, loan, on, by, reason):
    if (row.programme_id, row.currency) != (loan.programme_id, loan.currency):
        raise Invalid(_("The loan is of another programme or currency than the line."), field="loan")
    if row.state == StatementLine.State.BOOKED:
        _need_unclaimed(row)
        if not row.entry.legs.filter(account__line=loan.line.key).exists():
            row = _release(row, on=on, by=by, reason=reason or str(_("Claimed by a loan of another funding line.")))
    if row.state != StatementLine.State.BOOKED:
        _receive(row, loan.line, on=on, by=by, reason=reason)
    return record_repayment(
        loan=loan,
        amount=row.amount,
        on=row.value_on,
        by=by,
        means=Repayment.Means.BANK,
        reference=row.bank_reference,
        receipt=row.ref,
        reason=reason,
    )


def _lock(lines, by):
    """{pk: line} as they are now, locked by their keys."""
    pks = [line.pk for line in lines]
    if len(set(pks)) < len(pks):
        raise Invalid(_("A line can be used once."))
    rows = StatementLine.objects.filter(pk__in=pks)
    # Locked first and read after it: a row that was waited for comes with the entry that it had before the wait.
    list(rows.select_for_update().order_by("pk").values_list("pk"))
    related = rows.select_related("statement__programme", "own_account", "entry__book")
    found = {row.pk: row for row in related.defer("counterparty_number", "own_account__number")}
    if len(found) < len(pks):
        raise Invalid(_("This line does not exist any more. Open the statement again."))
    for row in found.values():
        demand("loans.claim", by, row.programme)
    return found


def need_whole_programme(row, by):
    """Raises NotAllowed for a role in one region: money of nobody may be anybody's."""
    if not holds_everywhere(by, CLAIMING, row.programme.pk):
        raise NotAllowed(_("It may be anybody's money: somebody who works for the whole programme does this."))


def _need_readable(lines, by, on):
    bound = [line for line in lines if not holds_everywhere(by, CLAIMING, line.programme.pk)]
    if bound and len(readable(bound, proposed_claims(bound, on), by)) < len(bound):
        raise NotAllowed(_("This line may be the money of another region. Ask finance to claim it."))


def _need_unclaimed(row):
    """Raises Blocked unless the line is a receipt that no live repayment has claimed."""
    if row.state != StatementLine.State.BOOKED or row.entry.kind != RECEIPT:
        raise Blocked(_("This line is used already: %(state)s.") % {"state": row.state_label})
    claimed = Repayment.objects.live().filter(receipt=row.ref).select_related("loan").first()
    if claimed is not None:
        raise Blocked(_("%(ref)s has claimed this line already.") % {"ref": claimed.loan.ref})


def _receive(row, funding_line, *, on, by, reason):
    if not row.own_account.lines.filter(pk=funding_line.pk).exists():
        raise Invalid(_("This funding line is not paid from the account of the statement."), field="funding_line")
    if row.amount <= 0:
        raise Invalid(_("Money went out with this line; a receipt comes in."))
    entry = post(
        book_key=row.programme.key,
        kind=RECEIPT,
        event_key=f"receipt:{row.ref}",
        legs=postings.receipt_unmatched(row.amount, line=funding_line.key, receipt=row.ref),
        currency=row.currency,
        value_on=row.value_on,
        by=by,
        reason=reason,
    )
    return advance(row, "receive", by=by, on=on, body={"entry": str(entry.pk), "line": funding_line.key}, entry=entry)


def _release(row, *, on, by, reason):
    reverse(entry=row.entry, reason=reason, by=by, on=on)
    return advance(row, "release", by=by, on=on, reason=reason)
