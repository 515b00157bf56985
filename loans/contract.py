"""The loan contract as a paper, drawn when it is first read and kept as evidence."""

from decimal import Decimal

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from applicants.services import add_evidence
from applicants.services.evidence import path_of
from audit.refusals import Blocked
from audit.services import service
from ledger.money import Money, shown, shown_rate
from loans.annual_cost import NoAnnualCostError, annual_cost_pct
from loans.charge import charge_of_lazy, charge_within_lazy, spared_of
from loans.models import Loan, LoanTranche
from loans.papers.frame import language_of
from loans.services.access import demand, lock_loan, need_state
from loans.services.agreement import planned_tranches, write_contract
from loans.terms import later_pay_outs, step_of
from pages import paper
from pages.paper_language import ENGLISH, words_of

READABLE = (Loan.State.SIGNED, Loan.State.ACTIVE, Loan.State.OVERPAID, Loan.State.CLOSED, Loan.State.WRITTEN_OFF)


@service
def contract_of(*, loan, on, by):
    """The Evidence of the contract: drawn and kept at the first reading, the same bytes ever after."""
    loan = lock_loan(loan)
    if loan.contract_id:
        return loan.contract
    need_state(loan, *READABLE)
    if not loan.current_version:
        raise Blocked(_("This loan has no schedule yet."))
    loan.contract = add_evidence(
        programme=loan.programme,
        case_ref=loan.ref,
        purpose="loan-contract",
        content=draw_contract(loan),
        name=f"{loan.ref}.pdf",
        on=on,
        by=by,
        party=loan.borrower,
    )
    loan.save(update_fields=["contract"])
    return loan.contract


def contract_pdf(*, loan, on, by):
    """The bytes of the contract as PDF."""
    return path_of(contract_of(loan=loan, on=on, by=by).sha256).read_bytes()


def contract_draft_pdf(*, loan, first_due_on, on, by):
    """What the contract would say if it were signed on `on`: to be read before it binds anybody, and not kept.

    Raises NotAllowed where `by` may not set its terms, Invalid or Blocked as the signing would for want of a schedule.
    What only the signing asks for, such as consents, may still be missing.
    """
    with transaction.atomic():
        loan = lock_loan(loan)
        demand("loans.set_terms", by, loan)
        need_state(loan, Loan.State.APPROVED)
        write_contract(loan, first_due_on=first_due_on, on=on)
        LoanTranche.objects.bulk_create(planned_tranches(loan))
        loan.signed_on = on
        content = draw_contract(loan)
        transaction.set_rollback(True)
    return content


def draw_contract(loan):
    """The paper: parties, terms, schedule version 1 with its totals, places to sign. In the borrower's language, as
    every paper of the loan, and, beside it, in English; numbers in the one way of that language. Carries the neutral
    name of a confidential programme."""
    words = _Words(language_of(loan))
    draft = loan.state == Loan.State.APPROVED
    title = words(_("Draft of a loan contract")) if draft else words(_("Loan contract"))
    story = [
        paper.text(title, "title"),
        *([paper.text(words(_("To be read before signing. It binds nobody.")), "quiet")] if draft else []),
        paper.facts(_terms(loan, words)),
        *_tranches(loan, words),
        paper.text(words(_("Repayment")), "h2"),
        *_schedule(loan, words),
        *_security(loan, words),
        paper.text(words(_("What the parties agree")), "h2"),
        *[paper.text(clause) for clause in _clauses(loan, words)],
        *([] if draft else [_signatures(loan, words)]),
    ]
    return paper.paper(
        title,
        story,
        reference=loan.ref,
        subtitle=loan.programme.public_name,
        lang=words_of(words.language),
        footer=loan.programme.public_name,
    )


def _signatures(loan, words):
    guarantors = loan.guarantors.stood_on(loan.signed_on).select_related("party")
    return paper.signatures(
        [
            (words(_("Borrower")), loan.borrower.name),
            (words(_("Loan officer")), str(loan.signed_by or "")),
            *[(words(_("Guarantor")), row.party.name) for row in guarantors],
        ]
    )


class _Words:
    """Fixed words in the borrower's language, with English beside where it reads differently.

    Numbers are said once, as that language writes them: two spellings of one amount are no translation.
    """

    def __init__(self, language):
        self.language = language

    def __call__(self, text, **facts):
        said = []
        with override(words_of(self.language)):
            facts = {name: fact if isinstance(fact, Promise) else str(fact) for name, fact in facts.items()}
        for language in (self.language, ENGLISH):
            with override(words_of(language)):
                said.append(str(text % facts if facts else text))
        return " / ".join(dict.fromkeys(said))

    def amount(self, minor, currency):
        """As in a column whose head names the currency."""
        return shown(minor, currency, self.language)

    def money(self, minor, currency):
        with override(self.language):
            return str(Money(minor, currency))

    def decimal(self, value):
        """A percentage or rate without needless digits."""
        return shown_rate(value, self.language)


