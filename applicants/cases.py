"""Who may see the files of a case: each app says it for the references that it gives out.

A file names its case ("P-000123", "A-2026-00123", "G-2026-0042"). An app registers in AppConfig.ready(), by the
letter of its references, a function `(user, ref) -> bool`; several functions may serve one letter, and one is enough.
"""

from applicants.models import Application, Party
from applicants.models.party import REGISTER_ROLES
from programmes.roles import CASE_ROLES, held_by, holds

_seen_by = {}


def register(letter, visible):
    """`visible(user, ref)` says whether the user sees the case; for references that begin with `letter`."""
    _seen_by.setdefault(letter, []).append(visible)


def visible(user, evidence):
    """True when the user works in the file's programme and sees its case, or the party that it is about.

    A case of an app that registered nothing shows to the programme's own case roles of all regions.
    """
    if not any(held.programme_id == evidence.programme_id for held in held_by(user)):
        return False
    ways = _seen_by.get(evidence.case_ref[:1], [])
    if any(way(user, evidence.case_ref) for way in ways):
        return True
    if evidence.party_id and Party.objects.visible_to(user).filter(pk=evidence.party_id).exists():
        return holds(user, REGISTER_ROLES, evidence.programme_id)
    return not ways and holds(user, CASE_ROLES, evidence.programme_id, region_id=EVERY_REGION)


EVERY_REGION = 0  # no region's key: only a role that is bound to none holds


def party_visible(user, ref):
    return Party.objects.visible_to(user).filter(ref=ref).exists()


def application_visible(user, ref):
    return Application.objects.visible_to(user).filter(ref=ref).exists()


for _letter in sorted(set(Party.LETTERS.values())):
    register(_letter, party_visible)
register("A", application_visible)
