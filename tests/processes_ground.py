"""What every process of a race needs, imported once before they are forked from it."""

import importlib
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
for name in ("audit.refusals", "programmes.clock", "tests.office"):
    importlib.import_module(name)
