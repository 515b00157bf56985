"""The list of awards, the page of one award, its moves and its agreement."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from applicants.models import Evidence
from grants.agreement import agreement_pdf
from grants.buying import is_bought, purchase_lines
from grants.final_account import final_account
from grants.forms import AwardFilter, SignForm
from grants.funding import promises_of
from grants.models import Award, WorksContract
from grants.reading import figures_of, next_step, own_share, tranche_lines
from grants.reading_works import works_of
from grants.services import (
    cancel_award,
    close_award,
    recovery_due,
    resume_award,
    sign_award,
    suspend_award,
    terminate_award,
)
from grants.views.access import award_or_404, awards_of, day_of
from ledger.money import Money
from pages.history import history_of
from pages.lists import Column, ListPage
from pages.moves import ReasonedMoveForm, RemarkedMoveForm, move_page
from pages.pdf import pdf
from payments.models import PaymentOrder

MOVES = {
    "sign": (sign_award, SignForm),
    "suspend": (suspend_award, ReasonedMoveForm),
    "resume": (resume_award, ReasonedMoveForm),
    "close": (close_award, RemarkedMoveForm),
    "terminate": (terminate_award, ReasonedMoveForm),
    "cancel": (cancel_award, ReasonedMoveForm),
}
LEADS = {
    "sign": gettext_lazy("The money is committed and the tranches are fixed. The agreement can be printed then."),
    "suspend": gettext_lazy("No tranche is requested or paid until the award is resumed."),
    "resume": gettext_lazy("Tranches can be requested and paid again."),
    "close": gettext_lazy("The final account is done. What was not paid goes back to the line."),
    "cancel": gettext_lazy("Nothing is paid, and the money goes back to the line."),
}


class Awards(ListPage):
    """Awards by filters, newest first."""

    key = "awards"
    title = gettext_lazy("Grants")
    noun = (gettext_lazy("%(count)s award"), gettext_lazy("%(count)s awards"))
    filterset = AwardFilter
    empty = gettext_lazy("There is no award yet.")
    columns = [
        Column("ref", gettext_lazy("Award"), only="file"),
        Column(
            "applicant",
            gettext_lazy("Grantee"),
            value="applicant.name",
            head=True,
            link=lambda award: award.get_absolute_url(),
            script=lambda award: (award.applicant.name_script, award.applicant.script_language),
            small=lambda award: f"{award.ref} · {award.business.name}" if award.business else award.ref,
        ),
        Column("region", gettext_lazy("Region"), value="region.name"),
        Column("window", gettext_lazy("Window"), value="window.name"),
        Column("state", gettext_lazy("State"), tag=True),
        Column("signed_on", gettext_lazy("Signed"), sort="signed_on"),
        Column(
            "accepted",
            gettext_lazy("Own part accepted"),
            value=lambda award: Money(award.accepted_amount, award.currency),
            number=True,
        ),
        Column("paid", gettext_lazy("Paid"), value=lambda award: Money(award.paid_amount, award.currency), number=True),
        Column(
            "amount",
            gettext_lazy("Award amount"),
            value=lambda award: Money(award.amount, award.currency),
            number=True,
            sort="amount",
        ),
        Column("currency", gettext_lazy("Currency"), only="file"),
    ]


@login_required
@require_GET
def awards(request):
    rows = awards_of(request).with_money().select_related("applicant", "business", "region", "window", "programme")
    buttons = [(_("Register of assets"), reverse("grants:assets"), "plain")]
    if WorksContract.objects.visible_to(request.user).exists():
        buttons.append((_("Works contracts"), reverse("grants:works_list"), "plain"))
    return Awards(request, rows, buttons=buttons).response()


@login_required
@require_GET
def award(request, ref):
    row = award_or_404(request, ref)
    on = day_of(row)
    tranches = list(row.tranches.kept().select_related("payee").prefetch_related("deliverables__evidence"))
    for tranche in tranches:
        tranche.award = row
    contributions = list(row.contributions.select_related("evidence", "rate", "evidenced_by", "accepted_by"))
    assets = list(row.assets.select_related("tranche", "evidence"))
    figures = figures_of(row, tranches, contributions, assets)
    subjects = [row.ref, *(tranche.ref for tranche in tranches)]
    context = {
        "award": row,
        "on": on,
        "title": f"{row.ref}, {row.applicant}",
        "crumbs": ((_("Grants"), reverse("grants:awards")),),
        "figures": figures,
        "own_share": own_share(row, figures["accepted"], figures["paid"]),
        "next": next_step(row, tranches, on),
        "lines": tranche_lines(tranches, request.user, on),
        "contributions": contributions,
        "assets": assets,
        "budget": row.budget.with_accepted(),
        "expenses": row.expenses.select_related("line", "rate", "evidence", "entered_by", "accepted_by"),
        "account": final_account(row) if row.signed_on else None,
        "amendments": row.amendments.for_pages(),
        "purchases": purchase_lines(row),
        "is_bought": is_bought(row),
        "works": works_of(row, on),
        "recoveries": row.recoveries.select_related("by"),
        "promises": promises_of(row),
        "orders": _orders(request.user, row),
        "files": Evidence.objects.filter(case_ref=row.ref, withdrawn_on=None),
        "may": _may(request.user, row),
        "events": history_of(*subjects, most=12),
    }
    return render(request, "grants/award.html", context)


def _orders(user, award):
    """Payments of the award by reference, where the user handles money."""
    orders = PaymentOrder.objects.visible_to(user).filter(application=award.application_id).only("ref", "state")
    return {order.ref: order.get_absolute_url() for order in orders}


def _may(user, award):
    """Which acts that are no move of the state the page offers."""
    approved = award.state == Award.State.APPROVED
    running = award.state in (Award.State.ACTIVE, Award.State.SUSPENDED)
    asked_back = award.recovery_due_amount > 0

    def may(rule):
        return rules.test_rule(rule, user, award)

    return {
        "screen": approved and may("payments.screen"),
        "conditions": approved and bool(award.conditions_text) and not award.conditions_met_on and may("grants.manage"),
        "plan": approved and may("grants.plan"),
        "pledge": award.is_open and may("grants.plan"),
        "evidence": award.is_open and may("grants.evidence"),
        "accept": award.is_open and may("grants.accept"),
        "budget": approved and may("grants.plan"),
        "aid": approved and bool(award.window.aid_limit_amount) and may("grants.plan"),
        "waive": award.is_open
        and bool(award.window.visibility_text)
        and not award.visibility_waived_on
        and may("grants.manage"),
        "words": may("grants.manage"),
        "scan": award.signed_on is not None and may("grants.manage"),
        "expense": running and may("grants.evidence"),
        "amend": award.state == Award.State.ACTIVE and may("grants.propose_amendment"),
        "buy": award.state == Award.State.ACTIVE and may("grants.request_purchase"),
        "tender": award.state in (Award.State.APPROVED, Award.State.ACTIVE)
        and award.tranches.kept().filter(modality="works").exists()
        and not award.tenders.filter(state__in=["published", "opened", "chosen"]).exists()
        and may("grants.prepare_works"),
        "assets": running and may("grants.evidence"),
        "hand_over": running and may("grants.hand_over"),
        "claw_back": may("grants.claw_back"),
        "receive": asked_back and may("payments.book"),
        "give_up": asked_back and may("grants.give_up"),
    }


@login_required
def move(request, ref, verb):
    row = award_or_404(request, ref)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    kwargs = {"initial": {"ends_on": _end_of(row)}} if verb == "sign" else {}
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=day_of(row),
        back=row.get_absolute_url(),
        form_class=form_class,
        form_kwargs=kwargs,
        lead=_terminating(row) if verb == "terminate" else LEADS[verb],
    )


def _end_of(award):
    """The last day of the months that the call gives for implementation."""
    day = day_of(award)
    months = day.year * 12 + day.month - 1 + award.application.call.duration_months
    year, month = divmod(months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, 28))


def _terminating(award):
    due = recovery_due(award)
    if not due:
        return _("The award ends early. Nothing is asked back, because all that was paid was handed over.")
    return _("The award ends early. %(due)s is asked back: what was paid less the assets handed over.") % {
        "due": Money(due, award.currency)
    }


@login_required
@require_GET
def agreement(request, ref):
    """The agreement as PDF; before it is signed, the draft."""
    row = award_or_404(request, ref)
    signed = row.signed_on is not None
    content = agreement_pdf(row, by=request.user if signed else None, on=day_of(row))
    return pdf(content, f"{row.ref}.pdf" if signed else f"{row.ref}-draft.pdf")
