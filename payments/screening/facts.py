"""What a sanctions or debarment list says, whatever its format. Pure: no database.

Every reader raises Invalid with a sentence that says what is wrong, where, and what to do; then nothing was read.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from audit.letters import UNSEEN
from audit.refusals import Invalid

LARGEST = 25 * 1024 * 1024
MOST_ENTRIES = 200_000
MOST_NAMES = 200
LONGEST_NAME = 300
PERSON, ENTITY = "person", "entity"


@dataclass(frozen=True)
class EntryFacts:
    """One person or entity on a list. `aliases`: pairs (name, weak); a weak one says less, by the list's own word."""

    reference: str
    kind: str
    name: str
    aliases: tuple[tuple[str, bool], ...] = ()
    birth_years: tuple[int, ...] = ()
    country: str = ""


@dataclass(frozen=True)
class ListFacts:
    """One version of a list. `listed_on` is the publisher's date, None where the file does not say it."""

    kind: str
    listed_on: date | None
    entries: tuple[EntryFacts, ...]


def refuse(sentence, **said):
    """Raise Invalid at the file's field."""
    raise Invalid(sentence % said if said else sentence, field="content")


def spaced(text):
    """Words divided by one space, without letters that nobody sees."""
    return " ".join(UNSEEN.sub("", text or "").split())


def entry(*, where, reference, kind, name, aliases=(), birth_years=(), country=""):
    """EntryFacts with its texts cleaned. Raises Invalid for one without a reference or a name; `where` is its place."""
    reference, name = spaced(reference), spaced(name)
    if not reference:
        refuse(_("%(where)s has no reference. Take the file from the publisher's page again."), where=where)
    if not name:
        refuse(_("%(where)s has no name. Take the file from the publisher's page again."), where=where)
    known, kept = {name}, []
    for alias, weak in aliases:
        alias = spaced(alias)[:LONGEST_NAME]
        if alias and alias not in known:
            known.add(alias)
            kept.append((alias, weak))
    return EntryFacts(
        reference=reference[:60],
        kind=kind,
        name=name[:LONGEST_NAME],
        aliases=tuple(kept[:MOST_NAMES]),
        birth_years=tuple(sorted({year for year in birth_years if 1850 <= year <= 2100})),
        country=spaced(country)[:80],
    )


def checked(facts):
    """The list, when it holds a sane number of entries and each reference once."""
    if not facts.entries:
        refuse(_("The list holds no entry. Take it from the publisher's page again."))
    if len(facts.entries) > MOST_ENTRIES:
        refuse(_("The list has more than %(most)s entries."), most=f"{MOST_ENTRIES:,}")
    seen = set()
    for one in facts.entries:
        if one.reference in seen:
            refuse(
                _("The reference %(reference)s stands twice in the file. Take it from the publisher's page again."),
                reference=one.reference,
            )
        seen.add(one.reference)
    return facts
