"""What donors find when they sign in: the report of each programme, published by its manager on the demo's last day."""

from datetime import date, timedelta

from programmes.clock import standing_at
from reports.links import make_link
from reports.services import draft_issue, publish_issue


def report(casts, last_day):
    """An Issue of each programme: the whole of an ended one; of a running one the last full year, and a draft since."""
    with standing_at(last_day):
        for cast in casts:
            if cast.programme.ends_on:
                _publish(cast, "Final report", cast.programme.starts_on, cast.programme.ends_on, last_day)
                continue
            new_year = date(last_day.year, 1, 1)
            until = new_year - timedelta(days=1)
            _publish(cast, f"Report to the end of {until.year}", cast.programme.starts_on, until, last_day)
            _draft(cast, f"Report of {last_day.year}", new_year, last_day, last_day)


def _draft(cast, title, start, end, on):
    return draft_issue(
        programme=cast.programme, period_from=start, period_to=end, title=title, on=on, by=cast["manager"]
    )


def _publish(cast, title, start, end, on):
    issue = publish_issue(issue=_draft(cast, title, start, end, on), on=on, by=cast["manager"])
    year = timedelta(days=365)
    make_link(issue=issue, label="The donor’s office", expires_on=on + year, on=on, by=cast["manager"])
