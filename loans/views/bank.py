"""Lines of bank statements that may be repayments: read with the loans that fit, claimed all at once or one by one."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from ledger.money import Money
from loans.forms_bulk import ClaimAllForm, ClaimForm, KeepForm, ReleaseForm
from loans.matching import CLAIMING, claimable, lines_for
from loans.models import Loan
from loans.services import claim_line, keep_receipt, release_receipt, take_claims
from loans.services.claims import MOST, claims_to_read, need_whole_programme, proposed_claims, readable
from loans.views.access import crumbs, programme_of
from pages.forms import attempt, done, form_page
from payments.matching import seal_of
from programmes.clock import today
from programmes.roles import holds_everywhere


def _bank():
    return _("Repayments by bank"), reverse("loans:bank")


@login_required
@require_GET
def bank(request):
    """All lines that wait, each with the loans that fit it; one press claims the sure ones."""
    programme = programme_of(request, "loans.claim")
    lines, claims = claims_to_read(request.user, programme, today(programme))
    sure = [claim for claim in claims.values() if claim.sure]
    late = min((line.value_on for line in lines if line.pk in claims and claims[line.pk].sure), default=None)
    form = ClaimAllForm(initial={"seal": seal_of(sure)}, asks=_is_late(programme, late)) if sure else None
    context = {
        "title": _("Repayments by bank"),
        "crumbs": crumbs(),
        "programme": programme,
        "rows": [{"line": line, "claim": claims.get(line.pk)} for line in lines],
        "sure": len(sure),
        "total": _totals(line for line in lines if line.pk in claims and claims[line.pk].sure),
        "form": form,
        "full": len(lines) == MOST,
    }
    return render(request, "loans/bank.html", context)


def _is_late(programme, day):
    return day is not None and (today(programme) - day).days > programme.backdate_days


def _totals(lines):
    sums = {}
    for line in lines:
        sums[line.currency] = sums.get(line.currency, 0) + line.amount
    return ", ".join(str(Money(amount, currency)) for currency, amount in sorted(sums.items()))


@login_required
def take_all(request):
    programme = programme_of(request, "loans.claim")
    on = today(programme)
    _lines, claims = claims_to_read(request.user, programme, on)
    sure = [claim for claim in claims.values() if claim.sure]
    form = ClaimAllForm(request.POST or None, initial={"seal": seal_of(sure)}, asks=True)
    if request.method == "POST" and attempt(form, take_claims, programme=programme, on=on, by=request.user):
        said = ngettext("%(count)s repayment is recorded.", "%(count)s repayments are recorded.", len(sure))
        return done(request, said % {"count": len(sure)}, reverse("loans:bank"))
    return form_page(
        request,
        form,
        title=_("Take all sure ones"),
        submit=_("Take them"),
        lead=ngettext("%(count)s line leads to one loan.", "%(count)s lines lead to one loan each.", len(sure))
        % {"count": len(sure)},
        back=reverse("loans:bank"),
        crumbs=crumbs(_bank()),
    )


@login_required
def claim(request, pk):
    """One line: the loans that fit it, or another one by its reference; or it is kept, or put back."""
    line = get_object_or_404(lines_for(request.user).for_pages(), pk=pk)
    if not rules.test_rule("loans.claim", request.user, line.programme):
        raise NotAllowed()
    on = today(line.programme)
    waits = claimable(lines_for(request.user).filter(pk=pk)).exists()
    claims = proposed_claims([line], on) if waits else {}
    if not readable([line], claims, request.user):
        raise Http404
    proposal = claims.get(line.pk)
    form = ClaimForm(
        request.POST or None,
        loans=Loan.objects.visible_to(request.user).filter(programme=line.programme),
        refs=proposal.refs if proposal else (),
        sure=_sure(proposal),
    )
    if request.method == "POST":
        repayment = attempt(form, claim_line, line=line, on=on, by=request.user)
        if repayment is not None:
            said = _("%(amount)s is recorded for %(ref)s.") % {
                "amount": Money(repayment.amount, repayment.currency),
                "ref": repayment.loan.ref,
            }
            return done(request, said, reverse("loans:bank"))
    return form_page(
        request,
        form,
        title=_("Whose repayment is it?"),
        submit=_("Record the repayment"),
        back=reverse("loans:bank"),
        crumbs=crumbs(_bank()),
        template="loans/bank_line.html",
        context={
            "line": line,
            "claim": proposal,
            "waits": waits,
            "whole": holds_everywhere(request.user, CLAIMING, line.programme.pk),
        },
    )


def _sure(proposal):
    return proposal.ref if proposal is not None and proposal.sure else ""


@login_required
def keep(request, pk):
    line = get_object_or_404(lines_for(request.user).for_pages(), pk=pk)
    form = KeepForm(request.POST or None, lines=line.own_account.lines.all())
    return _act(
        request,
        line,
        form,
        keep_receipt,
        title=_("Keep as a receipt that is not claimed"),
        lead=_("For money of a borrower that nobody knows yet. It is owed to whoever paid it, until a loan claims it."),
    )


@login_required
def release(request, pk):
    line = get_object_or_404(lines_for(request.user).for_pages(), pk=pk)
    return _act(
        request,
        line,
        ReleaseForm(request.POST or None),
        release_receipt,
        title=_("Put the line back"),
        lead=_("For money that is no repayment. Its booking is reversed and the line is open on the statement again."),
    )


def _act(request, line, form, service, *, title, lead):
    need_whole_programme(line, request.user)
    if request.method == "POST" and attempt(form, service, line=line, on=today(line.programme), by=request.user):
        return done(request, _("%(title)s: done.") % {"title": title}, reverse("loans:bank"))
    crumb = (_("Line %(position)s") % {"position": line.position}, reverse("loans:claim", args=[line.pk]))
    return form_page(
        request,
        form,
        title=title,
        submit=title,
        lead=lead,
        back=crumb[1],
        crumbs=crumbs(_bank(), crumb),
    )
