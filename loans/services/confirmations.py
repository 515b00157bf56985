"""Balances confirmed with borrowers: the sample drawn, the answers, the differences explained."""

import hashlib

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid
from audit.services import record, service
from loans.models import BalanceCheck, BalanceSample, Loan
from loans.services.access import demand, need_text
from programmes.services import check_date

MOST = 500


def drawn(loans, size, seed):
    """`size` of the loans, by the seed alone; nobody can choose one of them."""
    return sorted(loans, key=lambda loan: hashlib.sha256(f"{seed}:{loan.ref}".encode()).hexdigest())[:size]


@service
def draw_balances(*, programme, size, seed, on, by, key=None):
    """Draw `size` of the loans outstanding today. Returns the BalanceSample.

    Raises NotAllowed for somebody of the loan team, Invalid for a size or seed, Blocked when nothing is outstanding.
    """
    demand("loans.confirm_balances", by, programme, _("Somebody outside the loan team asks for the balances."))
    check_date(on=on, programme=programme, by=by)
    seed = " ".join(seed.split())
    if not seed or len(seed) > 40:
        raise Invalid(_("Enter a seed of up to 40 letters or digits."), field="seed")
    if not 1 <= size <= MOST:
        raise Invalid(_("Draw from 1 to %(most)s loans.") % {"most": MOST}, field="size")
    loans = list(Loan.objects.filter(programme=programme).outstanding())
    if not loans:
        raise Blocked(_("No loan is outstanding."))
    sample = BalanceSample.objects.create(programme=programme, seed=seed, as_of=on, population=len(loans), drawn_by=by)
    rows = [
        BalanceCheck(
            sample=sample, loan=loan, number=number, principal_amount=loan.principal_amount, currency=loan.currency
        )
        for number, loan in enumerate(drawn(loans, size, seed), 1)
    ]
    BalanceCheck.objects.bulk_create(rows)
    record(
        "balances.draw",
        sample.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"seed": seed, "population": len(loans), "loans": [row.loan.ref for row in rows]},
    )
    return sample


@service
def answer_balance(*, check, answer, on, by, said_amount=None, note="", key=None):
    """What the borrower said of the balance. Returns the BalanceCheck.

    Not by the adviser of the case or who signed its contract. An amount that is the books' own agrees.
    """
    check = _lock(check)
    demand("loans.confirm_balances", by, check.sample.programme)
    demand("loans.ask_balance", by, check.loan, _("Somebody else than adviser and officer of this loan asks."))
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
