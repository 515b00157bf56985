"""What no log line may hold: the token in the address of a donor's link opens a report without an account."""

import logging
import re

TOKEN = re.compile(r"(/r/)[^/\s?]+")


class TokenFilter(logging.Filter):
    """Takes the tokens of donors' links out of a log line; the line stays."""

    def filter(self, record):
        try:
            said = record.getMessage()
        except (TypeError, ValueError):
            # A line that cannot be put together is reported by the handler, not by whoever was working.
            return True
        record.msg, record.args = TOKEN.sub(r"\1…", said), ()
        return True
