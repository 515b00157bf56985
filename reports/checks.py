"""What must always be true of reports, read from the tables: what `verify` asks."""

from reports.builder.written import story_faults
from reports.edition import digest
from reports.models import Issue, LinkOpening, WarningAnswer
from reports.warnings.found import key_of


def checks():
    """Yield a sentence for each fault, naming the row."""
    for issue in Issue.objects.exclude(state=Issue.State.DRAFT).order_by("pk").iterator(chunk_size=50):
        if digest(issue.body) != issue.sha256:
            yield f"report {issue.ref}: its figures do not have the hash under which they were published"
    drafts = LinkOpening.objects.filter(link__issue__state=Issue.State.DRAFT).values_list("link__issue__ref", flat=True)
    for ref in drafts.distinct().order_by("link__issue__ref")[:10]:
        yield f"report {ref}: it is a draft, and a link opened it"
    yield from story_faults()
    yield from _answers()


def _answers():
    """Answers to warnings: by two people, none of them named in it, under the key of their references."""
    for answer in WarningAnswer.objects.select_related("programme").defer("text").order_by("pk").iterator(500):
        who = {answer.answered_by_id, answer.closed_by_id} - {None}
        if answer.closed_by_id == answer.answered_by_id:
            yield f"warning {answer}: the one who answered closed it"
        if answer.key != key_of(answer.kind, answer.about):
            yield f"warning {answer}: its key is not that of its references"
        if {f"U-{pk}" for pk in who} & set(answer.about):
            yield f"warning {answer}: somebody named in it answered or closed it"
