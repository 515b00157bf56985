"""The impact report of a programme as PDF, XLSX, CSV, JSON, IATI or 360Giving."""

import os
import stat
import sys
import tempfile
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from audit.refusals import Refusal
from pages.paper_language import ENGLISH, languages_of_paper
from programmes.models import Donor, Programme
from reports.edition import compile_report, with_names
from reports.renderers import FORMATS


class Command(BaseCommand):
    help = "Compute the impact report of a programme from its records. Without --internal small cells are hidden."

    def add_arguments(self, parser):
        parser.add_argument("--programme", required=True, metavar="KEY")
        parser.add_argument("--donor", metavar="KEY", help="only what this donor's funding lines paid")
        parser.add_argument("--from", dest="period_from", metavar="YYYY-MM-DD", help="first day (else the beginning)")
        parser.add_argument("--to", dest="period_to", metavar="YYYY-MM-DD", help="last day (else today)")
        parser.add_argument("--internal", action="store_true", help="the internal edition, with every cell")
        parser.add_argument("--format", required=True, choices=sorted(FORMATS))
        parser.add_argument("--lang", default="", choices=list(languages_of_paper()), help="language of the PDF")
        parser.add_argument("--out", default="-", metavar="FILE", help="a file; without it, or with -, standard output")

    def handle(self, *args, **options):
        programme = Programme.objects.filter(key=options["programme"]).first()
        if programme is None:
            raise CommandError(_("There is no programme “%(key)s”.") % {"key": options["programme"]})
        first, last = self._day(options["period_from"], "--from"), self._day(options["period_to"], "--to")
        if first and last and first > last:
            raise CommandError(_("--from lies after --to."))
        wanted = FORMATS[options["format"]]
        report = compile_report(
            programme,
            period_from=first,
            period_to=last,
            donor=self._donor(programme, options["donor"]),
            internal=options["internal"] and not wanted.open,
            outside=wanted.open,
            opened=wanted.open,
        )
        if wanted.needs:
            report = with_names(report, programme)
        try:
            with translation.override(options["lang"] or ENGLISH):
                content = wanted.render(report)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self._write(options["out"], content)

    def _day(self, text, name):
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as wrong:
            raise CommandError(
                _("%(name)s needs a date such as 2016-12-31, not “%(text)s”.")
                % {
                    "name": name,
                    "text": text,
                }
            ) from wrong

    def _donor(self, programme, key):
        if not key:
            return None
        donor = Donor.objects.filter(key=key, funding_lines__programme=programme).first()
        if donor is None:
            raise CommandError(_("“%(key)s” is no donor of this programme.") % {"key": key})
        return donor

    def _write(self, out, content):
        """To standard output; into what is no ordinary file as it is; else by a new file put in the old one's place."""
        try:
            if out == "-":
                sys.stdout.buffer.write(content)
                sys.stdout.buffer.flush()
                return
            path = Path(out)
            if path.exists() and not stat.S_ISREG(path.stat().st_mode):
                with path.open("wb") as file:
                    file.write(content)
                return
            self._replace(path, content)
        except OSError as wrong:
            raise CommandError(
                _("%(file)s cannot be written: %(why)s.") % {"file": out, "why": wrong.strerror or wrong}
            ) from wrong

    def _replace(self, path, content):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
