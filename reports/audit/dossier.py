"""A dossier on paper: every record, act, file and entry of one application, each by its reference."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from applicants.models import Application, Evidence
from grants.models import Award
from ledger.models import Leg
from ledger.money import shown
from loans.models import Loan
from pages import paper
from pages.history import history_of
from payments.models import PaymentOrder

# Papers of who somebody is, by what they show: an auditor asks for them in the office.
LEFT_OUT = ("identity", "identity-card", "passport", "id-card")
MOST_EVENTS = 2000


@dataclass
class Dossier:
    """An application with what hangs on it. Amounts are minor units of each row's currency."""

    application: Application
    award: Award | None = None
    loan: Loan | None = None
    orders: list = field(default_factory=list)
    files: list = field(default_factory=list)
    subjects: list = field(default_factory=list)

    @property
    def ref(self):
        return self.application.ref

    @property
    def kept_files(self):
        return [row for row in self.files if row.purpose not in LEFT_OUT]


def dossier_of(reference):
    """Everything of the application with this reference, in a fixed number of queries."""
    application = Application.objects.select_related("call__programme", "applicant", "business", "adviser").get(
        ref=reference
    )
    made = Dossier(application)
    made.award = Award.objects.filter(application=application).select_related("line").first()
    made.loan = Loan.objects.filter(application=application).first()
    made.orders = list(
        PaymentOrder.objects.filter(application=application)
        .select_related("payee", "prepared_by", "approved_by", "batch")
        .order_by("pk")
    )
    made.subjects = [application.ref, *(order.ref for order in made.orders)]
    if made.award:
        made.subjects += [made.award.ref, *made.award.tranches.values_list("ref", flat=True)]
        made.subjects += made.award.amendments.values_list("ref", flat=True)
        made.subjects += made.award.purchases.values_list("ref", flat=True)
    if made.loan:
        made.subjects.append(made.loan.ref)
    made.files = list(Evidence.objects.filter(case_ref__in=made.subjects).order_by("pk"))
    return made


def draw_dossier(dossier):
    """The PDF. In English: what an auditor reads."""
    application = dossier.application
    story = [
        paper.text(_("Dossier %(ref)s") % {"ref": dossier.ref}, "title"),
        paper.facts(_facts(dossier)),
        *_records(dossier),
        *_payments(dossier),
        *_entries(dossier),
        *_files(dossier),
        *_acts(dossier),
    ]
    programme = application.call.programme
    return paper.paper(
        dossier.ref, story, reference=dossier.ref, subtitle=programme.public_name, footer=programme.public_name
    )


def _facts(dossier):
    application = dossier.application
    pairs = [
        (_("Application"), f"{application.ref}, {application.state_label}"),
        (_("Applicant"), f"{application.applicant.ref}, {application.applicant}"),
        (_("For"), application.title),
        (_("Adviser"), str(application.adviser)),
    ]
    for part in application.parts.select_related("user").order_by("pk"):
        pairs.append((part.get_part_display(), str(part.user)))
    return pairs


def _section(title, head, rows, widths, numbers=()):
    if not rows:
        return [paper.text(title, "h2"), paper.text(_("None."), "quiet")]
    return [paper.text(title, "h2"), paper.table(rows, widths, head=head, numbers=numbers)]


def _records(dossier):
    rows, award, loan = [], dossier.award, dossier.loan
    if award:
        money = award.currency
        rows.append([award.ref, _("Award"), award.state_label, shown(award.amount, money)])
        rows += [
            [row.ref, row.get_modality_display(), row.state_label, shown(row.amount, money)]
            for row in award.tranches.order_by("number")
        ]
        rows += [
            [f"{award.ref} C{row.pk}", row.get_source_display(), row.step, shown(row.accepted_amount or 0, money)]
            for row in award.contributions.all()
        ]
        rows += [
            [row.invoice_number, _("Cost"), str(row.line), shown(row.accepted_amount or 0, money)]
            for row in award.expenses.select_related("line")
        ]
        rows += [[row.ref, _("Purchase"), row.state_label, ""] for row in award.purchases.order_by("pk")]
        rows += [[row.ref, _("Amendment"), row.state_label, ""] for row in award.amendments.all()]
    if loan:
        rows.append([loan.ref, _("Loan"), loan.state_label, shown(loan.amount, loan.currency)])
    return _section(_("Records"), [_("Reference"), _("What"), _("State"), _("Amount")], rows, [3, 4, 4, 3], (3,))


def _payments(dossier):
    rows = [
        [
            order.ref,
            order.source_ref,
            order.state_label,
            str(order.prepared_by),
            str(order.approved_by or "–"),
            f"{order.bank_reference} {order.value_on:%d.%m.%Y}" if order.value_on else "–",
            f"{shown(order.amount, order.currency)} {order.currency}",
        ]
        for order in dossier.orders
    ]
    head = [_("Payment"), _("For"), _("State"), _("Prepared"), _("Approved"), _("Bank"), _("Amount")]
    return _section(_("Payments"), head, rows, [3, 3, 3, 3, 3, 4, 3], (6,))


def _entries(dossier):
    subjects = [row.ref for row in (dossier.award, dossier.loan) if row]
    legs = Leg.objects.filter(account__subject__in=subjects).select_related("entry", "account")
    rows = [
        [
            leg.entry.seq,
            f"{leg.entry.value_on:%d.%m.%Y}",
            leg.entry.kind.replace("_", " "),
            f"{leg.account.code} {leg.account.subject}",
            f"{shown(leg.amount, leg.account.currency)} {leg.account.currency}",
        ]
        for leg in legs.order_by("entry__seq", "pk")
    ]
    head = [_("Entry"), _("Value date"), _("What"), _("Account"), _("Debit, credit negative")]
    return _section(_("Ledger"), head, rows, [2, 3, 5, 4, 4], (0, 4))


def _files(dossier):
    rows = [
        [
            f"F{row.pk}",
            row.purpose.replace("_", " ").replace("-", " "),
            f"{row.dated:%d.%m.%Y}",
            _("left out") if row.purpose in LEFT_OUT else _("withdrawn") if row.withdrawn_on else "",
            row.sha256,
        ]
        for row in dossier.files
    ]
    head = [_("File"), _("What it shows"), _("Dated"), "", "SHA-256"]
    return _section(_("Files"), head, rows, [2, 4, 3, 2, 9])


def _acts(dossier):
    rows = [
        [line["when"], line["strong"], line["who"], line["remark"]]
        for line in reversed(history_of(*dossier.subjects, most=MOST_EVENTS))
    ]
    return _section(_("Acts"), [_("When"), _("What"), _("Who"), _("Why")], rows, [4, 5, 4, 5])
