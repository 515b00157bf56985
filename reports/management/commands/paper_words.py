"""Bring the catalogues of papers up to date with the words in the code."""

from django.core.management.base import BaseCommand, CommandError

from pages.paper_language import ENGLISH
from reports.paper_words import translated, write


class Command(BaseCommand):
    help = "Bring the catalogue of each LANGUAGE up to date with what papers of reports and loans say, and compile it."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("languages", nargs="+", metavar="LANGUAGE", help="such as hy or ka")

    def handle(self, *args, languages, **options):
        if ENGLISH in languages:
            raise CommandError("English is what the words are written in; it has no catalogue.")
        for lang in languages:
            missing = write(lang, translated(lang))
            for text in missing:
                self.stdout.write(f"{lang}: {text}")
            self.stdout.write(f"{lang}: {len(missing)} not translated")
