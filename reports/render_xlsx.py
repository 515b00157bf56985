"""The report as an Excel workbook: the figures, and a sheet about the report itself."""

from django.utils.translation import gettext as _

from pages.sheets import xlsx_bytes
from reports.rows import HEADERS, rows, scope_rows


def render(report):
    """XLSX as bytes."""
    sheets = [
        (_("Figures"), HEADERS, rows(report)),
        (_("About"), [_("What"), _("Value")], scope_rows(report)),
    ]
    return xlsx_bytes(sheets).getvalue()
