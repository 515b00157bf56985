"""What the pages say about an application: the answer of its cash flow, its jobs, its next step. Reads only."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from django.db.models import Prefetch
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applicants import cashflow
from applicants.conditions import (
    TEXT_SECTIONS,
    call_open,
    cash_flow_gap,
    cofinancing_reached,
    cofinancing_share,
    consent_recorded,
    least_own_amount,
    open_sections,
    training_done,
    wanted_documents,
    wanted_sections,
    within_ceiling,
)
from applicants.models import Application, Document, Evidence
from ledger.money import Money, shown
from pages.templatetags.seedbed import locale_of

SECTIONS = {
    "changes": gettext_lazy("What changed"),
    "summary": gettext_lazy("The business in a few sentences"),
    "product": gettext_lazy("Product"),
    "market": gettext_lazy("Market"),
    "people": gettext_lazy("People"),
    "risks": gettext_lazy("Risks"),
    "investments": gettext_lazy("What to buy"),
    "cash_flow": gettext_lazy("Money in and out, month by month"),
    "finance": gettext_lazy("Where the own part comes from"),
    "jobs": gettext_lazy("Jobs now and planned"),
    "documents": gettext_lazy("Documents"),
}
# What the queue and the page tell the adviser to do next.
TO_DO = {
    "changes": gettext_lazy("Say what changed"),
    "summary": gettext_lazy("Describe the business"),
    "product": gettext_lazy("Describe the product"),
    "market": gettext_lazy("Describe the market"),
    "people": gettext_lazy("Say who works there"),
    "risks": gettext_lazy("Name the risks"),
    "investments": gettext_lazy("List what to buy"),
    "cash_flow": gettext_lazy("Finish the cash flow"),
    "finance": gettext_lazy("Say where the own part comes from"),
    "jobs": gettext_lazy("Write down the jobs"),
    "documents": gettext_lazy("Add the documents"),
}

# What keeps a complete plan from being submitted, in the order of its facts, and what to do about it.
SUBMIT_STEPS = (
    (consent_recorded, gettext_lazy("Record the consent of the applicant")),
    (call_open, gettext_lazy("Ask the programme manager about the call")),
    (within_ceiling, gettext_lazy("Change what is asked for")),
    (cofinancing_reached, gettext_lazy("Raise the own part")),
    (training_done, gettext_lazy("Have the training completed, or ask for it to be waived")),
)


def submit_blocked(application):
    """(what to do, what is missing) of the first fact that keeps a complete plan from being submitted, or None."""
    for condition, step in SUBMIT_STEPS:
        missing = condition.missing(application)
        if missing:
            return step, missing
    return None


def for_case(queryset):
    """The application rows with everything that a case page reads, in a fixed number of queries."""
    documents = Prefetch("documents", Document.objects.select_related("evidence"))
    return queryset.select_related(
        "programme",
        "call",
        "window",
        "region",
        "applicant__village__district__region",
        "business",
        "adviser",
        "repeat_of",
        "plan",
    ).prefetch_related(
        documents, "investments", "cash_lines", "finance_sources", "job_plans", "opinions__given_by", "call__documents"
    )


def months_from(first):
    """Twelve first days of months from `first`."""
    return [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(12)]


@dataclass
class Section:
    code: str
    label: str
    is_open: bool
    shape: str
    word: str
    why: str = ""


class Case:
    """One application as its pages print it."""

    def __init__(self, application):
        self.application = application

    @cached_property
    def plan(self):
        return getattr(self.application, "plan", None)

    @cached_property
    def open(self):
        return open_sections(self.application)

    @cached_property
    def sections(self):
        started = self._started()
        found = []
        for code in wanted_sections(self.application):
            is_open = code in self.open
            word = (_("Not finished") if code in started else _("Not started")) if is_open else _("Done")
            shape = ("wait" if code in started else "start") if is_open else "done"
            why = self.flow_gap if code == "cash_flow" else ""
            found.append(Section(code, SECTIONS[code], is_open, shape, word, why))
        return found

    def _started(self):
        rows = {
            "investments": self.application.investments,
            "cash_flow": self.application.cash_lines,
            "finance": self.application.finance_sources,
            "jobs": self.application.job_plans,
            "documents": self.application.documents,
        }
        return {code for code, manager in rows.items() if manager.all()}

    @property
    def done_count(self):
        return sum(not section.is_open for section in self.sections)

    def after(self, code):
        """The section that follows `code`, or None after the last."""
        codes = [section.code for section in self.sections]
        if code not in codes or code == codes[-1]:
            return None
        return codes[codes.index(code) + 1]

    # Money --------------------------------------------------------------------------------------------------------

    def shown(self, minor):
        return shown(minor, self.application.currency)

    @property
    def asked(self):
        return Money(self.application.asked_amount, self.application.currency)

    @property
    def own(self):
        return Money(self.application.own_amount, self.application.currency)

    @property
    def own_share(self):
        """Percent of the own part in the whole cost, one decimal; None when there is none."""
        if not self.application.own_amount:
            return None
        share = cofinancing_share(self.application.own_amount, self.application.asked_amount, "share_of_total")
        return share.quantize(Decimal("0.1"))

    @cached_property
    def investments(self):
        return list(self.application.investments.all())

    @cached_property
    def months(self):
        first = self.plan.first_month if self.plan and self.plan.first_month else self.application.started_on
        return months_from(first.replace(day=1))

    @cached_property
    def month_names(self):
        return [format_date(month, "LLLL", locale=locale_of()) for month in self.months]

    @cached_property
    def month_heads(self):
        return [format_date(month, "LLL y", locale=locale_of()) for month in self.months]

    @property
    def month_rows(self):
        return list(zip(self.month_heads, self.flow.months, strict=True))

    @cached_property
    def month_letters(self):
        """The names under the chart, as short as they come."""
        return [format_date(month, "LLL", locale=locale_of()) for month in self.months]

    @property
    def instalment(self):
        return Money(self.flow.instalment, self.application.currency)

    @property
    def finance_total(self):
        return sum(source.amount for source in self.application.finance_sources.all())

    @property
    def cofinancing(self):
        """(reached, sentence) of the window's minimum; None when it asks for none."""
        window = self.application.window
        if not window.cofinancing_pct:
            return None
        missing = cofinancing_reached.missing(self.application)
        least = Money(least_own_amount(self.application.asked_amount, window), self.application.currency)
        reached = _("The own part must be at least %(least)s beside %(asked)s, and it is.") % {
            "least": least,
            "asked": self.asked,
        }
        return {"reached": not missing, "sentence": missing or reached}

    @cached_property
    def lines(self):
        return [cashflow.Line(line.kind, line.label, tuple(line.months)) for line in self.application.cash_lines.all()]

    @property
    def flow_gap(self):
        """What a cash flow that is begun lacks, in a sentence; "" when it lacks nothing."""
        return (cash_flow_gap(self.application) or "") if self.lines else ""

    @cached_property
    def terms(self):
        return {
            "cash_at_start": self.plan.cash_at_start_amount if self.plan else 0,
            "instalment": self.plan.instalment_amount if self.plan else 0,
            "instalments": self.application.term_months,
        }

    @cached_property
    def flow(self):
        return cashflow.work_out(self.lines, **self.terms)

    @cached_property
    def answer(self):
        return cashflow.answer(self.lines, names=self.month_names, shown=self.shown, **self.terms)

    @property
    def question(self):
        if not self.flow.instalment:
            return _("Does the business stay above zero?")
        return _("Can the business pay %(amount)s each month?") % {"amount": self.shown(self.flow.instalment)}

    # Jobs, people, before -----------------------------------------------------------------------------------------

    @cached_property
    def jobs(self):
        return list(self.application.job_plans.all())

    def full_time(self, jobs, on):
        """Full-time equivalents of `jobs`, one decimal, by the programme's definition on that day."""
        definition = self.application.programme.definition_at(on)
        whole = definition.full_time_hours if definition else Decimal(40)
        total = sum((job.hours_per_week * job.posts for job in jobs), Decimal(0))
        return (total / whole).quantize(Decimal("0.1"))

    @property
    def jobs_text(self):
        if not self.jobs:
            return ""
        on = self.application.submitted_on or self.application.started_on
        now = [job for job in self.jobs if job.exists_now]
        new = [job for job in self.jobs if not job.exists_now]
        text = _("Now %(now)s FTE, with the money %(then)s FTE.") % {
            "now": self.full_time(now, on),
            "then": self.full_time(self.jobs, on),
        }
        women = sum(job.for_women for job in new)
        if women:
            text += " " + ngettext(
                "%(count)s new post is for a woman.", "%(count)s new posts are for women.", women
            ) % {"count": women}
        return text

    @cached_property
    def opinion(self):
        return next((row for row in self.application.opinions.all() if row.revision == self.application.revision), None)

    @cached_property
    def verification(self):
        return self.application.verifications.select_related("visited_by").prefetch_related("jobs").first()

    @cached_property
    def before(self):
        """Earlier applications of the same applicant in this programme that were decided, newest first."""
        rows = Application.objects.filter(
            programme=self.application.programme_id,
            applicant=self.application.applicant_id,
            state__in=[Application.State.APPROVED, Application.State.REJECTED, Application.State.INELIGIBLE],
        )
        return list(rows.exclude(pk=self.application.pk).order_by("-pk")[:5])

    @cached_property
    def documents(self):
        """Required documents with the files that answer them: (label, code, [Document])."""
        given = {}
        for document in self.application.documents.all():
            given.setdefault(document.code, []).append(document)
        wanted = wanted_documents(self.application)
        found = [(row.label, row.code, given.pop(row.code, [])) for row in wanted]
        labels = {row.code: row.label for row in self.application.call.documents.all()}
        found += [(labels.get(code, _("Other documents")), code, rows) for code, rows in given.items()]
        return found

    @cached_property
    def photos(self):
        rows = Evidence.objects.filter(case_ref=self.application.ref, purpose="field_photo", withdrawn_on=None)
        return list(rows.order_by("pk"))

    @property
    def has_more(self):
        """Something is written besides the summary."""
        return bool(self.jobs) or any(code != "summary" for code, _label, _text in self.texts)

    @property
    def texts(self):
        """The written parts of the plan that say something: (code, label, text)."""
        if self.plan is None:
            return []
        rows = [(code, SECTIONS[code], getattr(self.plan, code)) for code in TEXT_SECTIONS]
        rows.append(("export", _("Export and imports replaced"), self.plan.export))
        return [row for row in rows if row[2]]


