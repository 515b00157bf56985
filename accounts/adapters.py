from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class StaffAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator; nobody signs up."""

    def is_open_for_signup(self, request):
        return False


def name_at_the_door(request, credentials=None):
    """Under which name a sign-in counts against the lock: the address as typed, whatever its case.

    The lock asks in different moments with different facts: the credentials of a failed sign-in, or only the form.
    """
    given = credentials or {}
    typed = given.get("email") or given.get("login") or given.get("username")
    if not typed and request is not None:
        typed = request.POST.get("login", "")
    return (typed or "").strip().lower()


def address_at_the_door(request):
    """The address that a request comes from: behind our own proxy the last one that it wrote down, else the peer's."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
