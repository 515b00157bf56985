"""Whole files of applicants and applications: kept, confirmed, and written in one transaction or not at all."""

import hashlib
from collections import defaultdict
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applicants.consents import TEXT_VERSION
from applicants.models import Application, BusinessPlan, Consent, Enrolment, Import, Ownership, Party
from applicants.services.access import demand
from applicants.services.application import first_of_next_month
from applicants.services.evidence import write_whole
from applicants.services.register import insert_enrolments, insert_parties, new_party
from audit.bulk import insert, many_rows, take_ids
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from programmes.models import AmountBand, Call
from programmes.services import take_references


def file_of(batch):
    """Where the bytes of an import lie until it is done."""
    return Path(settings.VAR_DIR) / "imports" / batch.sha256


@service
def prepare_import(*, programme, kind, name, content, rows_total, on, by, totals=()):
    """Keep a file that was read and found right until somebody confirms it. Returns the Import.

    `totals` is what its rows add up to, for kinds that state it (see Import).
    """
    demand("applicants.import_file", by, Enrolment(programme=programme))
    batch = Import(
        programme=programme,
        kind=kind,
        name=name[-160:],
        sha256=hashlib.sha256(content).hexdigest(),
        rows_total=rows_total,
        totals=list(totals),
        made_by=by,
        made_on=on,
    )
    write_whole(file_of(batch), content)
    batch.save()
    return batch


@service
def confirm_import(*, batch, on, by):
    """The maker confirms: the import waits for the background worker. Returns the Import."""
    demand("applicants.import_file", by, Enrolment(programme=batch.programme))
    moved = Import.objects.filter(pk=batch.pk, made_by=by, state=Import.State.CHECKED)
    if not moved.update(state=Import.State.WAITING, touched_at=timezone.now()):
        raise Blocked(_("This file is being written or is written already."))
    record("import.confirm", batch.ref, by=by, on=on, programme=batch.programme.key, body={"sha256": batch.sha256})
    batch.refresh_from_db()
    return batch


@service
def write_import(*, batch, plan, on, by):
    """Write every row of a plan without errors, and the import's end, in one transaction. Returns the Import."""
    demand("applicants.import_file", by, Enrolment(programme=batch.programme))
    if plan.errors:
        raise Invalid(_("The file has errors. Nothing was written."))
    if batch.state == Import.State.DONE:
        raise Blocked(_("This file is written already."))
    with many_rows():
        parties = _write_parties(batch.programme, plan, on, by)
        applications = _write_applications(batch.programme, plan, on, by)
    record(
        "import.write",
        batch.ref,
        by=by,
        on=on,
        programme=batch.programme.key,
        body={
            "sha256": batch.sha256,
            "kind": batch.kind,
            "parties": _runs([party.ref for party in parties]),
            "applications": _runs(applications),
        },
    )
    batch.state, batch.rows_done, batch.touched_at = Import.State.DONE, len(plan.rows), timezone.now()
    batch.save()
    return batch


def _runs(references):
    """New references by their letter: first, last and how many. The counter gives them without a gap."""
    by_letter = defaultdict(list)
    for ref in references:
        by_letter[ref[0]].append(ref)
    return [{"first": refs[0], "last": refs[-1], "count": len(refs)} for refs in by_letter.values()]


def _write_parties(programme, plan, on, by):
    """Parties with history, their enrolments and consents. Returns the parties in the order of the file."""
    fresh = [row for row in plan.rows if row.party is None]
    by_letter = defaultdict(list)
    for row in fresh:
        by_letter[Party.LETTERS[row.kind]].append(row)
    for letter, rows in sorted(by_letter.items()):
        for row, ref in zip(rows, take_references(letter, len(rows)), strict=True):
            row.party = new_party(ref=ref, kind=row.kind, facts=row.facts, on=on, by=by)
    parties = [row.party for row in fresh]
    insert_parties(parties, by=by)
    insert_enrolments(((row.party, row.region, row.adviser) for row in fresh), len(fresh), programme=programme, on=on)
    _write_consents(fresh, programme, by)
    Ownership.objects.bulk_create(
        (Ownership(party=row.party, as_of=on, recorded_by=by, **row.ownership) for row in fresh if row.ownership),
        batch_size=500,
    )
    return parties


