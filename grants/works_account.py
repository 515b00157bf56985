"""The account of a works contract: what each certificate pays, what is held back. Pure arithmetic on minor units.

Certificates are cumulative: each says what was done since the beginning. What is held back is rounded once, on that
cumulative sum, so that nothing is lost between certificates: the nets and the retention given back are the work done.
"""

from dataclasses import dataclass
from decimal import Decimal

from ledger.money import round_minor


def held_back(done, retention_pct):
    """Minor units held back of `done` minor units of work: a percentage, rounded once, ties away from zero."""
    return round_minor(Decimal(done) * retention_pct / 100)


@dataclass(frozen=True)
class Line:
    """A certificate in numbers: `held` is what is held back in all after it, `net` what it pays."""

    done: int
    held: int
    net: int

    @property
    def paid(self):
        """Minor units paid with this certificate and all before it."""
        return self.done - self.held


NOTHING = Line(done=0, held=0, net=0)


def interim(before, done, retention_pct):
    """The certificate after `before` (a Line) for `done` minor units of work since the beginning.

    Raises ValueError when there is less work than before.
    """
    if done < before.done:
        raise ValueError("work that was certified does not become less")
    held = held_back(done, retention_pct)
    return Line(done=done, held=held, net=done - held - before.paid)


def release(before):
    """The last certificate: what is held back is given back, and nothing else."""
    return Line(done=before.done, held=0, net=before.held)


def delay_days(ends_on, accepted_on):
    """Days between the contract's end and the acceptance; 0 when in time."""
    return max(0, (accepted_on - ends_on).days)
