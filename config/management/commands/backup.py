"""One file with the database as loaded data and every evidence file; never the secrets."""

import hashlib
import json
import os
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from audit.models import Head

EXCLUDED = {"contenttypes", "auth.permission", "sessions.session", "axes", "admin.logentry"}
CHUNK = 2000


class WholeMoments(DjangoJSONEncoder):
    """Whole moments: Django's own encoder cuts them to the millisecond, and the audit chain would break."""

    def default(self, value):
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


def _dump(target):
    """Every row of every model as JSON lines, in an order that can be loaded, never more than a chunk in memory."""
    with target.open("w", encoding="utf-8") as file:
        for model in serializers.sort_dependencies([(app, None) for app in apps.get_app_configs()], allow_cycles=True):
            meta = model._meta
            if {meta.app_label, meta.label_lower} & EXCLUDED or meta.proxy or not meta.managed:
                continue
            rows = model._base_manager.order_by(meta.pk.name).iterator(chunk_size=CHUNK)
            serializers.serialize("jsonl", rows, stream=file, cls=WholeMoments)


class Command(BaseCommand):
    help = "Write database and evidence files to FILE (tar.gz, 0600). Secrets are kept apart and are not inside."

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *args, **options):
        target = Path(options["file"])
        if target.exists():
            raise CommandError(f"{target} exists. Choose another name; a backup is never overwritten.")
        with tempfile.TemporaryDirectory() as folder, transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            head = Head.objects.filter(pk=1).first()
            data = Path(folder) / "data.jsonl"
            _dump(data)
            note = Path(folder) / "about.json"
            note.write_text(
                json.dumps(
                    {
                        "made_at": datetime.now(UTC).isoformat(),
                        "head": f"{head.seq}:{head.hash}" if head else "",
                        "data_sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
                    }
                )
            )
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
                archive.add(note, "about.json")
                archive.add(data, "data.jsonl")
                if settings.EVIDENCE_DIR.exists():
                    archive.add(settings.EVIDENCE_DIR, "evidence")
        self.stdout.write(f"Wrote {target}. The secrets are not inside: keep var/secrets.env apart.")
