"""From the rows of a file to a plan that can be written at once: every row checked as the single services check it.

The plan is made outside the transaction and reads the register only in whole lists; nothing is written here.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import permutations

import rules
from django.utils.translation import gettext as _

from accounts.models import User
from applicants import duplicates
from applicants.models import Application, Enrolment, Party
from applicants.models.ownership import FACTS
from applicants.names import likeness, phone_digits, search_key
from applicants.resources import RESOURCES, amount_of, fold
from applicants.services.ownership import OWNED_KINDS, clean_ownership
from applicants.services.register import clean_facts
from audit.bulk import many_rows
from audit.refusals import Invalid
from programmes.models import Region, Role, Village, Window
from programmes.roles import holds

CHUNK = 2000
MOST_ERRORS = 500


@dataclass(frozen=True)
class CellError:
    """What is wrong where: the row as the file numbers it, the column, what stands there, and why it cannot be."""

    row: int
    column: str
    value: str
    reason: str

    @property
    def sentence(self):
        return _("Row %(row)s, column “%(column)s”, “%(value)s”: %(reason)s") % {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "reason": self.reason,
        }


@dataclass(eq=False)
class Planned:
    """A checked row: a new party or one of the register, where it belongs, its consent and application."""

    row: int
    kind: str
    facts: dict
    region: Region
    adviser: User | None
    consent: str
    consent_on: object
    party: Party | None = None
    application: dict | None = None
    ownership: dict | None = None


@dataclass
class Plan:
    rows: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    total: int = 0
    more_errors: int = 0

    def wrong(self, row, column, value, reason):
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(CellError(row, column, str(value)[:80], str(reason)))
        else:
            self.more_errors += 1

    def raise_errors(self):
        """Raises Invalid with the first error, if there is one."""
        if self.errors:
            raise Invalid(self.errors[0].sentence)


class Reader:
    """Reads the rows of one kind for one programme, as one user, on one day."""

    def __init__(self, kind, *, programme, by, on):
        self.kind, self.programme, self.by, self.on = kind, programme, by, on
        self.resource = RESOURCES[kind](programme=programme)
        self.columns = {column.column_name: column for column in self.resource.fields.values()}
        self.names = {name: field.column_name for name, field in self.resource.fields.items()}
        regions = list(programme.regions.all())
        self._known("region", {region.name: region for region in regions})
        places = Village.objects.filter(district__region__in=regions).select_related("district__region")
        self._known("village", {place.name: place for place in places})
        advisers = User.objects.filter(
            memberships__programme=programme, memberships__role=Role.ADVISER, is_active=True
        ).distinct()
        self._known("adviser", {user.email: user for user in advisers})
        if "window" in self.resource.fields:
            windows = Window.objects.filter(call__programme=programme).select_related("call", "line")
            self.resource.fields["window"].widget.found = {window.key: window for window in windows}
        self.may_register = {
            region.pk: rules.test_rule("applicants.register", by, Enrolment(programme=programme, region=region))
            for region in regions
        }

    def _known(self, name, rows):
        self.resource.fields[name].widget.found = {fold(key): row for key, row in rows.items()}

    def headers(self, plan, table):
        """Note columns that are missing or unknown. True when the file has the right ones."""
        headers = [plain_header(header) for header in table.headers]
        unknown = [header for header in headers if header not in self.columns]
        missing = [name for name, column in self.columns.items() if column.required and name not in headers]
        if "reference" in headers:
            missing = [name for name in missing if name not in ("name", "region", "consent")]
        for header in unknown:
            plan.wrong(1, header, header, _("The template has no such column."))
        for name in missing:
            plan.wrong(1, name, "", _("This column is missing."))
        return not unknown and not missing

    def cells(self, plan, number, row):
        """{name: value} of the cells that can be read; the others are noted and left out."""
        known = row.get("reference", "")
        values = {}
        for name, column in self.resource.fields.items():
            if known and name in ("name", "region", "consent", "consent_on", "village"):
                values[name] = None
                continue
            try:
                values[name] = column.clean(row)
            except ValueError as wrong:
                plan.wrong(number, column.column_name, row.get(column.column_name, ""), wrong)
        return values

    def planned(self, plan, number, row):
        """The Planned row, or None when something is wrong (noted)."""
        before = plan.more_errors + len(plan.errors)
        values = self.cells(plan, number, row)
        well = plan.more_errors + len(plan.errors) == before
        application = None
        if self.kind == "applications" and {"window", "title", "term_months"} <= set(values):
            application = self._application(plan, number, row, values)
        if not well:
            return None
        if values.get("reference"):
            planned = Planned(number, "", {}, None, values["adviser"], "", None, party=values["reference"])
        else:
            planned = self._newcomer(plan, number, row, values)
        planned.application = application
        if application and planned.party is None and planned.adviser is None:
            plan.wrong(number, "adviser", "", _("An application has an adviser. Enter the e-mail."))
        return planned if plan.more_errors + len(plan.errors) == before else None

    def _newcomer(self, plan, number, row, values):
        region, adviser, on = values["region"], values["adviser"], values["consent_on"] or self.on
        facts = {
            name: values[name]
            for name in ("name", "name_script", "sex", "birth_year", "village", "phone", "address", "sector")
        }
        facts["registration_number"] = values["registration_number"]
        try:
            facts = clean_facts(facts, kind=values["kind"], on=self.on)
        except Invalid as wrong:
            column = self.names.get(wrong.field, wrong.field or "")
            plan.wrong(number, column, row.get(column, ""), wrong.sentence)
        if not self.may_register[region.pk]:
            plan.wrong(number, "region", region, _("You do not register people there."))
        if adviser and not holds_here(adviser, self.programme, region):
            plan.wrong(number, "adviser", adviser.email, _("This adviser does not work in that region."))
        if on > self.on:
            plan.wrong(number, "consent_on", on.strftime("%d.%m.%Y"), _("This date lies in the future."))
        owned = self._owned(plan, number, row, values)
        return Planned(number, values["kind"], facts, region, adviser, values["consent"], on, ownership=owned)

    def _owned(self, plan, number, row, values):
        """Who owns and leads the business, where the row says anything of it."""
        owned = {name: values.get(name) for name in FACTS}
        said = next((name for name, value in owned.items() if value is not None), None)
        if said is None:
            return None
        if values["kind"] not in OWNED_KINDS:
            plan.wrong(number, said, row[said], _("Only an enterprise or a group has owners."))
        try:
            return clean_ownership(owned)
        except Invalid as wrong:
            plan.wrong(number, wrong.field, row.get(wrong.field, ""), wrong.sentence)

    def _application(self, plan, number, row, values):
        window = values["window"]
        amounts = {}
        for column, least in (("amount", 1), ("own_amount", 0)):
            text = row.get(column, "")
            if column == "own_amount" and not text:
                amounts[column] = 0
                continue
            try:
                amounts[column] = amount_of(text, window.currency, least=least)
            except ValueError as wrong:
                plan.wrong(number, column, text, wrong)
        title = " ".join(values["title"].split())
        room = Application._meta.get_field("title").max_length
        if len(title) > room:
            plan.wrong(
                number, "title", title, _("This is too long; there is room for %(room)s letters.") % {"room": room}
            )
        if not window.call.is_open_at(self.on):
            plan.wrong(number, "window", window.key, _("This call is not open today."))
        if amounts.get("amount", 0) > window.ceiling_amount:
            plan.wrong(number, "amount", row["amount"], _("This is over the ceiling of the window."))
        term = values["term_months"]
        if term is not None and not 1 <= term <= 120:
            plan.wrong(number, "term_months", term, _("A loan is repaid in 1 to 120 months."))
        return {
            "window": window,
            "title": title,
            "asked_amount": amounts.get("amount"),
            "own_amount": amounts.get("own_amount"),
            "term_months": term,
        }


def plain_header(header):
    """A heading as the template writes it, whatever its case and blanks."""
    return "_".join(header.strip(" *").lower().split())


def as_text(value):
    """The text of a cell, whatever the sheet took it for: figures plain, dates ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value)


