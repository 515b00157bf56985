"""What must always be true of reports, read from the tables: what `verify` asks."""

from reports import annexes, behind
from reports.builder.written import story_faults
from reports.edition import digest, thawed
from reports.models import Issue, IssueAnnex, LinkOpening, RecordSet, WarningAnswer
from reports.models.issues import row_facts
from reports.warnings.found import key_of


def checks():
    """Yield a sentence for each fault, naming the row."""
    for issue in Issue.objects.exclude(state=Issue.State.DRAFT).order_by("pk").iterator(chunk_size=50):
        if digest(issue.body) != issue.sha256:
            yield f"report {issue.ref}: its figures do not have the hash under which they were published"
        else:
            yield from _rows(issue)
    yield from _record_sets()
    yield from _annexes()
    drafts = LinkOpening.objects.filter(link__issue__state=Issue.State.DRAFT).values_list("link__issue__ref", flat=True)
    for ref in drafts.distinct().order_by("link__issue__ref")[:10]:
        yield f"report {ref}: it is a draft, and a link opened it"
    yield from story_faults()
    yield from _answers()


def _annexes():
    """Rows kept beside the bodies: all that the body names, and none that was changed."""
    kept = {}
    for annex in IssueAnnex.objects.order_by("pk").iterator(chunk_size=10):
        kept.setdefault(annex.issue_id, []).append((annex.kind, annexes.digest_of(annexes.unpacked(annex.packed))))
    said = Issue.objects.exclude(state=Issue.State.DRAFT).order_by("pk").values_list("pk", "ref", "body__annexes")
    for pk, ref, named in said:
        if sorted(map(tuple, named or ())) != sorted(kept.get(pk, ())):
            yield f"report {ref}: the rows kept beside it are not those under whose hash it was published"


def _rows(issue):
    """The rows of an Issue say what its frozen body says, and rest on the records whose hash the body names.

    Reports published before figures were kept as rows have none.
    """
    rows = list(issue.rows.select_related("behind").defer("behind__packed"))
    figures = thawed(issue.body).figures
    if not rows and issue.cut_off_at is None:
        return
    if [row.code for row in rows] != [figure.code for figure in figures]:
        yield f"report {issue.ref}: its rows are not the figures under which it was published"
        return
    for row, figure in zip(rows, figures, strict=True):
        if row_facts(row) != row_facts(figure):
            yield f"report {issue.ref}, figure {row.number} ({row.code}): its row is not what was published"
        kept = row.behind.sha256 if row.behind else ""
        if figure.records_sha256 and figure.records_sha256 != kept:
            yield f"report {issue.ref}, figure {row.number} ({row.code}): the records behind it are not those published"
        if figure.records_sha256 and row.behind.count != figure.records:
            yield f"report {issue.ref}, figure {row.number} ({row.code}): it does not have as many records as published"


def _record_sets():
    """Every packed set of records has the hash and the number that are kept with it."""
    for one in RecordSet.objects.order_by("pk").iterator(chunk_size=20):
        try:
            records = behind.unpacked(one)
            right = records.sha256 == one.sha256 and records.count == one.count
        except ValueError:
            right = False
        if not right:
            yield f"records {one.sha256[:12]} behind figures: they do not have the hash under which they were kept"


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
