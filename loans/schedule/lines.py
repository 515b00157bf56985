"""A row while it is being computed, in smallest units."""

from dataclasses import dataclass

from loans.schedule.rounding import Number


@dataclass(slots=True)
class Line:
    """`own_interest` belongs to the row's instalment; `carried_interest` was deferred by a grace and comes on top."""

    no: int
    principal: Number
    own_interest: Number
    carried_interest: Number = 0

    @property
    def interest(self) -> Number:
        return self.own_interest + self.carried_interest
