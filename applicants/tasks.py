"""Slow work of the register, done by the background worker."""

import io

from django_tasks import task

from applicants.importing import make_plan
from applicants.models import Import
from applicants.services.imports import file_of, note_failure, note_progress, write_import
from audit.refusals import Refusal
from pages.sheets import read_table
from programmes.clock import today


def work_through(batch_pk, write):
    """Write a confirmed file by `write(batch, content, on=...)`: all of it, or none and a sentence why."""
    batch = Import.objects.select_related("programme", "made_by").get(pk=batch_pk)
    if batch.state != Import.State.WAITING:
        return
    try:
        write(batch, file_of(batch).read_bytes(), on=today(batch.programme))
    except Refusal as refused:
        note_failure(batch, refused)
    except Exception:
        note_failure(batch, "")
        raise
    finally:
        file_of(batch).unlink(missing_ok=True)


@task()
def run_import(batch_pk):
    """Read the file again, check it against the register of this moment, and write it: all rows or none."""
    work_through(batch_pk, write_file)


def write_file(batch, content, *, on):
    """Plan and write the bytes of an import file. Raises Refusal with the first error: row, column, value, reason."""
    note_progress(batch, Import.State.READING)
    plan = make_plan(
        batch.kind,
        read_table(io.BytesIO(content)),
        programme=batch.programme,
        by=batch.made_by,
        on=on,
        progress=lambda done: note_progress(batch, Import.State.READING, done),
    )
    plan.raise_errors()
    note_progress(batch, Import.State.WRITING, plan.total)
    return write_import(batch=batch, plan=plan, on=on, by=batch.made_by)
