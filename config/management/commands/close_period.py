import calendar
from datetime import date

import rules
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from audit.refusals import Refusal
from ledger.services import close_period
from programmes.clock import today
from programmes.models import Programme


class Command(BaseCommand):
    help = "Close a programme's ledger up to the end of a month; later postings go into the next open month."

    def add_arguments(self, parser):
        parser.add_argument("programme", help="the programme's key")
        parser.add_argument("month", help="YYYY-MM")
        parser.add_argument("--by", required=True, help="e-mail of the finance officer who closes it")

    def handle(self, *args, **options):
        programme = Programme.objects.filter(key=options["programme"]).first()
        if programme is None:
            raise CommandError(f"There is no programme {options['programme']!r}.")
        user = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if user is None or not rules.test_rule("programmes.close_period", user, programme):
            raise CommandError(f"{options['by']!r} is not a finance officer of {programme.key}.")
        try:
            year, month = (int(part) for part in options["month"].split("-"))
            through = date(year, month, calendar.monthrange(year, month)[1])
        except (ValueError, calendar.IllegalMonthError) as wrong:
            raise CommandError(f"{options['month']!r} is not a month; write YYYY-MM.") from wrong
        try:
            close_period(book_key=programme.key, through=through, by=user, on=today(programme))
        except Refusal as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{programme.key} is closed up to {through}.")