def next_step(case, today):
    """(what comes next, a second sentence) for the head of the page; None when nothing is awaited here."""
    application = case.application
    state = Application.State(application.state)
    if state in Application.EDITABLE:
        return _next_for_adviser(case, state, today)
    if state == Application.State.SUBMITTED:
        return _("Next: the secretary checks whether it is eligible."), ""
    if state == Application.State.ELIGIBLE:
        if case.verification is None:
            return _("Next: somebody visits the business."), _("The committee sees it after that.")
        if case.opinion is None:
            return _("Next: the adviser gives an opinion."), _("The committee sees it after that.")
        return _("Next: it goes into a session of the committee."), ""
    if state == Application.State.UNDER_REVIEW:
        return _("Next: the committee decides."), ""
    if state == Application.State.RESERVE:
        return _("Next: it waits on the reserve list until there is money."), ""
    return None


def _next_for_adviser(case, state, today):
    closes = case.application.call.closes_on
    until = ""
    if closes:
        until = _("The call is open until %(day)s.") if closes >= today else _("The call closed on %(day)s.")
        until = until % {"day": f"{closes:%d.%m.%Y}"}
    blocked = None if case.open else submit_blocked(case.application)
    if case.open:
        step = TO_DO[case.open[0]]
    elif blocked:
        step, missing = blocked
        until = f"{missing} {until}".strip()
    elif state == Application.State.RETURNED:
        step = _("Submit it again")
    else:
        step = _("Check the answers and submit")
    return _("Next: %(step)s.") % {"step": str(step)[:1].lower() + str(step)[1:]}, until
