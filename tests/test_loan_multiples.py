"""A new schedule in multiples does not leave all that is owed to one instalment, unseen: it is refused in words."""

from datetime import date

import pytest

from audit.refusals import Invalid
from config.proof import faults
from loans.models import Moratorium
from loans.services import prepare_moratorium, reschedule_loan
from loans.services.requests import ask_relief
from programmes.clock import standing_at
from tests.steps_loans import active_loan

LATER = date(2026, 4, 20)
SAID = r"In multiples of USD\s100\.00, one of the %s instalments would repay the whole loan\. Agree on other"


@pytest.mark.django_db
def test_a_new_schedule_whose_multiple_is_above_the_instalment_is_refused_and_a_shorter_one_is_made(lending):
    """1,000.00 in 24 instalments are 47.07 each, which is nothing in hundreds; in 12 they are 88.85."""
    loan = active_loan(lending, terms={"multiple_amount": 10_000})
    new = {"instalments_number": 24, "first_due_on": date(2026, 6, 12), "reason": "Hail."}
    by, on = lending.people.manager, LATER
    with standing_at(LATER):
        for act, more in ((reschedule_loan, {"decision_ref": "S-1"}), (ask_relief, {"kind": "reschedule"})):
            with pytest.raises(Invalid, match=SAID % 24) as refused:
                act(loan=loan, on=on, by=by, **new, **more)
            assert refused.value.field == "instalments_number"
        loan.refresh_from_db()
        assert (loan.current_version, loan.relief_requests.count()) == (1, 0)
        reschedule_loan(loan=loan, on=on, by=by, decision_ref="S-1", **{**new, "instalments_number": 12})
        assert loan.instalments.filter(version=2, principal_amount__gt=0).count() > 1
        assert list(faults()) == []


@pytest.mark.django_db
def test_a_moratorium_names_the_loan_of_which_no_schedule_can_be_made(lending):
    loan = active_loan(lending)
    type(loan).objects.filter(pk=loan.pk).update(multiple_amount=20_000)
    with standing_at(LATER), pytest.raises(Invalid, match=rf"^{loan.ref}: In multiples of USD\s200\.00, one of the 12"):
        prepare_moratorium(
            programme=lending.programme,
            months=3,
            interest="carried",
            starts_on=LATER,
            reason="Hail.",
            on=LATER,
            by=lending.people.loan_officer,
        )
    assert not Moratorium.objects.exists()
