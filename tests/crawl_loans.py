"""Something behind each address of the people and things behind loans."""

from datetime import timedelta

from applicants.models import Party, PartyMember
from applicants.services import add_evidence
from loans.models import (
    Collateral,
    GroupClaim,
    GroupLoan,
    GroupShare,
    Guarantor,
    GuarantorNotice,
    LifeEvent,
    LoanProduct,
    Waiver,
)
from loans.services import prepare_handover, prepare_moratorium
from tests.office import DAY, make_user, seat
from tests.steps_applicants import registered_person
from tests.steps_relief import asked, on_agenda
from tests.steps_tranches import planned_loan, signed_in_tranches


def furnish_tranches(office, who):
    """A loan planned in two tranches that is still to be signed, and one that is signed."""
    LoanProduct.objects.filter(programme=office.programme).update(most_tranches=2)
    parts = ((1_000, DAY, ""), (1_000, DAY + timedelta(days=40), "The roof is on."))
    facts = {"parts": parts, "amount": 2_000}
    planned = planned_loan(office, applicant=registered_person(office, **who, birth_year=1979), **facts)
    loan = signed_in_tranches(office, applicant=registered_person(office, **who, birth_year=1980), **facts)
    return {
        "loans:plan_tranches": {"ref": planned.ref},
        "loans:contract_draft": {"ref": planned.ref},
        "loans:move_tranche": {"ref": loan.ref, "number": 2},
        "loans:pay_tranche": {"ref": loan.ref, "number": 1},
    }


def furnish_relief(office, loan):
    """A new schedule that the officer asks for, before a committee that does not sit yet."""
    request = asked(office, loan)
    session = on_agenda(office, request)
    on_session = ("motion", "declare_motion", "remove_motion", "take_back_motion_vote")
    return {
        "loans:ask_relief": {"ref": loan.ref, "kind": "reschedule"},
        "loans:relief_request": {"ref": loan.ref, "number": request.number},
        "loans:move_request": {"ref": loan.ref, "number": request.number},
        "selection:put_motions": {"ref": session.ref},
        **{f"selection:{name}": {"ref": session.ref, "number": 1} for name in on_session},
    }


def furnish_loan_people(office, who, loan, repayment):
    """{name of the address: what it takes}. The borrower of `loan`, which is active, becomes a group of two."""
    people, programme = office.people, office.programme
    paper = add_evidence(
        programme=programme,
        case_ref=loan.ref,
        purpose="act",
        content=b"Signed.",
        name="act.txt",
        on=DAY,
        by=people.loan_officer,
    )
    recorded = {"loan": loan, "recorded_by": people.loan_officer}
    first, second = (registered_person(office, **who, birth_year=year) for year in (1961, 1962))
    Party.objects.filter(pk=loan.borrower_id).update(kind="group")
    PartyMember.objects.bulk_create([PartyMember(party=loan.borrower, person=member) for member in (first, second)])
    GroupLoan.objects.create(constituted_on=DAY, act=paper, leader=first, **recorded)
    GroupShare.objects.create(loan=loan, member=first, amount=loan.amount - 1, since=DAY)
    GroupShare.objects.create(loan=loan, member=second, amount=1, since=DAY)
    claim = GroupClaim.objects.create(member=second, amount=1, claimed_on=DAY, reason="She was away.", **recorded)
    guarantor = Guarantor.objects.create(party=first, amount=1, consented_on=DAY, consent=paper, **recorded)
    thing = Collateral.objects.create(
        kind="other",
        description=f"Bell of {who['name']}",
        owner=first,
        value_amount=1,
        valued_by="A. Valuer",
        valued_on=DAY,
        paper=paper,
        **recorded,
    )
    notice = GuarantorNotice.objects.create(
        guarantor=guarantor,
        version=1,
        instalment_number=1,
        noticed_on=DAY,
        overdue_amount=1,
        days_late=1,
        letter=f"{who['name']}: please speak with the borrower.",
    )
    event = LifeEvent.objects.create(kind="abroad", happened_on=DAY, evidence=paper, recorded_on=DAY, **recorded)
    moratorium = prepare_moratorium(
        programme=programme,
        months=3,
        interest="carried",
        starts_on=DAY,
        reason="Hail.",
        on=DAY,
        by=people.manager,
    )
    waiver = Waiver.objects.create(
        loan=loan,
        version=1,
        component="interest",
        amount=1,
        value_on=DAY,
        decision_ref="S-1/2",
        reason=f"Hail over {who['name']}.",
        recorded_by=people.manager,
    )
    taker = make_user("Karen Martirosyan", f"Y-{programme.pk}")
    seat(taker, programme, "adviser", region=office.region)
    lists = prepare_handover(
        programme=programme,
        giver=people.adviser,
        taker=taker,
        loans=[loan],
        reason="Leave.",
        on=DAY,
        by=people.manager,
    )
    return {
        "loans:release_guarantor": {"ref": loan.ref, "pk": guarantor.pk},
        "loans:release_collateral": {"ref": loan.ref, "pk": thing.pk},
        "loans:send_notice": {"ref": loan.ref, "pk": notice.pk},
        "loans:decide_life_event": {"ref": loan.ref, "pk": event.pk},
        "loans:end_attorney": {"ref": loan.ref, "pk": event.pk},
        "loans:reverse_waiver": {"ref": loan.ref, "pk": waiver.pk},
        "loans:settle_claim": {"ref": loan.ref, "pk": claim.pk},
        "loans:member_payments": {"ref": loan.ref, "pk": repayment.pk},
        "loans:moratorium": {"ref": moratorium.ref},
        "loans:move_moratorium": {"ref": moratorium.ref},
        **{f"loans:{name}": {"pk": lists.pk} for name in ("handover", "sign_handover")},
        "loans:new_moratorium": {"key": programme.key},
        "loans:new_handover": {"key": programme.key, "adviser_pk": people.adviser.pk},
    }
