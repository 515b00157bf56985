"""Works of phase II: tender, contract, work measured and certified, two acceptances, what was held back given back."""

from datetime import timedelta
from functools import cached_property

from demo.granting import Granting
from grants.models import Award
from grants.services import (
    accept_finally,
    accept_provisionally,
    approve_variation,
    certify_work,
    choose_bid,
    close_defect,
    decide_tender,
    draft_contract,
    hand_over_works,
    measure_work,
    open_tender,
    propose_variation,
    publish_tender,
    read_bid,
    receive_bid,
    release_retention,
    show_deliverable,
    sign_contract,
)

HELD_BACK = 10  # percent
DEFECTS = ("Loose paving at the entrance", "A lamp that does not light", "Paint that comes off", "A gate that sticks")


class Building(Granting):
    """An award whose money a builder earns. `bidders`: three enterprises, the first of them bids lowest."""

    def __init__(self, *arguments, bidders, serial, **facts):
        super().__init__(*arguments, **facts)
        self.bidders, self.serial = bidders, serial

    @cached_property
    def award(self):
        """Read once: services read what they change anew."""
        return Award.objects.select_related("application", "window", "programme", "applicant").get(
            application=self.plan.application
        )

    @cached_property
    def contract(self):
        return self.award.works_contracts.select_related("tender", "contractor").get()

    def later(self, day, days, act, *arguments):
        self.agenda.at(day + timedelta(days=days), act, *arguments)

    def prove(self, day, number):
        """After signing, instead of papers of the grantee: the tender."""
        award, manager, adviser = self.award, self.cast["manager"], self.adviser
        tender = publish_tender(
            award=award,
            subject=self.plan.title[:200],
            deadline_on=day + timedelta(days=14),
            on=day,
            by=adviser,
        )
        self.later(day, 14, self.receive, tender)
        self.later(day, 15, self.open, tender)
        self.later(day, 20, self.contracted, tender, manager)

    def receive(self, day, tender):
        for bidder in self.bidders:
            receive_bid(tender=tender, bidder=bidder, on=day, by=self.adviser)

    def open(self, day, tender):
        """The lowest bid leaves 2 percent of the award for what is found on the site."""
        manager = self.cast["manager"]
        open_tender(tender=tender, opened_with=self.adviser, on=day, by=manager)
        award = self.award
        for place, bid in enumerate(tender.bids.order_by("pk")):
            amount = award.amount * (98 + 3 * place + self.serial % 3 * bool(place)) // 100
            read_bid(bid=bid, amount=amount, responsive=True, on=day, by=manager)

    def contracted(self, day, tender, manager):
        tender = choose_bid(tender=tender, winner=tender.bids.comparable()[0], on=day, by=self.adviser)
        tender = decide_tender(tender=tender, on=day, by=manager)
        contract = draft_contract(
            tender=tender,
            starts_on=day + timedelta(days=1),
            ends_on=day + timedelta(days=100),
            retention_pct=HELD_BACK,
            damages_per_day_amount=10_000,
            defects_months=12,
            on=day,
            by=self.adviser,
        )
        sign_contract(contract=contract, on=day, by=manager)
        self.later(day, 45, self.measure, 1)

    def measure(self, day, number):
        """Half of the work, then all of it: each certificate pays exactly its tranche."""
        award, contract = self.award, self.contract
        done = award.amount * number // 2
        if done > contract.total_amount:
            more = award.amount - contract.total_amount
            change = propose_variation(
                contract=contract, amount=more, text="Drainage found on the site", on=day, by=self.adviser
            )
            approve_variation(variation=change, on=day, by=self.cast["manager"])
        certificate = measure_work(contract=contract, work_done_amount=done, period_to=day, on=day, by=self.adviser)
        certify_work(certificate=certificate, on=day, by=self.cast["monitoring"])
        self.later(day, 3, self.accept, number)

    def paid(self, day, number):
        if number == 1:
            self.found(self, day)
            self.later(day, 30, self.measure, 2)
        elif number == 2:
            self.later(day, 2 + self.serial % 5 * 5, self.taken_over)
        else:
            self.later(day, 30, self.close)

    def taken_over(self, day):
        """Every third object has a defect."""
        defects = []
        if self.serial % 3 == 0:
            defects = [(DEFECTS[self.serial // 3 % len(DEFECTS)], day + timedelta(days=30))]
        contract = accept_provisionally(
            contract=self.contract,
            present="The mayor, the builder and the engineer of the municipality",
            defects=defects,
            evidence=self.file(day, "acceptance", "Provisional acceptance"),
            on=day,
            by=self.adviser,
        )
        handover = self.file(day, "handover", "Handover of the works")
        hand_over_works(contract=contract, evidence=handover, on=day, by=self.adviser)
        if defects:
            self.later(day, 25, self.put_right)
        self.agenda.at(contract.defects_until + timedelta(days=4), self.taken_over_for_good)

    def put_right(self, day):
        close_defect(defect=self.contract.defects.get(), on=day, by=self.cast["monitoring"])

    def taken_over_for_good(self, day):
        contract = accept_finally(contract=self.contract, on=day, by=self.cast["manager"])
        last = release_retention(contract=contract, on=day, by=self.adviser)
        certify_work(certificate=last, on=day, by=self.cast["monitoring"])
        for deliverable in self.award.tranches.get(number=3).deliverables.all():
            evidence = self.file(day, "deliverable", deliverable.text)
            show_deliverable(deliverable=deliverable, evidence=evidence, on=day, by=self.adviser)
        self.later(day, 3, self.accept, 3)
