"""Balances confirmed with borrowers: samples, the list to ask along, the answers, and the differences that wait."""

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from ledger.money import Money
from loans.forms_bulk import AnswerForm, DrawForm, SettleForm
from loans.models import CONFIRMERS, BalanceCheck, BalanceSample
from loans.papers.balances import balances_paper
from loans.services import answer_balance, draw_balances, settle_balance
from loans.views.access import crumbs, programme_of
from pages.forms import attempt, done, form_page
from pages.pdf import pdf
from pages.sheets import write_csv
from programmes.clock import today
from programmes.roles import roles_of


def _samples():
    return _("Balances confirmed"), reverse("loans:balances")


def _samples_of(request):
    if not roles_of(request.user) & set(CONFIRMERS):
        raise NotAllowed(_("Somebody outside the loan team asks for the balances."))
    return BalanceSample.objects.visible_to(request.user).select_related("programme", "drawn_by")


@login_required
@require_GET
def balances(request):
    """The samples, newest first, and the differences that nobody has explained."""
    samples = list(_samples_of(request)[:50])
    waiting = BalanceCheck.objects.visible_to(request.user).in_question().select_related("loan__borrower", "sample")
    context = {
        "title": _("Balances confirmed"),
        "crumbs": crumbs(),
        "samples": [
            {"sample": sample, "asked": sample.checks.exclude(answer="").count(), "size": sample.checks.count()}
            for sample in samples
        ],
        "waiting": waiting.order_by("asked_on", "pk")[:200],
    }
    return render(request, "loans/balances.html", context)


@login_required
def draw(request):
    programme = programme_of(request, "loans.confirm_balances")
    form = DrawForm(request.POST or None, initial={"size": 20})
    if request.method == "POST":
        sample = attempt(form, draw_balances, programme=programme, on=today(programme), by=request.user)
        if sample is not None:
            return done(request, _("The sample is drawn."), sample.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Draw a sample of balances"),
        submit=_("Draw it"),
        lead=_(
            "A seed that nobody chooses decides who is asked. It is printed: whoever draws again with it gets the same"
            " loans."
        ),
        back=reverse("loans:balances"),
        crumbs=crumbs(_samples()),
    )


def _checks(sample):
    related = ("loan__borrower__village__district__region", "loan__programme", "asked_by", "settled_by")
    return sample.checks.select_related(*related).order_by("number")


@login_required
@require_GET
def balance_sample(request, pk):
    sample = get_object_or_404(_samples_of(request), pk=pk)
    if request.GET.get("format") == "csv":
        return _draw_file(sample)
    context = {
        "title": str(sample),
        "crumbs": crumbs(_samples()),
        "sample": sample,
        "checks": _checks(sample),
        "may": rules.test_rule("loans.confirm_balances", request.user, sample.programme),
    }
    return render(request, "loans/balance_sample.html", context)


def _draw_file(sample):
    """All loans of the draw by their hashes, and which were taken: to draw again with any tool."""
    size = sample.checks.count()
    rows = [
        (number, ref, digest, _("drawn") if number <= size else "")
        for number, (digest, ref) in enumerate(sample.ranked, 1)
    ]
    headers = [_("No."), _("Loan"), "SHA-256", _("Drawn")]
    return write_csv(headers, rows, f"draw-{sample.as_of:%Y-%m-%d}-{sample.seed}")


@login_required
@require_GET
def balance_list(request, pk):
    """The list to take along, with seed and method."""
    sample = get_object_or_404(_samples_of(request), pk=pk)
    return pdf(balances_paper(sample, _checks(sample)), f"balances-{sample.as_of:%Y-%m-%d}.pdf", inline=True)


@login_required
def balance_check(request, pk):
    """One borrower: the answer, or what the difference was."""
    _samples_of(request)
    checks = BalanceCheck.objects.visible_to(request.user).select_related("sample__programme", "loan__borrower")
    check = get_object_or_404(checks, pk=pk)
    on = today(check.sample.programme)
    asks = not check.answer
    form_class, service = (AnswerForm, answer_balance) if asks else (SettleForm, settle_balance)
    form = form_class(request.POST or None, check=check, initial={"on": on})
    given = {"check": check, "by": request.user} if asks else {"check": check, "by": request.user, "on": on}
    if request.method == "POST" and attempt(form, service, **given):
        return done(request, _("The answer is kept."), check.sample.get_absolute_url())
    return form_page(
        request,
        form,
        title=check.loan.borrower.name,
        submit=_("Keep the answer") if asks else _("Keep the explanation"),
        lead=_("%(ref)s: %(amount)s by the books on %(day)s.")
        % {
            "ref": check.loan.ref,
            "amount": Money(check.principal_amount, check.currency),
            "day": f"{check.sample.as_of:%d.%m.%Y}",
        },
        back=check.sample.get_absolute_url(),
        crumbs=crumbs(_samples(), (str(check.sample), check.sample.get_absolute_url())),
    )
