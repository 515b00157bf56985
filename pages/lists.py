"""A list is declared once: its columns serve the page, the CSV, the XLSX and the JSON. Pages go by key, not by offset."""

from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

from django.core import signing
from django.db.models import Q
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from pages.forms import dress
from pages.sheets import cell, csv_response, xlsx_response

PAGE = 50
MOST_COUNTED = 1000
MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class Column:
    """One column: `value` is an attribute path or a function of the row; `html` a template for the cell on the page."""

    key: str
    label: str
    value: object = None
    number: bool = False
    template: str = ""
    nowrap: bool = False

    def read(self, row):
        source = self.value or self.key
        if callable(source):
            return source(row)
        try:
            return attrgetter(source)(row)
        except AttributeError:
            return None


class ListPage:
    """Subclass with `title`, `columns`, `ordering` (unique last), `filterset_class`, `template`, `empty`.

    `ListPage(request, queryset).response()` answers the page, or `?format=csv|xlsx|json`. `on_export(request, name,
    format, count)` is called before a file leaves, so that the caller can log it.
    """

    title = ""
    name = "list"
    columns = ()
    ordering = ("-pk",)
    filterset_class = None
    template = "pages/list.html"
    empty = _("Nothing here yet.")
    row_url = None

    def __init__(self, request, queryset, *, extra=None, on_export=None):
        self.request = request
        self.extra = extra or {}
        self.on_export = on_export
        self.filterset = None
        if self.filterset_class is not None:
            self.filterset = self.filterset_class(request.GET or None, queryset=queryset, request=request)
            for field in self.filterset.form.fields.values():
                dress(field)
            queryset = self.filterset.qs if self.filterset.is_valid() else queryset
        self.queryset = queryset

    def response(self):
        wanted = self.request.GET.get("format")
        if wanted in ("csv", "xlsx", "json"):
            return self.file(wanted)
        return render(self.request, self.template, {"list": self, "title": self.title, **self.extra})

    def file(self, wanted):
        rows = self.queryset.order_by(*self.ordering)[:MOST_EXPORTED]
        if self.on_export:
            self.on_export(self.request, self.name, wanted)
        headers = [str(column.label) for column in self.columns]
        values = ([column.read(row) for column in self.columns] for row in rows.iterator(chunk_size=2000))
        if wanted == "csv":
            return csv_response(self.name, headers, values)
        if wanted == "xlsx":
            return xlsx_response(self.name, headers, values)
        keys = [column.key for column in self.columns]
        return JsonResponse(
            {"rows": [{key: _json(value) for key, value in zip(keys, row, strict=True)} for row in values]}
        )

    @cached_property
    def count(self):
        """Rows in the filtered list, counted up to MOST_COUNTED + 1, so that counting never grows with the table."""
        return self.queryset.order_by()[: MOST_COUNTED + 1].count()

    @property
    def count_text(self):
        if self.count > MOST_COUNTED:
            return _("More than %(most)s") % {"most": f"{MOST_COUNTED:,}"}
        return str(self.count)

    @cached_property
    def page(self):
        return self._page()

    def _page(self):
        after, before = self.request.GET.get("after"), self.request.GET.get("before")
        backwards = bool(before) and not after
        mark = _unsigned(before if backwards else after)
        ordering = [_turned(name) for name in self.ordering] if backwards else list(self.ordering)
        rows = self.queryset.order_by(*ordering)
        if mark is not None and len(mark) == len(ordering):
            rows = rows.filter(beyond(ordering, mark))
        found = list(islice(rows[: PAGE + 1], PAGE + 1))
        more = len(found) > PAGE
        found = found[:PAGE]
        if backwards:
            found.reverse()
        return {
            "rows": [{"row": row, "cells": [(column, column.read(row)) for column in self.columns]} for row in found],
            "objects": found,
            "next": self._link("after", found[-1]) if found and (more or backwards) else None,
            "previous": self._link("before", found[0]) if found and (more if backwards else mark is not None) else None,
        }

    def _link(self, name, row):
        query = self.request.GET.copy()
        query.pop("after", None)
        query.pop("before", None)
        query[name] = signing.dumps([cell(_value(row, field)) for field in self.ordering], salt="list")
        return f"?{query.urlencode()}"

    @property
    def csv_url(self):
        return self._format_url("csv")

    @property
    def xlsx_url(self):
        return self._format_url("xlsx")

    def _format_url(self, wanted):
        query = self.request.GET.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        query["format"] = wanted
        return f"?{query.urlencode()}"

    @property
    def chips(self):
        """Filters in use, each with the URL that removes it."""
        if self.filterset is None or not self.filterset.form.is_bound:
            return []
        found = []
        for name, value in self.filterset.form.cleaned_data.items() if self.filterset.is_valid() else ():
            if value in (None, "", []):
                continue
            query = self.request.GET.copy()
            query.pop(name, None)
            field = self.filterset.form.fields[name]
            choices = dict(getattr(field, "choices", []) or [])
            found.append((field.label, choices.get(value, value), f"?{query.urlencode()}"))
        return found


def _value(row, field):
    name = field.lstrip("-").replace("__", ".")
    return row.pk if name == "pk" else attrgetter(name)(row)


def _turned(name):
    return name[1:] if name.startswith("-") else f"-{name}"


def _unsigned(text):
    if not text:
        return None
    try:
        return signing.loads(text, salt="list")
    except signing.BadSignature:
        return None


def beyond(ordering, mark):
    """Q for the rows after `mark` in `ordering`: greater on the first field, or equal there and greater on the next."""
    found = Q()
    equal = Q()
    for name, value in zip(ordering, mark, strict=True):
        field = name.lstrip("-")
        operator = "lt" if name.startswith("-") else "gt"
        found |= equal & Q(**{f"{field}__{operator}": value})
        equal &= Q(**{field: value})
    return found


def _json(value):
    plain = cell(value)
    return plain if isinstance(plain, str | int | bool) else str(plain)