def holds_here(adviser, programme, region):
    return holds(adviser, [Role.ADVISER], programme.pk, region.pk)


def make_plan(kind, table, *, programme, by, on, progress=None):
    """The Plan of a `table` (pages.sheets.Table). `progress(rows done)` is called now and then."""
    plan = Plan(total=len(table.rows))
    reader = Reader(kind, programme=programme, by=by, on=on)
    if not reader.headers(plan, table):
        return plan
    headers = {header: plain_header(header) for header in table.headers}
    with many_rows():
        for count, line in enumerate(table.rows, 1):
            row = {headers[header]: as_text(value) for header, value in line.cells.items()}
            planned = reader.planned(plan, line.number, row)
            if planned is not None:
                plan.rows.append(planned)
            if progress and count % CHUNK == 0:
                progress(count)
        _find_references(plan, programme, by)
        _find_duplicates(plan, by)
    plan.errors.sort(key=lambda one: one.row)
    return plan


def _find_references(plan, programme, by):
    """Put the party in place of its reference; note those that the user does not see in this programme."""
    wanted = {row.party for row in plan.rows if row.party}
    found = {}
    for chunk in _chunks(sorted(wanted)):
        rows = Party.objects.visible_to(by).filter(ref__in=chunk, enrolments__programme=programme)
        for party in rows.prefetch_related("enrolments__region", "enrolments__adviser"):
            found[party.ref] = party
    kept = []
    for row in plan.rows:
        if row.party:
            party = found.get(row.party)
            if party is None:
                plan.wrong(row.row, "reference", row.party, _("There is no such reference here."))
                continue
            enrolment = next(one for one in party.enrolments.all() if one.programme_id == programme.pk)
            row.party, row.region, row.adviser = party, enrolment.region, row.adviser or enrolment.adviser
            if not holds_here(row.adviser, programme, row.region):
                plan.wrong(row.row, "adviser", row.adviser or "", _("This adviser does not work in that region."))
        kept.append(row)
    plan.rows = kept


