"""The budget of an award, the costs that are shown for it, and the public aid declared beside it."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from grants.models import AidReceived, Award, BudgetLine, Expense, Vat
from grants.services.access import begin_act, demand, locked
from grants.services.papers import (
    check_counts_once,
    check_invoice_day,
    in_currency_of,
    invoice_key,
    save_once,
    take_papers,
)
from grants.services.tranches import check_own_file
from ledger.money import Money, split
from programmes.services import check_date


def seed_budget(award):
    """The budget that a new promise begins with: the plan's things to buy, the grant as the committee approved it."""
    award.budget.all().delete()
    items = [item for item in award.application.investments.all() if item.total_amount]
    if not any(item.programme_amount for item in items):
        BudgetLine.objects.create(
            award=award,
            position=1,
            label=award.application.title[:160],
            net_amount=award.amount,
            grant_amount=award.amount,
        )
        return
    parts = split(award.amount, [item.programme_amount for item in items])
    BudgetLine.objects.bulk_create(
        BudgetLine(
            award=award,
            position=position,
            label=item.label,
            # A committee may give less than was asked, and never more: then the rest of the cost is the grantee's.
            net_amount=max(item.total_amount, part),
            grant_amount=part,
        )
        for position, (item, part) in enumerate(zip(items, parts, strict=True), 1)
    )


@service
def set_budget(*, award, lines, on, by, version=None):
    """Replace the budget of an award that is not signed yet.

    `lines`: dicts of label, net_amount, grant_amount (minor units), and optionally eligible, vat_amount, vat and
    certificate (Evidence of the exemption). What they take from the grant may not pass the award; before signing it
    must be equal to it. Raises Invalid for VAT that comes back and is counted all the same.
    """
    award = begin_act(award, "grants.plan", on=on, by=by)
    if version is not None and int(version) != award.version:
        raise Stale()
    if award.state != Award.State.APPROVED:
        raise Blocked(_("The agreement is signed: its budget is changed by an amendment."))
    rows = [_clean_line(row, award, position) for position, row in enumerate(lines, 1)]
    if not rows:
        raise Invalid(_("Enter at least one line of the budget."))
    total = sum(row.grant_amount for row in rows)
    if total > award.amount:
        raise Invalid(
            _("The budget takes %(sum)s from the grant, the award is %(award)s.")
            % {"sum": Money(total, award.currency), "award": Money(award.amount, award.currency)},
        )
    award.budget.all().delete()
    BudgetLine.objects.bulk_create(rows)
    award.save()
    body = {"lines": [[row.net_amount, row.vat_amount, row.vat, row.grant_amount] for row in rows]}
    record("award.set_budget", award.ref, by=by, on=on, programme=award.programme.key, body=body)
    return award


def _clean_line(row, award, position):
    line = BudgetLine(award=award, position=position, **row)
    line.label = " ".join(line.label.split())[:160]
    if not line.label:
        raise Invalid(_("Line %(number)s: say what it is for.") % {"number": position})
    problem = None
    if line.net_amount <= 0 or line.vat_amount < 0 or line.grant_amount < 0:
        problem = _("The amount must be above zero.")
    elif line.vat in (Vat.NONE, Vat.EXEMPT) and line.vat_amount:
        problem = _("Say who bears the VAT, or leave it empty.")
    elif line.vat == Vat.EXEMPT and line.certificate is None:
        problem = _("An exemption from VAT needs its certificate as a file.")
    elif not line.eligible and line.grant_amount:
        problem = _("A cost that is not eligible takes nothing from the grant.")
    elif line.grant_amount > line.cost_amount:
        problem = _("The grant takes at most the cost of %(cost)s. VAT that comes back is no cost.") % {
            "cost": Money(line.cost_amount, award.currency)
        }
    if problem:
        named = {"number": position, "label": line.label, "problem": problem}
        raise Invalid(_("Line %(number)s, %(label)s: %(problem)s") % named)
    check_own_file(award, line.certificate)
    return line


@service
def declare_aid(*, award, aid, on, by, version=None):
    """The grantee's declaration of public aid received, before signing. `aid`: dicts of giver, amount, given_on.

    An empty list declares that there was none.
    """
    award = begin_act(award, "grants.plan", on=on, by=by)
    if version is not None and int(version) != award.version:
        raise Stale()
    if award.state != Award.State.APPROVED:
        raise Blocked(_("The award is %(state)s.") % {"state": award.state_label})
    rows = [AidReceived(award=award, **{**row, "giver": " ".join(row["giver"].split())[:160]}) for row in aid]
    for row in rows:
        if row.amount <= 0 or not row.giver:
            raise Invalid(_("Name who gave the aid, and an amount above zero."), field="amount")
        if row.given_on > on:
            raise Invalid(_("%(date)s lies in the future.") % {"date": row.given_on.strftime("%d.%m.%Y")})
    award.aid.all().delete()
    AidReceived.objects.bulk_create(rows)
    award.aid_declared_on = on
    award.save()
    body = {"amounts": [row.amount for row in rows], "currency": award.currency}
    record("award.declare_aid", award.ref, by=by, on=on, programme=award.programme.key, body=body)
    return award


@service
def waive_visibility(*, award, reason, on, by):
    """For the safety of people the donor is not made visible here; the reason stays in the log."""
    award = begin_act(award, "grants.manage", on=on, by=by)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    if not award.is_open or award.visibility_waived_on or not award.window.visibility_text:
        raise Blocked(_("There is no duty of visibility that could be waived."))
    award.visibility_waived_on, award.visibility_waived_by = on, by
    award.save()
    record("award.waive_visibility", award.ref, by=by, on=on, programme=award.programme.key, reason=reason)
    return award


