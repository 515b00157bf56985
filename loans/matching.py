"""The facts behind the claims of bank lines, read in a few queries; reads only."""

from collections import defaultdict

from django.db.models import BigIntegerField, Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from loans.models import Instalment, Loan, Repayment, open_part
from loans.proposals import LoanFacts, propose_claims
from payments.models import PayeeAccount, StatementLine
from payments.proposals import LineFacts
from programmes.models import Role
from programmes.roles import rows_for

CLAIMING = (Role.LOAN_OFFICER, Role.FINANCE)
RECEIPT = "receipt_unmatched"


def lines_for(user):
    """Credit lines that the user may claim for loans, of the accounts from which loans are paid."""
    rows = StatementLine.objects.filter(rows_for(user, CLAIMING, programme="statement__programme", region=None))
    lent = Loan.objects.filter(line__own_accounts=OuterRef("own_account"))
    return rows.filter(Exists(lent), amount__gt=0)


def claimable(lines):
    """Of these credit lines those that no loan has claimed yet: open, or kept as a receipt that nobody claimed."""
    claimed = Repayment.objects.live().filter(receipt=OuterRef("ref"))
    kept = Q(state=StatementLine.State.BOOKED, entry__kind=RECEIPT) & ~Exists(claimed)
    return lines.filter(Q(state=StatementLine.State.OPEN, return_reason="") | kept)


def claims_for(lines, on, still_claimed):
    """({line pk: Claim} for these claimable StatementLines as the loans stand on `on`, {reference: Loan}).

    `still_claimed(loans)` gives {loan key: (minor units claimed, recovered)} of those that are written off.
    """
    by_account = defaultdict(list)
    for line in lines:
        by_account[line.own_account_id].append(line)
    found, known = {}, {}
    for account, rows in by_account.items():
        loans = {loan.ref: loan for loan in _taking_money(account)}
        facts = _facts(loans.values(), on, still_claimed)
        found |= propose_claims([_line(row) for row in rows], facts)
        known |= loans
    return found, known


def _taking_money(account):
    states = (Loan.State.ACTIVE, Loan.State.WRITTEN_OFF)
    loans = Loan.objects.filter(line__own_accounts=account, state__in=states)
    return loans.select_related("borrower", "business", "programme").order_by("pk")


def dues_of(loans, on):
    """{loan key: (due by the end of `on`, the next instalment after it, all that is scheduled)}, unpaid minor units."""
    rows = Instalment.objects.filter(loan=OuterRef("pk"), version=OuterRef("current_version"), settled_on=None)
    coming = rows.filter(due_on__gt=on).order_by("due_on").annotate(left=open_part()).values("left")[:1]
    return {
        pk: tuple(amounts)
        for pk, *amounts in Loan.objects.filter(pk__in=[loan.pk for loan in loans])
        .annotate(late=_total(rows.filter(due_on__lte=on)), owed=_total(rows))
        .annotate(coming=Coalesce(Subquery(coming), 0, output_field=BigIntegerField()))
        .values_list("pk", "late", "coming", "owed")
    }


def _facts(loans, on, still_claimed):
    sums, indexes = dues_of(loans, on), defaultdict(set)
    given_up = [loan for loan in loans if loan.state == Loan.State.WRITTEN_OFF]
    # Nothing falls due of them any more: the whole claim is due, whatever their instalments say.
    sums |= {pk: (claimed, 0, claimed) for pk, (claimed, _came) in still_claimed(given_up).items()}
    payees = {party for loan in loans for party in (loan.borrower_id, loan.business_id) if party}
    for party, index in (
        PayeeAccount.objects.filter(party__in=payees).exclude(number_index="").values_list("party", "number_index")
    ):
        indexes[party].add(index)
    return [
        LoanFacts(
            loan.pk,
            loan.ref,
            loan.currency,
            loan.disbursed_on,
            *sums[loan.pk],
            names=_names(loan),
            number_indexes=frozenset(indexes[loan.borrower_id] | indexes[loan.business_id]),
        )
        for loan in loans
    ]


def _total(rows):
    total = rows.order_by().values("loan").annotate(total=Sum(open_part())).values("total")
    return Coalesce(Subquery(total), 0, output_field=BigIntegerField())


def _names(loan):
    parties = [loan.borrower, loan.business]
    return tuple(name for party in parties if party for name in (party.name, party.name_script) if name)


def _line(row):
    return LineFacts(
        row.pk,
        row.amount,
        row.currency,
        row.value_on,
        name=row.counterparty,
        number_index=row.counterparty_index,
        text=row.text,
        end_to_end=row.end_to_end,
    )
