"""One warning, the kinds that there are, and the key under which its answer stays."""

import hashlib
import json
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """`why`: why it may matter. `innocent`: how it often comes about without any wrong."""

    code: str
    title: str
    why: str
    innocent: str


_SHARED = _("Two who should be strangers may be one, or act together, and be helped or paid twice.")

KINDS = {
    kind.code: kind
    for kind in (
        Kind("phone", _("Same phone"), _SHARED, _("A family or a village shop shares one phone.")),
        Kind("account", _("Same account"), _SHARED, _("A couple or a business of several people shares an account.")),
        Kind("address", _("Same address"), _SHARED, _("One house or market hall holds several businesses.")),
        Kind("identity", _("Same identity number"), _SHARED, _("Somebody was registered twice, or a figure mistyped.")),
        Kind("file", _("Same file in two cases"), _SHARED, _("A price list or a licence serves several applicants.")),
        Kind(
            "competitors",
            _("Competitors that belong together"),
            _("Quotes or bids of one hand are no competition: the price may be made up."),
            _("Two shops stand in one market hall, or a trader answers for a neighbour."),
        ),
        Kind(
            "round",
            _("Round sums"),
            _("Real prices are seldom round: the sum may have been there before the goods."),
            _("A flat price was agreed, or the sum is the ceiling of the call."),
        ),
        Kind(
            "early",
            _("Invoice before the agreement"),
            _("What was bought before the agreement is seldom eligible, and may be an old purchase."),
            _("The call allows costs from the application on, or the date was mistyped."),
        ),
        Kind(
            "adviser",
            _("All cases of an adviser approved"),
            _("Nobody turned down may mean that somebody smoothed the way."),
            _("An adviser who knows the rules does not bring forward what cannot be approved."),
        ),
        Kind(
            "changed",
            _("Account changed shortly before payment"),
            _("Money is often led astray by a letter with a new account."),
            _("The payee changed banks, or the first number was mistyped."),
        ),
        Kind(
            "purchase",
            _("Finding in a purchase"),
            _("A purchase may be parted to stay below a threshold, or go to the grantee's own people."),
            _("Goods are needed one after the other, or only one trader sells them there."),
        ),
        Kind(
            "duties",
            _("Two duties towards one applicant"),
            _("Who judged somebody before is not free to judge them again in another part."),
            _("In a small office people change their parts between two cases."),
        ),
    )
}


STATES = {
    "open": _("Not answered"),
    "look": _("To look into"),
    "waits": _("Waits for a second person"),
    "closed": _("Answered and closed"),
}


@dataclass
class Finding:
    """One warning. `about`: references, sorted, that make the key. `sentence`: what was seen, with names, for the page.

    `parties` and `staff`: primary keys of those it is about. `cases`: primary keys of the applications concerned;
    whoever has a part in one of them does not answer. `url` and `settled` are of a finding that is answered elsewhere.
    """

    kind: str
    about: tuple
    sentence: str
    parties: frozenset = frozenset()
    staff: frozenset = frozenset()
    cases: frozenset = frozenset()
    url: str = ""
    settled: bool = False
    answer: object = None

    @property
    def key(self):
        return key_of(self.kind, self.about)

    @property
    def title(self):
        return KINDS[self.kind].title

    @property
    def state(self):
        """open, look (answered: to look into), waits (for the second person) or closed."""
        if self.url:
            return "closed" if self.settled else "open"
        if self.answer is None:
            return "open"
        if self.answer.closed_on:
            return "closed"
        return "look" if self.answer.verdict == self.answer.Verdict.LOOK else "waits"

    @property
    def state_label(self):
        return STATES[self.state]

    @property
    def is_open(self):
        return self.state in ("open", "look")


def key_of(kind, about):
    """SHA-256 of kind and sorted references: the same rows give the same key, one more row another."""
    return hashlib.sha256(json.dumps([kind, *sorted(about)]).encode()).hexdigest()
