"""Works of a case, through the services: tender, contract, certificates."""

from datetime import timedelta

from applicants.models import Party
from grants.services import (
    certify_work,
    choose_bid,
    decide_tender,
    draft_contract,
    measure_work,
    open_tender,
    plan_tranches,
    publish_tender,
    read_bid,
    receive_bid,
    sign_award,
    sign_contract,
)
from programmes.clock import today
from tests.replay import replayed
from tests.steps_applicants import registered_enterprise
from tests.steps_grants import ENDS, ready_award

PARTS = (900_000, 900_000, 200_000)


def builder(office, name):
    found = Party.objects.filter(enrolments__programme=office.programme, name=name).first()
    return found or registered_enterprise(office, name, sector="construction")


@replayed
def works_award(office, *, parts=PARTS, payee="Ararat Builders", **facts):
    """An active award of works tranches whose payee is the builder."""
    award = ready_award(office, deliverables=(), **{"amount": sum(parts), **facts})
    payee = builder(office, payee)
    plan = [{"amount": amount, "modality": "works", "payee": payee} for amount in parts]
    day, by = today(office.programme), office.people.manager
    plan_tranches(award=award, tranches=plan, on=day, by=by)
    award.refresh_from_db()
    return sign_award(award=award, ends_on=ENDS, on=day, by=by)


def published(office, award, *, days=0):
    """A tender whose last day for bids was yesterday."""
    day = today(office.programme)
    tender = publish_tender(
        award=award,
        subject="School yard in Gyulagarak",
        deadline_on=day - timedelta(days=1 - days),
        on=day - timedelta(days=7),
        by=office.people.adviser,
    )
    return tender


def with_bids(office, tender, *bids):
    """Bids (name, amount, responsive) received five days ago; opened and read today."""
    people, day = office.people, today(office.programme)
    held = {
        name: receive_bid(tender=tender, bidder=builder(office, name), on=day - timedelta(days=5), by=people.adviser)
        for name, _amount, _responsive in bids
    }
    tender = open_tender(tender=tender, opened_with=people.adviser, on=day, by=people.manager)
    for name, amount, responsive in bids:
        why = "" if responsive else "No bill of quantities"
        read_bid(bid=held[name], amount=amount, responsive=responsive, why_not=why, on=day, by=people.manager)
    return tender


def decided(office, award, *bids):
    """The lowest bid chosen by the adviser and approved by the manager."""
    people, day = office.people, today(office.programme)
    tender = with_bids(office, published(office, award), *bids)
    tender = choose_bid(tender=tender, winner=tender.bids.comparable()[0], on=day, by=people.adviser)
    return decide_tender(tender=tender, on=day, by=people.manager)


@replayed
def running_contract(office, award, *, amount=2_000_000, days=100, **facts):
    """A signed contract with Ararat Builders: 10% held back, EUR 50.00 for a day of delay, six months for defects."""
    people, day = office.people, today(office.programme)
    bids = [("Ararat Builders", amount, True), ("Kotayk Roads", amount + 50_000, True)]
    contract = draft_contract(
        tender=decided(office, award, *bids),
        **{
            "starts_on": day,
            "ends_on": day + timedelta(days=days),
            "damages_per_day_amount": 5_000,
            "defects_months": 6,
            **facts,
        },
        on=day,
        by=people.adviser,
    )
    return sign_contract(contract=contract, on=day, by=people.manager)


def certified(office, contract, done, *, on=None):
    """Work for `done` minor units since the beginning, measured by the adviser and certified by the M&E officer."""
    day = on or today(office.programme)
    people = office.people
    certificate = measure_work(contract=contract, work_done_amount=done, period_to=day, on=day, by=people.adviser)
    return certify_work(certificate=certificate, on=day, by=people.monitor)
