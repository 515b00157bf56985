"""A moratorium of an area: many loans rest by one decision of the committee, which is shown its money effect first."""

from dataclasses import asdict, dataclass, fields
from datetime import date

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from applicants.services import lock_applications
from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed, Refusal
from audit.services import service
from loans.models import Loan, Moratorium, MoratoriumLoan
from loans.services.access import PARENTS, demand, last_money_on, need_after_last_money, need_text
from loans.services.relief import new_rows, reschedule_loan, unpaid_parts
from loans.services.restating import fold_loan
from loans.terms import month_after
from programmes.services import check_date, take_reference

MOST_MONTHS = 11
MOST_LOANS = 5000


@dataclass(frozen=True, slots=True)
class Effect:
    """What a moratorium does to one loan. Amounts are minor units; interest is all that is still to be paid."""

    principal_amount: int
    instalments_number: int
    first_due_on: date
    matured_on: date
    matures_on: date
    interest_before_amount: int
    interest_after_amount: int
    waived_amount: int


def loans_in(moratorium):
    """Active loans of the area: by region, by the borrower's village, by the sector of the business or borrower."""
    loans = Loan.objects.filter(programme=moratorium.programme, state=Loan.State.ACTIVE)
    if moratorium.region_id:
        loans = loans.filter(region=moratorium.region_id)
    villages = list(moratorium.villages.values_list("pk", flat=True))
    if villages:
        loans = loans.filter(borrower__village__in=villages)
    if moratorium.sector:
        in_sector = loans.filter(business__sector__iexact=moratorium.sector)
        loans = in_sector | loans.filter(business=None, borrower__sector__iexact=moratorium.sector)
    return loans.select_related(*PARENTS).order_by("pk")


def effect_on(loan, moratorium, *, on=None, first_due=None):
    """The Effect on one active loan, reckoned as its new schedule will be made. Writes nothing. Raises a Refusal.

    With `on`, as of that later day and with the `first_due` that was shown, or the next instalment that is not paid.
    """
    on, months = on or moratorium.starts_on, moratorium.months
    need_after_last_money(loan, on)
    standing, _instalments, _pairs = fold_loan(loan, on, again=True)
    unpaid = [row for row in standing.rows if row.outstanding]
    ahead = [row.due for row in unpaid if row.due > on]
    owed = unpaid_parts(standing, loan, on) | {"capital": 0}
    if first_due is None:
        first_due = month_after(min(ahead, default=on), months)
    elif ahead:
        first_due = max(first_due, min(ahead))
    terms = {"first_due": first_due, "number": len(unpaid)}
    _starts_on, _request, carried = new_rows(loan, standing, owed, on, **terms)
    _starts_on, _request, made = new_rows(loan, standing, owed, on, free_months=free_months(moratorium), **terms)
    after = sum(row.interest for row in made)
    return Effect(
        principal_amount=standing.principal,
        instalments_number=len(unpaid),
        first_due_on=terms["first_due"],
        matured_on=loan.matures_on,
        matures_on=made[-1].due,
        interest_before_amount=sum(row.open_part("interest") for row in standing.rows),
        interest_after_amount=after,
        waived_amount=sum(row.interest for row in carried) - after,
    )


def free_months(moratorium):
    return moratorium.months if moratorium.interest == Moratorium.Interest.WAIVED else 0


def _named_effect(loan, moratorium):
    """The same; a refusal names the loan."""
    try:
        return effect_on(loan, moratorium)
    except Refusal as refusal:
        refusal.sentence = f"{loan.ref}: {refusal.sentence}"
        raise


@service
def prepare_moratorium(
    *, programme, months, interest, starts_on, reason, on, by, region=None, villages=(), sector="", key=None
):
    """The list of loans with the effect on each, kept as it is shown; it waits for the committee.

    Of no region, village or sector every active loan of the programme is meant. Raises Invalid, Blocked, NotAllowed.
    """
    moratorium = Moratorium(
        programme=programme,
        region=region,
        sector=sector.strip(),
        months=months,
        interest=interest,
        starts_on=starts_on,
        reason=reason.strip()[:300],
        asked_by=by,
        asked_on=on,
    )
    demand("loans.moratorium", by, moratorium)
    check_date(on=on, programme=programme, by=by)
    check_date(on=starts_on, programme=programme, by=by, reason=reason)
    need_text(reason, "reason", _("Say why."))
    if not 1 <= months <= MOST_MONTHS:
        raise Invalid(_("A moratorium lasts 1 to %(most)s months.") % {"most": MOST_MONTHS}, field="months")
    moratorium.ref = take_reference("MO", on.year)
    moratorium.save()
    moratorium.villages.set(villages)
    loans = list(loans_in(moratorium)[: MOST_LOANS + 1])
    if not loans:
        raise Invalid(_("No active loan is in this area."))
    if len(loans) > MOST_LOANS:
        raise Invalid(_("More than %(most)s loans are in this area. Choose a smaller one.") % {"most": MOST_LOANS})
    seen = set(loans_in(moratorium).filter(pk__in=Loan.objects.visible_to(by)).values_list("pk", flat=True))
    if any(loan.pk not in seen for loan in loans):
        raise NotAllowed(_("Some loans of this area are not yours to see. Choose your own region."))
    MoratoriumLoan.objects.bulk_create(
        [
            MoratoriumLoan(
                moratorium=moratorium, loan=loan, currency=loan.currency, **asdict(_named_effect(loan, moratorium))
            )
            for loan in loans
        ]
    )
    return begin(moratorium, by=by, on=on, body={"loans": len(loans), "months": months}, reason=reason)


