"""Interests: declared case by case, confirmed in one act over the names, or held for good by a member."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Application, Party
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.services import check_date
from selection.interests import dossiers_of, standing_matches
from selection.models import Case, Committee, Decision, Declaration, Review, Session, StandingInterest, Vote
from selection.quorum import other_parts
from selection.services.bench import leave_consent, open_agenda
from selection.services.deciding import undo
from selection.services.locks import ask_state, lock_applications, with_applications

NONE = Declaration.Kind.NONE
LIVE = (Session.State.OPEN, Session.State.SITTING)


@service
def declare_interests(*, session, declarations, on, by, version=None):
    """The member's declarations: dict application reference -> (kind, reason); "none" says there is no interest.

    An interest may be declared until the close. Declared while the committee sits, it voids the member's vote and
    undoes a decision that is not yet effective; the minutes say so. An interest once declared is not taken back.
    """
    session, cases = open_agenda(session, by, on, _asked(session, declarations, least=1), version)
    ask_state(session, *LIVE)
    standing = standing_matches(session, _dossiers(cases), on, by)
    for case in cases:
        kind, reason = declarations[case.application.ref]
        _declare(session, case, kind, reason, standing.get((case.application_id, by.pk)), on, by)
    return session


@service
def confirm_interests(*, session, on, by, additional=None, version=None):
    """ "These and no other": one act declares every case of the agenda that the member has not declared yet.

    Conflicts are those of the member's standing interests, and `additional` (application reference -> (kind, reason)).
    Cases in which the member has another part need no declaration. Returns the Session.
    """
    additional = additional or {}
    _asked(session, additional)
    session, cases = open_agenda(session, by, on, version=version)
    ask_state(session, *LIVE)
    standing = standing_matches(session, _dossiers(cases), on, by)
    conflicts = 0
    for case in cases:
        own = standing.get((case.application_id, by.pk))
        held = (own.kind, own.reason) if own else (NONE, "")
        kind, reason = additional.get(case.application.ref, held)
        if kind == NONE and (case.removed_on or by.pk in other_parts(case) or _live(case, by)):
            continue
        _declare(session, case, kind, reason, own, on, by)
        conflicts += kind != NONE
    body = {"cases": len(cases), "conflicts": conflicts}
    record("interest.confirm", session.ref, by=by, on=on, programme=session.programme.key, body=body)
    return session


def _asked(session, declarations, least=0):
    """Pks of the applications that are declared. Raises Invalid for a reference that is not on the agenda."""
    rows = Case.objects.filter(session=session.pk, application__ref__in=declarations)
    by_ref = dict(rows.values_list("application__ref", "application_id"))
    unknown = sorted(set(declarations) - set(by_ref))
    if unknown or len(by_ref) < least:
        raise Invalid(_("%(refs)s is not on the agenda.") % {"refs": ", ".join(unknown) or "-"})
    return list(by_ref.values())


def _live(case, member):
    return next((row for row in case.declarations.all() if row.member_id == member.pk and not row.superseded_on), None)


def _declare(session, case, kind, reason, standing, on, by):
    """Check what a member declares on one case, and write it. The caller holds the lock of the Application."""
    ref, reason = case.application.ref, reason.strip()
    if kind not in Declaration.Kind.values:
        raise Invalid(_("Choose what interest you have in %(ref)s.") % {"ref": ref}, field=ref)
    if kind != NONE and not reason:
        raise Invalid(_("Say what interest you have in %(ref)s.") % {"ref": ref}, field=ref)
    before = _live(case, by)
    if before is not None and before.is_conflict:
        if kind == NONE:
            raise Blocked(_("You have declared an interest in %(ref)s; it is not taken back.") % {"ref": ref})
        return
    if kind == NONE and by.pk in other_parts(case):
        raise Invalid(_("You have a part in %(ref)s already: declare that interest.") % {"ref": ref}, field=ref)
    if kind == NONE and standing is not None:
        raise Invalid(
            _("Your standing interest is about %(ref)s (%(what)s): declare it.")
            % {"ref": ref, "what": standing.get_kind_display()},
            field=ref,
        )
    if before is None or kind != NONE:
        _write(session, case, by, kind, reason, standing if kind != NONE else None, on, by)


def _write(session, case, member, kind, reason, standing, on, by):
    """The Declaration and what follows from it. Of a standing interest, `by` may be another than the member."""
    conflict = kind != NONE
    late = conflict and session.state == Session.State.SITTING
    Declaration.objects.live().filter(case=case, member=member).update(superseded_on=on)
    Declaration.objects.create(
        case=case,
        member=member,
        kind=kind,
        reason=reason if conflict else "",
        declared_on=on,
        late=late,
        standing=standing,
    )
    body = {"case": case.application.ref, "kind": kind, "late": late}
    record(
        "interest.declare",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body=body | ({"standing": True, "member": member.ref} if standing else {}),
        reason=reason if conflict else "",
    )
    if conflict:
        _step_back(session, case, member, on, by)


def _step_back(session, case, member, on, by):
    """A member with an interest leaves the case: the vote is void, and a decision that counted them is undone.

    A case on the consent agenda that is not decided leaves it: somebody has to talk about it without the member.
    """
    votes = Vote.objects.live().filter(case=case, member=member)
    voted = votes.update(voided_on=on, void_reason=str(_("Interest declared during the sitting")))
    if voted:
        body = {"case": case.application.ref}
        record("vote.void", session.ref, by=by, on=on, programme=session.programme.key, body=body)
    scored = Review.objects.filter(case=case, member=member, submitted_on__isnull=False, revision=case.revision)
    decision = Decision.objects.live().filter(case=case, effective_on=None).first()
    if decision is not None and decision.tally.get("rule") != "removed" and (voted or scored.exists()):
        undo(decision, Decision.Undone.INTEREST, on=on, by=by)
        decision = None
    if decision is None and case.votes_by_consent:
        leave_consent(session, case, on, by, "interest")


def _dossiers(cases):
    return Application.objects.filter(pk__in=[case.application_id for case in cases])


def declare_standing(session, cases, *, on, by):
    """Every standing interest that is about one of `cases` becomes a declaration, whoever sent the packet.

    The caller holds the locks of the Applications.
    """
    matches = standing_matches(session, _dossiers(cases), on)
    voting = {row.user_id: row.user for row in session.committee.seats.held_on(session.sits_on).select_related("user")}
    for case in cases:
        for member in sorted(voting):
            own = matches.get((case.application_id, member))
            before = _live(case, voting[member])
            if own is not None and not (before and before.is_conflict):
                _write(session, case, voting[member], own.kind, own.reason, own, on, by)


@service
def declare_standing_interest(*, committee, party, kind, reason, on, by):
    """A member declares for good an interest in a party: each case of theirs, or of those around them, is a conflict.

    Cases that are before the committee now are declared at once, late where it sits. Returns the StandingInterest.
    """
    committee = Committee.objects.select_for_update(of=("self",)).select_related("programme").get(pk=committee.pk)
    if not committee.seats.held_on(on).filter(user=by).exists():
        raise NotAllowed(_("Only members who hold a seat on %(date)s do this.") % {"date": on.strftime("%d.%m.%Y")})
    check_date(on=on, programme=committee.programme, by=by)
    if kind not in StandingInterest.Kind.values:
        raise Invalid(_("Choose what interest this is."), field="kind")
    if not reason.strip():
        raise Invalid(_("Say what interest this is."), field="reason")
    if not Party.objects.in_programme(committee.programme).filter(pk=party.pk).exists():
        raise Invalid(_("%(ref)s does not belong to this programme.") % {"ref": party.ref}, field="party")
    if StandingInterest.objects.filter(committee=committee, member=by, party=party, ends_on=None).exists():
        raise Blocked(_("You have declared this interest for good already."))
    interest = StandingInterest.objects.create(
        committee=committee, member=by, party=party, kind=kind, reason=reason.strip()[:200], starts_on=on
    )
    body = {"party": party.ref, "kind": kind}
    record(
        "interest.stand",
        f"committee:{committee.pk}",
        by=by,
        on=on,
        programme=committee.programme.key,
        body=body,
        reason=interest.reason,
    )
    _declare_in_live_sessions(interest, on, by)
    return interest


def _declare_in_live_sessions(interest, on, by):
    """The interest reaches the cases that are before the committee. Sessions are read under the cases' locks."""
    live = Session.objects.filter(committee=interest.committee, state__in=LIVE)
    before_it = Application.objects.filter(cases__session__in=live).distinct()
    rows = lock_applications(dossiers_of({interest.party_id}, before_it, on)[interest.party_id])
    for session in live.select_related("call", "committee", "programme").order_by("pk"):
        if not session.committee.seats.held_on(session.sits_on).filter(user=by).exists():
            continue
        for case in with_applications(session, rows):
            before = _live(case, by)
            if not (before and before.is_conflict):
                _write(session, case, by, interest.kind, interest.reason, interest, on, by)


@service
def end_standing_interest(*, interest, on, by):
    """The member's own standing interest ends on `on`, that day included. What it declared stays declared."""
    if interest.member_id != by.pk:
        raise NotAllowed(_("Only the member ends an own interest."))
    check_date(on=on, programme=interest.committee.programme, by=by)
    if on < interest.starts_on:
        raise Invalid(_("The last day lies before the first."), field="on")
    if not StandingInterest.objects.filter(pk=interest.pk, ends_on=None).update(ends_on=on):
        raise Blocked(_("This interest has an end already."))
    interest.ends_on = on
    record(
        "interest.end",
        f"committee:{interest.committee_id}",
        by=by,
        on=on,
        programme=interest.committee.programme.key,
        body={"party": interest.party.ref},
    )
    return interest
