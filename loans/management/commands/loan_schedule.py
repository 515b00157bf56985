"""`manage.py loan_schedule --json FILE or -`: a schedule request in, its schedule out, no database needed."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

from loans.schedule import ScheduleError, build_schedule, request_from_json, schedule_as_json

BAD_FILE, BAD_REQUEST = 1, 2
MAX_BYTES = 8 * 1024 * 1024


def read_request(name: str) -> bytes:
    """The bytes of a file, or of the standard input for `-`; OSError where they cannot be read."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def answer(source: bytes) -> str:
    """The schedule as JSON text. Raises ScheduleError."""
    if len(source) > MAX_BYTES:
        raise ScheduleError("", f"the request is larger than {MAX_BYTES} bytes; leave out what it does not need.")
    schedule = build_schedule(request_from_json(source))
    return json.dumps(schedule_as_json(schedule), indent=1)


class Command(BaseCommand):
    help = "Reads a loan schedule request as JSON and prints its schedule as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", metavar="FILE", required=True, help="the request, or - for the standard input")

        def one_line(message: str) -> NoReturn:
            if not parser.called_from_command_line:
                raise CommandError(message)
            self._stop(f"{message}; usage: loan_schedule --json FILE or -", BAD_REQUEST)

        parser.error = one_line

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["json"]
        try:
            text = answer(read_request(name))
        except ScheduleError as error:
            self._stop(str(error), BAD_REQUEST)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._stop(f"{name} cannot be read: {reason}.", BAD_FILE)
        self.stdout.write(text)

    def _stop(self, sentence: str, code: int) -> NoReturn:
        line = " ".join(sentence.split())
        self.stderr.write(f"loan_schedule: {line}", style_func=str)
        sys.exit(code)
