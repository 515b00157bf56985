"""What stands behind the addresses of purchases and works in the house that one walks through."""

from grants.services import (
    accept_provisionally,
    choose_quote,
    measure_work,
    propose_variation,
)
from tests.office import DAY
from tests.steps_purchases import matched, quoted
from tests.steps_purchases import requested as purchased
from tests.steps_works import published, running_contract, with_bids, works_award


def furnish_purchases(office, award):
    """A purchase that is asked for, one that was chosen and looks odd, one that is matched."""
    award.tranches.filter(number=2).update(modality="supplier")
    asked = purchased(office, award, 2)
    odd = purchased(office, award, 2)
    quoted(office, odd, award.applicant, 90_000)
    choose_quote(purchase=odd, quote=odd.quotes.get(), on=DAY, by=office.people.maker)
    bought = matched(office, award, 2, 300_000)
    numbers = {
        "purchase": asked,
        "purchase_move": asked,
        "new_quote": asked,
        "waive_quotes": asked,
        "invoice": asked,
        "handover_certificate": bought,
        "hand_over_all": bought,
    }
    found = {f"grants:{act}": {"ref": award.ref, "number": row.number} for act, row in numbers.items()}
    found["grants:answer"] = {"ref": award.ref, "number": odd.number, "place": 1}
    found["grants:dispose"] = found["grants:clawback"] = {"ref": award.ref, "pk": bought.assets.first().pk}
    return found


def furnish_works(office, applicant):
    """A contract that was accepted, with a defect, a measured certificate and a variation; and a tender with a bid."""
    people = office.people
    award = works_award(office, parts=(100_000, 50_000), own=50_000, applicant=applicant)
    contract = running_contract(office, award, amount=100_000)
    given = {"contract": contract, "on": DAY, "by": people.adviser}
    accept_provisionally(present="The mayor", defects=[("Crack", DAY)], **given)
    measure_work(work_done_amount=50_000, period_to=DAY, **given)
    propose_variation(amount=1_000, text="More kerb", **given)
    tender = with_bids(office, published(office, award), ("Kotayk Roads", 40_000, True))
    at = {"ref": award.ref, "number": contract.number}
    tendered = {"ref": award.ref, "number": tender.number}
    return {
        **{f"grants:{act}": tendered for act in ("tender", "new_bid", "draft_contract", "tender_move")},
        **{
            f"grants:{act}": at
            for act in ("works", "works_move", "measure", "release_retention", "new_variation", "new_defect")
        },
        "grants:new_tender": {"ref": award.ref},
        "grants:hand_over_works": at,
        "grants:read_bid": {**tendered, "pk": tender.bids.get().pk},
        "grants:close_defect": {**at, "pk": contract.defects.get().pk},
        **{
            f"grants:{act}": {**at, "part": 1}
            for act in ("variation", "certificate", "certificate_pdf", "certificate_move")
        },
    }
