"""To whom abuse and fraud are referred: named and ended."""

import rules
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.models import SafeguardingContact


@service
def name_contact(*, user, programme, on, by, position=1):
    """Name the person to whom abuse and fraud are referred; without a programme, that of the whole office."""
    _ask_contacts(by, programme)
    if not user.is_active:
        raise Invalid(_("This account is closed."), field="user")
    if SafeguardingContact.objects.for_programme(programme and programme.pk).filter(user=user, ends_on=None).exists():
        raise Blocked(_("%(name)s is named already.") % {"name": user})
    contact = SafeguardingContact.objects.create(user=user, programme=programme, position=position, starts_on=on)
    _note_contact("contact.name", contact, by, on)
    return contact


@service
def end_contact(*, contact, by, on, reason):
    """Somebody is asked no longer, from the day after `on`."""
    _ask_contacts(by, contact.programme)
    if not SafeguardingContact.objects.filter(pk=contact.pk, ends_on=None).update(ends_on=max(on, contact.starts_on)):
        raise Blocked(_("This has ended already."))
    contact.ends_on = on
    _note_contact("contact.end", contact, by, on, reason)
    return contact


def _ask_contacts(by, programme):
    if not rules.test_rule("programmes.name_contact", by, programme):
        raise NotAllowed()


def _note_contact(kind, contact, by, on, reason=""):
    key = contact.programme.key if contact.programme else ""
    record(kind, contact.user.ref, by=by, on=on, programme=key, body={"position": contact.position}, reason=reason)
