"""Reads the environment loudly: a missing or wrong setting stops the program with one sentence."""

import base64
import binascii
import sys
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
MODES = ("production", "demo", "test")
SECRETS = ("SEEDBED_SECRET_KEY", "SEEDBED_FIELD_KEYS", "SEEDBED_INDEX_KEY", "SEEDBED_AUDIT_KEY")

# Tests run with fixed secrets, so that hashes and blind indexes are the same on every machine.
TEST_SECRETS = {
    "SEEDBED_SECRET_KEY": "test-only-secret-key-that-guards-nothing-but-throwaway-databases",
    "SEEDBED_FIELD_KEYS": base64.urlsafe_b64encode(b"test-only-field-key-of-32-bytes!").decode(),
    "SEEDBED_INDEX_KEY": "test-only-index-key-that-guards-nothing-at-all",
    "SEEDBED_AUDIT_KEY": "test-only-audit-key-that-guards-nothing-at-all",
}

env = environ.Env()


def var_dir():
    """Where the program keeps its files: database, evidence, secrets. SEEDBED_VAR or var/ beside manage.py."""
    return Path(env.str("SEEDBED_VAR", default=str(BASE_DIR / "var")))


def mode():
    chosen = env.str("SEEDBED_MODE", default="production")
    if chosen not in MODES:
        raise ImproperlyConfigured(f"SEEDBED_MODE is {chosen!r}; it must be one of {', '.join(MODES)}.")
    return chosen


def read_secrets(chosen_mode):
    """The four secrets from the environment, else from var/secrets.env. Each is its own; none may be missing."""
    # `make_secrets` runs before there are any, and reads none.
    if chosen_mode == "test" or sys.argv[1:2] == ["make_secrets"]:
        return dict(TEST_SECRETS)
    path = var_dir() / "secrets.env"
    if path.exists():
        if path.stat().st_mode & 0o077:
            raise ImproperlyConfigured(f"{path} can be read by others. Set its mode: chmod 600 {path}")
        environ.Env.read_env(path)
    missing = [name for name in SECRETS if not env.str(name, default="")]
    if missing:
        raise ImproperlyConfigured(
            f"{', '.join(missing)} not set. Put the secrets into the environment or into {path}; "
            "`python manage.py make_secrets` writes new ones."
        )
    secrets = {name: env.str(name) for name in SECRETS}
    if len(set(secrets.values())) != len(SECRETS):
        raise ImproperlyConfigured("Two of the four secrets are the same. Each must be its own.")
    if len(secrets["SEEDBED_SECRET_KEY"]) < 50:
        raise ImproperlyConfigured("SEEDBED_SECRET_KEY is shorter than 50 characters.")
    for key in secrets["SEEDBED_FIELD_KEYS"].split(","):
        try:
            right = len(base64.urlsafe_b64decode(key)) == 32
        except (ValueError, binascii.Error):
            right = False
        if not right:
            raise ImproperlyConfigured("SEEDBED_FIELD_KEYS must be Fernet keys, newest first, divided by commas.")
    return secrets


def database(chosen_mode):
    """DATABASE_URL chooses PostgreSQL (or a SQLite file); without it, SQLite in var/."""
    url = env.str("DATABASE_URL", default="")
    if not url:
        var_dir().mkdir(parents=True, exist_ok=True)
        settings = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(var_dir() / "seedbed.sqlite3")}
    else:
        try:
            settings = env.db_url_config(url)
        except (ValueError, KeyError, environ.ImproperlyConfigured) as wrong:
            raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {wrong}") from wrong
    engine = settings.get("ENGINE", "")
    if engine.endswith("sqlite3"):
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
        settings.setdefault("TEST", {"NAME": ":memory:"})
    elif "postgresql" in engine:
        settings["ENGINE"] = "django.db.backends.postgresql"
        settings.setdefault("CONN_MAX_AGE", 60)
        settings["CONN_HEALTH_CHECKS"] = True
    else:
        raise ImproperlyConfigured(f"DATABASE_URL names {engine or url!r}; use postgres:// or sqlite:///.")
    settings["ATOMIC_REQUESTS"] = False
    return settings
