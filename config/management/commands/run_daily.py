"""What must happen each day, by every app that has something daily. Running it twice changes nothing more."""

from datetime import date
from importlib import import_module
from importlib.util import find_spec

from django.core.management.base import BaseCommand, CommandError

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
        with standing_at(day):
            for app in OWN_APPS:
                if find_spec(f"{app}.daily"):
                    import_module(f"{app}.daily").daily(day)
        self.stdout.write(f"The work of {day} is done.")
