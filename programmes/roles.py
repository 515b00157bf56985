"""Who holds which role where, today: asked by every rule and every `visible_to`. Reads are kept on the user object."""

from django.db.models import Q
from rules import predicate

from programmes.clock import today
from programmes.models import Delegation, Membership, Role

# Roles that see every row of their programme (or of their region of it). The others see less, by their own rules.
CASE_ROLES = (
    Role.ADVISER,
    Role.SECRETARY,
    Role.MANAGER,
    Role.LOAN_OFFICER,
    Role.FINANCE,
    Role.MONITORING,
    Role.DATA_PROTECTION,
)


class Held:
    """A role that a user holds: its own membership, or one delegated to them for these days."""

    __slots__ = ("donor_id", "programme_id", "region_id", "role", "village_ids")

    def __init__(self, membership):
        self.role = membership.role
        self.programme_id = membership.programme_id
        self.region_id = membership.region_id
        self.donor_id = membership.donor_id
        self.village_ids = {village.pk for village in membership.villages.all()}


def held_by(user):
    """The roles held today by `user` (list of Held); none for anonymous or inactive users."""
    if user is None or not getattr(user, "pk", None) or not user.is_active:
        return []
    day = today()
    # By attribute: `request.user` is a wrapper with a __dict__ of its own, and both must keep one answer.
    kept = getattr(user, "_held", None)
    if kept and kept[0] == day:
        return kept[1]
    own = Membership.objects.current(day).filter(user=user).prefetch_related("villages")
    lent = Delegation.objects.filter(
        delegate=user, approved_by__isnull=False, starts_on__lte=day, ends_on__gte=day
    ).select_related("membership")
    held = [Held(row) for row in own] + [Held(row.membership) for row in lent]
    user._held = (day, held)
    return held


def forget(user):
    """Drop what was read about this user object's roles, after they changed."""
    user._held = None


def roles_of(user):
    """Set of role names that the user holds anywhere today."""
    return {held.role for held in held_by(user)}


def holds(user, roles, programme_id, region_id=None):
    """True when the user holds one of `roles` in the programme, and in the region where the role is bound to one."""
    return any(
        held.role in roles
        and held.programme_id == programme_id
        and (held.region_id is None or region_id is None or held.region_id == region_id)
        for held in held_by(user)
    )


def rows_for(user, roles, *, programme="programme", region="region"):
    """A Q for rows of the programmes and regions in which the user holds one of `roles`.

    `programme` and `region` are the look-up paths from the filtered model; `region=None` for rows without one.
    """
    found = Q(pk__in=[])
    for held in held_by(user):
        if held.role not in roles:
            continue
        part = Q(**{f"{programme}_id": held.programme_id})
        if held.region_id and region:
            part &= Q(**{f"{region}_id": held.region_id})
        found |= part
    return found


def holds_everywhere(user, roles, programme_id):
    """True when the user holds one of `roles` in the whole programme, bound to no region of it."""
    return any(
        held.role in roles and held.programme_id == programme_id and held.region_id is None for held in held_by(user)
    )


def has_role(*roles):
    """A `rules` predicate: the user holds one of `roles` in the row's programme (and region, where it has one)."""

    @predicate(f"has_role:{','.join(roles)}")
    def check(user, row):
        if row is None:
            return bool(roles_of(user) & set(roles))
        return holds(user, roles, row.programme_id, getattr(row, "region_id", None))

    return check
