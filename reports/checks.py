"""What must always be true of reports, read from the tables: what `verify` asks."""

from reports.edition import digest
from reports.models import Issue, LinkOpening


def checks():
    """Yield a sentence for each fault, naming the row."""
    for issue in Issue.objects.exclude(state=Issue.State.DRAFT).order_by("pk").iterator(chunk_size=50):
        if digest(issue.body) != issue.sha256:
            yield f"report {issue.ref}: its figures do not have the hash under which they were published"
    drafts = LinkOpening.objects.filter(link__issue__state=Issue.State.DRAFT).values_list("link__issue__ref", flat=True)
    for ref in drafts.distinct().order_by("link__issue__ref")[:10]:
        yield f"report {ref}: it is a draft, and a link opened it"
