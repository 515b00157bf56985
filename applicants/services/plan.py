"""The parts of a business plan, saved one by one while the application is a draft or returned."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from applicants.models import BusinessPlan, CashLine, Document, FinanceSource, InvestmentItem, JobPlan
from applicants.services.application import LARGEST, check_amount, check_editable, lock_application, save_edit
from audit.letters import unseen_letter
from audit.refusals import Blocked, Invalid
from audit.services import service
from programmes.services import check_date

TEXTS = ("summary", "product", "market", "people", "risks", "export", "changes", "season")
MOST_LETTERS = 6000
MOST_ROWS = 200


def _begin(application, *, on, by, version, reason):
    application = lock_application(application)
    check_editable(application, by=by, version=version)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    return application


def _plan(application):
    return BusinessPlan.objects.get_or_create(application=application)[0]


def _row_error(number, sentence, field):
    return Invalid(_("Row %(number)s: %(sentence)s") % {"number": number, "sentence": sentence}, field=field)


def _label(row, name, number, room):
    text = " ".join(str(row.get(name) or "").split())
    if not text:
        raise _row_error(number, _("Enter what it is."), name)
    refused = unseen_letter(text)
    if refused:
        raise _row_error(number, refused, name)
    if len(text) > room:
        raise _row_error(number, _("There is room for %(room)s letters.") % {"room": room}, name)
    return text


def _amount(row, name, number, least=0):
    amount = row.get(name)
    if amount is None:
        amount = 0
    if isinstance(amount, bool) or not isinstance(amount, int) or not least <= amount < LARGEST:
        raise _row_error(number, _("Enter an amount."), name)
    return amount


def _bounded(rows):
    rows = list(rows)
    if len(rows) > MOST_ROWS:
        raise Invalid(_("There is room for %(most)s rows.") % {"most": MOST_ROWS})
    return rows


def _replace(rows, fresh):
    rows.all().delete()
    rows.model.objects.bulk_create(fresh)


@service
def write_plan(*, application, on, by, version=None, reason="", **texts):
    """Save texts of the plan (TEXTS); the others stay. `version` is the application's. Returns the Application."""
    unknown = set(texts) - set(TEXTS)
    if unknown:
        raise TypeError(f"a plan has no text {', '.join(sorted(unknown))}")
    application = _begin(application, on=on, by=by, version=version, reason=reason)
    plan = _plan(application)
    changed = []
    for name, text in texts.items():
        text = text.replace("\r\n", "\n").replace("\x00", "").strip()
        if len(text) > MOST_LETTERS:
            raise Invalid(
                _("There is room for %(room)s letters; this has %(count)s.")
                % {"room": MOST_LETTERS, "count": len(text)},
                field=name,
            )
        if getattr(plan, name) != text:
            setattr(plan, name, text)
            changed.append(name)
    if not changed:
        return application
    plan.save()
    return save_edit(application, "plan.write", by=by, on=on, body={"fields": sorted(changed)}, reason=reason)


@service
def set_investments(*, application, items, on, by, version=None, reason=""):
    """Replace the investment list: dicts label, quantity, unit_amount, own_amount (minor units).

    What the application asks for, and its own part, become the sums of the list. Returns the Application.
    """
    application = _begin(application, on=on, by=by, version=version, reason=reason)
    fresh = []
    for number, row in enumerate(_bounded(items), 1):
        label = _label(row, "label", number, 160)
        quantity = row.get("quantity", 1)
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= 1_000_000:
            raise _row_error(number, _("The quantity is a whole number from 1."), "quantity")
        unit = _amount(row, "unit_amount", number, least=1)
        own = _amount(row, "own_amount", number)
        if own > quantity * unit:
            raise _row_error(number, _("The own part is more than the whole cost."), "own_amount")
        fresh.append(
            InvestmentItem(
                application=application,
                label=label,
                quantity=quantity,
                unit_amount=unit,
                own_amount=own,
                programme_amount=quantity * unit - own,
            )
        )
    asked = sum(item.programme_amount for item in fresh)
    own = sum(item.own_amount for item in fresh)
    if not fresh:
        raise Invalid(_("Enter at least one thing to buy."), field="label")
    if asked == 0:
        raise Invalid(_("The programme would pay nothing: the own part is the whole cost."), field="own_amount")
    check_amount(asked + own, "unit_amount")
    _replace(application.investments, fresh)
    application.asked_amount, application.own_amount = asked, own
    body = {"items": len(fresh), "asked": asked, "own": own}
    return save_edit(application, "plan.investments", by=by, on=on, body=body, reason=reason)


