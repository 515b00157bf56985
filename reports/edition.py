"""A report: its scope and its figures, in the internal edition or the donor's, live or frozen in an Issue."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal

from django.utils.text import slugify

from applicants.figures import Scope
from reports.figure import Cell, Figure, Goal
from reports.indicators import figures, is_whole, scope_of
from reports.models import Issue, Target
from reports.suppression import for_donors, statement_of

# Breakdowns that tell nothing of people.
OF_MONEY = {"line", "term"}
INTERNAL, DONOR = "internal", "donor"


@dataclass(frozen=True)
class Rate:
    """The rate at which money of `base` was put into `quote`; `value`: quote units for one of base, as text."""

    base: str
    quote: str
    value: str
    on: str
    source: str


@dataclass(frozen=True)
class Said:
    """A passage or a story as it is printed: plain text, its figures in place."""

    box: str
    title: str
    text: str


@dataclass(frozen=True)
class Restated:
    """A value of the report `of` that the records say otherwise today. Values as in the report's JSON."""

    of: str
    code: str
    name: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Gap:
    """One line of the page of data quality: of `of` cases, `count` lack something. `code` names the line."""

    code: str
    name: str
    count: int
    of: int


@dataclass(frozen=True)
class Report:
    """What every renderer takes. `name` and `key` are those that may be seen by the readers of the edition.

    `uncompared`: values were published of the whole programme, and this is a part of it. `cut_off`: the moment (ISO,
    UTC) after which nothing entered is in it. `language`: the second one it is also made in. `logo`: SHA-256 of the
    donor's picture among the files. `grade`: A to D, how good the data is (reports.quality). `rates`, `passages`,
    `stories`, `restatements`, `gaps`: tuples of Rate, Said, Said, Restated, Gap.
    """

    key: str
    name: str
    place: str
    footnote: str
    confidential: bool
    illustrative: bool
    currency: str
    edition: str
    period_from: date | None
    period_to: date
    donors: tuple = ()
    donor: str = ""
    title: str = ""
    reference: str = ""
    sha256: str = ""
    published_on: date | None = None
    uncompared: bool = False
    agreement: str = ""
    cut_off: str = ""
    approved_by: str = ""
    language: str = ""
    reporting_currency: str = ""
    visibility: str = ""
    logo: str = ""
    grade: str = ""
    rates: tuple = ()
    passages: tuple = ()
    stories: tuple = ()
    restatements: tuple = ()
    gaps: tuple = ()
    figures: tuple = field(default=())

    @property
    def file_name(self):
        """Without ending; it carries no name of a confidential programme."""
        return slugify(self.reference or f"{self.key}-{self.period_to:%Y-%m-%d}")

    def figure(self, code):
        """The figure of that code, or None."""
        return next((one for one in self.figures if one.code == code), None)

    def headlines(self, most=4):
        """The figures that a reader sees first: those with a goal before the others."""
        known = [one for one in self.figures if one.headline and one.has_data]
        aimed = [one for one in known if one.goal()]
        return [*aimed, *(one for one in known if not one.goal())][:most]

    def sections(self):
        """[(section, figures)] in the order of the figures."""
        found = {}
        for one in self.figures:
            found.setdefault(one.section, []).append(one)
        return list(found.items())


def compile_report(
    programme,
    *,
    period_from=None,
    period_to=None,
    donor=None,
    internal=False,
    title="",
    reference="",
    outside=False,
    totals=False,
):
    """The report of a programme as it stands, computed from its records; the donor's edition hides small cells.

    outside: it may leave the programme, so that even its key must not name a confidential one. totals: without any
    breakdown by people.
    """
    scope: Scope = scope_of(programme, period_from=period_from, period_to=period_to, donor=donor)
    found = figures(programme, period_from, scope.to_on, donor)
    if not internal:
        found = _suppressed(_totals(found) if totals else found, scope)
    lines = programme.funding_lines.select_related("donor")
    named = dict.fromkeys(line.donor.name for line in lines if donor in (None, line.donor))
    return Report(
        key=slugify(programme.neutral_name) if outside and programme.confidential else programme.key,
        title=title,
        reference=reference,
        name=programme.name if internal else programme.public_name,
        place=programme.place_name,
        footnote=programme.place_footnote,
        confidential=programme.confidential,
        illustrative=programme.illustrative,
        currency=programme.currency,
        edition=INTERNAL if internal else DONOR,
        period_from=period_from,
        period_to=scope.to_on,
        donors=tuple(named),
        donor=donor.name if donor else "",
        uncompared=not is_whole(scope) and programme.targets.filter(kind=Target.Kind.ACHIEVED).exists(),
        figures=tuple(found),
    )


def _totals(found):
    return [figure.but(by=tuple(cell for cell in figure.by if cell.by in OF_MONEY)) for figure in found]


def _suppressed(found, scope):
    """The donor's edition, so that nothing follows from it together with the reports that are published already."""
    programme, donor = scope.programme, scope.donor
    others = donor and programme.funding_lines.exclude(donor=donor).exists()
    return for_donors(
        found,
        strict=programme.confidential,
        scope={"first": scope.from_on, "last": scope.to_on, "donor": donor.key if donor else ""},
        earlier=published_of(programme),
        part=bool(others) or not is_whole(scope),
    )


def published_of(programme):
    """The Statements of the programme's published reports, the newest first."""
    rows = Issue.objects.filter(programme=programme).exclude(state=Issue.State.DRAFT).order_by("-pk")
    return [
        statement_of(thawed(body).figures, first=first, last=last, donor=donor or "", strict=programme.confidential)
        for body, first, last, donor in rows.values_list("body", "period_from", "period_to", "donor__key")
    ]


PARTS = {"rates": Rate, "passages": Said, "stories": Said, "restatements": Restated, "gaps": Gap}


# Frozen --------------------------------------------------------------------------------------------------------------


def frozen(report):
    """The report as JSON data that an Issue keeps. Decimals and dates become strings."""
    return json.loads(json.dumps(asdict(report), default=_said, sort_keys=True))


def _said(value):
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return str(value)


def digest(body):
    """SHA-256 of a frozen body, however a database keeps its JSON."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def thawed(body, **changes):
    """The Report that was frozen; `changes` set what is known only after freezing, such as its hash."""
    facts = _known(Report, body)
    facts["period_from"] = _day(facts["period_from"])
    facts["period_to"] = _day(facts["period_to"])
    facts["published_on"] = _day(facts.get("published_on"))
    facts["donors"] = tuple(facts["donors"])
    for name, kind in PARTS.items():
        facts[name] = tuple(kind(**_known(kind, one)) for one in facts.get(name, ()))
    facts["figures"] = tuple(_thawed_figure(one) for one in facts["figures"])
    return Report(**{**facts, **changes})


def _thawed_figure(body):
    facts = _known(Figure, body)
    facts["value"], facts["in_all"] = _number(facts["value"]), _number(facts["in_all"])
    facts["by"] = tuple(Cell(**_known(Cell, cell)) for cell in facts["by"])
    facts["total_of"] = tuple(facts["total_of"])
    facts["codes"] = tuple(tuple(one) for one in facts.get("codes", ()))
    for name in ("target", "published"):
        goal = facts[name]
        facts[name] = Goal(**{**_known(Goal, goal), "value": _number(goal["value"])}) if goal else None
    return Figure(**facts)


def _known(kind, body):
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in body.items() if name in names}


def _day(text):
    return date.fromisoformat(text) if text else None


def _number(value):
    return Decimal(value["decimal"]) if isinstance(value, dict) else value
