"""Which loan a credit line of a bank statement repays: pure functions over facts, with the reasons as sentences.

A proposal is sure when the line leads to one loan by a reference of ours, by the borrower's account or by a nearly
equal name, something else fits as well, and nothing speaks against it. A line that fits two loans names both and is
never sure. Amounts are minor units.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from anyascii import anyascii
from django.utils.translation import gettext_lazy as _

from ledger.money import Money
from payments.proposals import LIKE, SAME, likeness

_LOAN = re.compile(r"\bL[-\s/]?(\d{4})[-\s/]?(\d{4,6})\b")
BY_REFERENCE, BY_ACCOUNT, BY_NAME, BY_AMOUNT = 4, 3, 2, 1
# Of lines that only the amount speaks for, so many loans are named; more help nobody.
NAMED = 5


@dataclass(frozen=True)
class LoanFacts:
    """A loan that takes money. `late`: due and unpaid; `coming`: the next instalment; `owed`: all that is scheduled."""

    pk: int
    ref: str
    currency: str
    lent_on: date
    late: int
    coming: int
    owed: int
    names: tuple[str, ...] = ()
    number_indexes: frozenset = frozenset()

    def fits(self, amount):
        """What this amount would be of the loan, as a sentence, or None."""
        if not amount:
            return None
        if amount == self.late + self.coming and self.late and self.coming:
            return _("The amount is what is late and the next instalment.")
        if amount == self.late:
            return _("The amount is what is due.")
        if amount == self.coming:
            return _("The amount is the next instalment.")
        if amount == self.owed:
            return _("The amount is all that is owed.")
        return None


@dataclass(frozen=True)
class Claim:
    """What a line may repay: `refs` of the loans that fit, one when the line is clear; `against` keeps it unsure."""

    line: int
    refs: tuple[str, ...]
    rank: int
    reasons: tuple = ()
    against: tuple = ()
    act = "claim"

    def objected(self, sentence):
        return replace(self, against=(*self.against, sentence))

    @property
    def ref(self):
        return self.refs[0]

    @property
    def sure(self):
        return len(self.refs) == 1 and self.rank > BY_AMOUNT and not self.against


def propose_claims(lines, loans):
    """{line pk: Claim}, for each credit line that has one. `lines` are payments.proposals.LineFacts."""
    known = Known(loans)
    found = {}
    for line in lines:
        claim = _claim(line, known) if line.amount > 0 else None
        if claim is not None:
            found[line.pk] = claim
    return _within_due(found, lines, known)


class Known:
    """Loans by reference, by account, by name as one spells it, and by each amount that would fit."""

    def __init__(self, loans):
        self.by_ref = {_bare(loan.ref): loan for loan in loans}
        self.by_account, self.by_name, self.by_amount = defaultdict(list), defaultdict(list), defaultdict(list)
        for loan in loans:
            for index in loan.number_indexes:
                self.by_account[index].append(loan)
            for key in {spelled(name) for name in loan.names}:
                self.by_name[key].append(loan)
            for amount in {loan.late, loan.coming, loan.late + loan.coming, loan.owed} - {0}:
                self.by_amount[amount].append(loan)


def spelled(name):
    """A name in plain letters and in one order of its words, whatever its script."""
    return " ".join(sorted(anyascii(name).casefold().split()))


def _bare(ref):
    return re.sub(r"[^A-Z0-9]", "", ref.upper())


def _claim(line, known):
    text = anyascii(f"{line.end_to_end} {line.text}").upper()
    refs = dict.fromkeys(_bare("L" + "".join(parts)) for parts in _LOAN.findall(text))
    named = [known.by_ref[ref] for ref in refs if ref in known.by_ref]
    same = _alike(line, known)
    if named:
        return _by_reference(line, named, same)
    own = known.by_account.get(line.number_index, []) if line.number_index else []
    for rank, loans, reason in (
        (BY_ACCOUNT, own, _("The account is the borrower's.")),
        (BY_NAME, same, _("The name is like the borrower's.")),
    ):
        if loans:
            return _by_person(line, loans, rank, reason)
    loans = known.by_amount.get(line.amount, [])
    if not loans:
        return None
    against = _("Only the amount fits.") if len(loans) <= NAMED else _("Only the amount fits, and it fits many loans.")
    return Claim(line.pk, tuple(loan.ref for loan in loans[:NAMED]), BY_AMOUNT, (), (against,))


def _alike(line, known):
    """Loans of somebody called so: the same words in any script and order, or nearly so where the amount fits."""
    if not line.name.strip():
        return []
    exact = known.by_name.get(spelled(line.name), [])
    return exact or [loan for loan in known.by_amount.get(line.amount, []) if likeness(line, loan) >= SAME]


def _by_reference(line, named, same):
    refs = tuple(loan.ref for loan in named)
    if len(named) > 1:
        return Claim(line.pk, refs, BY_REFERENCE, (), (_("The text names %(refs)s.") % {"refs": ", ".join(refs)},))
    loan = named[0]
    reasons, against = [_("The text names %(ref)s.") % {"ref": loan.ref}], []
    fits, alike = loan.fits(line.amount), likeness(line, loan)
    own = bool(line.number_index) and line.number_index in loan.number_indexes
    if fits:
        reasons.append(fits)
    if own:
        reasons.append(_("The account is the borrower's."))
    elif alike >= LIKE:
        reasons.append(_("The name is like the borrower's."))
    others = tuple(other.ref for other in same if other.ref != loan.ref and other.names != loan.names)
    if others and alike < LIKE:
        against.append(_("The name is that of the borrower of %(refs)s.") % {"refs": ", ".join(others[:NAMED])})
        refs += others[:NAMED]
    if not (fits or own or alike >= LIKE):
        against.append(_("Neither the amount nor the name fits: it may be a mistyped reference."))
    return Claim(line.pk, refs, BY_REFERENCE, tuple(reasons), (*against, *_objections(line, loan)))


def _by_person(line, loans, rank, reason):
    fitting = [loan for loan in loans if loan.fits(line.amount)]
    chosen = fitting or loans
    refs = tuple(loan.ref for loan in chosen[:NAMED])
    if len(chosen) > 1:
        sentence = _("%(count)s loans fit equally.") % {"count": len(chosen)}
        return Claim(line.pk, refs, rank, (reason,), (sentence,))
    loan = chosen[0]
    fits = loan.fits(line.amount)
    against = () if fits else (_("The amount is not what is due."),)
    return Claim(line.pk, refs, rank, (reason, *([fits] if fits else [])), (*against, *_objections(line, loan)))


def _objections(line, loan):
    """What speaks against this loan whatever leads to it."""
    if line.currency != loan.currency:
        yield _("The loan is in %(currency)s.") % {"currency": loan.currency}
    if line.value_on < loan.lent_on:
        yield _("The money came before the loan was paid out.")
    if loan.owed and line.amount > loan.owed:
        over = Money(line.amount - loan.owed, line.currency)
        yield _("It is %(over)s more than is owed.") % {"over": over}


def _within_due(found, lines, known):
    """Two lines for one loan are sure together only when both find something due."""
    amounts = {line.pk: line.amount for line in lines}
    claims = defaultdict(list)
    for claim in found.values():
        if claim.sure:
            claims[claim.ref].append(claim)
    for ref, claimed in claims.items():
        loan = known.by_ref[_bare(ref)]
        if len(claimed) < 2 or sum(amounts[claim.line] for claim in claimed) <= loan.late + loan.coming:
            continue
        sentence = _("Another line fits %(ref)s as well.") % {"ref": ref}
        for claim in claimed:
            found[claim.line] = claim.objected(sentence)
    return found
