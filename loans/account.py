"""What stands on the account of a loan, as pages and papers say it: the schedule with what is paid, the money by the
ledger."""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ledger import postings
from ledger.models import Entry, Leg
from ledger.money import Money
from loans.arrears import days_past_due
from loans.models import Loan, Repayment


@dataclass
class ScheduleLine:
    """One instalment as a row of the page; amounts in minor units, `balance` is owed after it by the schedule."""

    instalment: object
    balance: int
    shape: str
    word: str
    note: str = ""
    row_class: str = ""
    recall: object = None

    @property
    def charges(self):
        return self.instalment.fee_amount + self.instalment.penalty_amount


@dataclass
class ScheduleTable:
    lines: list
    totals: dict
    with_charges: bool


def schedule_table(loan, instalments, on, later=()):
    """The schedule of one version (its Instalments in order) as it stands on `on`.

    `later`: [(day, minor units)] of tranches after the first, which nobody owes before their day.
    """
    balance = sum(row.principal_amount for row in instalments)
    lines, current = [], next((row.number for row in instalments if row.settled_on is None), None)
    recalls = _recalls_of(loan) if any(row.recalled for row in instalments) else {}
    # What was taken back is owed from its day on only, as a tranche is.
    later = [*later, *((row.due_on, row.principal_amount) for row in instalments if row.recalled)]
    for row in instalments:
        balance -= row.principal_amount
        owed = balance - sum(amount for day, amount in later if day > row.due_on)
        lines.append(_schedule_line(loan, row, owed, on, row.number == current))
        lines[-1].recall = recalls.get(row.pk)
    names = ("principal_amount", "interest_amount", "due_amount", "paid_amount", "open_amount")
    totals = {name: sum(getattr(row, name) for row in instalments) for name in names}
    totals["charges"] = sum(line.charges for line in lines)
    return ScheduleTable(lines, totals, with_charges=bool(totals["charges"]))


def _recalls_of(loan):
    """{pk of its instalment: Recall}."""
    return {recall.instalment_id: recall for recall in loan.recalls.select_related("repayment", "instalment")}


def _schedule_line(loan, row, balance, on, is_current):
    if row.settled_on:
        late = (row.settled_on - row.due_on).days
        note = _("on %(day)s") % {"day": f"{row.settled_on:%d.%m.%Y}"} if row.due_amount else ""
        if late > 0:
            note = _("%(on)s, %(late)s") % {"on": note, "late": days_late(late)}
        return ScheduleLine(row, balance, "done", _("Paid") if row.due_amount else _("Nothing due"), note)
    if loan.state not in (Loan.State.ACTIVE, Loan.State.WRITTEN_OFF):
        return ScheduleLine(row, balance, "start", _("Not due"), row_class="is-ahead")
    note = _("%(amount)s paid") % {"amount": Money(row.paid_amount, loan.currency)} if row.paid_amount else ""
    late = days_past_due([row], on)
    if late:
        return ScheduleLine(row, balance, "late", days_late(late), note, "is-late")
    ahead = (row.due_on - on).days
    word = _("Due today") if ahead == 0 else _("Not due")
    if 0 < ahead <= 14:
        word = ngettext("Due in %(days)s day", "Due in %(days)s days", ahead) % {"days": ahead}
    shape = "late" if ahead == 0 else "start"
    return ScheduleLine(row, balance, shape, word, note, "is-current" if is_current and ahead == 0 else "is-ahead")


def days_late(days):
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}


@dataclass
class MoneyLine:
    """One entry of the ledger about the loan. Received is positive, paid out negative; parts likewise."""

    entry: Entry
    what: str
    note: str
    amount: int
    principal: int
    interest: int
    charges: int
    kept: int
    who: str
    repayment: Repayment | None = None
    reversed_by: Entry | None = None
    reversal_of: Entry | None = None
    may_reverse: bool = False

    @property
    def amounts(self):
        """In the order of the file: charges, interest, principal, held, amount."""
        return self.charges, self.interest, self.principal, self.kept, self.amount


WORDS = {
    "loan_disbursed": gettext_lazy("Paid out"),
    "repayment": gettext_lazy("Repayment"),
    "overpayment_applied": gettext_lazy("Overpayment used"),
    "overpayment_refunded": gettext_lazy("Overpayment sent back"),
    "interest_capitalised": gettext_lazy("Interest became principal"),
    "overpayment_recalled": gettext_lazy("Owed again"),
    "loan_written_off": gettext_lazy("Written off"),
    "loan_forgiven": gettext_lazy("Forgiven"),
    "loan_recovered": gettext_lazy("Recovery after write-off"),
}


def money_lines(loan):
    """Every entry that touched the loan, newest first; a reversal and what it reverses are both there."""
    about = Leg.objects.filter(account__subject=loan.ref, account__book__key=loan.programme.key).values("entry")
    entries = list(
        Entry.objects.filter(pk__in=about).select_related("reverses", "reversed_by").order_by("-value_on", "-seq")
    )
    parts = defaultdict(lambda: defaultdict(int))
    for entry_id, code, amount in Leg.objects.filter(entry__in=entries).values_list("entry", "account__code", "amount"):
        parts[entry_id][code] -= amount
    people = get_user_model().objects.in_bulk({entry.actor_id for entry in entries if entry.actor_id})
    keys = {f"repayment:{row.pk}": row for row in loan.repayments.prefetch_related("allocations__instalment")}
    return [_money_line(entry, parts[entry.pk], people, keys) for entry in entries]


def _money_line(entry, parts, people, keys):
    original = entry.reverses or entry
    repayment = keys.get(original.event_key)
    reversed_by = getattr(entry, "reversed_by", None)
    who = people.get(entry.actor_id)
    return MoneyLine(
        entry=entry,
        what=_what(original, repayment),
        note=" · ".join(filter(None, [_("Entry %(number)s") % {"number": f"{entry.seq:,}"}, _reference(repayment)])),
        amount=-parts[postings.BANK] - parts[postings.UNCLAIMED],
        principal=parts[postings.PRINCIPAL],
        interest=parts[postings.INTEREST] + parts[postings.INTEREST_CAPITALISED],
        charges=parts[postings.FEES] + parts[postings.PENALTIES],
        kept=parts[postings.OVERPAYMENTS] + parts[postings.RECOVERED],
        who=str(who) if who else _("the program"),
        repayment=repayment,
        reversed_by=reversed_by,
        reversal_of=entry.reverses,
        may_reverse=bool(
            repayment
            and repayment.entry_id == entry.pk
            and repayment.reversed_on is None
            and repayment.means != Repayment.Means.HELD
        ),
    )


def _reference(repayment):
    return repayment.reference if repayment else ""


def _what(entry, repayment):
    word = str(WORDS.get(entry.kind, entry.kind))
    numbers = sorted({share.instalment.number for share in repayment.allocations.all()}) if repayment else []
    if entry.kind != "repayment" or not numbers or repayment.entry_id != entry.pk:
        return word
    if len(numbers) == 1:
        return _("%(what)s, instalment %(number)s") % {"what": word, "number": numbers[0]}
    return _("%(what)s, instalments %(first)s to %(last)s") % {
        "what": word,
        "first": numbers[0],
        "last": numbers[-1],
    }
