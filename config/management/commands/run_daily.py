"""What must happen each day, by every app that has something daily. Running it twice changes nothing more.

What one app cannot do keeps the others' work from nobody; the command ends with an error that names it.
"""

from datetime import date
from importlib import import_module
from importlib.util import find_spec

from django.core.management.base import BaseCommand, CommandError

from audit.refusals import Refusal
from config.proof import OWN_APPS
from programmes.clock import standing_at, today


class Command(BaseCommand):
    help = "Do the day's work: arrears penalties, lapsed reserves, missed visits. Catches up missed days."

    def add_arguments(self, parser):
        parser.add_argument("--date", help="YYYY-MM-DD; today when left out")

    def handle(self, *args, **options):
        try:
            day = date.fromisoformat(options["date"]) if options["date"] else today()
        except ValueError as wrong:
            raise CommandError(f"{options['date']!r} is not a date; write YYYY-MM-DD.") from wrong
        if day > today():
            raise CommandError(f"{day} lies in the future.")
        left = []
        with standing_at(day):
            for app in OWN_APPS:
                if find_spec(f"{app}.daily"):
                    try:
                        import_module(f"{app}.daily").daily(day)
                    except Refusal as refusal:
                        left.append(f"{app}: {refusal}")
        if left:
            raise CommandError("The rest of the work is done, but not this:\n" + "\n".join(left))
        self.stdout.write(f"The work of {day} is done.")
