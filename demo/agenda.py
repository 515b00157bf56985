"""What happens on which day. Acts run in order of dates, each day in one unit of work with the clock standing at it."""

import heapq
from itertools import count

from audit.services import unit_of_work
from programmes.clock import standing_at


class Agenda:
    """A queue of acts by day. An act may put further acts on the agenda, on the same day or later."""

    def __init__(self, last_day):
        self.last_day = last_day
        self._acts = []
        self._order = count()

    def at(self, day, act, *arguments):
        """Let `act(day, *arguments)` happen on `day`; what lies after the last day does not happen any more."""
        if day <= self.last_day:
            heapq.heappush(self._acts, (day, next(self._order), act, arguments))

    def run(self):
        """Live through all days. Returns the number of acts."""
        done = 0
        while self._acts:
            day = self._acts[0][0]
            with standing_at(day), unit_of_work():
                while self._acts and self._acts[0][0] == day:
                    _day, _number, act, arguments = heapq.heappop(self._acts)
                    act(day, *arguments)
                    done += 1
        return done
