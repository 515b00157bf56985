"""Referrals: who was sent to us, from where, and what we answered."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Referral
from applicants.services.access import demand
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from programmes.clock import today
from programmes.services import check_date


@service
def record_referral(*, programme, region, name, source, on, by, party=None, reason="", key=None):
    """Somebody was sent to the programme on `on`. Returns the Referral, which opens a file."""
    referral = Referral(programme=programme, region=region, name=name.strip(), source=source.strip(), referred_on=on)
    demand("applicants.refer", by, referral)
    check_date(on=on, programme=programme, by=by, reason=reason)
    if not referral.name:
        raise Invalid(_("Enter the name."), field="name")
    if not referral.source:
        raise Invalid(_("Say who sent the person."), field="source")
    for field in ("name", "source"):
        room = Referral._meta.get_field(field).max_length
        if len(getattr(referral, field)) > room:
            raise Invalid(_("This is too long; there is room for %(room)s letters.") % {"room": room}, field=field)
    if not programme.regions.filter(pk=region.pk).exists():
        raise Invalid(_("The programme does not work in %(region)s.") % {"region": region}, field="region")
    referral.party = party
    referral.recorded_by = by
    referral.save()
    record(
        "referral.record",
        subject(referral),
        by=by,
        on=on,
        programme=programme.key,
        body={"region": region.pk, "party": party.ref if party else None},
        reason=reason,
    )
    return referral


def subject(referral):
    return f"referral:{referral.pk}"


@service
def answer_referral(*, referral, answer, on, by, note="", party=None, reason=""):
    """Say what became of a referral; an accepted one names the party that it opened. Returns the Referral."""
    demand("applicants.answer_referral", by, referral)
    check_date(on=on, programme=referral.programme, by=by, reason=reason)
    if answer not in (Referral.Answer.ACCEPTED, Referral.Answer.ELSEWHERE, Referral.Answer.DECLINED):
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": answer}, field="answer")
    if on < referral.referred_on:
        raise Invalid(_("The referral came later than that."), field="on")
    facts = {"answer": answer, "answered_on": on, "answered_by": by, "answer_note": note.strip()[:200]}
    if party is not None:
        facts["party"] = party
    if not Referral.objects.filter(pk=referral.pk, answer=Referral.Answer.WAITING).update(**facts):
        raise Blocked(_("This referral is answered already."))
    record(
        "referral.answer",
        subject(referral),
        by=by,
        on=on,
        programme=referral.programme.key,
        body={"answer": answer, "party": party.ref if party else None},
        reason=reason,
    )
    return Referral.objects.get(pk=referral.pk)


def waiting_days(referral):
    """Days since the referral came, while it waits for an answer."""
    return (today(referral.programme) - referral.referred_on).days
