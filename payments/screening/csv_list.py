"""Lists as CSV, each publisher's way of writing them as data: a Profile says which column is what."""

import csv
import io
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from payments.screening.facts import ENTITY, PERSON, ListFacts, checked, entry, refuse

KIND = "csv"
NEEDED = ("name", "reference")
KINDS = {
    "person": PERSON,
    "individual": PERSON,
    "p": PERSON,
    "entity": ENTITY,
    "company": ENTITY,
    "firm": ENTITY,
    "organisation": ENTITY,
    "organization": ENTITY,
    "e": ENTITY,
}


@dataclass(frozen=True)
class Profile:
    """`columns` map our words to the publisher's; several aliases or years in one cell are divided by `divider`."""

    code: str
    columns: dict
    delimiter: str = ","
    divider: str = ";"


PROFILES = (
    Profile(
        code="plain",
        columns={
            "name": "name",
            "aliases": "aliases",
            "kind": "kind",
            "birth_year": "birth_year",
            "country": "country",
            "reference": "reference",
        },
    ),
    Profile(
        code="debarred",
        columns={
            "name": "firm name",
            "aliases": "also known as",
            "kind": "type",
            "birth_year": "year of birth",
            "country": "country",
            "reference": "id",
        },
    ),
)


def read(content):
    """The facts of a CSV list, by the profile whose columns it has. Its date is asked of who loads it."""
    if b"\x00" in content:
        refuse(_("This is not a list that can be read here. Load the list of the United Nations as XML, or CSV."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(_("The file is written in letters that cannot be read. Save it as CSV in UTF-8."))
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(map(str.strip, row))]
    except csv.Error:
        refuse(_("The file breaks off or is damaged: a quotation mark has no end. Save it as CSV again."))
    profile, names = _profile(rows[0])
    entries = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(names):
            refuse(
                _("Line %(line)s has %(count)s columns and the table %(wanted)s. Take the file again."),
                line=number,
                count=len(row),
                wanted=len(names),
            )
        cells = {ours: row[names.index(theirs)].strip() for ours, theirs in profile.columns.items() if theirs in names}
        entries.append(_entry(profile, cells, number))
    return checked(ListFacts(kind=KIND, listed_on=None, entries=tuple(entries)))


def _profile(head):
    names = [cell.strip().casefold() for cell in head]
    for profile in PROFILES:
        if all(profile.columns[word] in names for word in NEEDED):
            return profile, names
    refuse(
        _("The first line must name the columns: name, aliases, kind, birth_year, country, reference."),
    )


def _entry(profile, cells, number):
    where = _("Line %(line)s") % {"line": number}
    kind = KINDS.get((cells.get("kind") or "person").casefold())
    if kind is None:
        refuse(_("%(where)s: “%(text)s” is neither person nor entity."), where=where, text=cells["kind"])
    years = [year.strip() for year in cells.get("birth_year", "").split(profile.divider) if year.strip()]
    for year in years:
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            refuse(_("%(where)s: “%(text)s” is not a year of birth."), where=where, text=year)
    return entry(
        where=where,
        reference=cells["reference"],
        kind=kind,
        name=cells["name"],
        aliases=[(alias, False) for alias in cells.get("aliases", "").split(profile.divider)],
        birth_years=[int(year) for year in years],
        country=cells.get("country", ""),
    )
