"""An older portfolio by its page: the workbook is checked and reckoned, shown, confirmed, and written whole or not."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from applicants.models import Import
from applicants.resources import RESOURCES
from applicants.services import confirm_import
from applicants.services.imports import file_of
from audit.refusals import NotAllowed, Refusal
from ledger.money import Money
from loans.forms_bulk import PortfolioFileForm
from loans.legacy import ABOUT, COLUMNS, MORE, SHEETS, read_portfolio
from loans.models import LoanProduct
from loans.services.access import demand
from loans.services.legacy import KIND, keep_portfolio
from loans.tasks import run_portfolio_import
from loans.views.access import crumbs
from pages.forms import done, form_page
from pages.sheets import XLSX_TYPE, xlsx_bytes
from programmes.clock import today
from programmes.models import Programme, Role
from programmes.roles import held_by

NAMES = {
    "loans": gettext_lazy("Loans"),
    "lent": gettext_lazy("Lent"),
    "repaid": gettext_lazy("Repaid"),
    "outstanding": gettext_lazy("Outstanding principal"),
}


def programmes_to_bring(user):
    """Programmes with loan products that the user manages: an older portfolio can be brought into them."""
    keys = {held.programme_id for held in held_by(user) if held.role == Role.MANAGER}
    return Programme.objects.filter(pk__in=keys, loan_products__isnull=False).distinct().order_by("name")


def _programmes(request):
    found = programmes_to_bring(request.user)
    if not found:
        raise NotAllowed()
    chosen = [one.pk for one in found if one == request.desk.programme]
    return found.filter(pk__in=chosen) if chosen else found


def _crumbs():
    return crumbs((_("Older portfolio"), reverse("loans:portfolio_imports")))


def _totals(rows):
    """Rows of Import.totals as a page prints them: currency, what, stated, made, difference; None where not stated."""
    shown = []
    for row in rows:
        amounts = [row["stated"], row["made"], None if row["stated"] is None else row["made"] - row["stated"]]
        if row["name"] != "loans":
            amounts = [None if amount is None else Money(amount, row["currency"]) for amount in amounts]
        shown.append((row["currency"], NAMES[row["name"]], *amounts, row["made"] == row["stated"]))
    return shown


@login_required
def portfolio_imports(request):
    """A workbook is checked at once; a right one waits for the confirmation, a wrong one shows every error."""
    programmes = _programmes(request)
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PortfolioFileForm(*data, programmes=programmes)
    if form.is_bound and form.is_valid():
        try:
            return _checked(request, form.cleaned_data["programme"], form.cleaned_data["content"])
        except Refusal as refused:
            refused.field = "content"
            form.refuse(refused)
    rows = Import.objects.visible_to(request.user).filter(kind=KIND).select_related("programme")[:50]
    return form_page(
        request,
        form,
        title=_("Older portfolio"),
        submit=_("Check the workbook"),
        lead=_("Every row is checked and every loan reckoned. Nothing is written unless the totals are yours."),
        back=reverse("loans:loans"),
        crumbs=crumbs(),
        template="loans/portfolio_imports.html",
        context={"programmes": programmes, "rows": rows},
    )


def _checked(request, programme, upload):
    """The page of a workbook with errors, or the way to the one that waits to be confirmed. Raises Refusal."""
    demand("loans.import_portfolio", request.user, programme)
    upload.seek(0)
    content, given = upload.read(), {"programme": programme, "by": request.user, "on": today(programme)}
    found = read_portfolio(content, **given)
    if found.errors:
        return _errors(request, found, upload.name)
    batch = keep_portfolio(portfolio=found, content=content, name=upload.name, **given)
    return done(request, _("The workbook is right. Look at its totals and confirm."), batch.get_absolute_url())


def _errors(request, found, name):
    context = {
        "title": _("The file cannot be imported yet"),
        "name": name,
        "plan": found.plan,
        "count": len(found.plan.errors) + found.plan.more_errors,
        "totals": _totals(found.totals()),
        "again": reverse("loans:portfolio_imports"),
        "crumbs": _crumbs(),
    }
    return render(request, "loans/portfolio_errors.html", context, status=400)


def _batch(request, pk):
    return get_object_or_404(
        Import.objects.visible_to(request.user).filter(kind=KIND).select_related("programme"), pk=pk
    )


@login_required
@require_GET
def portfolio_import(request, pk):
    """The totals before the confirmation; afterwards how far it is, and how it ended."""
    batch = _batch(request, pk)
    context = {
        "title": _("Import of %(name)s") % {"name": batch.name},
        "batch": batch,
        "label": _("Older portfolio"),
        "kept": file_of(batch).exists(),
        "totals": _totals(batch.totals),
        "confirm": reverse("loans:confirm_portfolio", args=[batch.pk]),
        "back": reverse("loans:portfolio_imports"),
        "again": reverse("loans:portfolio_imports"),
        "crumbs": _crumbs(),
    }
    return render(request, "loans/portfolio_import.html", context)


@login_required
@require_POST
def confirm_portfolio(request, pk):
    batch = _batch(request, pk)
    demand("loans.import_portfolio", request.user, batch.programme)
    batch = confirm_import(batch=batch, on=today(batch.programme), by=request.user)
    run_portfolio_import.enqueue(batch.pk)
    return done(request, _("The portfolio is being written. You can leave this page."), batch.get_absolute_url())


@login_required
@require_GET
def portfolio_template(request, key):
    """An empty workbook with the four sheets, and a fifth that says what goes where and what may stand there."""
    programme = programmes_to_bring(request.user).filter(key=key).first()
    if programme is None:
        raise Http404
    people = RESOURCES["applicants"](programme=programme).get_import_fields()
    heads = {"borrowers": ["key", *(column.column_name for column in people)]}
    heads |= {sheet: [*COLUMNS[sheet], *MORE[sheet]] for sheet in COLUMNS}
    about = [("borrowers", "key", _("yes"), str(ABOUT["key"]))]
    about += [("borrowers", one.column_name, _("yes") if one.required else "", str(one.about)) for one in people]
    about += [
        (sheet, name, _("yes") if name in COLUMNS[sheet] else "", str(ABOUT[name]))
        for sheet in COLUMNS
        for name in heads[sheet]
    ]
    allowed = [("borrowers", "region", region.name, "") for region in programme.regions.order_by("name")]
    products = LoanProduct.objects.filter(programme=programme).order_by("key")
    allowed += [("loans", "product", product.key, f"{product.name}, {product.currency}") for product in products]
    sheets = [
        *((sheet, heads[sheet], []) for sheet in SHEETS),
        (_("Columns"), [_("Sheet"), _("Column"), _("Must be filled"), _("What goes there")], about),
        (_("Allowed values"), [_("Sheet"), _("Column"), _("Value"), _("Means")], allowed),
    ]
    file = xlsx_bytes(sheets)
    return FileResponse(file, as_attachment=True, filename="portfolio-template.xlsx", content_type=XLSX_TYPE)
