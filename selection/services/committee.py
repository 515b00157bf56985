"""Committees and their seats."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.models import AmountBand, Role
from programmes.roles import holds
from programmes.services import check_date
from selection.models import Committee, Seat, Vote
from selection.services.locks import ask


@service
def found_committee(*, programme, name, on, by):
    """A committee of the programme. Raises Blocked when one of that name exists."""
    ask("selection.found_committee", by, programme)
    if not name.strip():
        raise Invalid(_("A committee needs a name."), field="name")
    if Committee.objects.filter(programme=programme, name=name).exists():
        raise Blocked(_("The programme has a committee of that name already."))
    committee = Committee.objects.create(programme=programme, name=name)
    record("committee.found", f"committee:{committee.pk}", by=by, on=on, programme=programme.key)
    return committee


@service
def set_bands(*, committee, bands, on, by):
    """The AmountBands of the programme's windows that only this committee decides. Returns the Committee.

    A band that several committees name is decided by any of them.
    """
    committee = Committee.objects.select_for_update(of=("self",)).select_related("programme").get(pk=committee.pk)
    ask("selection.found_committee", by, committee)
    check_date(on=on, programme=committee.programme, by=by)
    rows = list(bands)
    programmes = AmountBand.objects.filter(pk__in=[band.pk for band in rows]).values_list(
        "window__call__programme", flat=True
    )
    if set(programmes) - {committee.programme_id}:
        raise Invalid(_("A band belongs to another programme."), field="bands")
    committee.bands.set(rows)
    record(
        "committee.set_bands",
        f"committee:{committee.pk}",
        by=by,
        on=on,
        programme=committee.programme.key,
        body={"bands": sorted(f"{band.window.key}:{band.from_amount}" for band in rows)},
    )
    return committee


@service
def seat_member(*, committee, user, role, on, by, ends_on=None, chair_votes=True, reason=""):
    """Give `user` a seat from `on` to `ends_on`. A voting seat is for committee members; a secretary never votes."""
    ask("selection.found_committee", by, committee)
    check_date(on=on, programme=committee.programme, by=by, reason=reason)
    seat = Seat(committee=committee, user=user, role=role, chair_votes=chair_votes, starts_on=on, ends_on=ends_on)
    if ends_on and ends_on < on:
        raise Invalid(_("The last day lies before the first."), field="ends_on")
    if seat.votes and holds(user, [Role.SECRETARY], committee.programme_id):
        raise NotAllowed(_("%(name)s is a secretary of this programme, and a secretary never votes.") % {"name": user})
    if seat.votes and not holds(user, [Role.MEMBER], committee.programme_id):
        raise Blocked(_("%(name)s does not hold the role of a committee member in this programme.") % {"name": user})
    if committee.seats.held_on(on).filter(user=user).exists():
        raise Blocked(_("%(name)s has a seat on this committee already.") % {"name": user})
    seat.save()
    record(
        "seat.give",
        f"committee:{committee.pk}",
        by=by,
        on=on,
        programme=committee.programme.key,
        body={"user": user.ref, "role": role, "votes": seat.votes, "until": ends_on},
    )
    return seat


@service
def end_seat(*, seat, on, by, reason):
    """The seat is held until `on`, that day included; what was decided with it stays."""
    ask("selection.found_committee", by, seat.committee)
    check_date(on=on, programme=seat.committee.programme, by=by, reason=reason)
    if seat.user_id == by.pk:
        raise NotAllowed(_("Another person ends a seat."))
    if on < seat.starts_on:
        raise Invalid(_("The last day lies before the first."), field="on")
    if Vote.objects.filter(member=seat.user, case__session__committee=seat.committee, cast_on__gt=on).exists():
        raise Blocked(_("%(name)s has voted after that day.") % {"name": seat.user})
    if not Seat.objects.filter(pk=seat.pk, ends_on=None).update(ends_on=on):
        raise Blocked(_("This seat has an end already."))
    seat.ends_on = on
    record(
        "seat.end",
        f"committee:{seat.committee_id}",
        by=by,
        on=on,
        programme=seat.committee.programme.key,
        body={"user": seat.user.ref, "role": seat.role},
        reason=reason,
    )
    return seat
