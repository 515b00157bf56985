"""Two records that look alike: somebody compares them and says whether they are one; a second person agrees."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applicants import duplicates
from applicants.models import DuplicateAnswer, Party
from applicants.services.access import demand, programme_of_work
from audit.refusals import Blocked, Invalid, LostRace, NotAllowed
from audit.services import record, service
from programmes.services import check_date

SAME, OTHER = DuplicateAnswer.Verdict.SAME, DuplicateAnswer.Verdict.OTHER
MOST_REASON = 300


@service
def answer_duplicate(*, party, others, verdict, reason, on, by, kept=None):
    """`others` (Parties that look like `party`) are other people, or the one of them is the same as `party`.

    "Another" counts at once; "the same" when a second person has agreed, and names the record to go on with (`kept`).
    A record that `by` does not see is answered by the data protection person alone. Returns the party.
    """
    demand("applicants.answer_duplicate", by, party)
    programme = programme_of_work(by, party)
    check_date(on=on, programme=programme, by=by, reason=reason)
    reason = _reason(reason)
    others = list({other.pk: other for other in others}.values())
    _ask_alike(party, others, by)
    if verdict == OTHER:
        _another(party, others, reason, on, by)
    elif verdict == SAME:
        _same(party, others, kept, reason, on, by)
    else:
        raise Invalid(_("Say whether it is the same person or another."), field="verdict")
    seen = set(Party.objects.visible_to(by).filter(pk__in=[other.pk for other in others]).values_list("ref", flat=True))
    body = {"verdict": str(verdict), "others": sorted(seen), "held": len(others) - len(seen)}
    record("duplicate.answer", party.ref, by=by, on=on, programme=programme.key, body=body, reason=reason)
    return party


def _reason(reason):
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid(_("Say how you know."), field="reason")
    if len(reason) > MOST_REASON:
        raise Invalid(_("There is room for %(room)s letters.") % {"room": MOST_REASON}, field="reason")
    return reason


def _ask_alike(party, others, by):
    found = duplicates.unsettled(party)
    strangers = [other.ref for other in others if other.pk not in found]
    if strangers or not others:
        raise Blocked(_("There is nothing to answer: the records are not alike, or somebody has answered already."))
    visible = Party.objects.visible_to(by).filter(pk__in=[other.pk for other in others]).count()
    if visible < len(others):
        demand("applicants.answer_hidden_duplicate", by, party)
    asked = {other.pk for other in others}
    for waiting in DuplicateAnswer.objects.waiting().about(party):
        if {waiting.party_id, waiting.other_id} & asked:
            raise Blocked(_("Somebody said that it is the same person. A second person agrees first, or not."))


def _another(party, others, reason, on, by):
    rows = [_row(party, other, OTHER, reason, on, by) for other in others]
    # Somebody who gave the same answer a moment ago has answered it; somebody who gave another one was first.
    DuplicateAnswer.objects.bulk_create(rows, ignore_conflicts=True)
    live = DuplicateAnswer.objects.live().about(party).filter(verdict=OTHER).values_list("party", "other")
    if {(row.party_id, row.other_id) for row in rows} - set(live):
        raise LostRace()


def _same(party, others, kept, reason, on, by):
    if len(others) != 1:
        raise Invalid(_("Say of one record at a time that it is the same person."), field="verdict")
    other = others[0]
    if party.kind != other.kind:
        raise Invalid(_("A person and a business are two records."), field="verdict")
    kept = kept or party
    if kept.pk not in (party.pk, other.pk):
        raise Invalid(_("Choose one of the two records."), field="kept")
    try:
        with transaction.atomic():
            _row(party, other, SAME, reason, on, by, kept=kept).save()
    except IntegrityError as lost:
        raise LostRace() from lost


def _row(party, other, verdict, reason, on, by, kept=None):
    first, second = sorted((party, other), key=lambda row: row.pk)
    return DuplicateAnswer(
        party=first, other=second, verdict=verdict, kept=kept, reason=reason, answered_on=on, answered_by=by
    )


def _open_answer(answer, party, by):
    """The fresh, locked row of an answer about `party`."""
    answer = DuplicateAnswer.objects.select_for_update(of=("self",)).select_related("party", "other").get(pk=answer.pk)
    if answer.withdrawn_on:
        raise Blocked(_("This answer was taken back already."))
    other = answer.beside(party)
    if not Party.objects.visible_to(by).filter(pk=other.pk).exists():
        demand("applicants.answer_hidden_duplicate", by, party)
    return answer


@service
def confirm_duplicate(*, answer, party, on, by, reason=""):
    """A second person agrees that two records are the same person. Returns the DuplicateAnswer."""
    answer = _open_answer(answer, party, by)
    if answer.verdict != SAME or answer.confirmed_by_id:
        raise Blocked(_("Nothing waits for a second person here."))
    demand("applicants.confirm_duplicate", by, party)
    programme = programme_of_work(by, party)
    check_date(on=on, programme=programme, by=by, reason=reason)
    if answer.answered_by_id == by.pk:
        raise NotAllowed(_("A second person agrees. You said it."))
    answer.confirmed_on, answer.confirmed_by = on, by
    answer.save(update_fields=["confirmed_on", "confirmed_by"])
    _note("duplicate.confirm", answer, party, programme, on, by, reason)
    return answer


@service
def withdraw_duplicate(*, answer, party, reason, on, by):
    """An answer was wrong, or a second person does not agree: the two records are open again."""
    answer = _open_answer(answer, party, by)
    demand("applicants.confirm_duplicate", by, party)
    programme = programme_of_work(by, party)
    check_date(on=on, programme=programme, by=by, reason=reason)
    reason = _reason(reason)
    answer.withdrawn_on, answer.withdrawn_by = on, by
    answer.save(update_fields=["withdrawn_on", "withdrawn_by"])
    _note("duplicate.withdraw", answer, party, programme, on, by, reason)
    return answer


def _note(kind, answer, party, programme, on, by, reason):
    other = answer.beside(party)
    seen = Party.objects.visible_to(by).filter(pk=other.pk).exists()
    body = {"verdict": answer.verdict, "other": other.ref if seen else ""}
    record(kind, party.ref, by=by, on=on, programme=programme.key, body=body, reason=reason)
