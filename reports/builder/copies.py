"""Words that go from one report into the next: what was written stays, the figures in it are those of the new one."""

from reports.models import Passage, Story


def copy_passages(source, target, by):
    """The passages of `source` into the draft `target`."""
    rows = [
        Passage(issue=target, box=row.box, text=row.text, saved_by=by)
        for row in Passage.objects.filter(issue=source).exclude(text="")
    ]
    return Passage.objects.bulk_create(rows)


def copy_stories(source, target):
    """The stories of `source` into its correction `target`, under the same consent."""
    return [
        Story.objects.create(
            issue=target,
            party=row.party,
            title=row.title,
            text=row.text,
            consent=row.consent,
            told_by=row.told_by,
        )
        for row in source.stories.select_related("party", "consent", "told_by")
    ]


def from_last_time(issue):
    """The boxes whose words are still those of the report before, and so may be out of date."""
    before = type(issue).objects.filter(programme=issue.programme, donor=issue.donor, agreement=issue.agreement)
    last = before.filter(period_to__lt=issue.period_to).exclude(pk=issue.pk).order_by("-period_to", "-pk").first()
    if last is None:
        return set()
    said = dict(Passage.objects.filter(issue=last).exclude(text="").values_list("box", "text"))
    own = Passage.objects.filter(issue=issue).values_list("box", "text")
    return {box for box, text in own if said.get(box) == text}
