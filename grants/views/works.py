"""Works contracts: their list, the page of one, and each act on it."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from grants.forms_works import (
    CloseDefectForm,
    DecideVariationForm,
    DefectForm,
    HandOverWorksForm,
    MeasureForm,
    ProvisionalForm,
    ReleaseForm,
    SignContractForm,
    VariationForm,
    WorksFilter,
)
from grants.models import WorksContract
from grants.reading_works import certificate_rows, works_next
from grants.services import (
    accept_finally,
    accept_provisionally,
    approve_variation,
    certify_work,
    close_defect,
    hand_over_works,
    measure_work,
    note_defect,
    propose_variation,
    refuse_variation,
    release_retention,
    sign_contract,
    terminate_contract,
    withdraw_certificate,
)
from grants.services.files import with_file
from grants.views.access import award_or_404, day_of
from grants.views.tenders import crumbs_of, need, works_page
from grants.works_paper import draw_certificate
from ledger.money import Money
from pages.forms import attempt, done
from pages.history import history_of
from pages.lists import Column, ListPage
from pages.moves import MoveForm, ReasonedMoveForm, move_page
from pages.pdf import pdf

State = WorksContract.State


class WorksList(ListPage):
    """Works contracts, newest first."""

    key = "works"
    title = gettext_lazy("Works contracts")
    noun = (gettext_lazy("%(count)s contract"), gettext_lazy("%(count)s contracts"))
    filterset = WorksFilter
    empty = gettext_lazy("There is no works contract yet. It begins with a tender on the page of an award.")
    columns = [
        Column("ref", gettext_lazy("Contract"), only="file"),
        Column(
            "contractor",
            gettext_lazy("Builder"),
            value="contractor.name",
            head=True,
            link=lambda row: row.get_absolute_url(),
            small=lambda row: f"{row.ref} · {row.award.applicant.name}",
        ),
        Column("works", gettext_lazy("Works"), value="tender.subject"),
        Column("state", gettext_lazy("State"), tag=True),
        Column("ends_on", gettext_lazy("Works end"), sort="ends_on"),
        Column("done", gettext_lazy("Certified"), value=lambda row: Money(row.done_amount, row.currency), number=True),
        Column("held", gettext_lazy("Held back"), value=lambda row: Money(row.held_amount, row.currency), number=True),
        Column(
            "amount",
            gettext_lazy("Contract sum"),
            value=lambda row: Money(row.amount, row.currency),
            number=True,
            sort="amount",
        ),
        Column("currency", gettext_lazy("Currency"), only="file"),
    ]


@login_required
@require_GET
def works_list(request):
    rows = WorksContract.objects.visible_to(request.user).with_account()
    if request.desk.programme:
        rows = rows.filter(award__programme=request.desk.programme)
    return WorksList(request, rows.select_related("contractor", "award__applicant", "tender")).response()


def contract_or_404(request, ref, number):
    award = award_or_404(request, ref)
    row = get_object_or_404(award.works_contracts.select_related("contractor", "tender"), number=number)
    row.award = award
    return row


def certificate_or_404(request, ref, number, part):
    contract = contract_or_404(request, ref, number)
    row = get_object_or_404(contract.certificates.select_related("measured_by", "certified_by"), number=part)
    row.contract = contract
    return row


@login_required
@require_GET
def contract(request, ref, number):
    row = contract_or_404(request, ref, number)
    on = day_of(row.award)
    variations = list(row.variations.select_related("proposed_by", "approved_by"))
    for variation in variations:
        variation.contract = row
        variation.may_decide = rules.test_rule("grants.approve_variation", request.user, variation)
    certificates = certificate_rows(row, request.user, on)
    context = {
        "title": row.tender.subject,
        "crumbs": crumbs_of(row.award),
        "row": row,
        "award": row.award,
        "currency": row.currency,
        "account": row.account,
        "variations": variations,
        "certificates": certificates,
        "defects": row.defects.select_related("closed_by"),
        "delay": row.delay_days(on),
        "damages": row.damages_amount(on),
        "next": works_next(row, on),
        "may": _may(request.user, row),
        "on": on,
        "events": history_of(row.ref, *(line.certificate.ref for line in certificates), most=15),
    }
    return render(request, "grants/works.html", context)


def _may(user, row):
    def may(rule):
        return rules.test_rule(rule, user, row)

    running = row.state in (State.RUNNING, State.ACCEPTED)
    return {
        "measure": running and may("grants.measure_works"),
        "release": row.state == State.CLOSED and row.account.held > 0 and may("grants.measure_works"),
        "vary": running and may("grants.prepare_works"),
        "defect": row.state == State.ACCEPTED and may("grants.measure_works"),
        "hand_over": row.state in (State.ACCEPTED, State.CLOSED)
        and not row.award.assets.filter(serial_number=row.ref).exists()
        and may("grants.hand_over"),
    }


# Moves ---------------------------------------------------------------------------------------------------------------


def _sign(*, contract, on, by, upload=None, version=None):
    def keep(evidence, on, by):
        return sign_contract(contract=contract, evidence=evidence, on=on, by=by, version=version)

    return with_file(keep, award=contract.award, upload=upload, purpose="works-contract", on=on, by=by)


def _accept(*, contract, present, defects, on, by, upload=None, version=None):
    def keep(evidence, on, by):
        given = {"present": present, "defects": defects, "version": version}
        return accept_provisionally(contract=contract, evidence=evidence, on=on, by=by, **given)

    return with_file(keep, award=contract.award, upload=upload, purpose="acceptance", on=on, by=by)


MOVES = {
    "sign": (_sign, SignContractForm),
    "accept_provisionally": (_accept, ProvisionalForm),
    "accept_finally": (accept_finally, MoveForm),
    "terminate": (terminate_contract, ReasonedMoveForm),
}
LEADS = {
    "sign": gettext_lazy("The builder can begin. What is built is measured and certified by two persons."),
    "accept_provisionally": gettext_lazy("The works are taken over. The time in which defects are put right begins."),
    "accept_finally": gettext_lazy("What was held back can be given back to the builder."),
    "terminate": gettext_lazy("The contract ends early. What is certified stays payable; what is held back is kept."),
}


@login_required
def contract_move(request, ref, number, verb):
    row = contract_or_404(request, ref, number)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=day_of(row.award),
        back=row.get_absolute_url(),
        form_class=form_class,
        lead=LEADS[verb],
    )


CERTIFICATE_MOVES = {"certify": (certify_work, MoveForm), "withdraw": (withdraw_certificate, ReasonedMoveForm)}
CERTIFICATE_LEADS = {
    "certify": gettext_lazy("You have seen the sheets of measurement and the works."),
    "withdraw": gettext_lazy("It was measured wrongly. The next certificate measures again."),
}


@login_required
def certificate_move(request, ref, number, part, verb):
    row = certificate_or_404(request, ref, number, part)
    if verb not in CERTIFICATE_MOVES:
        raise Http404
    service, form_class = CERTIFICATE_MOVES[verb]
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=day_of(row.contract.award),
        back=row.contract.get_absolute_url(),
        form_class=form_class,
        lead=CERTIFICATE_LEADS[verb],
        template="grants/certificate_move.html",
    )


@login_required
@require_GET
def certificate(request, ref, number, part):
    row = certificate_or_404(request, ref, number, part)
    return redirect(f"{row.contract.get_absolute_url()}#certificates")


@login_required
@require_GET
def certificate_pdf(request, ref, number, part):
    row = certificate_or_404(request, ref, number, part)
    return pdf(draw_certificate(row), f"{row.ref.replace('/', '-')}.pdf")


# Acts ----------------------------------------------------------------------------------------------------------------


def _filed(request, row, form, act, purpose, said):
    """Send `form` to `act(evidence=..., ...)` with its upload; the answer when it was done, else None."""

    def call(*, upload, on, by, **facts):
        def keep(evidence, on, by):
            return act(contract=row, evidence=evidence, on=on, by=by, **facts)

        return with_file(keep, award=row.award, upload=upload, purpose=purpose, on=on, by=by)

    if request.method == "POST" and attempt(form, call, on=day_of(row.award), by=request.user) is not None:
        return done(request, said, row.get_absolute_url())
    return None


@login_required
def measure(request, ref, number):
    row = contract_or_404(request, ref, number)
    need("grants.measure_works", request, row)
    form = MeasureForm(
        request.POST or None, request.FILES or None, currency=row.currency, initial={"period_to": day_of(row.award)}
    )
    went = _filed(request, row, form, measure_work, "measurement", _("The work is measured. Another person certifies."))
    lead = _("Certified so far: %(done)s of %(total)s.") % {
        "done": Money(row.account.done, row.currency),
        "total": Money(row.total_amount, row.currency),
    }
    return went or works_page(
        request, form, row, title=_("Measure the work"), submit=_("Save the measurement"), lead=lead
    )


@login_required
def release(request, ref, number):
    row = contract_or_404(request, ref, number)
    need("grants.measure_works", request, row)
    form = ReleaseForm(request.POST or None)
    given = {"contract": row, "on": day_of(row.award), "by": request.user}
    if request.method == "POST" and attempt(form, release_retention, **given) is not None:
        return done(request, _("The last certificate waits for another person."), row.get_absolute_url())
    lead = _("%(held)s is held back.") % {"held": Money(row.account.held, row.currency)}
    return works_page(
        request, form, row, title=_("Give back what was held back"), submit=_("Prepare the last certificate"), lead=lead
    )


@login_required
def new_variation(request, ref, number):
    row = contract_or_404(request, ref, number)
    need("grants.prepare_works", request, row)
    form = VariationForm(request.POST or None, currency=row.currency)
    given = {"contract": row, "on": day_of(row.award), "by": request.user}
    if request.method == "POST" and attempt(form, propose_variation, **given) is not None:
        return done(request, _("The variation waits for a second person."), row.get_absolute_url())
    return works_page(request, form, row, title=_("Propose a variation"), submit=_("Propose it"))


@login_required
def variation(request, ref, number, part):
    row = contract_or_404(request, ref, number)
    change = get_object_or_404(row.variations, number=part)
    change.contract = row
    need("grants.approve_variation", request, change)
    form = DecideVariationForm(request.POST or None)

    def act(*, decision, reason, on, by):
        if decision == "refuse":
            return refuse_variation(variation=change, reason=reason, on=on, by=by)
        return approve_variation(variation=change, on=on, by=by, reason=reason)

    if request.method == "POST" and attempt(form, act, on=day_of(row.award), by=request.user) is not None:
        return done(request, _("The variation is decided."), row.get_absolute_url())
    lead = f"{change.text}, {Money(change.amount, row.currency)}"
    return works_page(request, form, row, title=_("Decide a variation"), submit=_("Decide"), lead=lead)


@login_required
def new_defect(request, ref, number):
    row = contract_or_404(request, ref, number)
    need("grants.measure_works", request, row)
    form = DefectForm(request.POST or None)
    given = {"contract": row, "on": day_of(row.award), "by": request.user}
    if request.method == "POST" and attempt(form, note_defect, **given) is not None:
        return done(request, _("The defect is noted."), row.get_absolute_url())
    return works_page(request, form, row, title=_("Note a defect"), submit=_("Save the defect"))


@login_required
def defect_closed(request, ref, number, pk):
    row = contract_or_404(request, ref, number)
    need("grants.measure_works", request, row)
    defect = get_object_or_404(row.defects, pk=pk)
    defect.contract = row
    form = CloseDefectForm(request.POST or None)
    given = {"defect": defect, "on": day_of(row.award), "by": request.user}
    if request.method == "POST" and attempt(form, close_defect, **given) is not None:
        return done(request, _("The defect is put right."), row.get_absolute_url())
    return works_page(
        request, form, row, title=_("A defect is put right"), submit=_("It is put right"), lead=defect.text
    )


@login_required
def hand_over(request, ref, number):
    row = contract_or_404(request, ref, number)
    need("grants.hand_over", request, row)
    form = HandOverWorksForm(request.POST or None, request.FILES or None)
    went = _filed(request, row, form, hand_over_works, "handover", _("The works are handed over."))
    lead = _("%(grantee)s takes over works of %(done)s; they stand on the register of assets.") % {
        "grantee": row.award.applicant,
        "done": Money(row.account.done, row.currency),
    }
    return went or works_page(
        request, form, row, title=_("Hand over the works"), submit=_("They are handed over"), lead=lead
    )
