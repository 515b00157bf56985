"""The grantee's own part: pledged, evidenced by an invoice that counts once, accepted by a second person."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from grants.conditions import in_kind_cap
from grants.models import Asset, Contribution
from grants.services.access import begin_act, demand, locked
from grants.services.papers import FILE_COUNTS, check_counts_once, in_currency_of, invoice_key, save_once
from grants.services.tranches import check_own_file
from ledger import postings
from ledger.money import Money
from ledger.services import post
from programmes.services import check_date, lock_lines


def _note(kind, contribution, amount, by, on):
    award = contribution.award
    body = {"contribution": contribution.pk, "source": contribution.source, "amount": amount}
    record(kind, award.ref, by=by, on=on, programme=award.programme.key, body={**body, "currency": award.currency})


def _above_zero(amount):
    if amount <= 0:
        raise Invalid(_("The amount must be above zero."), field="amount")


def _need_open(award):
    if not award.is_open:
        raise Blocked(_("The award is %(state)s.") % {"state": award.state_label})


def _contribution(contribution, award):
    fresh = Contribution.objects.get(pk=contribution.pk)
    fresh.award = award
    return fresh


@service
def pledge_cofinancing(*, award, source, amount, on, by, reason="", key=None):
    """The grantee promises `amount` minor units of its own part from one source."""
    award = begin_act(award, "grants.plan", on=on, by=by, reason=reason)
    _need_open(award)
    _above_zero(amount)
    counts = award.window.cofinancing_sources
    if source not in Contribution.Source.values or (counts and source not in counts):
        raise Invalid(
            _("This source does not count in the window %(window)s.") % {"window": award.window}, field="source"
        )
    contribution = Contribution.objects.create(award=award, source=source, pledged_amount=amount, pledged_on=on)
    _note("contribution.pledge", contribution, amount, by, on)
    return contribution


@service
def evidence_contribution(
    *,
    contribution,
    amount,
    on,
    by,
    currency="",
    paper_on=None,
    supplier="",
    invoice_number="",
    evidence=None,
    version=None,
    reason="",
):
    """An invoice or other paper proves `amount`. The same invoice, and the same file, counts once in all awards.

    `amount` is in minor units of `currency`, the award's where it is empty. A paper in another currency is reckoned by
    the last rate up to its own day (`paper_on`, else `on`) from the source that the funding line names.
    """
    award = begin_act(contribution.award, "grants.evidence", on=on, by=by, reason=reason)
    contribution = _contribution(contribution, award)
    _need_open(award)
    _above_zero(amount)
    if contribution.accepted_on is not None:
        raise Blocked(_("This contribution is accepted already."))
    check_own_file(award, evidence)
    contribution.supplier = " ".join(supplier.split())[:160]
    contribution.invoice_number = " ".join(invoice_number.split())[:60]
    contribution.invoice_key = None
    if contribution.source == Contribution.Source.REMITTANCE and not (supplier.strip() and invoice_number.strip()):
        raise Invalid(
            _("Money from abroad is proven by its receipt: name the transfer service and the number of the transfer."),
            field="invoice_number",
        )
    if contribution.invoice_number:
        contribution.invoice_key = invoice_key(contribution.invoice_number, contribution.supplier, amount)
    contribution.file_hash = evidence.sha256 if evidence else None
    check_counts_once(contribution)
    contribution.paper_amount, contribution.paper_currency, contribution.rate = None, "", None
    if currency and currency != award.currency:
        contribution.paper_amount, contribution.paper_currency = amount, currency
        contribution.rate, amount = in_currency_of(award, amount, currency, paper_on or on)
    if evidence and Asset.objects.filter(evidence__sha256=evidence.sha256).exists():
        raise Invalid(FILE_COUNTS, field="evidence")
    contribution.evidence = evidence
    contribution.evidenced_amount, contribution.evidenced_on, contribution.evidenced_by = amount, on, by
    save_once(contribution)
    _note("contribution.evidence", contribution, amount, by, on)
    return contribution


@service
def accept_contribution(*, contribution, amount, on, by, key=None, version=None, reason=""):
    """A second person accepts up to what is evidenced; the ledger keeps it as a memo, never as cash."""
    award = locked(contribution.award)
    contribution = _contribution(contribution, award)
    _need_open(award)
    if contribution.evidenced_on is None:
        raise Blocked(_("This contribution is not evidenced yet."))
    if contribution.accepted_on is not None:
        raise Blocked(_("This contribution is accepted already."))
    demand("grants.accept", by, award)
    if contribution.evidenced_by_id == by.pk:
        raise NotAllowed(_("Another person than the one who evidenced it must accept the contribution."))
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    _above_zero(amount)
    _check_acceptable(contribution, amount)
    lock_lines(award.line.key)
    contribution.accepted_amount, contribution.accepted_on, contribution.accepted_by = amount, on, by
    contribution.save()
    post(
        book_key=award.programme.key,
        kind="cofinancing_accepted",
        event_key=f"cofinancing:{contribution.pk}",
        legs=postings.cofinancing_accepted(amount, line=award.line.key, subject=contribution.subject),
        currency=award.currency,
        value_on=on,
        by=by,
    )
    _note("contribution.accept", contribution, amount, by, on)
    return contribution


def _check_acceptable(contribution, amount):
    award = contribution.award
    if amount > contribution.evidenced_amount:
        raise Invalid(
            _("Only %(amount)s is evidenced.") % {"amount": Money(contribution.evidenced_amount, award.currency)},
            field="amount",
        )
    if contribution.source == Contribution.Source.OWN_IN_KIND:
        left = in_kind_cap(award) - award.contributions.in_kind().total("accepted_amount")
        if amount > left:
            raise Invalid(
                _("In kind counts up to %(pct)s%% of the own part: %(left)s more can be accepted.")
                % {"pct": award.window.in_kind_cap_pct, "left": Money(max(left, 0), award.currency)},
                field="amount",
            )
