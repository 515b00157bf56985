"""A second reckoning of a loan, written from the rules alone: it walks through every day of the calendar.

Nothing here is taken from the schedule engine or from the allocation, so that an error would have to be made twice.
Money held is `held`; amounts are ints of minor units, everything before a rounding is a Fraction.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from tests.loan_calendar import Pace, rounded

PARTS = ("penalty", "fee", "interest", "principal")
RESHAPING = ("reduce_number", "reduce_instalment")


@dataclass
class Deal:
    """The terms: rates in per cent as Fractions. `method` is level (equal instalments), equal (principal) or flat.

    `shared`: the days of an odd first period are in all instalments, and not on top of its own. `free` are the first
    instalments without interest, which is `waived` or `deferred` to the one after them.
    """

    rate: Fraction
    method: str
    prepay: str
    order: tuple
    penalty: Fraction = Fraction(0)
    grace_days: int = 0
    cap: Fraction | None = None
    early_interest: str = "date"
    pace: Pace = field(default_factory=Pace)
    shared: bool = False
    free: int = 0
    free_kind: str = "waived"
    mode: str = "half_up"
    multiple: int = 1
    remainder: str = "last"
    lowers: bool = False  # does early money lower the principal at once?

    @property
    def reshapes(self):
        return self.lowers or self.prepay in RESHAPING


@dataclass
class Line:
    """An instalment: what is asked of each part, what was paid, and the day on which it was closed early."""

    due: date
    asked: dict
    paid: dict = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    fine: Fraction = Fraction(0)
    brought_interest: int = 0
    brought_penalty: int = 0
    forgone: int = 0  # penalties waived
    closed: date | None = None
    lowered: date | None = None  # the last day before its time on which money lowered its principal

    def open(self, part):
        return self.asked[part] - self.paid[part]

    @property
    def unpaid(self):
        return sum(self.open(part) for part in PARTS)


class Version:
    """A schedule over `amount` from `start`, with the money and the waivers that belong to it.

    `tranches` are (day, amount) of what was paid out after the first `amount`; `changes` are (day, rate) from that day.
    """

    def __init__(
        self,
        deal,
        amount,
        start,
        first_due,
        number,
        *,
        held=0,
        grace=0,
        free=0,
        brought=None,
        tranches=(),
        changes=(),
        rate=None,
    ):
        self.tranches, self.changes, self.free = list(tranches), list(changes), free
        self.first_rate = deal.rate if rate is None else rate
        self.deal, self.amount, self.start, self.number, self.held_at_start = deal, amount, start, number, held
        self.dues = [deal.pace.on(first_due, step) for step in range(number)]
        self.odd = not deal.pace.regular(start, first_due)
        self.begins = [deal.pace.on(first_due, -1), *self.dues[:-1]]
        self.grace = grace
        self.brought = brought or dict.fromkeys(PARTS, 0)
        self.ahead = 0  # interest of the first line that was paid on the schedule before
        self.money, self.waivers, self.refunds = {}, [], []
        self.less = []  # (day, amount) of money that lowered the principal before an instalment fell due

    # Tranches -------------------------------------------------------------------------------------------------------

    @property
    def actual(self):
        """Do the days of an odd first period bear interest each for itself, and not as a part of a month's?"""
        within = any(day < self.dues[0] for day, _what in [*self.tranches, *self.changes])
        deferred = self.free and self.deal.free_kind == "deferred"
        return self.odd and (within or deferred or self.deal.shared)

    @property
    def on_top(self):
        return self.odd and not self.actual

    @property
    def lent(self):
        return self.amount + sum(amount for _on, amount in self.tranches)

    @property
    def events(self):
        """What moves the balance between two due dates: tranches, and money that came before its time."""
        return sorted([*self.tranches, *((on, -amount) for on, amount in self.less)])

    def lent_after(self, day):
        return sum(amount for on, amount in self.tranches if on > day)

    def came(self, place, since, known=None):
        """How much of the tranches since that day, before the line falls due, is not in the balance yet."""
        rows = [(on, amount) for on, amount in self.tranches if since <= on < self.dues[place]]
        return sum(amount for on, amount in rows if known is None or on > known)

    def changed(self, since, before):
        """Is another instalment to be found: did a tranche come since that day, or for equal ones another rate?"""
        days = [*self.tranches, *(self.changes if self.deal.method == "level" else ())]
        return any(since <= on < before for on, _what in days)

    def walk(self, balance, place, since, until, known=None, last=date.max, rates_to=date.max):
        """Unrounded interest of a part of a period, a piece for each balance and rate: tranches raise it on their days,
        and money that comes before its time lowers it. Not known is what comes after `last`, rates after `rates_to`."""
        found, day = [], since
        cuts = [(on, amount) for on, amount in self.events if on <= last and (known is None or on > known)]
        # The day of a change already bears the new rate, and its interest is that of the night before.
        cuts += [(on - timedelta(days=1), 0) for on, _rate in self.changes if on <= rates_to and on < self.dues[place]]
        for on, amount in sorted(cuts):
            if since <= on < until:
                if on > day:
                    found.append(self.charge(balance, place, day, on, rates_to))
                day, balance = on, balance + amount
        return [*found, self.charge(balance, place, day, until, rates_to)] if day < until else found

    # Interest -------------------------------------------------------------------------------------------------------

    def round(self, value):
        return rounded(value, self.deal.mode)

    def rate(self, last):
        """The rate of the last change up to that day."""
        known = [(on, rate) for on, rate in sorted(self.changes) if on <= last]
        return known[-1][1] if known else self.first_rate

    def share(self, place, begin, end):
        """What a year's interest is taken times of for some days of period `place`."""
        return self.deal.pace.share(begin, end, (self.dues[place] - self.begins[place]).days)

    def bearing_from(self, place):
        return self.start if place == 0 and self.actual else self.begins[place]

    def charge(self, balance, place, begin, end, last=date.max):
        """At the rate of the first of these nights. A change on the due date is of the next period."""
        known = min(begin + timedelta(days=1), self.dues[place] - timedelta(days=1), last)
        return balance * self.rate(known) / 100 * self.share(place, begin, end)

    def shown(self, place, pieces):
        """The interest of a line: nothing in a grace."""
        return [] if place < self.free else pieces

    def whole(self, balance, place, last=date.max):
        """Of a line after the one at hand, at the rate that is known then."""
        if place < self.free:
            return Fraction(0)
        rate = self.rate(last)
        return balance * rate / 100 * self.share(place, self.begins[place], self.dues[place])

    # Planning -------------------------------------------------------------------------------------------------------

    def level_for(self, balance, place, own, known):
        """The equal instalment from `place` on, whose interest is `own` in pieces: what leaves nothing unrounded, moved
        once if that ends nearer. Rates after `known` are not known."""
        grown, weight = balance + sum(own), Fraction(1)
        for later in range(place + 1, self.number):
            factor = 1 + self.whole(1, later, known)
            grown, weight = grown * factor, weight * factor + 1
        first = self.to_multiple(grown / weight)
        miss = self.miss(balance, place, own, first, known)
        moved = first + self.to_multiple(Fraction(miss, self.number - place))
        better = moved != first and abs(self.miss(balance, place, own, moved, known)) < abs(miss)
        return moved if better else first

    def to_multiple(self, value):
        return rounded(value, self.deal.mode, self.deal.multiple)

    def miss(self, balance, place, own, instalment, known):
        interest = sum(self.round(piece) for piece in own)
        for later in range(place + 1, self.number):
            if balance + interest <= instalment:
                break
            balance -= max(instalment - interest, 0)
            interest = self.round(self.whole(balance, later, known))
        return balance + interest - instalment

    def plan(self, lines, place, balance, extra, since=None):
        """Write principal and interest of the lines from `place` on; `extra` is unrounded interest of the first, and
        `since` the day up to which tranches are in the balance."""
        known, regular, left = since, self.regular.get(place - 1), self.unspread.get(place - 1)
        self.ended = None if self.ended is None or self.ended >= place else self.ended
        for later in range(place, self.number):
            line, begin = lines[later], self.bearing_from(later)
            # What came between an early closing and the due date is in `extra` and owed now.
            between = 0
            if known is not None:
                between = sum(amount for on, amount in self.tranches if known < on < begin)
            from_day = begin if since is None else since
            fell, came = self.changed(from_day, line.due), self.came(later, from_day, known)
            pieces = [*extra, *self.walk(balance + between, later, begin, self.dues[later], known)]
            own = self.shown(later, pieces)
            interest, balance = sum(self.round(piece) for piece in own), balance + came
            self.put_off[later] = sum(self.round(piece) for piece in pieces) if later < self.free else 0
            self.pending[later], self.credits[later] = self.anew, self.credit
            lowered = [(on, less) for on, less in self.less if begin <= on < line.due]
            if later >= self.grace and (self.anew or fell or self.deal.remainder == "spread"):
                if lowered:  # the instalment of the contract stays
                    kept, self.less = self.less, [one for one in self.less if one not in lowered]
                    pieces = [*extra, *self.walk(balance - came + between, later, begin, line.due, known)]
                    own, self.less = self.shown(later, pieces), kept
                # Equal principal is spread as it was planned: money that came early makes the loan shorter.
                base = balance if self.anew or fell or self.deal.method == "level" else left
                regular = self.regular_for(later, base, own, line.due - timedelta(days=1))
                self.anew, left = False, base - min(regular, base)
            self.regular[later], self.unspread[later] = regular, left
            extra, since, known = [], None, None
            principal = 0 if later < self.grace else min(self.wanted(later, balance, interest), balance)
            if later == self.number - 1:
                principal = balance
            else:
                used = min(self.credit, principal)
                self.credit, principal = self.credit - used, principal - used
            more = sum(less for _on, less in lowered) - principal
            if more > 0:
                principal += more
                self.count_as_more(more)
            if principal == balance and principal and later < self.free and not self.lent_after(line.due):
                self.ended = later
            line.asked["principal"] = principal
            line.asked["interest"] = interest + self.deferred_to(later) + line.brought_interest
            balance -= principal

    def count_as_more(self, more):
        """Principal above what an instalment asked: what it does to the next ones."""
        if self.deal.prepay == "reduce_instalment":
            self.anew = True
        elif self.deal.prepay == "next_instalments":
            self.credit += more

    def deferred_to(self, place):
        """The interest of the grace that falls due with the first line after it, or with the last principal in it."""
        if self.deal.free_kind == "deferred" and place == (self.free if self.ended is None else self.ended):
            return sum(self.put_off[one] for one in range(place if self.ended is None else place + 1))
        return 0

    def plan_flat(self, lines):
        """All interest is on the first amount, at the rate with which each period begins."""
        each = [self.flat_interest(place) for place in range(self.number)]
        whole = self.round(sum(each[self.grace :]))
        principal = self.amount
        for place, line in enumerate(lines):
            left = self.number - place
            interest, part = self.round(each[place]), 0
            if place >= self.grace:
                part = rounded(Fraction(self.amount, self.number - self.grace), self.deal.mode)
                if self.deal.remainder == "spread":
                    part, interest = self.round(Fraction(principal, left)), self.round(Fraction(whole, left))
                part = principal if left == 1 else min(part, principal)
                interest = whole if left == 1 else min(interest, whole)
                principal, whole = principal - part, whole - interest
            self.put_off[place] = interest if place < self.free else 0
            interest = 0 if place < self.free else interest
            line.asked["principal"] = part
            line.asked["interest"] = interest + self.deferred_to(place) + line.brought_interest

    def flat_interest(self, place):
        begin = self.bearing_from(place)
        return self.amount * self.rate(begin) / 100 * self.share(place, begin, self.dues[place])

    def wanted(self, place, balance, interest):
        return self.out_of(self.regular[place], balance, interest)

    def out_of(self, regular, balance, interest):
        if self.deal.method == "level":
            return balance if balance + interest <= regular else max(regular - interest, 0)
        return regular

    def regular_for(self, place, balance, own, known):
        """What each line from `place` on pays: the level instalment, or the equal part of principal."""
        if self.deal.method == "level":
            return self.level_for(balance, place, own, known)
        return self.round(Fraction(balance, self.number - place))

    def fresh_lines(self):
        lines = [Line(due, dict.fromkeys(PARTS, 0)) for due in self.dues]
        lines[0].brought_interest, lines[0].brought_penalty = self.brought["interest"], self.brought["penalty"]
        lines[0].asked |= {"fee": self.brought["fee"], "penalty": self.brought["penalty"]}
        self.anew, self.regular, self.pending, self.put_off, self.ended = True, {}, {}, {}, None
        self.less, self.credit, self.credits, self.unspread = [], 0, {}, {}
        if self.deal.method == "flat":
            self.plan_flat(lines)
        else:
            self.plan(lines, 0, self.amount, [])
        if self.on_top:
            days = Fraction((self.dues[0] - self.start).days, (self.dues[0] - self.begins[0]).days)
            own = lines[0].asked["interest"] - self.brought["interest"]
            lines[0].asked["interest"] = self.brought["interest"] + self.round(own * days)
        self.own_interest = [line.asked["interest"] - line.brought_interest for line in lines]
        ahead = self.ahead
        for line, own in zip(lines, self.own_interest, strict=True):
            line.asked["interest"] -= min(ahead, own)
            line.brought_interest -= min(ahead, own)
            ahead -= min(ahead, own)
        self.own_balance = [
            self.amount
            + sum(amount for on, amount in self.tranches if place and on < self.dues[place - 1])
            - sum(one.asked["principal"] for one in lines[:place])
            for place in range(self.number)
        ]
        return lines

    # Living through the days ---------------------------------------------------------------------------------------

    def live_to(self, last):
        """Everything as it stands at the end of `last`: self.lines, self.held, and self.split by key of the money."""
        self.lines, self.held, self.split, self.carry = self.fresh_lines(), self.held_at_start, {}, []
        self.used_held = dict.fromkeys(PARTS, 0)
        days = [on for on, _amount in self.money.values()]
        last = max([last, *days])
        day = min([self.start, *days])  # interest paid ahead may make a new schedule begin later than its money
        while day <= last:
            self.fine_of(day)
            for on, part, amount in self.waivers:
                if on == day:
                    self.waive(part, amount, day)
            self.receive(day)
            for on, amount in self.refunds:
                self.held -= amount if on == day else 0
            day += timedelta(days=1)
        return self

    def fine_of(self, day):
        """The night before `day` costs what was overdue then, once the days of grace are over."""
        for line in self.lines:
            if day > line.due + timedelta(days=self.deal.grace_days):
                line.fine += line.open("principal") * self.deal.penalty / 36500
                if self.deal.cap is not None:
                    line.fine = min(line.fine, line.asked["principal"] * self.deal.cap / 100)
            line.asked["penalty"] = line.brought_penalty + rounded(line.fine) - line.forgone

    def waive(self, part, amount, day):
        for line in self.lines:
            if line.due <= day:
                less = min(amount, line.open(part))
                line.asked[part] -= less
                line.forgone += less if part == "penalty" else 0
                amount -= less

    def receive(self, day):
        keys = [key for key, (on, _amount) in sorted(self.money.items()) if on == day]
        for key in keys:
            self.split[key] = dict.fromkeys((*PARTS, "held"), 0)
        came = [(key, self.money[key][1]) for key in keys]
        due = any(line.unpaid for line in self.lines if line.due <= day)
        uses_held = self.deal.lowers or self.deal.prepay != "next_instalments"
        if not came and not (uses_held and due):
            return
        purse = [[None, self.held if uses_held else 0], *[[key, amount] for key, amount in came]]
        before = purse[0][1]
        for line in self.lines:
            if line.due <= day:
                self.pay(line, purse)
        if purse_of(purse):
            self.early(day, purse)
        self.held += purse[0][1] - before
        for key, rest in purse[1:]:
            self.split[key]["held"] = rest
            self.held += rest

    def pay(self, line, purse):
        for part in self.deal.order:
            for pocket in purse:
                amount = min(pocket[1], line.open(part))
                pocket[1] -= amount
                line.paid[part] += amount
                (self.used_held if pocket[0] is None else self.split[pocket[0]])[part] += amount

    def early(self, day, purse):
        coming = [place for place, line in enumerate(self.lines) if line.due > day and line.unpaid]
        if not coming:
            return
        if self.deal.reshapes and not self.deal.lowers:
            self.reshape(day, purse, coming)
            return
        costs = self.rest(day, coming)
        if purse_of(purse) >= costs and not self.lent_after(day):
            interest = costs - sum(line.unpaid - line.open("interest") for line in (self.lines[one] for one in coming))
            for place in coming if self.deal.early_interest != "schedule" else ():
                line = self.lines[place]
                line.asked["interest"], line.closed = line.paid["interest"] + interest, day
                interest = 0
        elif self.deal.lowers:
            self.lower(day, purse, coming)
            return
        elif self.deal.prepay == "hold":
            return
        for place in coming:
            self.pay(self.lines[place], purse)

    def rest(self, day, coming):
        """What the coming lines cost when everything is repaid on `day`."""
        lines = [self.lines[place] for place in coming]
        other = sum(line.unpaid - line.open("interest") for line in lines)
        if self.deal.reshapes:
            first = lines[0]
            balance = sum(line.open("principal") for line in lines) - self.lent_after(day)
            other -= self.lent_after(day)
            return other + first.brought_interest + self.borne(day, coming[0], balance)
        if self.deal.early_interest == "schedule":
            return other + sum(line.open("interest") for line in lines)
        later = self.lines[coming[0] :]
        brought, paid = sum(line.brought_interest for line in later), sum(line.paid["interest"] for line in later)
        return other + max(self.accrued(day, coming[0]) + brought - paid, 0)

    def accrued(self, day, unpaid):
        """The interest of the schedule for the days gone by that the lines from `unpaid` on ask for."""
        place = next(place for place, line in enumerate(self.lines) if line.due > day)
        found = 0
        if self.deal.free_kind == "deferred" and unpaid <= self.free:
            found = sum(self.put_off[one] for one in range(min(place, self.free)))
        elif place < unpaid:
            return 0
        return found + self.accrued_of(place, day)

    def accrued_of(self, place, day):
        """Of the period at hand, whose first day is not charged on that day."""
        if day < self.start or (place < self.free and self.deal.free_kind == "waived"):
            return 0
        today, whole = (
            day,
            self.put_off[place] if place < self.free else self.own_interest[place] - self.deferred_to(place),
        )
        begin = self.start if place == 0 else self.begins[place]
        if self.deal.early_interest == "period_end":
            if place and day == begin:
                return 0
            day = self.dues[place]
        if (self.on_top and place == 0) or self.deal.method == "flat":
            days = Fraction(max((day - begin).days, 0), (self.dues[place] - begin).days)
            return rounded(whole * days)
        begin = self.bearing_from(place)
        return sum(self.round(piece) for piece in self.walk(self.own_balance[place], place, begin, day, rates_to=today))

    def wanted_on(self, day, place, balance, interest):
        """What a coming line repays that is closed on `day`, as far as tranches are known then."""
        since = self.since_of(place)
        if self.pending[place] or self.changed(since, day):
            begin = balance - sum(amount for on, amount in self.tranches if since < on <= day)
            eve = day - timedelta(days=1)
            own = self.shown(place, self.pieces(begin, since, self.dues[place], day, eve))
            return self.out_of(self.regular_for(place, balance, own, eve), balance, interest)
        return self.out_of(self.regular[place - 1], balance, interest)

    def since_of(self, place):
        """From when a coming line bears interest: from the closing of the line before it, or from its own begin."""
        closed = self.lines[place - 1].closed if place else None
        return closed or self.bearing_from(place)

    def pieces(self, balance, since, until, last=date.max, rates_to=date.max):
        """Unrounded interest from a day on, on the balance of that evening, cut at the due dates and by tranches."""
        found = []
        for place in range(self.number):
            begin, end = max(since, self.bearing_from(place)), min(until, self.dues[place])
            if begin < end:
                before = sum(amount for on, amount in self.events if since < on < begin and on <= last)
                found += self.walk(balance + before, place, begin, end, since, last, rates_to)
        return found

    def interest_until(self, day, place, balance):
        """The interest of a coming line to `day`."""
        since = self.since_of(place)
        # What came after that morning was not owed yet then; after a closing that day's own tranche was.
        balance -= sum(amount for on, amount in self.events if since < on <= day)
        pieces = self.pieces(balance, since, day)
        return sum(
            self.round(piece) for piece in (pieces if self.deal.free_kind == "deferred" else self.shown(place, pieces))
        )

    def borne(self, day, unpaid, balance):
        """The interest to `day` that the lines from `unpaid` on ask for, with what a grace has deferred until then."""
        if self.deal.free_kind == "waived" or unpaid > self.free:
            return self.interest_until(day, unpaid, balance)
        place = next(place for place, line in enumerate(self.lines) if line.due > day)
        return sum(self.put_off[one] for one in range(min(place, self.free))) + self.interest_until(day, place, balance)

    def lower(self, day, purse, coming):
        """All of the money is principal of the coming line, or more of that of today."""
        if any(line.due == day and not line.closed for line in self.lines):
            self.reshape(day, purse, coming)
            return
        place = next(place for place, one in enumerate(self.lines) if one.due > day)
        line = self.lines[place]
        amount = min(purse_of(purse), sum(one.open("principal") for one in self.lines) - self.lent_after(day))
        if not amount:
            return
        begin = self.bearing_from(place)
        owed = self.amount + sum(part for on, part in self.tranches if on < begin)
        self.less.append((day, amount))
        line.lowered, self.anew, self.credit = day, self.pending[place], self.credits[place]
        self.plan(self.lines, place, owed - sum(one.asked["principal"] for one in self.lines[:place]), [])
        for pocket in purse:
            paid = min(pocket[1], amount)
            pocket[1] -= paid
            amount -= paid
            line.paid["principal"] += paid
            (self.used_held if pocket[0] is None else self.split[pocket[0]])["principal"] += paid

    def reshape(self, day, purse, coming):
        today = next((place for place, line in enumerate(self.lines) if line.due == day and not line.closed), None)
        left = purse_of(purse)
        if today is not None:
            more = min(left, sum(line.open("principal") for line in self.lines) - self.lent_after(day))
            line = self.lines[today]
            line.asked["principal"] += more
            balance = sum(one.open("principal") for one in self.lines[today + 1 :]) - more - self.lent_after(day)
            self.carry = []
            self.credit = self.credits.get(today + 1, 0) + (more if self.deal.prepay == "next_instalments" else 0)
            self.replan(today + 1, balance, day, more > 0)
            self.pay(line, purse)
            return
        place = next(place for place, one in enumerate(self.lines) if one.due > day and not one.closed)
        line = self.lines[place]
        balance = sum(self.lines[one].open("principal") for one in coming) - self.lent_after(day)
        interest = self.interest_until(day, place, balance)
        extras = line.open("fee") + line.open("penalty") + line.brought_interest
        most = min(left - extras, balance + interest)
        wanted = 0 if place < self.grace else self.wanted_on(day, place, balance, interest)
        if place == self.number - 1:
            wanted = balance
        if place == self.number - 1 and self.lent_after(day):
            return
        if most < max(min(wanted, balance) + interest, 1):
            return
        principal = most - interest
        line.asked["interest"], line.asked["principal"], line.closed = interest + line.brought_interest, principal, day
        # Between closing and its due date the lowered balance bears interest, which the next line shows.
        self.carry = self.pieces(balance - principal, day, line.due)
        self.replan(place + 1, balance - principal, day, principal > min(wanted, balance))
        self.pay(line, purse)

    def replan(self, place, balance, day, more):
        """The lines from `place` on over what is left; `more`: was more paid than the line before it asked for?"""
        if place >= self.number:
            return
        # The instalment is found when the first line repays principal: money that comes before then lowers it.
        self.anew = (more and self.deal.prepay == "reduce_instalment") or place <= self.grace
        self.plan(self.lines, place, balance, self.carry, day)

    # What it comes to ----------------------------------------------------------------------------------------------

    @property
    def principal(self):
        return sum(line.open("principal") for line in self.lines)

    @property
    def done(self):
        return all(not line.unpaid for line in self.lines)

    def received(self, part):
        """What all money brought for one part; `held` is what was kept of it before any was used."""
        return sum(split[part] for split in self.split.values())


def purse_of(purse):
    return sum(rest for _key, rest in purse)
