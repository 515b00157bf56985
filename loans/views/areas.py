"""Acts over many loans: a moratorium of an area, and a list of loans that go to another adviser."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import User
from audit.refusals import NotAllowed
from audit.services import record, unit_of_work
from ledger.money import Money
from loans import forms_people as forms
from loans.models import LEADING, Handover, Loan, Moratorium
from loans.services import apply_moratorium, cancel_moratorium, prepare_handover, prepare_moratorium, sign_handover
from loans.services.handover import CARED_FOR
from loans.services.moratorium import totals_of
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.moves import MoveForm, ReasonedMoveForm, move_page
from pages.sheets import write_csv, write_xlsx
from programmes.clock import today
from programmes.models import Programme
from programmes.roles import held_by

MOST_SHOWN = 200
MOVES = {"put_in_force": (apply_moratorium, MoveForm), "withdraw": (cancel_moratorium, ReasonedMoveForm)}
LEADS = {
    "put_in_force": gettext_lazy(
        "Each loan of the list gets a new schedule as it is shown. One that was paid on since is reckoned anew within"
        " what the committee approved, and the list says so. What is paid stays as it is."
    ),
    "withdraw": gettext_lazy("The committee does not decide on it. No loan is changed."),
}


def _programmes(request):
    """Those in which the user is loan officer or manager."""
    keys = {held.programme_id for held in held_by(request.user) if held.role in LEADING}
    return Programme.objects.filter(pk__in=keys).order_by("name")


def _crumbs():
    return ((_("Loans"), reverse("loans:loans")), (_("Moratoria and handovers"), reverse("loans:areas")))


@login_required
@require_GET
def areas(request):
    """Moratoria and lists of the programmes that the user leads loans in, and the lists that wait for their name."""
    programmes = _programmes(request)
    lists = _handovers(request)
    mine = Loan.objects.visible_to(request.user).filter(programme__in=programmes, state__in=CARED_FOR)
    advisers = (
        mine.order_by("application__adviser__name", "programme__name")
        .values("application__adviser", "application__adviser__name", "programme__key", "programme__name")
        .annotate(number=Count("pk"))
    )
    if not programmes and not lists.exists():
        raise Http404
    context = {
        "title": _("Moratoria and handovers"),
        "crumbs": _crumbs()[:1],
        "programmes": programmes,
        "moratoria": _moratoria(request).select_related("region", "programme")[:100],
        "lists": lists.select_related("giver", "taker")[:100],
        "advisers": [
            {
                "name": row["application__adviser__name"],
                "number": row["number"],
                "programme": row["programme__name"],
                "url": reverse("loans:new_handover", args=[row["programme__key"], row["application__adviser"]]),
            }
            for row in advisers
        ],
    }
    return render(request, "loans/areas.html", context)


@login_required
def new_moratorium(request, key):
    programme = get_object_or_404(_programmes(request), key=key)
    form = forms.MoratoriumForm(request.POST or None, programme=programme)
    on = today(programme)
    if request.method == "POST":
        made = attempt(form, prepare_moratorium, programme=programme, on=on, by=request.user)
        if made is not None:
            said = _("Look at the effect. It waits for the committee.")
            return done(request, said, made)
    return form_page(
        request,
        form,
        title=_("Prepare a moratorium"),
        submit=_("Show the effect"),
        lead=_("Nothing changes on a loan before the committee approves it and another person puts it into effect."),
        back=reverse("loans:areas"),
        crumbs=_crumbs(),
    )


def _moratoria(request):
    """Those of programmes that the user leads loans in, with a loan that they may see."""
    seen = Loan.objects.visible_to(request.user)
    return Moratorium.objects.filter(programme__in=_programmes(request), loans__loan__in=seen).distinct()


def _moratorium(request, ref):
    parents = ("programme", "region", "motion__session", "asked_by", "in_force_by")
    return get_object_or_404(_moratoria(request).select_related(*parents), ref=ref)


@login_required
@require_GET
def moratorium(request, ref):
    row = _moratorium(request, ref)
    lines = row.loans.filter(loan__in=Loan.objects.visible_to(request.user)).select_related("loan__borrower")
    if request.GET.get("format") in ("csv", "xlsx"):
        return _moratorium_file(request, row, lines)
    context = {
        "row": row,
        "title": _("Moratorium from %(day)s") % {"day": f"{row.starts_on:%d.%m.%Y}"},
        "crumbs": _crumbs(),
        "totals": totals_of(row),
        "lines": lines[:MOST_SHOWN],
        "differing": lines.exclude(done_on=None, left_out="")[:MOST_SHOWN],
        "most": MOST_SHOWN,
        "villages": row.villages.all(),
        "on": today(row.programme),
        "events": history_of(row.ref),
    }
    return render(request, "loans/moratorium.html", context)


def _moratorium_file(request, row, lines):
    """Every loan of the list and what the moratorium does to its money, as on the page."""
    wanted, name = request.GET["format"], f"moratorium-{row.ref}-{row.starts_on:%Y-%m-%d}"
    with unit_of_work():
        record(
            "list.export",
            f"list:{row.ref}",
            by=request.user,
            on=today(row.programme),
            programme=row.programme.key,
            body={"format": wanted},
        )
    headers = [
        _("Loan"),
        _("Borrower"),
        _("Currency"),
        _("Principal owed"),
        _("Next instalment"),
        _("Last instalment before"),
        _("Last instalment now"),
        _("Interest before"),
        _("Interest after"),
        _("Interest not charged"),
        _("Reckoned anew with the money up to"),
        _("Principal owed then"),
        _("Interest not charged then"),
        _("Left out"),
    ]
    rows = [
        [
            line.loan.ref,
            line.loan.borrower.name,
            line.currency,
            Money(line.principal_amount, line.currency),
            line.first_due_on,
            line.matured_on,
            line.matures_on,
            *(Money(amount, line.currency) for amount in line.interest_amounts),
            line.done_on or "",
            Money(line.done_principal_amount, line.currency) if line.done_on else "",
            Money(line.done_waived_amount, line.currency) if line.done_on else "",
            line.get_left_out_display(),
        ]
        for line in lines
    ]
    return write_csv(headers, rows, name) if wanted == "csv" else write_xlsx(headers, rows, name, _("Moratorium"))


@login_required
def move_moratorium(request, ref, verb):
    row = _moratorium(request, ref)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    return move_page(
        request,
        row,
        verb,
        service=service,
        form_class=form_class,
        on=today(row.programme),
        back=row.get_absolute_url(),
        lead=LEADS[verb],
    )


@login_required
def new_handover(request, key, adviser_pk):
    programme = get_object_or_404(_programmes(request), key=key)
    adviser = get_object_or_404(User, pk=adviser_pk)
    loans = Loan.objects.visible_to(request.user).filter(programme=programme, application__adviser=adviser)
    loans = loans.filter(state__in=CARED_FOR).select_related("borrower").order_by("ref")
    form = forms.HandoverForm(request.POST or None, programme=programme, giver=adviser, loans=loans)
    given = {"programme": programme, "giver": adviser, "on": today(programme), "by": request.user}
    if request.method == "POST":
        made = attempt(form, prepare_handover, **given)
        if made is not None:
            return done(request, _("The list waits for the signature of who takes it."), "loans:handover", made.pk)
    title = _("Hand over the loans of %(name)s") % {"name": adviser.name}
    return form_page(request, form, title=title, back=reverse("loans:areas"), crumbs=_crumbs())


def _handovers(request):
    """Lists with a loan that the user leads, and those that they take over themselves."""
    led = Loan.objects.visible_to(request.user).filter(programme__in=_programmes(request))
    return Handover.objects.filter(Q(loans__loan__in=led) | Q(taker=request.user)).distinct()


def _handover(request, pk):
    return get_object_or_404(_handovers(request).select_related("giver", "taker", "programme"), pk=pk)


@login_required
@require_GET
def handover(request, pk):
    row = _handover(request, pk)
    context = {
        "row": row,
        "title": _("List from %(giver)s to %(taker)s") % {"giver": row.giver.name, "taker": row.taker.name},
        "crumbs": _crumbs(),
        "lines": row.loans.select_related("loan__borrower"),
        "may_sign": row.signed_on is None and row.taker_id == request.user.pk,
    }
    return render(request, "loans/handover.html", context)


@login_required
def sign_one(request, pk):
    row = _handover(request, pk)
    if row.taker_id != request.user.pk:
        raise NotAllowed(_("Who takes the loans over signs the list."))
    form = forms.NoticeForm(request.POST or None)
    given = {"handover": row, "on": today(row.programme), "by": request.user}
    if request.method == "POST" and attempt(form, sign_handover, **given) is not None:
        return done(request, _("The loans are yours from today."), "loans:handover", row.pk)
    back = reverse("loans:handover", args=[row.pk])
    return form_page(request, form, title=_("Sign the list"), submit=_("Sign"), back=back, crumbs=_crumbs())
