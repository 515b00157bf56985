"""Prove the invariants. Exit 0 when all hold; else exit 1 and name the row of the first fault."""

import json
import re
import sys

from django.core.management.base import BaseCommand, CommandError

from config.proof import faults

AT_MOST = 50


class Command(BaseCommand):
    help = "Prove that ledger, states, audit chain, guards and the rules of every app hold."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--head", metavar="N:HASH", help="an event noted earlier with audit_head")

    def handle(self, *args, **options):
        found = []
        for sentence in faults(self._anchor(options["head"])):
            found.append(str(sentence))
            if len(found) == AT_MOST or not options["json"]:
                break
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not found, "faults": found}, ensure_ascii=False))
        elif found:
            self.stderr.write(found[0])
        else:
            self.stdout.write("Every invariant holds.")
        if found:
            sys.exit(1)

    def _anchor(self, text):
        if not text:
            return None
        match = re.fullmatch(r"(\d+):([0-9a-f]{64})", text)
        if not match:
            raise CommandError("--head needs a number, a colon and 64 hex digits, as audit_head prints them.")
        return int(match[1]), match[2]
