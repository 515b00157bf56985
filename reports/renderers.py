"""The formats in which a report can be had. Each renderer has `render(report) -> bytes` and does no queries."""

from types import SimpleNamespace

from pages.sheets import XLSX_TYPE
from reports import render_csv, render_json, render_pdf, render_xlsx

FORMATS = {
    "pdf": SimpleNamespace(render=render_pdf.render, type="application/pdf"),
    "xlsx": SimpleNamespace(render=render_xlsx.render, type=XLSX_TYPE),
    "csv": SimpleNamespace(render=render_csv.render, type="text/csv; charset=utf-8"),
    "json": SimpleNamespace(render=render_json.render, type="application/json"),
}
