"""Links by which donors open a published report without an account.

The token and the passcode are the whole authority of a link: nothing is kept in a cookie or a session. So a post with a
passcode needs no CSRF token: whoever could forge it would have to know token and passcode, and then needs no forging.
A right passcode is answered with a signed value for the address, `pass`, which is good for PASS_MINUTES, for this link,
and only as long as the passcode is not changed. It opens nothing without the token, which the same address holds.
"""

import hashlib
import secrets
from datetime import timedelta

import rules
from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from reports.models import DonorLink, Issue, LinkOpening

LONGEST_LINK = 366
SHORTEST_PASSCODE = 6
# So many wrong passcodes, and the link asks for none until the pause is over.
MOST_FAILURES = 5
PAUSE = timedelta(minutes=15)
PASS_MINUTES = 30
SALT = "reports.links"


@service
def make_link(*, issue, label, expires_on, on, by, passcode="", key=None):
    """A link that opens the Issue without an account. Returns the DonorLink with `token`, which is kept nowhere.

    passcode: what must be said besides to open it; it is kept as a hash, and told by another way than the link.
    """
    if not rules.test_rule("reports.link", by, issue):
        raise NotAllowed()
    if issue.state != Issue.State.PUBLISHED:
        raise Blocked(_("Only a published report has links."))
    if not label.strip():
        raise Invalid(_("Say for whom the link is."), field="label")
    if expires_on < on:
        raise Invalid(_("The link would have ended already."), field="expires_on")
    if (expires_on - on).days > LONGEST_LINK:
        raise Invalid(_("A link is valid for a year at most."), field="expires_on")
    passcode = passcode.strip()
    if passcode and len(passcode) < SHORTEST_PASSCODE:
        raise Invalid(_("A passcode has at least six letters or digits."), field="passcode")
    token = secrets.token_urlsafe(32)
    link = DonorLink.objects.create(
        issue=issue,
        token_hash=_hashed(token),
        label=label.strip(),
        made_by=by,
        made_on=on,
        expires_on=expires_on,
        passcode=make_password(passcode) if passcode else "",
    )
    said = {"link": link.pk, "expires": expires_on.isoformat(), "passcode": bool(passcode)}
    record("link.make", issue.ref, by=by, on=on, programme=issue.programme.key, body=said)
    link.token = token
    return link


@service
def revoke_link(*, link, on, by):
    """The link opens nothing from now on."""
    link = DonorLink.objects.select_for_update(of=("self",)).select_related("issue__programme").get(pk=link.pk)
    if not rules.test_rule("reports.link", by, link.issue):
        raise NotAllowed()
    if link.revoked_on:
        raise Blocked(_("This link is revoked already."))
    link.revoked_on = on
    link.save(update_fields=["revoked_on"])
    programme = link.issue.programme.key
    record("link.revoke", link.issue.ref, by=by, on=on, programme=programme, body={"link": link.pk})
    return link


def link_of(token):
    """The DonorLink of a token, ended or not; None for a token that was never given."""
    found = DonorLink.objects.filter(token_hash=_hashed(token))
    return found.select_related("issue__programme", "issue__donor").first()


def has_ended(link, day):
    return bool(link.revoked_on) or link.expires_on < day


def paused_until(link):
    """The moment until which the link takes no passcode after too many wrong ones; None when it takes one."""
    if link.failures < MOST_FAILURES or link.failed_at is None:
        return None
    until = link.failed_at + PAUSE
    return until if until > now() else None


@service
def note_opening(*, link, wanted, outcome=LinkOpening.Outcome.OPENED):
    """Keep when a link was opened or refused, and as what. Who it was is not known and not asked."""
    return LinkOpening.objects.create(link=link, format=wanted, outcome=outcome)


@service
def try_passcode(*, link, passcode):
    """True when it is the link's passcode. Wrong ones are counted and noted; in a pause none is even looked at.

    The row is locked, so that guesses sent at once count one by one.
    """
    link = DonorLink.objects.select_for_update().get(pk=link.pk)
    if paused_until(link):
        return False
    right = check_password(passcode.strip(), link.passcode)
    if right:
        link.failures, link.failed_at = 0, None
    else:
        # After a pause the count begins anew.
        link.failures = link.failures % MOST_FAILURES + 1
        link.failed_at = now()
        LinkOpening.objects.create(link=link, outcome=LinkOpening.Outcome.WRONG)
    link.save(update_fields=["failures", "failed_at"])
    return right


def pass_for(link):
    """The signed value that stands for the passcode in the addresses of this link for PASS_MINUTES."""
    return _signer().sign(_bound(link))


def is_passed(link, said):
    """Does the link need no passcode, or is `said` a value of pass_for that is still good?"""
    if not link.passcode:
        return True
    try:
        return _signer().unsign(said, max_age=timedelta(minutes=PASS_MINUTES)) == _bound(link)
    except signing.BadSignature:
        return False


def _signer():
    return signing.TimestampSigner(salt=SALT)


def _bound(link):
    """A short hash of link and passcode hash: the value dies with either."""
    return hashlib.sha256(f"{link.token_hash}:{link.passcode}".encode()).hexdigest()[:32]


def _hashed(token):
    return hashlib.sha256(token.encode()).hexdigest()
