"""A grant's part of a case, through its services: each step takes a case one stage further."""

from datetime import date

from grants.models import Award
from grants.services import (
    accept_contribution,
    accept_deliverable,
    certify_tranche,
    evidence_contribution,
    order_tranche,
    plan_tranches,
    pledge_cofinancing,
    request_tranche,
    show_deliverable,
    sign_award,
)
from payments.models import PayeeAccount
from programmes.clock import today
from tests.replay import replayed
from tests.steps_payments import payable_account, screened, settled_order
from tests.steps_selection import approved_application

ENDS = date(2026, 12, 31)


@replayed
def approved_award(office, *, amount=2_000_000, own=500_000, **facts):
    """The committee approved `amount` (minor units) beside an own part of `own`."""
    application = approved_application(office, amount=amount, own=own, **facts)
    return Award.objects.get(application=application)


@replayed
def ready_award(office, *, award=None, parts=None, own=500_000, deliverables=("Quote of the supplier",), **facts):
    """Screened, the own part pledged, the tranches planned: nothing stands in the way of signing."""
    award = award or approved_award(office, own=own, **facts)
    people, day = office.people, today(office.programme)
    screened(office, award.applicant, award.business)
    if own:
        pledge_cofinancing(award=award, source="own_cash", amount=own, on=day, by=people.adviser)
    plan = [{"amount": amount, "deliverables": list(deliverables)} for amount in parts or [award.amount]]
    return plan_tranches(award=award, tranches=plan, on=day, by=people.manager)


@replayed
def signed_award(office, *, ends_on=ENDS, **facts):
    award = ready_award(office, **facts)
    return sign_award(award=award, ends_on=ends_on, on=today(office.programme), by=office.people.manager)


def accounted_deliverables(office, tranche):
    """All that must be shown before it is shown by the adviser and accepted by the M&E officer."""
    people, day = office.people, today(office.programme)
    for deliverable in tranche.deliverables.filter(accepted_on=None):
        show_deliverable(deliverable=deliverable, on=day, by=people.adviser)
        accept_deliverable(deliverable=deliverable, on=day, by=people.monitor)


@replayed
def certified_tranche(office, tranche):
    """Its deliverables shown and accepted, requested by the adviser and certified by the manager."""
    people, day = office.people, today(office.programme)
    accounted_deliverables(office, tranche)
    request_tranche(tranche=tranche, on=day, by=people.adviser)
    return certify_tranche(tranche=tranche, on=day, by=people.manager)


def account_for(office, award, payee=None):
    """The confirmed account of the payee, or of the grantee, entered when first asked for."""
    payee = payee or award.applicant
    found = PayeeAccount.objects.filter(party=payee, programme=office.programme).first()
    return found or payable_account(office, payee, currency=award.currency)


@replayed
def ordered_tranche(office, tranche):
    """Certified, and its payment prepared by the maker. Returns the order."""
    tranche = certified_tranche(office, tranche)
    account = account_for(office, tranche.award, tranche.payee)
    return order_tranche(tranche=tranche, account=account, on=today(office.programme), by=office.people.maker)


@replayed
def paid_tranche(office, tranche, bank_reference="BANK-1"):
    """Certified, ordered, approved, sent and settled today."""
    settled_order(office, ordered_tranche(office, tranche), bank_reference)
    tranche.refresh_from_db()
    return tranche


def accepted_contribution(office, contribution, amount=None, invoice="INV-1"):
    """Evidenced by the adviser with an invoice, accepted by the M&E officer."""
    people, day = office.people, today(office.programme)
    amount = amount or contribution.pledged_amount
    contribution = evidence_contribution(
        contribution=contribution,
        amount=amount,
        supplier="Metal Works",
        invoice_number=invoice,
        on=day,
        by=people.adviser,
    )
    return accept_contribution(contribution=contribution, amount=amount, on=day, by=people.monitor)
