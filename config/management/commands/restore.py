"""Put a backup into an empty database, then prove it."""

import hashlib
import json
import shutil
import sys
import tarfile
import tempfile
import zlib
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from audit import guards
from config.proof import faults
from programmes.models import Programme


class Command(BaseCommand):
    help = "Load a backup into an empty, migrated database. Needs the secrets with which it was made."

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *args, **options):
        source = Path(options["file"])
        if not source.exists():
            raise CommandError(f"{source} does not exist.")
        if User.objects.exists() or Programme.objects.exists():
            raise CommandError("This database is not empty. Restore into a new one, after `migrate`.")
        with tempfile.TemporaryDirectory() as folder:
            try:
                with tarfile.open(source, "r:gz") as archive:
                    archive.extractall(folder, filter="data")
                about = json.loads((Path(folder) / "about.json").read_text())
                data = Path(folder) / "data.jsonl"
                whole = hashlib.sha256(data.read_bytes()).hexdigest() == about["data_sha256"]
            except (tarfile.TarError, OSError, EOFError, KeyError, ValueError, zlib.error) as wrong:
                raise CommandError(f"{source} is not a whole backup: {wrong}") from wrong
            if not whole:
                raise CommandError(f"{source} is damaged: its data do not match their hash.")
            # Files first: files without rows do no harm, and a restore that was stopped can be run again.
            evidence = Path(folder) / "evidence"
            if evidence.exists():
                shutil.copytree(evidence, settings.EVIDENCE_DIR, dirs_exist_ok=True)
            with guards.suspended():
                call_command("loaddata", str(data), verbosity=0)
        number, _colon, last = about["head"].partition(":")
        found = next(faults((int(number), last) if number else None), None)
        if found:
            self.stderr.write(f"Loaded, but not proved: {found}")
            sys.exit(1)
        self.stdout.write("Loaded and proved: every invariant holds.")
