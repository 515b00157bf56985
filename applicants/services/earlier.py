"""Cases that were decided before this program was used: their dossiers are on paper, elsewhere."""

from applicants.models import Application, BusinessPlan
from applicants.services.access import demand
from applicants.services.application import first_of_next_month
from audit.moves import begin
from audit.services import service
from programmes.services import take_reference

# Decisions taken before this program was used begin so; no session here stands behind them.
EARLIER = "before:"


@service
def record_earlier_case(*, window, region, applicant, adviser, title, amount, months, decision_ref, decided_on, on, by):
    """An approved Application as of `decided_on`, with an empty plan. `amount` in minor units of the window.

    `decision_ref` begins with EARLIER, so that nobody takes it for a decision of a session. Returns the Application.
    """
    programme = window.call.programme
    case = Application(
        ref=take_reference("A", decided_on.year),
        programme=programme,
        call=window.call,
        window=window,
        region=region,
        applicant=applicant,
        adviser=adviser,
        title=title,
        asked_amount=amount,
        currency=window.currency,
        term_months=months,
        started_on=decided_on,
        submitted_on=decided_on,
        decided_on=decided_on,
        decision_ref=decision_ref,
        approved_amount=amount,
        state=Application.State.APPROVED,
    )
    demand("applicants.import_file", by, case)
    case.save()
    BusinessPlan.objects.create(application=case, first_month=first_of_next_month(decided_on))
    return begin(case, by=by, on=on, body={"decision": decision_ref, "amount": amount})
