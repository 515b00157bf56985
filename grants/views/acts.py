"""Acts on an award that are no move of its state: screening, plan, own part, deliverables, assets. And tranches."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import Blocked, NotAllowed
from grants.forms import (
    MOST_TRANCHES,
    AcceptDeliverableForm,
    AcceptForm,
    AssetForm,
    ConditionsForm,
    EvidenceForm,
    GiveUpForm,
    HandOverForm,
    OrderForm,
    PlanForm,
    PledgeForm,
    ReceiveForm,
    ShowForm,
)
from grants.reading import planned_rows
from grants.services import (
    accept_contribution,
    accept_deliverable,
    certify_tranche,
    evidence_contribution,
    give_up_recovery,
    hand_over_asset,
    meet_conditions,
    order_tranche,
    plan_tranches,
    pledge_cofinancing,
    receive_recovery,
    register_asset,
    request_tranche,
    show_deliverable,
)
from grants.services.files import with_file
from grants.views.access import (
    asset_or_404,
    award_or_404,
    contribution_or_404,
    day_of,
    deliverable_or_404,
    tranche_or_404,
)
from ledger.money import Money
from pages.forms import attempt, done, form_page
from pages.moves import MoveForm, move_page, step_of
from payments.models import PayeeAccount
from payments.views.screening import screen_page


def _ask(rule, request, award):
    if not rules.test_rule(rule, request.user, award):
        raise NotAllowed()


def _page(request, form, award, *, title, submit, lead="", anchor=""):
    back = f"{award.get_absolute_url()}{anchor}"
    return form_page(request, form, title=title, submit=submit, lead=lead, back=back, crumbs=_crumbs(award))


def _crumbs(award):
    return (_("Grants"), reverse("grants:awards")), (award.ref, award.get_absolute_url())


@login_required
def screen(request, ref):
    """The applicant, the business and the people behind them are compared with the lists."""
    award = award_or_404(request, ref)
    return screen_page(request, award, [award.applicant, award.business], crumbs=_crumbs(award))


@login_required
def conditions(request, ref):
    award = award_or_404(request, ref)
    _ask("grants.manage", request, award)
    form = ConditionsForm(request.POST or None)
    given = {"award": award, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, meet_conditions, **given) is not None:
        return done(request, _("The conditions are met."), award.get_absolute_url())
    title = _("Conditions of the committee")
    return _page(request, form, award, title=title, submit=_("They are met"), lead=award.conditions_text)


@login_required
def plan(request, ref):
    award = award_or_404(request, ref)
    _ask("grants.plan", request, award)
    rows = planned_rows(award)
    wanted = request.GET.get("rows", "")
    more = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 3 else 0
    count = min(MOST_TRANCHES, max(3, len(rows) + 1, more))
    form = PlanForm(
        request.POST or None, instance=award, rows=count, currency=award.currency, initial=PlanForm.initial_of(rows)
    )
    given = {"award": award, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, plan_tranches, **given) is not None:
        return done(request, _("The tranches are planned."), f"{award.get_absolute_url()}#tranches")
    lead = _("The award is %(award)s. The tranches add up to it. A row without amount is left out.") % {
        "award": Money(award.amount, award.currency)
    }
    return _page(request, form, award, title=_("Plan the tranches"), submit=_("Save the plan"), lead=lead)


@login_required
def pledge(request, ref):
    award = award_or_404(request, ref)
    _ask("grants.plan", request, award)
    form = PledgeForm(request.POST or None, award=award)
    given = {"award": award, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, pledge_cofinancing, **given) is not None:
        return done(request, _("The pledge is recorded."), f"{award.get_absolute_url()}#own-part")
    lead = _("The plan says %(own)s of own part.") % {"own": Money(award.application.own_amount, award.currency)}
    return _page(request, form, award, title=_("Pledge of the own part"), submit=_("Record the pledge"), lead=lead)


@login_required
def evidence(request, ref, pk):
    award, contribution = contribution_or_404(request, ref, pk)
    _ask("grants.evidence", request, award)
    initial = {
        "amount": contribution.paper_amount or contribution.evidenced_amount or contribution.pledged_amount,
        "currency": contribution.paper_currency or award.currency,
    }
    form = EvidenceForm(request.POST or None, request.FILES or None, instance=contribution, initial=initial)

    def act(*, upload, version, on, by, **facts):
        def keep(evidence, on, by):
            given = {**facts, "version": version}
            return evidence_contribution(contribution=contribution, evidence=evidence, on=on, by=by, **given)

        return with_file(keep, award=award, upload=upload, purpose="invoice", on=on, by=by)

    if request.method == "POST" and attempt(form, act, on=day_of(award), by=request.user) is not None:
        return done(request, _("The paper is recorded."), f"{award.get_absolute_url()}#own-part")
    lead = f"{contribution.get_source_display()}, {Money(contribution.pledged_amount, award.currency)}"
    return _page(request, form, award, title=_("Evidence of the own part"), submit=_("Record the paper"), lead=lead)


@login_required
def accept(request, ref, pk):
    award, contribution = contribution_or_404(request, ref, pk)
    _ask("grants.accept", request, award)
    form = AcceptForm(request.POST or None, instance=contribution, initial={"amount": contribution.evidenced_amount})
    given = {"contribution": contribution, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, accept_contribution, **given) is not None:
        return done(request, _("The own part is accepted."), f"{award.get_absolute_url()}#own-part")
    lead = _("%(source)s: %(supplier)s %(number)s, %(amount)s is evidenced.") % {
        "source": contribution.get_source_display(),
        "supplier": contribution.supplier,
        "number": contribution.invoice_number,
        "amount": Money(contribution.evidenced_amount or 0, award.currency),
    }
    return _page(request, form, award, title=_("Accept the own part"), submit=_("Accept"), lead=lead)


@login_required
def show(request, ref, pk):
    award, deliverable = deliverable_or_404(request, ref, pk)
    _ask("grants.evidence", request, award)
    # A form whose only field may be empty is still sent.
    form = ShowForm(*((request.POST, request.FILES) if request.method == "POST" else ()))

    def act(*, upload, on, by):
        def keep(evidence, on, by):
            return show_deliverable(deliverable=deliverable, evidence=evidence, on=on, by=by)

        return with_file(keep, award=award, upload=upload, purpose="deliverable", on=on, by=by)

    if request.method == "POST" and attempt(form, act, on=day_of(award), by=request.user) is not None:
        return done(request, _("The deliverable is shown."), f"{award.get_absolute_url()}#tranches")
    title = _("Show a deliverable")
    return _page(request, form, award, title=title, submit=_("It was shown"), lead=deliverable.text)


@login_required
def accept_shown(request, ref, pk):
    award, deliverable = deliverable_or_404(request, ref, pk)
    _ask("grants.accept", request, award)
    form = AcceptDeliverableForm(request.POST if request.method == "POST" else None)
    given = {"deliverable": deliverable, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, accept_deliverable, **given) is not None:
        return done(request, _("The deliverable is accepted."), f"{award.get_absolute_url()}#tranches")
    title = _("Accept a deliverable")
    return _page(request, form, award, title=title, submit=_("Accept"), lead=deliverable.text)


@login_required
def new_asset(request, ref):
    award = award_or_404(request, ref)
    _ask("grants.evidence", request, award)
    form = AssetForm(request.POST or None, award=award)
    given = {"award": award, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, register_asset, **given) is not None:
        return done(request, _("The asset is on the register."), f"{award.get_absolute_url()}#assets")
    return _page(request, form, award, title=_("Register an asset"), submit=_("Save the asset"))


@login_required
def hand_over(request, ref, pk):
    award, asset = asset_or_404(request, ref, pk)
    _ask("grants.hand_over", request, award)
    form = HandOverForm(request.POST or None, request.FILES or None, initial={"on": day_of(award)})

    def act(*, upload, on, by):
        def keep(evidence, on, by):
            return hand_over_asset(asset=asset, evidence=evidence, on=on, by=by)

        return with_file(keep, award=award, upload=upload, purpose="handover", on=on, by=by)

    if request.method == "POST" and attempt(form, act, by=request.user) is not None:
        return done(request, _("The asset is handed over."), f"{award.get_absolute_url()}#assets")
    lead = f"{asset.label} {asset.serial_number}, {Money(asset.amount, award.currency)}"
    return _page(request, form, award, title=_("Hand over an asset"), submit=_("It was handed over"), lead=lead)


@login_required
def recovery_received(request, ref):
    award = award_or_404(request, ref)
    _ask("payments.book", request, award)
    _ask_back(award)
    form = ReceiveForm(request.POST or None, award=award, initial={"on": day_of(award)})
    if request.method == "POST" and attempt(form, receive_recovery, award=award, by=request.user) is not None:
        return done(request, _("The recovery is booked."), f"{award.get_absolute_url()}#recovery")
    submit = _("Book it")
    return _page(request, form, award, title=_("A recovery came in"), submit=submit, lead=_still_due(award))


@login_required
def recovery_given_up(request, ref):
    award = award_or_404(request, ref)
    _ask("grants.give_up", request, award)
    _ask_back(award)
    form = GiveUpForm(request.POST or None, award=award)
    given = {"award": award, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, give_up_recovery, **given) is not None:
        return done(request, _("The recovery is given up."), f"{award.get_absolute_url()}#recovery")
    submit = _("Give it up")
    return _page(request, form, award, title=_("Give a recovery up"), submit=submit, lead=_still_due(award))


def _ask_back(award):
    if award.recovery_due_amount <= 0:
        raise Blocked(_("Nothing is asked back from this award."))


def _still_due(award):
    due = Money(award.recovery_due_amount, award.currency)
    return _("%(due)s is asked back from %(grantee)s.") % {"due": due, "grantee": award.applicant}


# Tranches ------------------------------------------------------------------------------------------------------------

MOVES = {
    "request": (request_tranche, MoveForm),
    "certify": (certify_tranche, MoveForm),
    "order": (order_tranche, OrderForm),
}
LEADS = {
    "request": gettext_lazy("The grantee's papers for this tranche are complete."),
    "certify": gettext_lazy("You have seen the deliverables and the papers of the own part."),
    "order": gettext_lazy("You prepare the payment. Another finance officer approves it."),
}


@login_required
@require_GET
def tranche(request, ref, number):
    row = tranche_or_404(request, ref, number)
    return redirect(f"{row.award.get_absolute_url()}#tranches")


@login_required
def tranche_move(request, ref, number, verb):
    row = tranche_or_404(request, ref, number)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    kwargs = {"accounts": _accounts(request, row)} if verb == "order" else {}
    if request.method != "POST" and verb == "order" and step_of(row, verb) and not kwargs["accounts"].exists():
        return _no_account_page(request, row)
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=day_of(row.award),
        back=f"{row.award.get_absolute_url()}#tranches",
        form_class=form_class,
        form_kwargs=kwargs,
        lead=LEADS[verb],
        to=(lambda order: order.get_absolute_url()) if verb == "order" else None,
        template="grants/tranche_move.html",
        context={"award": row.award},
    )


def _accounts(request, tranche):
    """The payee's accounts in the award's currency."""
    _ask("grants.order_payment", request, tranche)
    award = tranche.award
    accounts = PayeeAccount.objects.open().filter(
        party=_payee(tranche), programme=award.programme, currency=award.currency
    )
    return accounts.without_number().order_by("-confirmed_on", "-pk")


def _payee(tranche):
    return tranche.payee or tranche.award.applicant


def _no_account_page(request, tranche):
    """Nothing can be paid yet: the way to enter an account, and back to the award."""
    award, payee = tranche.award, _payee(tranche)
    context = {
        "title": _("Payment of %(ref)s") % {"ref": tranche.ref},
        "lead": _("%(party)s has no account in %(currency)s yet. Nothing can be paid before there is one.")
        % {"party": payee, "currency": award.currency},
        "crumbs": ((_("Grants"), reverse("grants:awards")), (award.ref, award.get_absolute_url())),
        "back": award.get_absolute_url(),
        "ref": award.ref,
        "payee": payee,
        "may_enter": rules.test_rule("payments.enter_account", request.user, award),
    }
    return render(request, "payments/no_account.html", context)
