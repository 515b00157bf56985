"""A report: its scope and its figures, in the internal edition or the donor's, live or frozen in an Issue."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from decimal import Decimal

from django.utils.text import slugify
from django.utils.translation import gettext as _

from applicants.figures import Scope
from audit.refusals import Blocked
from reports.annexes import GRANTS, annexes, digest_of, named
from reports.behind import records_of
from reports.figure import Cell, Figure, Goal
from reports.indicators import BY_CODE, figures_with_tallies, is_whole, scope_of
from reports.models import Issue, Target
from reports.open_data import OpenData, open_data, thawed_open
from reports.suppression import LEAST, for_donors, statement_of
from reports.translating import Rate, translate

# Breakdowns that tell nothing of people.
OF_MONEY = {"line", "term"}
INTERNAL, DONOR = "internal", "donor"


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
    `stories`, `restatements`, `gaps`: tuples of Rate, Said, Said, Restated, Gap. `open_data`: what open data needs
    beside the figures. `annexes`: (kind, SHA-256) of the rows kept beside the body (IssueAnnex); `lists`: those rows by
    kind, only where a format needs them, and never frozen in the body. `without_data`: codes of the registry that were
    asked and had nothing to say. `alone`: no other donor pays for the programme. `lacking_rates`: sentences about
    exchange rates that a draft has to get before it is published; never frozen.
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
    open_data: OpenData | None = None
    annexes: tuple = ()
    lists: dict = field(default_factory=dict)
    without_data: tuple = ()
    alone: bool = False
    lacking_rates: tuple = ()
    figures: tuple = field(default=())

    @property
    def file_name(self):
        """Without ending; it carries no name of a confidential programme."""
        return slugify(self.reference or f"{self.key}-{self.period_to:%Y-%m-%d}")

    @property
    def open_formats(self):
        """[(format, name)] of the open data that can be had of it: of a published report that has what they need."""
        said = self.open_data
        found = [("iati", "IATI")] if said and said.org and said.sectors else []
        if GRANTS in dict(self.annexes) and said.org and said.giving_prefix:
            found.append(("360giving", "360Giving"))
        return found

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
    currency="",
    opened=False,
    record_lists=False,
    totals=False,
):
    """The report of a programme as it stands, computed from its records; the donor's edition hides small cells.

    outside: it may leave the programme, so that even its key must not name a confidential one. currency: the one in
    which the donor reads money; what takes a rate that is missing stays without it. opened: with what open data needs,
    which is always of the donor's edition; record_lists: with the lists of records that the agreement entitles the
    donor to. totals: without any breakdown by people.
    """
    scope: Scope = scope_of(programme, period_from=period_from, period_to=period_to, donor=donor)
    pairs = figures_with_tallies(programme, period_from, scope.to_on, donor)
    facts = {"internal": internal, "title": title, "reference": reference, "outside": outside}
    facts |= {"opened": opened, "record_lists": record_lists, "totals": totals}
    return _report(scope, pairs, currency, **facts)


def compile_with_records(
    programme, *, period_from, period_to, donor=None, title="", reference="", currency="", record_lists=False
):
    """(the donor's edition as it leaves the programme, {code: Records}): the records behind every figure are read.

    A figure that is shown whole carries the hash of its records. Of a hidden one nothing is told: few records could be
    guessed from their hash. Blocked when the records changed while they were read. currency: the one in which the donor
    reads money; Blocked when a rate that it takes is missing. record_lists: as in compile_report.
    """
    scope = scope_of(programme, period_from=period_from, period_to=period_to, donor=donor)
    pairs = figures_with_tallies(programme, period_from, scope.to_on, donor)
    behind = {figure.code: records_of(tally) for figure, tally in pairs}
    behind = {code: records for code, records in behind.items() if records is not None}
    for figure, _tally in pairs:
        if figure.code in behind and behind[figure.code].count != figure.records:
            raise Blocked(
                _("The records of %(figure)s changed while the figures were computed. Try again.")
                % {"figure": figure.name}
            )
    facts = {"internal": False, "title": title, "reference": reference, "outside": True}
    facts |= {"opened": True, "record_lists": record_lists, "totals": False}
    report = _report(scope, pairs, currency, **facts)
    if report.lacking_rates:
        raise Blocked(" ".join(report.lacking_rates))
    told = [
        figure
        if figure.records is None or figure.code not in behind
        else figure.but(records_sha256=behind[figure.code].sha256)
        for figure in report.figures
    ]
    return replace(report, figures=tuple(told)), behind


def _report(scope, pairs, currency, *, internal, title, reference, outside, opened, record_lists, totals):
    programme, donor = scope.programme, scope.donor
    found, rates, lacking = [figure for figure, _tally in pairs], (), ()
    shown = _suppressed(_totals(found) if totals else found, scope) if opened or not internal else found
    if not internal:
        found = [evidence_shown(figure, strict=programme.confidential) for figure in shown]
    if currency:
        found, rates, lacking = translate(found, {figure.code: tally for figure, tally in pairs}, scope, currency)
    asked = {figure.code for figure in found}
    lists = annexes(scope, reference=reference, record_lists=record_lists) if opened else {}
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
        reporting_currency=currency,
        rates=rates,
        lacking_rates=lacking,
        edition=INTERNAL if internal else DONOR,
        period_from=scope.from_on,
        period_to=scope.to_on,
        donors=tuple(named),
        donor=donor.name if donor else "",
        alone=bool(donor) and not programme.funding_lines.exclude(donor=donor).exists(),
        uncompared=not is_whole(scope) and programme.targets.filter(kind=Target.Kind.ACHIEVED).exists(),
        open_data=open_data(scope, shown, strict=programme.confidential) if opened else None,
        annexes=tuple((kind, digest_of(rows)) for kind, rows in sorted(lists.items())),
        lists=lists,
        without_data=tuple(code for code in BY_CODE if code not in asked),
        figures=tuple(found),
    )


def with_names(report, programme):
    """The report whose single grants name who may be named today: names are never frozen."""
    return replace(report, lists=named(report.lists, programme))


def evidence_shown(figure, *, strict):
    """A donor's figure without the evidence that would tell what is hidden: of few verified, or few not."""
    if figure.hidden:
        return figure.but(verified=None, grade="")
    if figure.verified is None or not (strict or figure.of_people):
        return figure
    rest = (figure.records or 0) - figure.verified
    few = figure.records is None or 0 < figure.verified < LEAST or 0 < rest < LEAST
    return figure.but(verified=None) if few else figure


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
    body = asdict(replace(report, lists={}))
    del body["lists"], body["lacking_rates"]
    return json.loads(json.dumps(body, default=_said, sort_keys=True))


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
    facts["open_data"] = thawed_open(facts.get("open_data"))
    facts["annexes"] = tuple(tuple(one) for one in facts.get("annexes", ()))
    facts["without_data"] = tuple(facts.get("without_data", ()))
    for name, kind in PARTS.items():
        facts[name] = tuple(kind(**_known(kind, one)) for one in facts.get(name, ()))
    # A story is frozen as a fingerprint: its words, while they may be told, are put back by builder.written.
    facts["stories"] = tuple(one for one in facts["stories"] if one.title)
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
