"""What donors find when they sign in: the report of each programme, published by its manager on the demo's last day."""

from datetime import date, timedelta

from demo.files import paper
from demo.words import WORDS
from grants.models import Award
from programmes.clock import standing_at
from reports.builder.services import draft_from_agreement, keep_agreement, save_passage, tell_story
from reports.links import make_link
from reports.models import DonorAgreement
from reports.services import publish_issue

# The programme in whose report somebody tells their story.
TELLING = "msme-kosovo"


def report(casts, last_day):
    """An Issue of each programme: the whole of an ended one; of a running one the last full year, and a draft since."""
    with standing_at(last_day):
        for cast in casts:
            agreement = _agree(cast, last_day)
            if cast.programme.ends_on:
                _publish(cast, agreement, "Final report", cast.programme.ends_on, last_day)
                continue
            new_year = date(last_day.year, 1, 1)
            until = new_year - timedelta(days=1)
            _publish(cast, agreement, f"Report to the end of {until.year}", until, last_day)
            draft_from_agreement(
                agreement=agreement,
                period_from=new_year,
                period_to=last_day,
                title=f"Report of {last_day.year}",
                on=last_day,
                by=cast["manager"],
            )


def _agree(cast, on):
    """The agreement with the donor who pays for the programme; that of a running one lasts to the end of next year."""
    programme, said = cast.programme, WORDS[cast.programme.key].agreement
    row = DonorAgreement(
        programme=programme,
        donor=programme.funding_lines.filter(donor__key=said.donor).first().donor,
        number=said.number,
        title=said.title,
        signed_on=programme.starts_on,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on or date(on.year + 1, 12, 31),
        every=said.every,
        currency=programme.currency,
        visibility=said.visibility,
        place_name=programme.place_name,
        place_footnote=programme.place_footnote,
        language=programme.language,
        record_lists=said.record_lists,
    )
    return keep_agreement(row=row, changed=["number"], on=on, by=cast["manager"])


def _publish(cast, agreement, title, end, on):
    facts = {"agreement": agreement, "period_from": agreement.starts_on, "period_to": end, "title": title}
    issue = draft_from_agreement(**facts, on=on, by=cast["manager"])
    for box, text in WORDS[cast.programme.key].passages.items():
        save_passage(issue=issue, box=box, text=text, version=0, on=on, by=cast["monitoring"])
    if cast.programme.key == TELLING:
        _tell(cast, issue, on)
    issue = publish_issue(issue=issue, on=on, by=cast["manager"])
    year = timedelta(days=365)
    make_link(issue=issue, label="The donor’s office", expires_on=on + year, on=on, by=cast["manager"])


def _tell(cast, issue, on):
    """The story of a grantee, without a name, under a consent that is on their file."""
    award = Award.objects.filter(programme=cast.programme).select_related("applicant").order_by("pk").first()
    tell_story(
        issue=issue,
        party=award.applicant,
        title="The machine that made the difference",
        text=(
            "“Before, we sent our orders away because we could not fill them. Now the machine stands in our own hall.”"
            "\n\nInvented for this demonstration."
        ),
        consent=paper("I agree that my story is printed without my name.", award.ref),
        consent_name="consent.pdf",
        on=on,
        by=cast["monitoring"],
    )
