"""Steps of a case on the register, through the services, for the tests of the apps above."""

from datetime import date

from applicants import duplicates
from applicants.models import Party
from applicants.services import (
    answer_check,
    answer_duplicate,
    enrol_on_course,
    give_consent,
    give_opinion,
    pass_checks,
    plan_course,
    record_attendance,
    record_outcomes,
    register_party,
    run_checks,
    set_cash_flow,
    set_finance,
    set_investments,
    start_application,
    submit_application,
    verify_in_field,
    write_plan,
)
from programmes.models import Membership, Role
from tests.office import DAY, make_user, seat
from tests.replay import replayed

CONSENT = "1"
# Unlike each other, for those who need many people.
NAMES = (
    "Anahit Sargsyan",
    "Zaven Mkrtchyan",
    "Hovik Badalyan",
    "Lusine Torosyan",
    "Ruzan Ohanyan",
    "Edgar Fidanyan",
    "Peprone Chalabyan",
    "Volodya Xachatryan",
    "Ishkhan Demirchoghlyan",
    "Javahir Ulubabyan",
    "Qnarik Yeghiazaryan",
    "Bagrat Nersisyants",
)


@replayed
def registered_person(
    office, name="Anahit Sargsyan", *, on=DAY, by=None, consent=True, sex="female", birth_year=1984, **facts
):
    """A person on the register of the office's programme, in its region and village, with consent."""
    by = by or office.people.adviser
    person = register_party(
        kind="person",
        name=name,
        programme=office.programme,
        region=facts.pop("region", office.region),
        village=facts.pop("village", office.village),
        sex=sex,
        birth_year=birth_year,
        on=on,
        by=by,
        **facts,
    )
    if consent:
        give_consent(party=person, programme=office.programme, purpose="processing", text_version=CONSENT, on=on, by=by)
    return person


def trained(office, *persons, kind="small_business", on=DAY, by=None):
    """The persons completed a one-day course of that kind on `on`. Returns the Course."""
    by = by or office.people.adviser
    course = plan_course(
        programme=office.programme,
        region=office.region,
        kind=kind,
        title="Small business, the first steps",
        starts_on=on,
        ends_on=on,
        on=on,
        by=by,
    )
    enrol_on_course(course=course, persons=persons, on=on, by=by)
    record_attendance(course=course, day=on, present=persons, on=on, by=by)
    return record_outcomes(course=course, completed=persons, dropped_out={}, on=on, by=by)


def another_person(office, *, on=DAY, by=None):
    """A namesake of those who are on the register already, born in a year of their own: nobody's double.

    After so many years of birth another name begins.
    """
    round_, place = divmod(Party.objects.persons().count(), 78)
    name, year = NAMES[round_], 1996 - place
    return registered_person(office, name, birth_year=year if year > 1984 else year - 1, on=on, by=by)


@replayed
def registered_enterprise(office, name="Sargsyan Cheese", *, manager=None, on=DAY, by=None, **facts):
    """An enterprise on the register, run by `manager` (a person on the register)."""
    return register_party(
        kind="enterprise",
        name=name,
        programme=office.programme,
        region=facts.pop("region", office.region),
        village=facts.pop("village", office.village),
        manager=manager,
        started_on=facts.pop("started_on", date(2021, 5, 1)),
        on=on,
        by=by or office.people.adviser,
        **facts,
    )


@replayed
def draft_application(office, applicant=None, *, amount=None, own=None, on=DAY, by=None, **facts):
    """A draft with a complete one-page plan: a cooler for `amount` from the programme and `own` from the applicant.

    Amounts are minor units; without them 10,000.00 and 2,500.00 for a grant, 1,200.00 and nothing for a loan.
    """
    by = by or office.people.adviser
    grant = office.call.instrument == "grant"
    amount = amount or (1_000_000 if grant else 120_000)
    own = (250_000 if grant else 0) if own is None else own
    if applicant is None:
        applicant = another_person(office, on=on, by=by)
    case = start_application(
        call=office.call,
        window=facts.pop("window", office.window),
        applicant=applicant,
        title=facts.pop("title", "A milk cooler"),
        asked_amount=amount,
        on=on,
        by=by,
        **facts,
    )
    return completed(case, amount=amount, own=own, on=on, by=by)


def completed(case, *, amount, own, on=DAY, by):
    """The one-page plan of a draft, filled in."""
    write_plan(application=case, summary="Fresh cheese for the shops of Vanadzor.", on=on, by=by)
    items = [{"label": "Milk cooler, 300 l", "quantity": 1, "unit_amount": amount + own, "own_amount": own}]
    set_investments(application=case, items=items, on=on, by=by)
    lines = [
        {"kind": "sales", "label": "Cheese", "months": [60_000] * 12},
        {"kind": "materials", "label": "Milk", "months": [20_000] * 12},
    ]
    set_cash_flow(application=case, lines=lines, instalment_amount=10_662, on=on, by=by)
    if own:
        set_finance(application=case, sources=[{"source": "own_cash", "amount": own}], on=on, by=by)
    case.refresh_from_db()
    return case


@replayed
def submitted_application(office, applicant=None, *, on=DAY, by=None, **facts):
    """A draft put forward: the applicant is trained, the adviser submits."""
    by = by or office.people.adviser
    applicant = applicant or another_person(office, on=on, by=by)
    if not applicant.training_places.filter(outcome="completed").exists():
        trained(office, applicant, on=on, by=by)
    case = draft_application(office, applicant, on=on, by=by, **facts)
    return submit_application(application=case, on=on, by=by)


def protector_of(office):
    """The data protection person of the office's programme, made when first asked for."""
    found = Membership.objects.filter(programme=office.programme, role=Role.DATA_PROTECTION).first()
    if found is not None:
        return found.user
    user = make_user("Levon Arakelyan", f"{office.programme.key.upper()}-77")
    seat(user, office.programme, Role.DATA_PROTECTION)
    return user


def compared(office, party, *, on=DAY):
    """Whoever looks like the party is somebody else, says the data protection person: also where others see a hold."""
    others = Party.objects.filter(pk__in=duplicates.unsettled(party))
    by = protector_of(office)
    return answer_duplicate(party=party, others=others, verdict="other", reason="Asked both offices.", on=on, by=by)


@replayed
def eligible_application(office, applicant=None, *, on=DAY, by=None, checked_by=None, opinion=True, **facts):
    """Submitted, checked by the secretary, seen in the field, with the adviser's opinion: ready for a session."""
    by = by or office.people.adviser
    checker = checked_by or office.people.secretary
    case = submitted_application(office, applicant, on=on, by=by, **facts)
    if duplicates.of_party(case.applicant, checker).hold:
        compared(office, case.applicant, on=on)
    run_checks(application=case, on=on, by=checker)
    for check in case.checks.filter(result="person"):
        answer_check(check=check, result="passed", finding="Another person.", on=on, by=checker)
    case = pass_checks(application=case, on=on, by=checker)
    if opinion:
        verify_in_field(
            application=case,
            confirmed=True,
            seen="Six cows, a clean room, a milk book.",
            assets="Six cows",
            sales_amount=60_000,
            profit_amount=40_000,
            jobs=[{"title": "Cheese maker", "hours_per_week": 40, "holder_sex": "female"}],
            on=on,
            by=by,
        )
        give_opinion(application=case, verdict="for", text="She has kept a milk book for two years.", on=on, by=by)
    case.refresh_from_db()
    return case
