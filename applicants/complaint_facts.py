"""Facts about a complaint that its moves and its pages ask for: who handles it, to whom it is referred."""

from django.utils.translation import gettext_lazy as _

from audit.moves import fact
from programmes.models import SafeguardingContact


@fact(_("Somebody is named who handles it."))
def handler_named(complaint):
    return None if complaint.handler_id else _("Nobody is named yet who handles it.")


def referral_person(complaint, on=None):
    """The User to whom a referred complaint goes: the first contact who may know of it; None where there is none."""
    excluded = excluded_from(complaint)
    contacts = SafeguardingContact.objects.for_programme(complaint.programme_id).current(on).select_related("user")
    return next((contact.user for contact in contacts if contact.user_id not in excluded), None)


def excluded_from(complaint):
    """Ids of the users who must not know of the complaint."""
    found = set(complaint.exclusions.values_list("user_id", flat=True))
    if complaint.application_id:
        found |= {complaint.application.adviser_id, *complaint.application.parts.values_list("user_id", flat=True)}
    return found
