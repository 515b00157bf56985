"""What `make check` asks before a change is handed in. Warnings are errors; all checks run, the faults come last."""

import os
import secrets
import subprocess
import sys
import tempfile

from cryptography.fernet import Fernet

MANAGE = [sys.executable, "manage.py"]
BIN = os.path.dirname(sys.executable)
CHECKS = [
    ("style", [sys.executable, "-m", "ruff", "check", "."]),
    ("format", [sys.executable, "-m", "ruff", "format", "--check", "--output-format", "concise", "."]),
    ("layers", [os.path.join(BIN, "lint-imports")]),
    ("templates", [sys.executable, "-m", "djlint", ".", "--lint", "--quiet"]),
    ("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
    ("deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]),
]


def throwaway_secrets():
    return {
        "SEEDBED_SECRET_KEY": secrets.token_urlsafe(64),
        "SEEDBED_FIELD_KEYS": Fernet.generate_key().decode(),
        "SEEDBED_INDEX_KEY": secrets.token_urlsafe(48),
        "SEEDBED_AUDIT_KEY": secrets.token_urlsafe(48),
    }


def production(var):
    """An environment as in an office, with secrets that live as long as this check."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("SEEDBED_")}
    surroundings.pop("DATABASE_URL", None)
    return {
        **surroundings,
        "SEEDBED_MODE": "production",
        "SEEDBED_HOSTS": "seedbed.example.org",
        "SEEDBED_VAR": var,
        **throwaway_secrets(),
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "default"),
    }


def main():
    red = []
    with tempfile.TemporaryDirectory(prefix="seedbed-check-") as var:
        surroundings = production(var)
        for name, command in CHECKS:
            done = subprocess.run(
                command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
            print(f"{'ok   ' if done.returncode == 0 else 'FAULT'} {name}", flush=True)
            if done.returncode:
                red.append((name, done.stdout))
    for name, output in red:
        print(f"\n--- {name} ---\n{output}")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