def _terms(loan, words):
    name = loan.borrower.name
    if loan.borrower.name_script:
        name = f"{name} ({loan.borrower.name_script})"
    pairs = [
        (words(_("Number of the loan")), loan.ref),
        (words(_("Programme")), loan.programme.public_name),
        (words(_("Borrower")), f"{name}, {loan.borrower.ref}"),
        (words(_("Purpose")), loan.application.title),
        (words(_("Loan")), words.money(loan.amount, loan.currency)),
        (words(charge_of_lazy(loan)), _interest(loan, words)),
        (words(_("Instalments")), f"{loan.instalments_number}, {_frequency(loan, words)}"),
        (words(_("Annual cost (APR)")), _annual_cost(loan, words)),
    ]
    rules = getattr(loan.product, "lending_rules", None)
    if loan.instalment_amount:
        pairs.append((words(_("Instalment agreed")), words.money(loan.instalment_amount, loan.currency)))
    spared = spared_of(loan, loan.versions.get(number=1))
    if spared is not None:
        sentence = words(
            _("%(amount)s less %(charge)s than at %(rate)s%% a year"),
            amount=spared,
            charge=charge_within_lazy(loan),
            rate=words.decimal(loan.reference_rate_pct),
        )
        pairs.append((words(_("Subsidy")), sentence))
    if loan.business_id:
        pairs.insert(3, (words(_("Business")), f"{loan.business.name}, {loan.business.ref}"))
    if rules and rules.lender:
        pairs.insert(2, (words(_("Lender")), rules.lender))
    if loan.fee_amount:
        pairs.append((words(_("Fee withheld at the pay-out")), words.money(loan.fee_amount, loan.currency)))
        pairs.append((words(_("Paid out")), words.money(loan.amount - loan.fee_amount, loan.currency)))
    if loan.penalty_pct:
        pairs.append((words(_("Penalty")), _penalty(loan, words)))
    pairs.append((words(_("Early money")), _early_money(loan, words)))
    rule = words(loan.EarlyInterest(loan.early_interest).label)
    pairs.append((words(_("Repaid early")), f"{words(charge_of_lazy(loan))}: {rule}"))
    if loan.grace_months:
        pairs.append((words(_("Months without principal")), str(loan.grace_months)))
    pairs.append((words(_("Decision")), f"{loan.decision_ref}, {loan.approved_on:%d.%m.%Y}"))
    if loan.state != Loan.State.APPROVED:
        pairs.append((words(_("Signed on")), f"{loan.signed_on:%d.%m.%Y}"))
    return pairs


def _interest(loan, words):
    request = loan.versions.get(number=1).request
    rate = words.decimal(Decimal(request.get("annual_rate_pct") or request["period_rate_pct"]))
    per_period = loan.day_count == loan.DayCount.PERIOD
    return words(_("%(rate)s%% per instalment"), rate=rate) if per_period else words(_("%(rate)s%% a year"), rate=rate)


def _early_money(loan, words):
    """What money does that comes before it is due: all that the reckoning goes by."""
    said = [words(loan.Prepay(loan.prepay).label)]
    reshapes = loan.prepay in (loan.Prepay.SHORTER, loan.Prepay.SMALLER)
    if reshapes or loan.early == loan.Early.PRINCIPAL:
        said.append(words(loan.Early(loan.early).label))
    return "; ".join(said)


def _penalty(loan, words):
    """The rate, the days late that cost nothing, and the most of it: all that the reckoning goes by."""
    said = [words(_("%(rate)s%% a year of principal that is overdue"), rate=words.decimal(loan.penalty_pct))]
    if loan.penalty_grace_days:
        said.append(words(_("days late without penalty: %(days)s"), days=loan.penalty_grace_days))
    if loan.penalty_cap_pct is not None:
        most = words.decimal(loan.penalty_cap_pct)
        said.append(words(_("at most %(rate)s%% of the principal of the instalment"), rate=most))
    return "; ".join(said)


def _frequency(loan, words):
    if loan.frequency == loan.Frequency.DAYS:
        return words(_("every %(days)s days"), days=loan.frequency_days)
    return words(loan.Frequency(loan.frequency).label).lower()


def _annual_cost(loan, words):
    """The rate of the directive, from what is received and what the first schedule asks for."""
    version = loan.versions.get(number=1)
    rows = loan.instalments.filter(version=1, recalled=False)
    paid = [(row.due_on, row.planned_principal_amount + row.planned_interest_amount) for row in rows]
    weekly = step_of(loan).unit == "week"
    try:
        rate = annual_cost_pct(_drawn(loan, version), paid, weekly=weekly)
    except NoAnnualCostError:
        return words(_("cannot be expressed as a yearly rate"))
    return f"{words.decimal(rate)}%"


def _drawn(loan, version):
    """[(day, minor units)] that the borrower receives by the contract, fees taken off."""
    tranches = [(row.planned_on, row.amount - row.fee_amount) for row in loan.tranches.all()]
    return tranches or [(version.starts_on, loan.amount - loan.fee_amount)]


