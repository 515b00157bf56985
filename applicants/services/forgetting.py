"""Handing out what is held about a person, and forgetting a person: figures and ledger stay, the person goes."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.eligibility import finished
from applicants.models import Application, Evidence, Party, Revision
from applicants.personal import holdings, needed, references_of
from applicants.services.application import digest
from applicants.services.evidence import NAMELESS, path_of
from audit.models import Event, Remark
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from programmes.models import Commitment

LIVE = (*Application.UNDECIDED, Application.State.RESERVE)
FORGOTTEN = {"forgotten": True}


@service
def note_export(*, party, on, by):
    """Everything held about the person was handed out."""
    record("party.export", party.ref, by=by, on=on)
    return party


@service
def anonymise_party(*, party, reason, on, by):
    """Take the person out of every row, file and remark; keep what figures and ledger stand on.

    Raises Blocked while an application is open, money is owed, or the person is forgotten already. Files are removed
    after the commit. What cannot change is the reason on a sealed entry of the ledger: it holds no name by rule.
    """
    party = Party.objects.select_for_update().get(pk=party.pk)
    if not party.is_person:
        raise Invalid(_("Only a person is forgotten; a business is closed or changes its manager."))
    if party.anonymised_on:
        raise Blocked(_("%(ref)s is forgotten already.") % {"ref": party.ref})
    if not reason.strip():
        raise Invalid(_("Say who asked for it, and why."), field="reason")
    parties = [party.pk, *_own_names(party)]
    refs = references_of(parties)
    _ask_nothing_open(parties, refs)
    _blank_revisions(parties)
    for holding in holdings():
        rows = holding.rows(parties)
        if holding.delete:
            rows.delete()
        elif holding.blanks:
            rows.order_by().update(**holding.blanks)
    _redact(refs)
    gone = _let_files_go(parties, refs, on)
    Party.objects.filter(pk__in=parties).update(anonymised_on=on)
    record("party.anonymise", party.ref, by=by, on=on, body={"files": gone}, reason=reason)
    party.refresh_from_db()
    return party


def _own_names(party):
    """Enterprises that the person runs and households that they head carry their name."""
    homes = Party.objects.filter(kind=Party.Kind.HOUSEHOLD, members__person=party, members__role="head")
    runs = Party.objects.filter(kind=Party.Kind.ENTERPRISE, manager=party)
    return [*homes.values_list("pk", flat=True), *runs.values_list("pk", flat=True)]


def _ask_nothing_open(parties, refs):
    open_ones = Application.objects.filter(applicant__in=parties, state__in=LIVE).order_by("pk").first()
    if open_ones is not None:
        raise Blocked(_("%(ref)s is still open: decide or withdraw it first.") % {"ref": open_ones.ref})
    live = set(Commitment.objects.live().filter(case_ref__in=refs).values_list("case_ref", flat=True))
    for ref in sorted(live - finished(live)):
        raise Blocked(_("A grant or loan on %(ref)s is not over: money may be owed.") % {"ref": ref})
    sentence = needed(parties)
    if sentence:
        raise Blocked(sentence)


def _blank_revisions(parties):
    mine = Revision.objects.filter(application__applicant__in=parties)
    mine.update(body=FORGOTTEN, sha256=digest(FORGOTTEN))


def _redact(refs):
    """The words given with acts about the person; the chain keeps their hash."""
    about = Q(subject__in=refs)
    for ref in refs:
        about |= Q(body__contains=f'"{ref}"') | Q(subject__startswith=f"{ref}/")
    events = Event.objects.filter(about).exclude(remark_hash="").values("seq")
    Remark.objects.filter(event_seq__in=events).update(text="", redacted=True)


def _let_files_go(parties, refs, on):
    """Withdraw the person's files and remove their bytes, unless somebody else's row stands on the same bytes."""
    rows = Evidence.objects.filter(Q(party__in=parties) | Q(case_ref__in=refs))
    hashes = set(rows.values_list("sha256", flat=True))
    count = rows.count()
    rows.update(name=NAMELESS, withdrawn_on=on)
    kept = set(Evidence.objects.filter(sha256__in=hashes, withdrawn_on=None).values_list("sha256", flat=True))
    for sha256 in hashes - kept:
        path_of(sha256).unlink(missing_ok=True)
    return count
