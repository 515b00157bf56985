"""The formats in which a report can be had. Each renderer has `render(report) -> bytes` and does no queries."""

from collections.abc import Callable
from dataclasses import dataclass

from pages.sheets import XLSX_TYPE
from reports import iati, render_360giving, render_csv, render_json, render_pdf, render_xlsx
from reports.models import IssueAnnex


@dataclass(frozen=True)
class Format:
    """`needs`: kinds of rows beside the body of an Issue; None where nothing of open data is needed.

    `open`: it is made for everybody, so that there is no internal edition of it.
    """

    render: Callable
    type: str
    ending: str
    needs: tuple | None = None
    open: bool = False


FORMATS = {
    "pdf": Format(render_pdf.render, "application/pdf", "pdf"),
    "xlsx": Format(render_xlsx.render, XLSX_TYPE, "xlsx", needs=(IssueAnnex.Kind.RECORDS,)),
    "csv": Format(render_csv.render, "text/csv; charset=utf-8", "csv"),
    "json": Format(render_json.render, "application/json", "json"),
    "iati": Format(iati.render, "application/xml", "iati.xml", needs=(), open=True),
    "360giving": Format(
        render_360giving.render, "application/json", "360giving.json", needs=(IssueAnnex.Kind.GRANTS,), open=True
    ),
}