def _tranches(loan, words):
    """When the loan is paid out, and what is shown before; [] where it is paid out at once."""
    tranches = list(loan.tranches.all())
    if not tranches:
        return []
    head = [words(_("No.")), words(_("Planned for")), words(_("Paid out")), words(_("What must be shown before"))]
    rows = [
        [
            row.number,
            f"{row.planned_on:%d.%m.%Y}",
            words.amount(row.amount - row.fee_amount, loan.currency),
            row.condition or "-",
        ]
        for row in tranches
    ]
    total = ["", words(_("Total")), words.amount(loan.amount - loan.fee_amount, loan.currency), ""]
    sentences = [
        words(_("Each part is paid out once what it asks for was shown and confirmed.")),
        words(_("%(charge)s runs on a part from the day on which it is paid out."), charge=charge_of_lazy(loan)),
    ]
    if loan.interest_only:
        sentence = _("Up to the day planned for the last part only %(charge)s falls due.")
        sentences.append(words(sentence, charge=charge_within_lazy(loan)))
    return [
        paper.text(words(_("Paid out in parts")), "h2"),
        *(paper.text(sentence) for sentence in sentences),
        paper.table(rows, [1, 3, 3, 8], head=head, numbers=(0, 2), total=total),
    ]


def _security(loan, words):
    """Who and what stands for the loan, and the members' shares of a group; [] where there is nothing of it."""
    story = []
    guarantors = list(loan.guarantors.stood_on(loan.signed_on).select_related("party"))
    if guarantors:
        head = [words(_("Guarantor")), words(_("At most")), words(_("Consent signed"))]
        rows = [
            [
                f"{row.party.name}, {row.party.ref}",
                words.amount(row.amount, loan.currency),
                f"{row.consented_on:%d.%m.%Y}",
            ]
            for row in guarantors
        ]
        story += [paper.text(words(_("Guarantors")), "h2"), paper.table(rows, [6, 3, 3], head=head, numbers=(1,))]
    things = list(loan.collateral.stood_on(loan.signed_on).select_related("owner"))
    if things:
        head = [words(_("Collateral")), words(_("Owner")), words(_("Value")), words(_("Registration"))]
        rows = [
            [row.description, row.owner.name, words.amount(row.value_amount, loan.currency), row.registration or "-"]
            for row in things
        ]
        story += [paper.text(words(_("Collateral")), "h2"), paper.table(rows, [5, 3, 3, 3], head=head, numbers=(2,))]
    shares = list(loan.shares.in_force(loan.signed_on).select_related("member").order_by("pk"))
    if shares:
        head = [words(_("Member")), words(_("Share"))]
        rows = [[row.member.name, words.amount(row.amount, loan.currency)] for row in shares]
        total = [words(_("Total")), words.amount(sum(row.amount for row in shares), loan.currency)]
        table = paper.table(rows, [6, 3], head=head, numbers=(1,), total=total)
        story += [paper.text(words(_("Members of the group and their shares")), "h2"), table]
    return story


def _schedule(loan, words):
    version = loan.versions.get(number=1)
    rows, owed, later = [], loan.amount, later_pay_outs(loan, version)
    instalments = list(loan.instalments.filter(version=1, recalled=False).order_by("number"))
    for row in instalments:
        owed -= row.principal_amount
        lent = owed - sum(amount for day, amount in later if day > row.due_on)
        amounts = (row.principal_amount, row.interest_amount, row.principal_amount + row.interest_amount, lent)
        rows.append([row.number, f"{row.due_on:%d.%m.%Y}", *(words.amount(value, loan.currency) for value in amounts)])
    principal = sum(row.principal_amount for row in instalments)
    interest = sum(row.interest_amount for row in instalments)
    total = [
        "",
        words(_("Total")),
        *(words.amount(value, loan.currency) for value in (principal, interest, principal + interest)),
        "",
    ]
    head = [
        words(_("No.")),
        words(_("Due")),
        words(_("Principal")),
        words(charge_of_lazy(loan)),
        words(_("Instalment")),
        words(_("Owed after it")),
    ]
    sentence = words(_("Reckoned from the pay-out on %(day)s. Amounts in %(currency)s."), **_day(loan, version))
    table = paper.table(rows, [1, 3, 3, 3, 3, 3], head=head, numbers=(0, 2, 3, 4, 5), total=total)
    return [paper.text(sentence, "quiet"), table]


def _day(loan, version):
    return {"day": f"{version.starts_on:%d.%m.%Y}", "currency": loan.currency}


def _clauses(loan, words):
    return [
        words(_("1. The borrower repays the loan in the instalments above, each on or before its due date.")),
        words(_("2. A payment counts from the day on which it reaches the programme's account.")),
        words(_("3. Money above what is due is used as is said above, and never lost to the borrower.")),
        words(_("4. Where the money is paid out on another day, the programme hands over the schedule of that day.")),
        words(_("5. Who cannot pay in time says so early: a new schedule can be decided by the committee.")),
        *_joint_clauses(loan, words),
    ]


def _joint_clauses(loan, words):
    """What those answer for who are not the borrower alone."""
    if loan.shares.exists():
        yield words(_("6. The members answer for the whole loan jointly, each of them first for their own share."))
    elif loan.guarantors.stood_on(loan.signed_on).exists():
        yield words(_("6. Each guarantor answers for the loan up to the amount beside their name."))
