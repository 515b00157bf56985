"""Import: a template, a file, a preview with every error, a confirmation, progress; and the same columns as a file."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from applicants import rules as permissions
from applicants.forms.register import ImportForm
from applicants.importing import make_plan
from applicants.models import Application, Enrolment, Import, Party
from applicants.resources import RESOURCES
from applicants.services import confirm_import, prepare_import
from applicants.services.imports import file_of
from applicants.tasks import run_import
from applicants.views.ground import day, posted, programmes_for
from applicants.views.register import people_crumb
from audit.refusals import Refusal
from audit.services import record, unit_of_work
from pages.forms import done, form_page
from pages.sheets import XLSX_TYPE, read_table, write_csv, xlsx_bytes
from programmes.models import Window

SHOWN = 20


def imports_crumbs():
    return [people_crumb(), (_("Import"), reverse("applicants:imports"))]


def kinds():
    return [(kind, resource.label) for kind, resource in RESOURCES.items()]


def imports(request):
    programmes = programmes_for(request, permissions.IMPORTERS)
    return render(
        request,
        "applicants/import_list.html",
        {
            "title": _("Import"),
            "rows": Import.objects.visible_to(request.user).select_related("programme")[:50],
            "kinds": kinds(),
            "programmes": programmes,
            "crumbs": [people_crumb()],
        },
    )


def new_import(request):
    """Read and check the file at once; a right one waits for the confirmation, a wrong one shows every error."""
    programmes = programmes_for(request, permissions.IMPORTERS)
    form = ImportForm(
        posted(request),
        request.FILES if request.method == "POST" else None,
        programmes=programmes,
        kinds=kinds(),
    )
    if form.is_bound and form.is_valid():
        facts = form.cleaned_data
        try:
            plan = make_plan(
                facts["kind"],
                read_table(facts["content"]),
                programme=facts["programme"],
                by=request.user,
                on=day(request),
            )
        except Refusal as refused:
            refused.field = "content"
            form.refuse(refused)
        else:
            if plan.errors:
                return _errors(request, plan, facts["content"].name)
            return _prepared(request, facts, plan)
    return form_page(
        request,
        form,
        title=_("Import a file"),
        submit=_("Check the file"),
        lead=_("Every row is checked first. Nothing is written before you have seen the result and confirmed it."),
        back=reverse("applicants:imports"),
        crumbs=imports_crumbs(),
    )


def _errors(request, plan, name):
    return render(
        request,
        "applicants/import_errors.html",
        {
            "title": _("The file cannot be imported yet"),
            "name": name,
            "plan": plan,
            "count": len(plan.errors) + plan.more_errors,
            "again": reverse("applicants:new_import"),
            "crumbs": imports_crumbs(),
        },
        status=400,
    )


def _prepared(request, facts, plan):
    file = facts["content"]
    file.seek(0)
    batch = prepare_import(
        programme=facts["programme"],
        kind=facts["kind"],
        name=file.name,
        content=file.read(),
        rows_total=plan.total,
        on=day(request),
        by=request.user,
    )
    return done(request, _("The file is right. Look at it and confirm."), batch.get_absolute_url())


def find_import(request, pk):
    return get_object_or_404(Import.objects.visible_to(request.user).select_related("programme"), pk=pk)


@require_safe
def import_page(request, pk):
    """The preview before the confirmation; afterwards how far it is, and how it ended."""
    batch = find_import(request, pk)
    if batch.kind not in RESOURCES:
        return redirect(batch)
    table = None
    if batch.state == Import.State.CHECKED and file_of(batch).exists():
        with file_of(batch).open("rb") as file:
            table = read_table(file)
    return render(
        request,
        "applicants/import.html",
        {
            "title": _("Import of %(name)s") % {"name": batch.name},
            "batch": batch,
            "label": RESOURCES[batch.kind].label,
            "kept": table is not None,
            "confirm": reverse("applicants:confirm_import", args=[batch.pk]),
            "back": reverse("applicants:imports"),
            "again": reverse("applicants:new_import"),
            "headers": table.headers if table else [],
            "lines": [(row.number, [row.cells[head] for head in table.headers]) for row in table.rows[:SHOWN]]
            if table
            else [],
            "crumbs": imports_crumbs(),
        },
    )


@require_POST
def confirm(request, pk):
    batch = find_import(request, pk)
    if batch.kind not in RESOURCES:
        raise Http404
    batch = confirm_import(batch=batch, on=day(request), by=request.user)
    run_import.enqueue(batch.pk)
    return done(request, _("The file is being written. You can leave this page."), batch.get_absolute_url())


@require_safe
def template(request, kind, ending):
    """An empty file with the columns of the kind; as XLSX with what goes where, and what may stand there."""
    programme = _programme(request)
    resource = _resource(kind, ending)(programme=programme)
    columns = resource.get_import_fields()
    headers = [column.column_name for column in columns]
    name = f"{kind}-template"
    if ending == "csv":
        return write_csv(headers, [], name)
    about = [(column.column_name, _("yes") if column.required else "", str(column.about)) for column in columns]
    sheets = [
        (_("Rows"), headers, []),
        (_("Columns"), [_("Column"), _("Must be filled"), _("What goes there")], about),
        (_("Allowed values"), [_("Column"), _("Value"), _("Means")], list(_allowed(programme, headers))),
    ]
    return FileResponse(xlsx_bytes(sheets), as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)


def _resource(kind, ending):
    if kind not in RESOURCES or ending not in ("csv", "xlsx"):
        raise Http404
    return RESOURCES[kind]


def _programme(request):
    programmes = programmes_for(request, permissions.IMPORTERS)
    key = request.GET.get("programme", "")
    return programmes.filter(key=key).first() or programmes.first()


def _allowed(programme, headers):
    """(column, value, meaning) of what the programme knows: its regions and windows."""
    for region in programme.regions.order_by("name"):
        yield ("region", region.name, "")
    if "window" in headers:
        for window in Window.objects.filter(call__programme=programme).select_related("call").order_by("key"):
            yield ("window", window.key, f"{window.call.name}: {window.name}, {window.currency}")


@require_safe
def export(request, kind, ending):
    """The programme's rows in the columns of the import, so that a list can go out, be worked on, and come back."""
    programme = _programme(request)
    resource = _resource(kind, ending)(programme=programme)
    if kind == "applicants":
        rows = (
            Party.objects.visible_to(request.user)
            .filter(pk__in=Enrolment.objects.filter(programme=programme).values("party"))
            .order_by("pk")
        )
    else:
        rows = Application.objects.visible_to(request.user).filter(programme=programme).order_by("pk")
    with unit_of_work():
        record(
            "list.export",
            f"list:{kind}",
            by=request.user,
            on=day(request),
            programme=programme.key,
            body={"format": ending, "columns": "import"},
        )
    headers = resource.get_export_headers()
    values = (resource.export_resource(row) for row in resource.rows_of(rows).iterator(chunk_size=1000))
    name = f"{kind}-{day(request):%Y-%m-%d}"
    if ending == "csv":
        return write_csv(headers, values, name)
    file = xlsx_bytes([(str(resource.label), headers, values)])
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)