def _find_duplicates(plan, by):
    """Note rows that are twice in the file, or on the register already: by folded name with year of birth, or phone."""
    fresh = [(row, *_marks(row)) for row in plan.rows if row.party is None]
    seen = {}
    for row, words, phone in fresh:
        year = row.facts.get("birth_year")
        marks = [("name", row.kind, words, year)] if year or not row.facts["phone"] else []
        marks += [("phone", row.kind, words, phone)] if phone else []
        first = next((seen[mark] for mark in marks if mark in seen), None)
        if first is not None:
            plan.wrong(row.row, "name", row.facts["name"], _("This is the same as row %(row)s.") % {"row": first})
        for mark in marks:
            seen.setdefault(mark, row.row)
    by_words, by_phone = _on_the_register(fresh)
    hits = {}
    for row, words, phone in fresh:
        year = row.facts.get("birth_year")
        known = [
            one for one in by_words.get(words, ()) if one.kind == row.kind and (not year or year == one.birth_year)
        ]
        known += [
            one
            for one in by_phone.get(phone, ())
            if one.kind == row.kind and likeness(" ".join(words), one.search_key) >= duplicates.ALIKE_WITH_PHONE
        ]
        if known:
            hits[row] = {one.pk for one in known}
    visible = {}
    for chunk in _chunks(sorted(set().union(*hits.values()))):
        visible.update(Party.objects.visible_to(by).filter(pk__in=chunk).values_list("pk", "ref"))
    for row, pks in hits.items():
        shown = sorted(visible[pk] for pk in pks if pk in visible)
        reason = (
            _("%(ref)s is on the register with this name. Put that into the column “reference”, or leave the row out.")
            % {"ref": shown[0]}
            if len(shown) == len(pks)
            else duplicates.HOLD
        )
        plan.wrong(row.row, "name", row.facts["name"], reason)


def _marks(row):
    """The words of the name, folded, in no order; and the phone's last figures."""
    words = search_key(f"{row.facts['name']} {row.facts['name_script']}").split()
    return tuple(sorted(set(words))), phone_digits(row.facts["phone"])


def _on_the_register(fresh):
    """Parties that have one of the names, by their words; and one of the phones, by its last figures."""
    by_words, by_phone = defaultdict(list), defaultdict(list)
    wanted = Party.objects.filter(anonymised_on=None).only("kind", "birth_year", "search_key", "phone_digits")
    for chunk in _chunks(sorted({key for _row, words, _phone in fresh for key in _orders(words)})):
        for party in wanted.filter(search_key__in=chunk):
            by_words[tuple(sorted(party.search_key.split()))].append(party)
    for chunk in _chunks(sorted({phone for _row, _words, phone in fresh if phone})):
        for party in wanted.filter(phone_digits__in=chunk):
            by_phone[party.phone_digits].append(party)
    return by_words, by_phone


def _orders(words):
    """The folded names that these words make: given name or family first, with or without a third between."""
    return [" ".join(order) for order in permutations(words)] if len(words) <= 3 else [" ".join(words)]


def _chunks(values, size=500):
    for start in range(0, len(values), size):
        yield values[start : start + size]
