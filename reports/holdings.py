"""What reports hold about a person."""

from applicants.personal import declare
from reports.models import Story, WarningAnswer


def connect():
    # Kept inside: whoever is looked into must not be told.
    declare(WarningAnswer, "parties", inside=True, text="-")
    declare(Story, "party", title="-", text="-")