@service
def keep_signed_scan(*, award, evidence, on, by):
    """The agreement with its signatures, as it was scanned; a better scan takes the place of an earlier one."""
    award = begin_act(award, "grants.manage", on=on, by=by)
    if award.signed_on is None:
        raise Blocked(_("The agreement is not signed yet."))
    if evidence is None:
        raise Invalid(_("Choose the file."), field="upload")
    check_own_file(award, evidence)
    award.signed_scan = evidence
    award.save()
    body = {"file": evidence.pk}
    record("award.keep_signed_scan", award.ref, by=by, on=on, programme=award.programme.key, body=body)
    return award


# Costs ---------------------------------------------------------------------------------------------------------------


@service
def enter_expense(
    *,
    award,
    line,
    supplier,
    invoice_number,
    invoice_on,
    net_amount,
    on,
    by,
    vat_amount=0,
    currency="",
    tranche=None,
    evidence=None,
    reason="",
    key=None,
):
    """A cost that the grantee paid from the grant. The same invoice, and the same file, counts once in all awards.

    Amounts are in minor units of `currency`, the award's where it is empty; another is reckoned by the rate of the
    invoice's day. Raises Invalid for an invoice from before the agreement: nothing is paid for what was bought earlier.
    """
    award = begin_act(award, "grants.evidence", on=on, by=by, reason=reason)
    if award.state not in (Award.State.ACTIVE, Award.State.SUSPENDED):
        raise Blocked(_("The award is %(state)s.") % {"state": award.state_label})
    supplier, invoice_number = " ".join(supplier.split())[:160], " ".join(invoice_number.split())[:60]
    if not supplier or not invoice_number:
        raise Invalid(_("Enter supplier and number of the invoice."), field="invoice_number")
    if net_amount <= 0 or vat_amount < 0:
        raise Invalid(_("The amount must be above zero."), field="net_amount")
    check_invoice_day(award, invoice_on, on)
    line = BudgetLine.objects.get(pk=line.pk)
    if line.award_id != award.pk or (tranche is not None and tranche.award_id != award.pk):
        raise Invalid(_("This line belongs to another award."), field="line")
    if not line.eligible:
        raise Invalid(_("“%(line)s” is not eligible.") % {"line": line}, field="line")
    check_own_file(award, evidence)
    paper_amount, rate, whole = None, None, net_amount + vat_amount
    if currency and currency != award.currency:
        paper_amount = whole
        rate, net_amount = in_currency_of(award, net_amount, currency, invoice_on)
        if vat_amount:
            _rate, vat_amount = in_currency_of(award, vat_amount, currency, invoice_on)
    expense = Expense(
        award=award,
        line=line,
        tranche=tranche,
        supplier=supplier,
        invoice_number=invoice_number,
        invoice_on=invoice_on,
        net_amount=net_amount,
        vat_amount=vat_amount,
        paper_amount=paper_amount,
        paper_currency=currency if paper_amount else "",
        rate=rate,
        invoice_key=invoice_key(invoice_number, supplier, whole),
        file_hash=evidence.sha256 if evidence else None,
        evidence=evidence,
        entered_by=by,
        entered_on=on,
    )
    check_counts_once(expense)
    save_once(expense)
    _note("expense.enter", expense, net_amount + vat_amount, by, on)
    return expense


@service
def accept_expense(*, expense, amount, on, by, version=None, key=None, reason=""):
    """Another person accepts up to the eligible cost, and no more than the budget line bears; 0 refuses the cost.

    A line may be passed by the window's percentage (INVARIANTS G4); beyond that an amendment comes first.
    """
    award = locked(expense.award)
    expense = Expense.objects.select_related("line").get(pk=expense.pk)
    expense.award = award
    if version is not None and int(version) != expense.version:
        raise Stale()
    if expense.accepted_on is not None:
        raise Blocked(_("This cost is decided already."))
    if award.state not in (Award.State.ACTIVE, Award.State.SUSPENDED):
        raise Blocked(_("The award is %(state)s.") % {"state": award.state_label})
    demand("grants.accept", by, award)
    if expense.entered_by_id == by.pk:
        raise NotAllowed(_("Another person than the one who entered it must accept the cost."))
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    if amount < 0 or amount > expense.eligible_amount:
        raise Invalid(
            _("At most %(amount)s of this cost is eligible.")
            % {"amount": Money(expense.eligible_amount, award.currency)},
            field="amount",
        )
    if amount < expense.eligible_amount and not reason.strip():
        raise Invalid(_("Say why not all of it is accepted."), field="reason")
    most = expense.line.grant_amount * (100 + award.window.overrun_pct) // 100
    left = most - expense.line.expenses.total_accepted_amount()
    if amount > left:
        raise Invalid(
            _("The line “%(line)s” bears %(left)s more. Beyond that the agreement is amended first.")
            % {"line": expense.line, "left": Money(max(0, left), award.currency)},
            field="amount",
        )
    expense.accepted_amount, expense.accepted_on, expense.accepted_by = amount, on, by
    if not amount:
        # Refused: the invoice counts for nothing, and may be brought again for what it really is.
        expense.invoice_key = expense.file_hash = None
    expense.save()
    take_papers(expense)
    _note("expense.accept", expense, amount, by, on, reason)
    return expense


def _note(kind, expense, amount, by, on, reason=""):
    award = expense.award
    body = {"expense": expense.pk, "line": expense.line.position, "amount": amount, "currency": award.currency}
    record(kind, award.ref, by=by, on=on, programme=award.programme.key, body=body, reason=reason)
