"""Guarantors: those who stand for a loan, are told when it is late, and are let go."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from applicants.models import Party
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from ledger.money import Money
from loans.arrears import days_past_due
from loans.exposure import exposure_of, late_borrower, over_ceiling
from loans.models import Guarantor, GuarantorNotice, Instalment, Loan
from loans.services.access import demand, lock_loan, need_state, need_text
from programmes.services import check_date


@service
def add_guarantor(
    *,
    loan,
    party,
    amount,
    consented_on,
    consent,
    on,
    by,
    married=False,
    spouse_consented_on=None,
    spouse_consent=None,
    key=None,
):
    """`party` stands for `amount` minor units of a loan that is not signed yet. `consent` is the Evidence signed.

    The party's row is locked, so that two loans cannot pass its ceiling together. Raises Invalid, Blocked.
    """
    loan = lock_loan(loan)
    demand("loans.secure", by, loan)
    need_state(loan, Loan.State.APPROVED)
    check_date(on=on, programme=loan.programme, by=by)
    party = Party.objects.select_for_update().get(pk=party.pk)
    if party.pk in (loan.borrower_id, loan.business_id):
        raise Invalid(_("Nobody guarantees their own loan."), field="party")
    if party.kind not in (Party.Kind.PERSON, Party.Kind.ENTERPRISE):
        raise Invalid(_("A person or an enterprise guarantees a loan."), field="party")
    if loan.guarantors.standing().filter(party=party).exists():
        raise Invalid(_("%(name)s guarantees this loan already.") % {"name": party}, field="party")
    if not 0 < amount <= loan.amount:
        raise Invalid(_("A guarantee is more than zero and not more than the loan."), field="amount")
    for day, name in ((consented_on, "consented_on"), (spouse_consented_on, "spouse_consented_on")):
        if day is not None and day > on:
            raise Invalid(_("A consent is signed today or before."), field=name)
    if (spouse_consented_on is None) != (spouse_consent is None):
        raise Invalid(_("The spouse's consent needs its date and its paper."), field="spouse_consented_on")
    late = late_borrower(party, loan, on)
    if late:
        raise Blocked(late)
    over = over_ceiling(party, loan, on, amount)
    if over:
        raise Invalid(over, field="amount")
    guarantor = Guarantor.objects.create(
        loan=loan,
        party=party,
        amount=amount,
        consented_on=consented_on,
        consent=consent,
        married=married,
        spouse_consented_on=spouse_consented_on,
        spouse_consent=spouse_consent,
        recorded_by=by,
    )
    body = {"guarantor": party.ref, "amount": amount, "exposure": exposure_of(party, loan), "consent": consent.pk}
    record("guarantor.add", loan.ref, by=by, on=on, programme=loan.programme.key, body=body)
    return guarantor


@service
def release_guarantor(*, guarantor, reason, on, by, version=None, key=None):
    """Nobody stands for the loan by this guarantee any more. While money is out, the adviser and the signer may not."""
    loan = lock_loan(guarantor.loan)
    guarantor = Guarantor.objects.select_for_update(of=("self",)).select_related("party").get(pk=guarantor.pk)
    demand("loans.release", by, loan)
    check_date(on=on, programme=loan.programme, by=by)
    need_text(reason, "reason", _("Say why the guarantor is let go."))
    if guarantor.released_on:
        raise Blocked(_("%(name)s was released already.") % {"name": guarantor.party})
    guarantor.released_on, guarantor.release_reason = on, reason[:300]
    guarantor.save()
    body = {"guarantor": guarantor.party.ref, "amount": guarantor.amount}
    record("guarantor.release", loan.ref, by=by, on=on, programme=loan.programme.key, body=body, reason=reason)
    return guarantor


@service
def notify_guarantors(*, loan, on, by=None):
    """Tell the guarantors of the oldest late instalment, once, from the product's day on. Returns the new notices."""
    loan = lock_loan(loan)
    rules = getattr(loan.product, "lending_rules", None)
    if loan.state != Loan.State.ACTIVE or rules is None or rules.notice_days is None:
        return []
    if loan.life_events.filter(decided_on=None).exists():
        return []
    rows = list(loan.instalments.filter(version=loan.current_version).in_turn())
    late = days_past_due(rows, on)
    if not late or late < rules.notice_days:
        return []
    oldest = next(row for row in rows if row.open_amount)
    overdue = sum(row.open_amount for row in rows if row.due_on < on)
    told = GuarantorNotice.objects.filter(version=loan.current_version, instalment_number=oldest.number)
    waiting = loan.guarantors.standing().exclude(notices__in=told).select_related("party")
    made = [
        GuarantorNotice(
            guarantor=guarantor,
            version=loan.current_version,
            instalment_number=oldest.number,
            noticed_on=on,
            overdue_amount=overdue,
            days_late=late,
            letter=letter_to(guarantor, loan, overdue, late),
        )
        for guarantor in waiting
    ]
    GuarantorNotice.objects.bulk_create(made)
    if made:
        body = {"guarantors": [row.guarantor.party.ref for row in made], "overdue": overdue, "days": late}
        record("guarantor.notify", loan.ref, by=by, on=on, programme=loan.programme.key, body=body)
    return made


def letter_to(guarantor, loan, overdue, days):
    """The notice in the programme's language; a confidential programme signs with its neutral name."""
    with override(loan.programme.language):
        facts = {
            "name": guarantor.party.name,
            "ref": loan.ref,
            "overdue": Money(overdue, loan.currency),
            "amount": Money(guarantor.amount, loan.currency),
            "programme": loan.programme.public_name,
        }
        late = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        return _(
            "%(name)s: on the loan %(ref)s, which you guarantee up to %(amount)s, %(overdue)s is overdue, "
            "the oldest part by %(late)s. Please speak with the borrower. %(programme)s"
        ) % {**facts, "late": late}


@service
def mark_notice_sent(*, notice, on, by, key=None):
    """The letter was handed over, posted or sent."""
    loan = lock_loan(notice.guarantor.loan)
    demand("loans.secure", by, loan)
    check_date(on=on, programme=loan.programme, by=by)
    if not GuarantorNotice.objects.filter(pk=notice.pk, sent_on=None).update(sent_on=on):
        raise Blocked(_("This notice was sent already."))
    record("guarantor.notice_sent", loan.ref, by=by, on=on, programme=loan.programme.key, body={"notice": notice.pk})
    notice.sent_on = on
    return notice


def notice_due(on):
    """Loans with guarantors, late, of products that ask for a notice: what the daily run looks at."""
    late = Instalment.objects.filter(settled_on=None, due_on__lt=on).values("loan")
    return (
        Loan.objects.filter(state=Loan.State.ACTIVE, guarantors__released_on=None, pk__in=late)
        .filter(guarantors__isnull=False, product__lending_rules__notice_days__isnull=False)
        .order_by("pk")
        .distinct()
    )