@service
def set_cash_flow(
    *,
    application,
    lines,
    on,
    by,
    cash_at_start_amount=0,
    first_month=None,
    instalment_amount=0,
    season=None,
    version=None,
    reason="",
):
    """Replace the twelve-month cash flow: dicts kind, label, months (twelve minor-unit amounts of at least zero).

    `instalment_amount` is the monthly instalment that the plan is tested against. Returns the Application.
    """
    application = _begin(application, on=on, by=by, version=version, reason=reason)
    fresh = []
    for number, row in enumerate(_bounded(lines), 1):
        if row.get("kind") not in CashLine.Kind.values:
            raise _row_error(number, _("Choose what kind of line it is."), "kind")
        label = _label(row, "label", number, 120)
        months = list(row.get("months") or [])
        if len(months) != 12 or any(
            isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount < LARGEST for amount in months
        ):
            raise _row_error(number, _("Twelve amounts of at least zero are needed."), "months")
        fresh.append(CashLine(application=application, kind=row["kind"], label=label, months=months))
    check_amount(cash_at_start_amount, "cash_at_start_amount")
    check_amount(instalment_amount, "instalment_amount")
    plan = _plan(application)
    plan.cash_at_start_amount = cash_at_start_amount
    plan.instalment_amount = instalment_amount
    if first_month is not None:
        plan.first_month = date(first_month.year, first_month.month, 1)
    if season is not None:
        plan.season = season.strip()[:MOST_LETTERS]
    plan.save()
    _replace(application.cash_lines, fresh)
    return save_edit(application, "plan.cash_flow", by=by, on=on, body={"lines": len(fresh)}, reason=reason)


@service
def set_finance(*, application, sources, on, by, version=None, reason=""):
    """Replace where the own part comes from: dicts source, amount (minor units), note. Returns the Application."""
    application = _begin(application, on=on, by=by, version=version, reason=reason)
    fresh = []
    for number, row in enumerate(_bounded(sources), 1):
        if row.get("source") not in FinanceSource.Source.values:
            raise _row_error(number, _("Choose where the money comes from."), "source")
        amount = _amount(row, "amount", number, least=1)
        note = " ".join(str(row.get("note") or "").split())[:160]
        fresh.append(FinanceSource(application=application, source=row["source"], amount=amount, note=note))
    _replace(application.finance_sources, fresh)
    total = sum(source.amount for source in fresh)
    body = {"sources": sorted({source.source for source in fresh}), "amount": total}
    return save_edit(application, "plan.finance", by=by, on=on, body=body, reason=reason)


@service
def set_jobs(*, application, jobs, on, by, version=None, reason=""):
    """Replace the posts: dicts title, posts, hours_per_week, exists_now, for_women, for_target_group."""
    application = _begin(application, on=on, by=by, version=version, reason=reason)
    fresh = []
    for number, row in enumerate(_bounded(jobs), 1):
        title = _label(row, "title", number, 120)
        posts = row.get("posts", 1)
        women = row.get("for_women") or 0
        target = row.get("for_target_group") or 0
        if not isinstance(posts, int) or not 1 <= posts <= 10_000:
            raise _row_error(number, _("How many posts: a whole number from 1."), "posts")
        if not 0 <= women <= posts:
            raise _row_error(number, _("More posts for women than posts."), "for_women")
        if not 0 <= target <= posts:
            raise _row_error(number, _("More posts for the target group than posts."), "for_target_group")
        fresh.append(
            JobPlan(
                application=application,
                title=title,
                posts=posts,
                hours_per_week=hours(row.get("hours_per_week", 40), number),
                exists_now=bool(row.get("exists_now")),
                for_women=women,
                for_target_group=target,
            )
        )
    _replace(application.job_plans, fresh)
    return save_edit(application, "plan.jobs", by=by, on=on, body={"rows": len(fresh)}, reason=reason)


def hours(value, number):
    """Hours a week as a Decimal with one digit, from above 0 to 84. Raises Invalid naming the row."""
    try:
        found = Decimal(str(value)).quantize(Decimal("0.1"))
    except InvalidOperation as wrong:
        raise _row_error(number, _("Hours a week: a number, for example 20 or 37.5."), "hours_per_week") from wrong
    if not 0 < found <= 84:
        raise _row_error(number, _("Hours a week lie above 0 and go up to 84."), "hours_per_week")
    return found


@service
def attach_document(*, application, code, evidence, on, by, version=None, reason=""):
    """Answer a required document with a file of this case. Returns the Document."""
    application = _begin(application, on=on, by=by, version=version, reason=reason)
    if code != "other" and not application.call.documents.filter(code=code).exists():
        raise Invalid(_("The call does not ask for this document."), field="code")
    own = evidence.case_ref == application.ref or evidence.party_id == application.applicant_id
    if not own or evidence.programme_id != application.programme_id:
        raise Invalid(_("This file belongs to another case."), field="evidence")
    if evidence.withdrawn_on is not None:
        raise Blocked(_("This file is withdrawn."))
    document, made = Document.objects.get_or_create(application=application, code=code, evidence=evidence)
    if made:
        body = {"code": code, "file": evidence.pk}
        save_edit(application, "plan.document", by=by, on=on, body=body, reason=reason)
    return document


@service
def remove_document(*, document, on, by, version=None, reason=""):
    """A file no longer answers this requirement; the file itself stays. Returns the Application."""
    application = _begin(document.application, on=on, by=by, version=version, reason=reason)
    removed, _rows = Document.objects.filter(pk=document.pk).delete()
    if not removed:
        raise Blocked(_("This document is removed already."))
    body = {"code": document.code, "file": document.evidence_id}
    return save_edit(application, "plan.document_remove", by=by, on=on, body=body, reason=reason)
