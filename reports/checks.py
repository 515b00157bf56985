"""What must always be true of reports, read from the tables: what `verify` asks."""

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
    yield from _answers()


def _answers():
    """Answers to warnings: by two people, neither named in it nor adviser of a case concerned, under their own key."""
    rows = WarningAnswer.objects.select_related("programme").prefetch_related("cases").order_by("pk")
    for answer in rows.defer("text").iterator(chunk_size=500):
        who = {answer.answered_by_id, answer.closed_by_id} - {None}
        if answer.closed_by_id == answer.answered_by_id:
            yield f"warning {answer}: the one who answered closed it"
        if answer.key != key_of(answer.kind, answer.about):
            yield f"warning {answer}: its key is not that of its references"
        if who & {case.adviser_id for case in answer.cases.all()} or {f"U-{pk}" for pk in who} & set(answer.about):
            yield f"warning {answer}: somebody with a part in it answered or closed it"
