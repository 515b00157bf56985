"""The auditor's sample as one zip: an index with seed and method, each dossier on paper, its files, all hashes."""

import hashlib
import json
import tempfile
import zipfile
from contextlib import ExitStack

import rules
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from applicants.models import Part
from applicants.services.evidence import path_of
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from pages import paper
from pages.sheets import xlsx_bytes
from reports.audit.dossier import LEFT_OUT, dossier_of, draw_dossier
from reports.audit.duties import PARTS, combined, duties
from reports.audit.sample import MOST, drawn, population
from reports.warnings.lists import file_rows
from reports.warnings.report import warnings_of

KINDS = {"awards": _("Awards signed"), "loans": _("Loans signed"), "payments": _("Payments settled")}
METHOD = "sorted by SHA-256 of seed:reference, the first ones taken"
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/plain": "txt"}


@service
def make_audit_pack(*, programme, kind, start, end, size, seed, on, by):
    """A temporary file with the zip of `size` cases drawn by `seed`. Logged as a sensitive export, with what was drawn.

    Raises NotAllowed, Invalid (period, size, seed), Blocked when there is no such case in the period.
    """
    if not rules.test_rule("reports.audit", by, programme):
        raise NotAllowed()
    if end < start:
        raise Invalid(_("The last day lies before the first."), field="end")
    if not 1 <= size <= MOST:
        raise Invalid(_("From 1 to %(most)s cases.") % {"most": MOST}, field="size")
    seed = " ".join(seed.split())
    if not seed or len(seed) > 40:
        raise Invalid(_("Enter a seed of up to 40 letters or digits."), field="seed")
    cases = population(kind, programme, start, end)
    if not cases:
        raise Blocked(_("There is no such case in this period."))
    chosen = drawn(cases, size, seed)
    facts = {"kind": kind, "from": start, "to": end, "population": len(cases), "size": size, "seed": seed}
    body = {**facts, "chosen": [case.ref for case in chosen]}
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        with override("en"):
            _write(file, programme, facts, chosen, warnings_of(programme, on))
        # An export that could not be logged is not made: the event is in this transaction.
        record("audit_pack.make", f"programme:{programme.key}", by=by, on=on, programme=programme.key, body=body)
        file.seek(0)
        # Whoever asked reads and closes it.
        stack.pop_all()
    return file


def _write(file, programme, facts, chosen, report):
    hashes = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name, content):
            hashes[name] = hashlib.sha256(content).hexdigest()
            archive.writestr(name, content)

        files = []
        references = list(dict.fromkeys(case.application_ref for case in chosen))
        for reference in references:
            dossier = dossier_of(reference)
            put(f"{reference}/{reference}.pdf", draw_dossier(dossier))
            for row in dossier.files:
                name = f"{reference}/F{row.pk}.{ENDINGS.get(row.media_type, 'bin')}"
                kept = row.purpose not in LEFT_OUT and path_of(row.sha256).exists()
                files.append([reference, f"F{row.pk}", row.purpose, row.sha256, name if kept else "left out"])
                if kept:
                    put(name, path_of(row.sha256).read_bytes())
        put("index.xlsx", _workbook(programme, facts, chosen, files, references))
        put("warnings.xlsx", _warnings(report))
        put("index.pdf", _index(programme, facts, chosen, references))
        archive.writestr("manifest.json", json.dumps({"method": METHOD, "sha256": hashes}, indent=1, default=str))


def _said(facts):
    return [
        ("Kind", str(KINDS[facts["kind"]])),
        ("From", f"{facts['from']:%d.%m.%Y}"),
        ("To", f"{facts['to']:%d.%m.%Y}"),
        ("Cases in the period", str(facts["population"])),
        ("Drawn", str(min(facts["size"], facts["population"]))),
        ("Seed", facts["seed"]),
        ("Method", METHOD),
    ]


def _duty_rows(programme, references):
    return [[name, *(parts.get(part, 0) for part in PARTS)] for name, parts in duties(programme, references)]


def _met_rows(programme, references):
    return [
        [name, applicant, ", ".join(f"{application} {Part.Name(part).label}" for application, part in met)]
        for name, applicant, met in combined(programme, references)
    ]


def _workbook(programme, facts, chosen, files, references):
    parts = [str(part.label) for part in PARTS]
    sheets = [
        ("Sample", ["What", "Value"], _said(facts)),
        ("Cases", ["No.", "Case", "Dossier"], [[n, c.ref, c.application_ref] for n, c in enumerate(chosen, 1)]),
        ("Files", ["Dossier", "File", "Shows", "SHA-256", "In this zip"], files),
        ("Duties", ["Who", *parts], _duty_rows(programme, references)),
        ("Met twice", ["Who", "Applicant", "In which parts"], _met_rows(programme, None)),
    ]
    return xlsx_bytes(sheets).read()


def _warnings(report):
    """Every warning of the programme with its answer, and what was looked for."""
    looked = [[str(kind.title), str(kind.why), str(kind.innocent), rows, count] for kind, count, rows in report.kinds()]
    heads, rows = file_rows(report.findings)
    sheets = [
        ("Warnings", heads, rows),
        ("Looked for", ["Kind", "Why it may matter", "Innocent explanation", "Rows looked at", "Warnings"], looked),
    ]
    return xlsx_bytes(sheets).read()


def _index(programme, facts, chosen, references):
    met = _met_rows(programme, None)
    story = [
        paper.text("Sample for the audit", "title"),
        paper.facts([("Programme", programme.public_name), *_said(facts)]),
        paper.text("Cases", "h2"),
        paper.table(
            [[n, case.ref, case.application_ref] for n, case in enumerate(chosen, 1)],
            [1, 4, 4],
            head=["No.", "Case", "Dossier"],
            numbers=(0,),
        ),
        paper.text("Duties on these dossiers", "h2"),
        paper.table(
            _duty_rows(programme, references),
            [4, *([2] * len(PARTS))],
            head=["Who", *(str(part.label) for part in PARTS)],
            numbers=range(1, len(PARTS) + 1),
        ),
        paper.text("Who met one applicant in two parts, in the whole programme", "h2"),
        paper.table(met, [4, 3, 9], head=["Who", "Applicant", "In which parts"]) if met else paper.text("Nobody."),
    ]
    return paper.paper("Sample for the audit", story, subtitle=programme.public_name, footer=programme.public_name)