def lock_moratorium(moratorium):
    """The fresh row; the dossiers of its loans are locked in their order, and so are all its moves."""
    lock_applications(moratorium.loans.values("loan__application"))
    return Moratorium.objects.select_related("programme", "motion__session").get(pk=moratorium.pk)


@service
def apply_moratorium(*, moratorium, on, by, version=None, key=None):
    """What the committee approved is done by another person: each loan of the list gets its new schedule.

    People pay on between the list and the decision. A loan of which something changed is reckoned anew, with its money
    of later days: the days stay as they were shown, and neither the principal that rests nor the interest that is not
    charged is more than was shown, so that the sums of the decision and the band that it went by are kept. A loan that
    cannot rest within that is left out, and the list says why. Raises Blocked while the committee has not approved it,
    and when no loan of the list is left.
    """
    moratorium = lock_moratorium(moratorium)
    check_date(on=on, programme=moratorium.programme, by=by)
    rows = list(moratorium.loans.order_by("loan__application"))
    loans = Loan.objects.select_related(*PARENTS).in_bulk([row.loan_id for row in rows])
    effects = [_to_do(row, loans[row.loan_id], moratorium, on) for row in rows]
    resting = [(row, effect) for row, effect in zip(rows, effects, strict=True) if effect]
    body = {
        "decision": moratorium.decision_ref,
        "loans": len(resting),
        "anew": sum(row.done_on is not None for row in rows),
        "left_out": len(rows) - len(resting),
    }
    advance(moratorium, "put_in_force", by=by, on=on, version=version, body=body)
    if not resting:
        raise Blocked(_("No loan of this list can rest any more. Cancel it, and prepare one anew where it is needed."))
    for row, effect in resting:
        row.version = reschedule_loan(
            loan=loans[row.loan_id],
            instalments_number=effect.instalments_number,
            first_due_on=effect.first_due_on,
            free_months=free_months(moratorium),
            decision_ref=moratorium.decision_ref,
            reason=moratorium.reason,
            on=row.done_on or moratorium.starts_on,
            by=by,
        ).current_version
    columns = ["version", "done_on", "done_principal_amount", "done_waived_amount", "left_out"]
    MoratoriumLoan.objects.bulk_update(rows, columns, batch_size=500)
    return moratorium


def _to_do(row, loan, moratorium, on):
    """The Effect to be booked on a loan of the list; None where it is left out. Sets on the row what differs."""
    why = MoratoriumLoan.LeftOut
    if loan.state != Loan.State.ACTIVE:
        row.left_out = why.ENDED
        return None
    day = max(moratorium.starts_on, last_money_on(loan))
    if day == moratorium.starts_on and asdict(effect := effect_on(loan, moratorium)) == _shown(row):
        return effect
    if loan.versions.decided().filter(number__gt=1, made_on__gte=moratorium.asked_on).exists():
        row.left_out = why.DECIDED
    elif day >= row.first_due_on or day > on:
        row.left_out = why.LATE
    else:
        try:
            effect = effect_on(loan, moratorium, on=day, first_due=row.first_due_on)
        except Invalid:
            row.left_out = why.TERMS
            return None
        if effect.principal_amount <= row.principal_amount and effect.waived_amount <= row.waived_amount:
            row.done_on, row.done_principal_amount = day, effect.principal_amount
            row.done_waived_amount = effect.waived_amount
            return effect
        row.left_out = why.BEYOND
    return None


def _shown(row):
    return {field.name: getattr(row, field.name) for field in fields(Effect)}


@service
def cancel_moratorium(*, moratorium, reason, on, by, version=None, key=None):
    """It is given up; no loan was changed by it. On an agenda the secretary takes it off first."""
    moratorium = lock_moratorium(moratorium)
    check_date(on=on, programme=moratorium.programme, by=by)
    need_text(reason, "reason", _("Say why."))
    return advance(moratorium, "withdraw", by=by, on=on, version=version, reason=reason)


def totals_of(moratorium):
    """The effect in each currency: [{currency, loans, principal, before, after, waived}], in minor units."""
    return list(
        moratorium.loans.order_by("currency")
        .values("currency")
        .annotate(
            number=Count("pk"),
            principal=Sum("principal_amount"),
            before=Sum("interest_before_amount"),
            after=Sum("interest_after_amount"),
            waived=Sum("waived_amount"),
        )
    )
