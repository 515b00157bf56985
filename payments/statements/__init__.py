"""Bank statements as files: camt.053, MT940 and CSV, each read by its own module into the same facts."""

from django.utils.translation import gettext_lazy as _

from payments.statements import camt053, csv_profiles, mt940
from payments.statements.facts import LARGEST, StatementFacts, StatementLineFacts, read_text, refuse

__all__ = ["LARGEST", "StatementFacts", "StatementLineFacts", "read_statement"]


def read_statement(content):
    """The facts of a statement file; its format is told by how it begins. Raises Invalid."""
    if len(content) > LARGEST:
        refuse(_("The file is larger than 10 MB. Ask the bank for a statement of fewer days."))
    if not content.strip():
        refuse(_("The file is empty. Load the statement as the bank gave it."))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return camt053.read(content)
    if b"\x00" in content:
        refuse(
            _("This is not a bank statement that can be read here. Ask the bank for camt.053, MT940 or CSV."),
        )
    text = read_text(content)
    return mt940.read(text) if mt940.is_one(text) else csv_profiles.read(text)
