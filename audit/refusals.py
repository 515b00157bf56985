"""What a service says when it does not do what it was asked: one sentence for the person, one status for the page."""

from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """Nothing was done. `sentence` tells the user why; `missing` lists what would have to be true first.

    `status` is the HTTP status of the page that shows it (DESIGN section 7).
    """

    status = 409

    def __init__(self, sentence, missing=()):
        super().__init__(sentence)
        self.sentence = sentence
        self.missing = list(missing)

    def __str__(self):
        return " ".join(str(part) for part in [self.sentence, *self.missing])


class Blocked(Refusal):
    """A fact that the move needs is missing, or the state does not allow it."""


class Stale(Refusal):
    """The record changed after the page was opened."""

    def __init__(self, sentence=None):
        super().__init__(
            sentence or _("Somebody changed this record after you opened it. Open it again and repeat your change.")
        )


class LostRace(Refusal):
    """Somebody else did the same thing at the same moment."""

    def __init__(self, sentence=None):
        super().__init__(sentence or _("Somebody did this a moment ago. Open the page again to see what is true now."))


class NotAllowed(Refusal):
    """The user may see the record, but this is not theirs to do."""

    status = 403

    def __init__(self, sentence=None):
        super().__init__(sentence or _("This is not yours to do with the roles that you hold."))


class KeyReused(Refusal):
    """An idempotency key came back with another body."""

    status = 422

    def __init__(self, sentence=None):
        super().__init__(
            sentence
            or _("This form was sent before with other contents. Nothing was done. Open the page again and start anew.")
        )


class TooOften(Refusal):
    """A page that is open to all was used too often from one address."""

    status = 429

    def __init__(self, sentence=None):
        super().__init__(
            sentence or _("This was tried too often from this address. Nothing is lost. Try again in an hour.")
        )


class Invalid(Refusal):
    """Input that cannot be accepted. `field` names the form field that the sentence belongs to, or is None."""

    status = 400

    def __init__(self, sentence, field=None):
        super().__init__(sentence)
        self.field = field
