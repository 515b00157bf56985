"""Slow work of loans, done by the background worker."""

from django_tasks import task

from applicants.models import Import
from applicants.services.imports import note_progress
from applicants.tasks import work_through
from loans.legacy import read_portfolio
from loans.services import import_portfolio


@task()
def run_portfolio_import(batch_pk):
    """Read the workbook again, reckon and reconcile it, and write it: all of it or nothing."""
    work_through(batch_pk, write_portfolio)


def write_portfolio(batch, content, *, on):
    """Raises Refusal with the first error: sheet, row, column, value, reason."""
    note_progress(batch, Import.State.READING)
    given = {"programme": batch.programme, "by": batch.made_by, "on": on}
    found = read_portfolio(content, progress=lambda done: note_progress(batch, Import.State.READING, done), **given)
    found.plan.raise_errors()
    note_progress(batch, Import.State.WRITING, found.plan.total)
    return import_portfolio(portfolio=found, content=content, name=batch.name, batch=batch, **given)
