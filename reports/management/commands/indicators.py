"""Print the list of all figures, as docs/indicators.md keeps it."""

from django.core.management.base import BaseCommand

from reports.catalogue import page


class Command(BaseCommand):
    help = "Print the list of all figures of the report as Markdown."
    requires_system_checks = ()

    def handle(self, *args, **options):
        self.stdout.write(page(), ending="")
