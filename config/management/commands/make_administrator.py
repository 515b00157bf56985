"""The first administrator of a new office; every later one is made by an administrator on the pages."""

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import unit_of_work
from programmes.clock import today
from programmes.models import Membership, Role
from programmes.services import grant_role


class Command(BaseCommand):
    help = "Make the first administrator. The password is asked for, or read from standard input with --password-stdin."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--name", required=True)
        parser.add_argument("--staff-number", required=True, help="one person has one account")
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *args, **options):
        if Membership.objects.current().filter(role=Role.ADMINISTRATOR).exists():
            raise CommandError(_("This office has an administrator, who makes accounts at /users/ and gives roles."))
        if User.objects.filter(email__iexact=options["email"]).exists():
            raise CommandError(_("There is an account with this e-mail."))
        asked = options["password_stdin"]
        password = sys.stdin.readline().rstrip("\n") if asked else getpass.getpass(_("Password: "))
        try:
            validate_password(password)
        except ValidationError as weak:
            raise CommandError(" ".join(weak.messages)) from weak
        with transaction.atomic(), unit_of_work():
            user = User.objects.create_user(
                options["email"].lower(), password, name=options["name"], staff_number=options["staff_number"]
            )
            grant_role(user=user, programme=None, role=Role.ADMINISTRATOR, by=None, on=today())
        self.stdout.write(_("%(name)s is the administrator. Sign in, then found a programme.") % {"name": user.name})
