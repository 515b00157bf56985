"""Forget a person: names, numbers, texts and files go; figures, ledger and log stay provable."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from applicants.models import Party
from applicants.services import anonymise_party
from audit.refusals import Refusal
from programmes.clock import today


class Command(BaseCommand):
    help = "Take the person REF out of every row, file and remark. Refused while money may be owed. Not to be undone."

    def add_arguments(self, parser):
        parser.add_argument("ref")
        parser.add_argument("--reason", required=True, help="who asked for it, and why; no names")

    def handle(self, *args, **options):
        party = Party.objects.filter(ref=options["ref"].upper()).first()
        if party is None:
            raise CommandError(_("Nobody on the register is %(ref)s.") % {"ref": options["ref"]})
        try:
            anonymise_party(party=party, reason=options["reason"], on=today(), by=None)
        except Refusal as refused:
            raise CommandError(" ".join([str(refused.sentence), *map(str, refused.missing)])) from refused
        self.stdout.write(
            _("%(ref)s is forgotten. Older backups still hold the person: let them run out.") % {"ref": party.ref}
        )
