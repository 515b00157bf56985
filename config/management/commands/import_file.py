"""The same import as the page: every row is checked first, and the file is written whole or not at all."""

import io
import json
from functools import partial
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from applicants.importing import make_plan
from applicants.resources import RESOURCES
from applicants.services import prepare_import, write_import
from applicants.services.imports import file_of, note_failure
from audit.refusals import Refusal
from loans.legacy import read_portfolio
from loans.services import import_portfolio
from pages.sheets import read_table
from programmes.clock import today
from programmes.models import Programme

# A workbook of borrowers, loans, repayments and totals (loans/legacy.py).
LOANS = "loans"


class Command(BaseCommand):
    help = "Import applicants, applications or an older portfolio of loans. Any error, and nothing is written."

    def add_arguments(self, parser):
        parser.add_argument("file", help="the XLSX or CSV file; the import page offers a template")
        parser.add_argument("--kind", required=True, choices=sorted([*RESOURCES, LOANS]))
        parser.add_argument("--programme", required=True, help="the programme's key")
        parser.add_argument("--by", required=True, help="e-mail of the secretary or manager who imports")
        parser.add_argument("--dry-run", action="store_true", help="check every row and write nothing")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args, **options):
        programme = Programme.objects.filter(key=options["programme"]).first()
        if programme is None:
            raise CommandError(f"There is no programme {options['programme']!r}.")
        user = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user {options['by']!r}.")
        try:
            content = Path(options["file"]).read_bytes()
        except OSError as wrong:
            raise CommandError(f"{options['file']} cannot be read: {wrong.strerror}.") from wrong
        day = today(programme)
        try:
            plan, write = self._plan(options, programme, user, content, day)
            written = not plan.errors and not options["dry_run"]
            if written:
                write()
        except Refusal as refused:
            raise CommandError(str(refused)) from refused
        self._say(options, plan, written)
        if plan.errors:
            raise CommandError(
                f"{len(plan.errors) + plan.more_errors} errors, nothing was written. {plan.errors[0].sentence}"
            )

    def _plan(self, options, programme, user, content, day):
        """(what every row says, the act that writes it)."""
        given = {"programme": programme, "by": user, "on": day}
        if options["kind"] == LOANS:
            found = read_portfolio(content, **given)
            name = Path(options["file"]).name
            return found.plan, partial(import_portfolio, portfolio=found, content=content, name=name, **given)
        plan = make_plan(options["kind"], read_table(io.BytesIO(content)), **given)
        return plan, partial(self._write, options, programme, user, content, plan, day)

    def _write(self, options, programme, user, content, plan, day):
        batch = prepare_import(
            programme=programme,
            kind=options["kind"],
            name=Path(options["file"]).name,
            content=content,
            rows_total=plan.total,
            on=day,
            by=user,
        )
        try:
            write_import(batch=batch, plan=plan, on=day, by=user)
        except Refusal as refused:
            note_failure(batch, refused)
            raise
        finally:
            file_of(batch).unlink(missing_ok=True)

    def _say(self, options, plan, written):
        if options["json"]:
            result = {
                "kind": options["kind"],
                "programme": options["programme"],
                "rows": plan.total,
                "written": plan.total if written else 0,
                "errors": [
                    {"row": one.row, "column": one.column, "value": one.value, "reason": one.reason}
                    for one in plan.errors
                ],
                "more_errors": plan.more_errors,
            }
            self.stdout.write(json.dumps(result, ensure_ascii=False))
            return
        for one in plan.errors:
            self.stdout.write(one.sentence)
        if not plan.errors:
            verb = "written" if written else "right; nothing was written"
            self.stdout.write(f"{plan.total} rows {verb}.")
