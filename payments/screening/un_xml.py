"""The consolidated list of the United Nations Security Council in XML: INDIVIDUALS and ENTITIES."""

from datetime import date
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext_lazy as _

from payments.screening.facts import ENTITY, PERSON, ListFacts, checked, entry, refuse

KIND = "un_xml"
NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
# How the list marks an alias that alone proves little.
WEAK = ("low", "a.k.a. (low)")


def read(content):
    """The facts of the file (bytes). Raises Invalid."""
    root = _root(content)
    if _local(root) != "CONSOLIDATED_LIST":
        refuse(_("This XML file is not the consolidated list of the United Nations. Load that, or a CSV file."))
    entries = []
    for group, single, kind in (("INDIVIDUALS", "INDIVIDUAL", PERSON), ("ENTITIES", "ENTITY", ENTITY)):
        for row in (row for part in _all(root, group) for row in _all(part, single)):
            entries.append(_entry(row, single, kind, len(entries) + 1))
    return checked(ListFacts(kind=KIND, listed_on=_generated(root), entries=tuple(entries)))


def _root(content):
    try:
        return fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        refuse(
            _(
                "The file declares a document type or entities, as no publisher's list does. "
                "It was not read: take it from the publisher's page yourself."
            )
        )
    except ParseError as wrong:
        line, column = wrong.position
        refuse(
            _(
                "The file breaks off or is damaged at line %(line)s, column %(column)s. "
                "Take it from the publisher's page again."
            ),
            line=line,
            column=column,
        )
    except (LookupError, ValueError):
        refuse(_("The file is written in letters that cannot be read. Take it in UTF-8."))


def _generated(root):
    text = (root.get("dateGenerated") or "").strip()
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        refuse(_("The list does not say of which day it is (dateGenerated). Take it from the publisher's page again."))


def _local(element):
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _all(element, name):
    return [child for child in element if _local(child) == name]


def _text(element, name):
    return next((child.text.strip() for child in _all(element, name) if (child.text or "").strip()), "")


def _entry(row, single, kind, number):
    reference = _text(row, "REFERENCE_NUMBER") or _text(row, "DATAID")
    where = _("Entry %(number)s %(reference)s") % {"number": number, "reference": reference}
    aliases = [(_text(row, "NAME_ORIGINAL_SCRIPT"), False)]
    for alias in _all(row, f"{single}_ALIAS"):
        weak = _text(alias, "QUALITY").lower() in WEAK
        # One element now and then holds several names.
        aliases += [(name, weak) for name in _text(alias, "ALIAS_NAME").split(";")]
    country = next((_text(one, "VALUE") for one in _all(row, "NATIONALITY")), "")
    return entry(
        where=where,
        reference=reference,
        kind=kind,
        name=" ".join(_text(row, name) for name in NAMES),
        aliases=aliases,
        birth_years=_years(row, single),
        country=country or next((_text(one, "COUNTRY") for one in _all(row, f"{single}_ADDRESS")), ""),
    )


def _years(row, single):
    """Every year in which the person may have been born; of "between" both ends and what lies between."""
    years = []
    for born in _all(row, f"{single}_DATE_OF_BIRTH"):
        found = [_year(_text(born, name)) for name in ("YEAR", "DATE")]
        years += [year for year in found if year]
        first, last = _year(_text(born, "FROM_YEAR")), _year(_text(born, "TO_YEAR"))
        if first and last and first <= last <= first + 60:
            years += range(first, last + 1)
    return years


def _year(text):
    return int(text[:4]) if text[:4].isascii() and text[:4].isdigit() and len(text) >= 4 else None
