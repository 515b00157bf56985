"""What somebody agreed to, and the facts about them that are read only on the record: numbers and target groups."""

from django.utils.translation import gettext_lazy as _

from accounts.encryption import blind_index
from applicants import duplicates
from applicants.models import Consent, Enrolment, Identity, Party, SensitiveFact
from applicants.services.access import demand, programme_of_work
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from programmes.models import TargetGroup
from programmes.services import check_date


@service
def give_consent(*, party, programme, purpose, text_version, on, by, means="paper", reason=""):
    """The party agreed to a purpose, to the text of that version. Returns the Consent."""
    demand("applicants.consent", by, enrolment_in(party, programme))
    check_date(on=on, programme=programme, by=by, reason=reason)
    if purpose not in Consent.Purpose.values:
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": purpose}, field="purpose")
    if means not in Consent.Means.values:
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": means}, field="means")
    consent = Consent.objects.create(
        party=party,
        programme=programme,
        purpose=purpose,
        text_version=text_version,
        means=means,
        given_on=on,
        recorded_by=by,
    )
    consent_note(consent, by=by, on=on, reason=reason)
    return consent


def consent_note(consent, *, by, on, reason=""):
    record(
        "consent.give",
        consent.party.ref,
        by=by,
        on=on,
        programme=consent.programme.key,
        body={"purpose": consent.purpose, "version": consent.text_version, "means": consent.means},
        reason=reason,
    )


def enrolment_in(party, programme):
    """The party's Enrolment in the programme. Raises Blocked without one."""
    row = Enrolment.objects.filter(party=party, programme=programme).first()
    if row is None:
        raise Blocked(_("%(ref)s does not belong to this programme.") % {"ref": party.ref})
    return row


@service
def withdraw_consent(*, consent, on, by, reason):
    """The party takes its consent back from `on`. What was done under it stays done."""
    demand("applicants.consent", by, enrolment_in(consent.party, consent.programme))
    check_date(on=on, programme=consent.programme, by=by, reason=reason)
    if on < consent.given_on:
        raise Invalid(_("The consent was given later than that."), field="on")
    if not Consent.objects.filter(pk=consent.pk, withdrawn_on=None).update(withdrawn_on=on):
        raise Blocked(_("This consent is withdrawn already."))
    consent.withdrawn_on = on
    record(
        "consent.withdraw",
        consent.party.ref,
        by=by,
        on=on,
        programme=consent.programme.key,
        body={"purpose": consent.purpose},
        reason=reason,
    )
    return consent


@service
def record_identity(*, party, kind, number, on, by, reason=""):
    """Store an identity number that somebody has seen. Returns the Identity.

    The number of another person is refused: with its reference where the user sees that person, else as a hold.
    """
    demand("applicants.record_identity", by, party)
    programme = programme_of_work(by, party)
    check_date(on=on, programme=programme, by=by, reason=reason)
    if kind not in Identity.Kind.values:
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": kind}, field="kind")
    number = " ".join(number.split())
    signs = sum(letter.isalnum() for letter in number)
    if not 4 <= signs <= 40:
        raise Invalid(_("An identity number has 4 to 40 letters and figures."), field="number")
    index = blind_index(number)
    earlier = Identity.objects.filter(party=party, kind=kind, number_index=index).first()
    if earlier is not None:
        return earlier
    others = Identity.objects.filter(kind=kind, number_index=index).exclude(party=party).values("party")
    if others:
        seen = Party.objects.visible_to(by).filter(pk__in=others).first()
        if seen is None:
            raise duplicates.held()
        raise Blocked(_("%(ref)s has this number already.") % {"ref": seen.ref})
    identity = Identity.objects.create(
        party=party, kind=kind, number=number, number_index=index, seen_on=on, seen_by=by
    )
    record("identity.record", party.ref, by=by, on=on, programme=programme.key, body={"kind": kind}, reason=reason)
    return identity


@service
def read_identity(*, identity, by, on, reason):
    """The Identity with its number, and the event that it was read. A reason is asked."""
    party = identity.party
    demand("applicants.read_identity", by, party)
    _ask_reason(reason)
    programme = programme_of_work(by, party)
    record(
        "identity.read", party.ref, by=by, on=on, programme=programme.key, body={"kind": identity.kind}, reason=reason
    )
    return Identity.objects.get(pk=identity.pk)


def _ask_reason(reason):
    if not reason.strip():
        raise Invalid(_("Say why you need to read this."), field="reason")


def group_index(programme, code):
    """The blind index under which members of a target group are counted without being read."""
    return blind_index(f"{programme.key}:{code}")


@service
def confirm_group(*, party, programme, group, on, by, detail="", reason=""):
    """A person confirms that somebody belongs to a target group. The event does not say which."""
    demand("applicants.target_groups", by, enrolment_in(party, programme))
    check_date(on=on, programme=programme, by=by, reason=reason)
    if group.programme_id != programme.pk:
        raise Invalid(_("This group is not counted by the programme."), field="group")
    index = group_index(programme, group.code)
    fact = SensitiveFact.objects.filter(party=party, group_index=index).first()
    if fact is not None:
        return fact
    fact = SensitiveFact.objects.create(
        party=party,
        programme=programme,
        group_code=group.code,
        group_index=index,
        detail=detail.strip(),
        confirmed_on=on,
        confirmed_by=by,
    )
    record("group.confirm", party.ref, by=by, on=on, programme=programme.key, reason=reason)
    return fact


@service
def read_groups(*, party, programme, by, on, reason):
    """Names of the programme's target groups that the person is confirmed in, and the event that they were read."""
    demand("applicants.target_groups", by, enrolment_in(party, programme))
    _ask_reason(reason)
    record("group.read", party.ref, by=by, on=on, programme=programme.key, reason=reason)
    codes = {fact.group_code for fact in SensitiveFact.objects.filter(party=party, programme=programme)}
    return [group.name for group in TargetGroup.objects.filter(programme=programme) if group.code in codes]
