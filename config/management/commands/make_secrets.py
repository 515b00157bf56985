"""Write the four secrets, each its own, to var/secrets.env (0600), unless they are there. Needs no settings."""

import os
import secrets

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand

from config.environment import SECRETS, var_dir


class Command(BaseCommand):
    help = "Write new secrets to var/secrets.env (0600), unless the file exists."
    requires_system_checks = ()

    def handle(self, *args, **options):
        path = var_dir() / "secrets.env"
        if path.exists():
            self.stdout.write(f"{path} is there; nothing was changed.")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        values = {name: secrets.token_urlsafe(48) for name in SECRETS}
        values["SEEDBED_FIELD_KEYS"] = Fernet.generate_key().decode()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in values.items())
        self.stdout.write(f"Wrote four new secrets to {path}. Keep a copy apart from the backups.")
