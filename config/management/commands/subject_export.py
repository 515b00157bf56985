"""Everything held about a person, as one zip for the person who asked for it."""

import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from applicants.models import Party
from applicants.services import note_export
from config.subject import bundle_of
from programmes.clock import today


class Command(BaseCommand):
    help = "Write everything held about the person REF into one zip (0600): JSON, a paper to print, and their files."

    def add_arguments(self, parser):
        parser.add_argument("ref")
        parser.add_argument("--out", required=True, metavar="FILE", help="a new file, or - for standard output")

    def handle(self, *args, **options):
        party = Party.objects.filter(ref=options["ref"].upper()).first()
        if party is None:
            raise CommandError(_("Nobody on the register is %(ref)s.") % {"ref": options["ref"]})
        content = bundle_of(party)
        if options["out"] == "-":
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            self._keep(Path(options["out"]), content)
        note_export(party=party, on=today(), by=None)

    def _keep(self, target, content):
        try:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as wrong:
            raise CommandError(_("%(file)s exists. Choose another name.") % {"file": target}) from wrong
        except OSError as wrong:
            raise CommandError(
                _("%(file)s cannot be written: %(why)s.") % {"file": target, "why": wrong.strerror or wrong}
            ) from wrong
        with os.fdopen(handle, "wb") as file:
            file.write(content)