def _write_consents(rows, programme, by):
    insert(
        Consent,
        (
            {
                "id": pk,
                "party_id": row.party.pk,
                "programme_id": programme.pk,
                "purpose": Consent.Purpose.PROCESSING,
                "text_version": TEXT_VERSION,
                "means": row.consent,
                "given_on": row.consent_on,
                "recorded_by_id": by.pk,
                "withdrawn_on": None,
            }
            for row, pk in zip(rows, take_ids(Consent, len(rows)), strict=True)
        ),
    )


def _write_applications(programme, plan, on, by):
    """Draft applications with their empty plans, each born with its event. Returns their references."""
    rows = [row for row in plan.rows if row.application]
    if not rows:
        return []
    references = take_references("A", len(rows), on.year)
    keys = take_ids(Application, len(rows))
    drafts = Drafts(programme, on)
    insert(Application, (drafts.facts(row, ref, pk) for row, ref, pk in zip(rows, references, keys, strict=True)))
    empty = columns_of(BusinessPlan(first_month=first_of_next_month(on)))
    insert(
        BusinessPlan,
        (
            {**empty, "id": pk, "application_id": application_pk}
            for application_pk, pk in zip(keys, take_ids(BusinessPlan, len(rows)), strict=True)
        ),
    )
    for row, ref in zip(rows, references, strict=True):
        window = row.application["window"]
        record(
            "application.create",
            ref,
            by=by,
            on=on,
            programme=programme.key,
            state_to=Application.State.DRAFT,
            body={
                "call": window.call.key,
                "window": window.key,
                "applicant": row.party.ref,
                "asked": row.application["asked_amount"],
            },
        )
    return references


def columns_of(row):
    """{attribute: value} of a row's columns, defaults filled in by Django."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.local_concrete_fields}


class Drafts:
    """The columns of the Application that start_application would make of the same facts.

    What all drafts of a window share is made by Django once; each window's bands are read once.
    """

    def __init__(self, programme, on):
        self.programme, self.on = programme, on
        self.shared = {}

    def facts(self, row, ref, pk):
        facts = row.application
        window = facts["window"]
        if window.pk not in self.shared:
            self.shared[window.pk] = self._of_window(window)
        common, bands = self.shared[window.pk]
        amount = facts["asked_amount"]
        return {
            **common,
            "id": pk,
            "ref": ref,
            "region_id": row.region.pk,
            "applicant_id": row.party.pk,
            "adviser_id": row.adviser.pk,
            "title": facts["title"],
            "asked_amount": amount,
            "own_amount": facts["own_amount"],
            "term_months": facts["term_months"] or common["term_months"],
            "plan_form": next((form for least, form in bands if least <= amount), AmountBand.Form.SHORT),
        }

    def _of_window(self, window):
        draft = Application(
            programme=self.programme,
            call=window.call,
            window=window,
            currency=window.currency,
            term_months=12 if window.call.instrument == Call.Instrument.LOAN else None,
            started_on=self.on,
        )
        return columns_of(draft), sorted(window.bands.values_list("from_amount", "plan_form"), reverse=True)


def note_progress(batch, state, rows_done=0):
    """Say how far an import is. Outside any transaction, so that its page sees it."""
    Import.objects.filter(pk=batch.pk, state__in=Import.RUNNING).update(
        state=state, rows_done=rows_done, touched_at=timezone.now()
    )


def note_failure(batch, sentence):
    """An import ended with nothing written."""
    Import.objects.filter(pk=batch.pk).exclude(state=Import.State.DONE).update(
        state=Import.State.FAILED, message=str(sentence)[:300], touched_at=timezone.now()
    )
