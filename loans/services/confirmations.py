"""Balances confirmed with borrowers: the sample drawn, the answers, the differences explained."""

import secrets

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid
from audit.services import record, service
from loans.models import BalanceCheck, BalanceSample, Loan
from loans.services.access import demand, need_text
from programmes.models import Programme
from programmes.services import check_date

MOST = 500
HANDS_OFF = _(
    "Somebody asks who had no hand in this loan: not its adviser or officer, nor who entered its money, a waiver, a new"
    " schedule or its write-off."
)


@service
def draw_balances(*, programme, size, on, by, key=None):
    """Draw `size` of the loans outstanding today, by a seed that nobody chose. Returns the BalanceSample.

    It is drawn once: not again while nobody of the last sample was asked, or one could draw until it suits. Raises
    NotAllowed for somebody of the loan team, Invalid for a size, Blocked when nothing is outstanding.
    """
    demand("loans.confirm_balances", by, programme, _("Somebody outside the loan team asks for the balances."))
    check_date(on=on, programme=programme, by=by)
    if not 1 <= size <= MOST:
        raise Invalid(_("Draw from 1 to %(most)s loans.") % {"most": MOST}, field="size")
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)  # two at once would draw twice
    last = programme.balance_samples.first()
    if last is not None and not last.checks.exclude(answer="").exists():
        sentence = _("Nobody of the sample of %(day)s was asked yet. Begin with that.")
        raise Blocked(sentence % {"day": f"{last.as_of:%d.%m.%Y}"})
    loans = {loan.ref: loan for loan in Loan.objects.filter(programme=programme).outstanding()}
    if not loans:
        raise Blocked(_("No loan is outstanding."))
    sample = BalanceSample.objects.create(
        programme=programme, seed=secrets.token_hex(8), as_of=on, drawn_from=sorted(loans), drawn_by=by
    )
    rows = [
        BalanceCheck(
            sample=sample,
            loan=loans[ref],
            number=number,
            principal_amount=loans[ref].principal_amount,
            currency=loans[ref].currency,
        )
        for number, (_digest, ref) in enumerate(sample.ranked[:size], 1)
    ]
    BalanceCheck.objects.bulk_create(rows)
    record(
        "balances.draw",
        sample.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"seed": sample.seed, "population": len(loans), "loans": [row.loan.ref for row in rows]},
    )
    return sample


@service
def answer_balance(*, check, answer, on, by, said_amount=None, note="", key=None):
    """What the borrower said of the balance. Returns the BalanceCheck.

    Not by the adviser of the case, who signed its contract, or who entered anything of the loan. An amount that is the
    books' own agrees.
    """
    check = _lock(check)
    demand("loans.confirm_balances", by, check.sample.programme)
    demand("loans.ask_balance", by, check.loan, HANDS_OFF)
    check_date(on=on, programme=check.sample.programme, by=by)
    if on < check.sample.as_of:
        raise Invalid(_("Nobody was asked before the sample was drawn."), field="on")
    if check.answer:
        raise Blocked(_("This borrower has answered already."))
    if answer not in BalanceCheck.Answer.values:
        raise Invalid(_("Choose what the borrower said."), field="answer")
    if answer == BalanceCheck.Answer.DIFFERS and said_amount is None:
        raise Invalid(_("Enter the amount that the borrower says."), field="said_amount")
    if answer == BalanceCheck.Answer.DIFFERS and said_amount == check.principal_amount:
        raise Invalid(_("That is what the books say: choose “Agrees”."), field="said_amount")
    check.answer, check.note = answer, note.strip()[:300]
    check.said_amount = said_amount if answer == BalanceCheck.Answer.DIFFERS else None
    check.asked_on, check.asked_by = on, by
    check.save()
    return _told(check, "balances.answer", by, on, {"answer": answer, "books": check.principal_amount})


@service
def settle_balance(*, check, settlement, on, by, key=None):
    """A difference is explained, by a manager who did not ask. Returns the BalanceCheck."""
    check = _lock(check)
    demand("loans.settle_balance", by, check, _("A manager who did not ask the borrower explains a difference."))
    check_date(on=on, programme=check.sample.programme, by=by)
    need_text(settlement, "settlement", _("Say what the difference was."))
    if check.answer in ("", BalanceCheck.Answer.AGREES) or check.settled_on:
        raise Blocked(_("No difference waits here."))
    check.settlement, check.settled_on, check.settled_by = settlement.strip()[:300], on, by
    check.save()
    return _told(check, "balances.settle", by, on, {"answer": check.answer})


def _lock(check):
    related = ("sample__programme", "loan__application", "loan__programme")
    return BalanceCheck.objects.select_for_update(of=("self",)).select_related(*related).get(pk=check.pk)


def _told(check, kind, by, on, body):
    body = {"loan": check.loan.ref, "currency": check.currency, **body}
    record(kind, check.sample.ref, by=by, on=on, programme=check.sample.programme.key, body=body)
    return check
