"""The seven programmes, lived through in order of dates by the ordinary services."""

import json
import os
import secrets
import time
from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from applicants.models import Party
from audit.models import Event
from demo.loading import load, logins
from programmes.models import Programme


class Command(BaseCommand):
    help = "Load the demonstration: seven programmes. Refuses a database that holds anything else."

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=["small", "full"], default="small")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--only", action="append", help="only these programmes (by key), for trying out")

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError("The demonstration is loaded in SEEDBED_MODE=demo only, never beside real people.")
        if Event.objects.filter(kind="demo.load").exists():
            self.stdout.write("The demonstration is loaded; its data are kept.")
        elif User.objects.exists() or Programme.objects.exists() or Party.objects.exists():
            raise CommandError("This database holds something else. The demonstration needs an empty one.")
        else:
            started = time.monotonic()
            password = secrets.token_urlsafe(9)
            self._keep_password(password)
            load(
                size=options["size"],
                seed=options["seed"],
                only=options["only"],
                password_hash=make_password(password),
                say=self.stdout.write,
            )
            self.stdout.write(f"Loaded in {time.monotonic() - started:.0f} seconds.")
        self._show_logins()

    def _keep_password(self, password):
        path = settings.VAR_DIR / "demo_password"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(password)

    def _show_logins(self):
        path = settings.VAR_DIR / "demo_password"
        password = path.read_text() if path.exists() else ""
        rows = logins(password)
        target = settings.VAR_DIR / "demo_logins.json"
        target.unlink(missing_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(rows, file, ensure_ascii=False, indent=1)
        width = max((len(row["email"]) for row in rows), default=10)
        self.stdout.write(f"It is {date(2016, 12, 31)} in the demonstration. One password for all: {password}")
        for row in rows:
            self.stdout.write(f"  {row['email']:<{width}}  {row['role']:<38}  {row['programme']}")
        running = ", ".join(Programme.objects.filter(ends_on=None).order_by("key").values_list("key", flat=True))
        if running:
            self.stdout.write(f"Work waits for the people of {running}; the other programmes are over.")
