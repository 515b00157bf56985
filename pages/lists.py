"""Lists: filters in the URL, keyset pages, and the same rows as CSV, XLSX and JSON. Declared once per list.

    class ApplicationList(ListPage):
        key = "applications"
        title = _("Applications")
        columns = [
            Column("ref", _("Application"), head=True, link=lambda row: row.get_absolute_url(), sort="ref"),
            Column("state", _("State"), tag=True),
            Column("asked", _("Asks for"), value=lambda row: Money(row.amount, "USD"), number=True, sort="amount"),
        ]
        filterset = ApplicationFilter
        ordering = "-ref"

    return ApplicationList(request, Application.objects.visible_to(request.user).select_related("party")).response()

The cost of a page does not grow with the table as long as the fields in `ordering` and `sort` have an index.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Q
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.moves import machine
from audit.refusals import Invalid
from audit.services import record, unit_of_work
from pages.days import today
from pages.sheets import inert, printed, write_csv, write_xlsx
from pages.states import shape_of

PAGE = 50
COUNTED = 500
CHUNK = 2000
SALT = "pages.lists"


@dataclass(frozen=True)
class Column:
    """One column: how it is called, where its value comes from, how it is printed, sorted and exported.

    value: attribute path ("party.name") or function(row); without it the key. An object with `.plain` (Money) is
    printed by str() and exported as a decimal. sort: database field (path with __) by which the column can be sorted.
    head: the row's name, a <th>. link: function(row) -> URL. small: function(row) -> a quiet second line. script:
    function(row) -> (name in its own script, language code). tag: the value is the row's state, shown by its shape.
    export: function(row) for files where they say more than the page. only: "page" or "file".
    """

    key: str
    label: str
    value: str | Callable | None = None
    sort: str = ""
    number: bool = False
    head: bool = False
    link: Callable | None = None
    small: Callable | None = None
    script: Callable | None = None
    tag: bool = False
    export: Callable | None = None
    only: str = ""

    def of(self, row):
        source = self.value or self.key
        return source(row) if callable(source) else follow(row, source)


@dataclass
class Page:
    """What the paging tag prints: addresses of the neighbouring pages, and a sentence."""

    sentence: str
    before: str = ""
    after: str = ""


def follow(row, path):
    """The value at "party.name" or "party__name"; None as soon as something on the way is None."""
    for name in path.replace("__", ".").split("."):
        if row is None:
            return None
        row = getattr(row, name)
    return row() if callable(row) and not isinstance(row, type) else row


class ListPage:
    """One list of one request. See the head of the module; `response()` answers page or file.

    summary: a sentence after the count ("EUR 62,850.00 asked for"). pick: function(row) -> value makes rows selectable
    (None leaves this row out); then `acts` are the buttons under the list, ((value of "do", label, style), ...), which
    post the picked values as `pick` to `act_url` (this page without it).
    """

    key = "list"
    title = ""
    lead = ""
    noun = (_("%(count)s row"), _("%(count)s rows"))
    empty = _("Nothing matches.")
    columns = ()
    filterset = None
    ordering = "-pk"
    template = "list.html"
    size = PAGE
    stack = True
    formats = ("csv", "xlsx")
    summary = ""
    pick = None
    acts = ()
    act_url = ""

    def __init__(self, request, queryset, *, title=None, context=None, buttons=(), crumbs=(), on_export=None):
        """`buttons`: ((label, url, style), ...) at the head. `on_export(format)` replaces the audit event of a file."""
        self.request = request
        self.queryset = queryset
        self.title = title or self.title
        self.context = context or {}
        self.buttons, self.crumbs = buttons, crumbs
        self.on_export = on_export or self.record_export

    # Which rows ---------------------------------------------------------------------------------------------------

    @cached_property
    def filters(self):
        if self.filterset is None:
            return None
        return self.filterset(self.request.GET or None, queryset=self.queryset, request=self.request)

    @cached_property
    def rows(self):
        """All rows that match, in no order yet; none while a filter is wrong."""
        if self.filters is None:
            return self.queryset
        if self.filters.is_bound and not self.filters.form.is_valid():
            return self.queryset.none()
        return self.filters.qs

    @cached_property
    def sort(self):
        """(field, descending, column or None) from ?sort=, else from `ordering`."""
        wanted = self.request.GET.get("sort", "")
        for column in self.columns:
            if column.sort and wanted.lstrip("-") == column.key:
                return column.sort, wanted.startswith("-"), column
        field = self.ordering.lstrip("-")
        same = next((column for column in self.columns if column.sort == field), None)
        return field, self.ordering.startswith("-"), same

    @cached_property
    def count(self):
        """How many rows match, counted up to COUNTED + 1 and no further."""
        return self.rows.order_by().values("pk")[: COUNTED + 1].count()

    def ordered(self, backwards=False):
        """The rows in order, with the primary key as the last word; `backwards` for the page before."""
        field, descending, _column = self.sort
        down = descending != backwards
        order = [("-" if down else "") + "pk"]
        if field != "pk":
            expression = F(field)
            if self._nullable(field):
                # Both databases alike: what is not known comes last.
                expression = expression.desc if down else expression.asc
                expression = expression(nulls_first=True) if backwards else expression(nulls_last=True)
            else:
                expression = expression.desc() if down else expression.asc()
            order.insert(0, expression)
        return self.rows.order_by(*order)

    def _nullable(self, path):
        model, nullable = self.queryset.model, False
        if path in self.queryset.query.annotations:
            return True
        for name in path.split("__"):
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
            nullable = nullable or field.null
            model = field.related_model or model
        return nullable

    def _beyond(self, value, pk, backwards):
        """The rows after (or before) the row with this value and key."""
        field, descending, _column = self.sort
        down = descending != backwards
        word = "lt" if down else "gt"
        tie = Q(**{f"pk__{word}": pk})
        if field == "pk":
            return tie
        if value is None:
            same = Q(**{f"{field}__isnull": True}) & tie
            return same | Q(**{f"{field}__isnull": False}) if backwards else same
        # The first condition is the one that an index can walk; the second parts the ties.
        beyond = Q(**{f"{field}__{word}e": value}) & (Q(**{f"{field}__{word}": value}) | tie)
        if not backwards and self._nullable(field):
            beyond |= Q(**{f"{field}__isnull": True})
        return beyond

    # Pages --------------------------------------------------------------------------------------------------------

    def cursor(self, row):
        field = self.sort[0]
        value = row.pk if field == "pk" else follow(row, field)
        return signing.dumps([self.sort[0], json.loads(json.dumps(value, cls=DjangoJSONEncoder)), row.pk], salt=SALT)

    def _read_cursor(self, text):
        try:
            field, value, pk = signing.loads(text, salt=SALT)
        except (signing.BadSignature, ValueError) as wrong:
            raise Invalid(_("The address of this page is not complete. Open the list again.")) from wrong
        if field != self.sort[0]:
            raise Invalid(_("The address of this page belongs to another order. Open the list again."))
        return self._typed(field, value), pk

    def _typed(self, path, value):
        """The cursor's value as the field knows it: dates come back from text."""
        if value is None or path in self.queryset.query.annotations or path == "pk":
            return value
        model = self.queryset.model
        for name in path.split("__"):
            field = model._meta.get_field(name)
            model = field.related_model or model
        try:
            return field.to_python(value)
        except ValidationError as wrong:
            raise Invalid(_("The address of this page is not complete. Open the list again.")) from wrong

    @cached_property
    def page_rows(self):
        """(rows of this page, is there a page before, is there one after)."""
        before, after = self.request.GET.get("before"), self.request.GET.get("after")
        backwards = bool(before) and not after
        rows = self.ordered(backwards)
        if before or after:
            value, pk = self._read_cursor(after or before)
            rows = rows.filter(self._beyond(value, pk, backwards))
        found = list(rows[: self.size + 1])
        more = len(found) > self.size
        found = found[: self.size]
        if backwards:
            return found[::-1], more, True
        return found, bool(after), more

    @cached_property
    def page(self):
        rows, has_before, has_after = self.page_rows
        page = Page(
            ngettext("%(count)s on this page", "%(count)s on this page", len(rows)) % {"count": len(rows)},
        )
        if rows and has_before:
            page.before = self.address(before=self.cursor(rows[0]), after=None)
        if rows and has_after:
            page.after = self.address(after=self.cursor(rows[-1]), before=None)
        return page

    def address(self, **changes):
        """The query string of this list with some parameters changed; None takes one out."""
        left = self.request.GET.copy()
        for name, value in changes.items():
            left.pop(name, None)
            if value is not None:
                left[name] = value
        return f"?{left.urlencode()}" if left else "?"

    def anew(self, **changes):
        """The same from the first page."""
        return self.address(before=None, after=None, **changes)

    # What the page shows ------------------------------------------------------------------------------------------

    @property
    def counted(self):
        """ "47 applications", or "more than 1,000 applications"."""
        if self.count > COUNTED:
            return _("More than %(rows)s") % {"rows": self._said(f"{COUNTED:,}", COUNTED)}
        return self._said(f"{self.count:,}", self.count)

    def _said(self, figure, count):
        one, many = self.noun
        return str(one if count == 1 else many) % {"count": figure}

    @cached_property
    def chips(self):
        """Filters in use: (label: value, address without it)."""
        if self.filters is None or not self.filters.is_bound or not self.filters.form.is_valid():
            return []
        found = []
        for bound in self.filters.form:
            value = self.filters.form.cleaned_data.get(bound.name)
            if value in (None, "", []) or (hasattr(value, "exists") and not value):
                continue
            names = [name for name in self.request.GET if name == bound.name or name.startswith(f"{bound.name}_")]
            found.append({"text": f"{bound.label}: {_chosen(bound, value)}", "url": self.anew(**dict.fromkeys(names))})
        return found

    @property
    def files(self):
        """(word, address) of the same rows as files."""
        return [(wanted.upper(), self.anew(format=wanted)) for wanted in self.formats]

    @property
    def heads(self):
        _field, descending, current = self.sort
        heads = []
        for column in self.columns:
            if column.only == "file":
                continue
            down = column is current and not descending
            heads.append(
                {
                    "label": column.label,
                    "number": column.number,
                    "url": self.anew(sort=f"{'-' if down else ''}{column.key}") if column.sort else "",
                    "order": ("descending" if descending else "ascending") if column is current else "",
                }
            )
        return heads

    def cells(self, row):
        for column in self.columns:
            if column.only == "file":
                continue
            value = column.of(row)
            name, lang = column.script(row) if column.script else ("", "")
            yield {
                "text": row.state_label if column.tag else _shown(value),
                "shape": shape_of(machine(row), row.state) if column.tag else "",
                "label": column.label,
                "number": column.number,
                "head": column.head,
                "url": column.link(row) if column.link else "",
                "small": column.small(row) if column.small else "",
                "script": name,
                "script_lang": lang,
            }

    @property
    def lines(self):
        pick = type(self).pick
        return [
            {"row": row, "cells": list(self.cells(row)), "pick": pick(row) if pick else None}
            for row in self.page_rows[0]
        ]

    # Answers ------------------------------------------------------------------------------------------------------

    def response(self):
        wanted = self.request.GET.get("format", "")
        if wanted in ("csv", "xlsx", "json"):
            return self.file(wanted)
        if wanted:
            raise Invalid(_("A list comes as csv, xlsx or json."))
        return render(self.request, self.template, {"list": self, "title": self.title, **self.context})

    def file(self, wanted):
        """The same rows as a file, streamed; an event says who took them."""
        self.on_export(wanted)
        columns = [column for column in self.columns if column.only != "page"]
        rows = self.ordered().iterator(chunk_size=CHUNK)
        values = ([_filed(column, row) for column in columns] for row in rows)
        if wanted == "json":
            return self._json(columns, values)
        headers = [str(column.label) for column in columns]
        name = f"{self.key}-{today():%Y-%m-%d}"
        return write_csv(headers, values, name) if wanted == "csv" else write_xlsx(headers, values, name, self.title)

    def _json(self, columns, values):
        language = translation.get_language()

        def parts():
            with translation.override(language):
                yield '{"rows": ['
                for number, row in enumerate(values):
                    pairs = {column.key: _jsoned(value) for column, value in zip(columns, row, strict=True)}
                    yield (",\n" if number else "\n") + json.dumps(pairs, ensure_ascii=False)
                yield "\n]}\n"

        response = StreamingHttpResponse(parts(), content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{self.key}-{today():%Y-%m-%d}.json"'
        return response

    def record_export(self, wanted):
        """An event `list.export`: which list, which format, which filters; never what was typed into them."""
        used = sorted(
            name for name, value in self.request.GET.items() if value and name not in ("format", "after", "before")
        )
        with unit_of_work():
            record(
                "list.export",
                f"list:{self.key}",
                by=self.request.user,
                on=today(),
                body={"format": wanted, "filters": used},
            )


def _chosen(bound, value):
    """How a filter's value reads: the choice's words, a date as in tables, a yes or no."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, slice):
        ends = [f"{end:%d.%m.%Y}" if isinstance(end, date) else "" for end in (value.start, value.stop)]
        return " – ".join(ends)
    if isinstance(value, list | tuple) or hasattr(value, "all"):
        return ", ".join(str(_chosen(bound, one)) for one in value)
    words = dict(_flat(getattr(bound.field, "choices", ()) or ())) if not hasattr(value, "pk") else {}
    return words.get(value, words.get(str(value), value))


def _flat(choices):
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


def _shown(value):
    """A value as a table shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, int):
        return f"{value:,}"
    return value


def _filed(column, row):
    if column.export:
        return column.export(row)
    return row.state_label if column.tag else column.of(row)


def _jsoned(value):
    """JSON keeps text as it is (nothing runs it); amounts are decimal strings, whole numbers stay numbers."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return printed(value) if isinstance(inert(value), date | float) or hasattr(value, "plain") else str(value)
