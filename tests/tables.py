"""The tables of an empty installation straight from the models: a second instead of the twelve of the migrations.

    python -m tests.tables

in the surroundings of that installation (SEEDBED_VAR, DATABASE_URL). The guards are set up with them.
"""

import django
from django.conf import settings
from django.core.management import call_command


def main():
    django.setup()
    settings.MIGRATION_MODULES = {app.split(".")[-1]: None for app in settings.INSTALLED_APPS}
    call_command("migrate", run_syncdb=True, verbosity=0)


if __name__ == "__main__":
    main()
