"""The twelve months of a plan: totals, running cash, and the plain answer. Pure: whole minor units in and out."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MONTHS = 12
INCOMING = ("sales", "other_in")


@dataclass(frozen=True)
class Line:
    """One line of the plan; `months` are twelve amounts of at least zero."""

    kind: str
    label: str
    months: tuple


@dataclass(frozen=True)
class Month:
    """One month: what comes in, goes out and is left; the instalment; the cash when the month ends."""

    number: int
    money_in: int
    money_out: int
    instalment: int
    cash: int

    @property
    def left(self):
        return self.money_in - self.money_out

    @property
    def after(self):
        return self.left - self.instalment


@dataclass(frozen=True)
class Flow:
    """Twelve months with their totals, and the answer to “can she pay the instalment?”."""

    months: tuple
    instalment: int

    @property
    def total_in(self):
        return sum(month.money_in for month in self.months)

    @property
    def total_out(self):
        return sum(month.money_out for month in self.months)

    @property
    def total_left(self):
        return sum(month.left for month in self.months)

    @property
    def total_instalments(self):
        return sum(month.instalment for month in self.months)

    @property
    def total_after(self):
        return sum(month.after for month in self.months)

    @property
    def asked(self):
        """The months that the answer is about: those with an instalment, or all of them when there is none."""
        return [month for month in self.months if month.instalment] or list(self.months)

    @property
    def short(self):
        """Months that end below zero although everything saved before is used."""
        return [month for month in self.months if month.cash < 0]

    @property
    def from_savings(self):
        """Months that pay out of what was saved before."""
        return [month for month in self.asked if month.after < 0 <= month.cash]

    @property
    def can_pay(self):
        return not self.short

    @property
    def starts(self):
        """The first month from which on every month is paid; None when the last month is short."""
        last_short = max((month.number for month in self.short), default=-1)
        return next((month for month in self.asked if month.number > last_short), None)

    @property
    def tightest(self):
        """The month with the least left over; when months are short, the one that is deepest below zero."""
        if self.short:
            return min(self.short, key=lambda month: (month.cash, month.number))
        return min(self.asked, key=lambda month: (month.after, month.number))


def work_out(lines, *, cash_at_start=0, instalment=0, instalments=None, first=1):
    """The Flow of `lines`. The instalment falls due from month `first` (0 is the first), `instalments` times."""
    cash = cash_at_start
    months = []
    last = MONTHS if instalments is None else min(MONTHS, first + instalments)
    for number in range(MONTHS):
        money_in = sum(line.months[number] for line in lines if line.kind in INCOMING)
        money_out = sum(line.months[number] for line in lines if line.kind not in INCOMING)
        due = instalment if first <= number < last else 0
        cash += money_in - money_out - due
        months.append(Month(number, money_in, money_out, due, cash))
    return Flow(tuple(months), instalment)


def with_less_sales(lines, percent):
    """The same lines with sales lower by `percent`, each month rounded down to a whole minor unit."""
    return [
        replace(line, months=tuple(amount * (100 - percent) // 100 for amount in line.months))
        if line.kind == "sales"
        else line
        for line in lines
    ]


@dataclass(frozen=True)
class Answer:
    """What the page says over the table: a word, and the sentences that prove it. `mark`: yes, wait or no."""

    mark: str
    word: str
    sentences: list

    @property
    def text(self):
        return " ".join([self.word, *self.sentences])


def answer(lines, *, names, shown, cash_at_start=0, instalment=0, instalments=None, first=1):
    """The Answer for twelve month `names` in the reader's language; `shown` prints an amount of minor units."""
    terms = {"cash_at_start": cash_at_start, "instalment": instalment, "instalments": instalments, "first": first}
    flow = work_out(lines, **terms)
    mark, word = _word(flow, names)
    sentences = [_tightest(flow, names, shown)]
    saved = flow.from_savings
    if flow.can_pay and saved:
        sentences.append(
            ngettext(
                "%(count)s month is paid out of what was saved before.",
                "%(count)s months are paid out of what was saved before.",
                len(saved),
            )
            % {"count": len(saved)}
        )
    if flow.can_pay:
        sentences.extend(_if_sales_fall(lines, names, terms))
    return Answer(mark, word, sentences)


def _word(flow, names):
    if not any(month.money_in or month.money_out for month in flow.months):
        return "no", _("Nothing is written yet.")
    starts = flow.starts
    if starts is None:
        return "no", _("No.")
    if flow.can_pay:
        if not flow.instalment:
            return "yes", _("Yes, in every month.")
        return "yes", _("Yes, from %(month)s.") % {"month": names[starts.number]}
    return "wait", _("Not at first. From %(month)s, yes.") % {"month": names[starts.number]}


def _tightest(flow, names, shown):
    month = flow.tightest
    words = {"month": names[month.number]}
    if month.cash < 0:
        words |= {"amount": shown(-month.cash), "count": len(flow.short)}
        return (
            ngettext(
                "%(count)s month is short. The tightest is %(month)s: %(amount)s is missing.",
                "%(count)s months are short. The tightest is %(month)s: %(amount)s is missing.",
                len(flow.short),
            )
            % words
        )
    if month.after < 0:
        words |= {"amount": shown(-month.after), "cash": shown(month.cash)}
        return (
            _("The tightest month is %(month)s: it spends %(amount)s of the savings, and %(cash)s remains in hand.")
            % words
        )
    words["amount"] = shown(month.after)
    if month.instalment:
        return _("The tightest month is %(month)s: %(amount)s is left after the instalment.") % words
    return _("The tightest month is %(month)s: %(amount)s is left.") % words


def _if_sales_fall(lines, names, terms):
    """What a bad year does: the mildest fall that breaks the plan, and the fall before it."""
    held = None
    for percent in (5, 10, 20):
        flow = work_out(with_less_sales(lines, percent), **terms)
        if not flow.can_pay:
            if held:
                yield _("If sales fall by %(percent)s%% the answer is still yes.") % {"percent": held}
            count = len(flow.short)
            yield ngettext(
                "If they fall by %(percent)s%%, %(count)s month is short: %(first)s.",
                "If they fall by %(percent)s%%, %(count)s months are short, from %(first)s to %(last)s.",
                count,
            ) % {
                "percent": percent,
                "count": count,
                "first": names[flow.short[0].number],
                "last": names[flow.short[-1].number],
            }
            return
        held = percent
    yield _("If sales fall by %(percent)s%% the answer is still yes.") % {"percent": held}
