"""Sanctions and debarment lists as files, and how a name is compared with them. Pure: no database."""

from django.utils.translation import gettext_lazy as _

from payments.screening import csv_list, un_xml
from payments.screening.facts import LARGEST, EntryFacts, ListFacts, refuse

__all__ = ["LARGEST", "EntryFacts", "ListFacts", "read_list"]


def read_list(content):
    """The facts of a list file; its format is told by how it begins. Raises Invalid, and then nothing was read."""
    if len(content) > LARGEST:
        refuse(_("The file is larger than 25 MB. Load the list as its publisher gives it."))
    if not content.strip():
        refuse(_("The file is empty. Take it from the publisher's page again."))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return un_xml.read(content)
    return csv_list.read(content)
