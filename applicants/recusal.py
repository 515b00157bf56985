"""Who stands back from an application finds it nowhere, whatever other role they hold.

The register knows no committee: the app that does registers, in AppConfig.ready(), a function `(user) -> queryset` of
the primary keys of applications that are withheld from that user.
"""

from django.db.models import Q

_withheld = []


def register(applications):
    """`applications(user)` gives the primary keys of what `user` must not meet."""
    _withheld.append(applications)


def not_withheld(user):
    """A Q for applications that the user may meet. The adviser of a case keeps working on it."""
    found = Q()
    for applications in _withheld:
        found &= ~Q(pk__in=applications(user)) | Q(adviser=user.pk)
    return found
