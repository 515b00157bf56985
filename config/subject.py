"""The file that a person may ask for: everything held about them, as JSON, as a paper, and their own files."""

import io
import json
import zipfile

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation
from django.utils.translation import gettext as _

from applicants.models import Evidence
from applicants.personal import holdings, references_of
from applicants.services.evidence import path_of
from audit.models import Event
from pages.paper import facts, paper, space, text

LANGUAGE = "en"


def bundle_of(party):
    """The zip (bytes): held.json, held.pdf and the folder files/. Secret fields stand in it in plain text."""
    with translation.override(LANGUAGE):
        held = held_about(party)
        files = list(Evidence.objects.filter(party=party, withdrawn_on=None).order_by("pk"))
        box = io.BytesIO()
        with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("held.json", json.dumps(held, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder))
            archive.writestr("held.pdf", _paper(party, held))
            for row in files:
                path = path_of(row.sha256)
                if path.exists():
                    archive.writestr(f"files/{row.pk}-{row.sha256[:12]}", path.read_bytes())
        return box.getvalue()


def held_about(party):
    """{what: [row, ...]}, each row a dict of names and values; and the acts that the log names the person in."""
    found = {}
    for holding in holdings():
        if holding.inside:
            continue
        rows = [_row(one) for one in holding.rows([party.pk])]
        if rows:
            found[str(holding.model._meta.verbose_name)] = rows
    refs = references_of([party.pk])
    events = Event.objects.filter(subject__in=refs).order_by("seq")
    found["acts in the log"] = [
        {"moment": event.moment, "act": event.kind, "about": event.subject, "on": event.on} for event in events
    ]
    return found


def _row(one):
    """The concrete fields of a row; another row is named by its own words, a colleague by their number."""
    found = {}
    for field in one._meta.concrete_fields:
        value = getattr(one, field.attname)
        if value in (None, "") or field.name in ("id", "version", "search_key", "number_index", "group_index"):
            continue
        if field.is_relation:
            other = getattr(one, field.name, None)
            value = getattr(other, "ref", None) or getattr(other, "key", None) or str(value)
        found[field.name] = value
    return found


def _paper(party, held):
    story = [text(_("What is held about %(name)s") % {"name": party.name}, "title")]
    for title, rows in held.items():
        story += [space(8), text(f"{title} ({len(rows)})", "h3")]
        for row in rows:
            story += [facts([(name, str(value)) for name, value in row.items()]), space(4)]
    return paper(_("Held about a person"), story, reference=party.ref, lang=LANGUAGE)
