"""Requests for relief as committees and pages read them: what is asked for in words, and what waits for a session."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applicants.models import Application
from audit.refusals import Refusal
from ledger.money import Money
from loans.models import Loan, ReliefRequest, Waiver
from loans.new_schedule import check_waiver, owed_on, proposed_rows, rows_at_rate
from loans.reading import figures_of
from loans.services.requests import open_request, take_back, take_before
from programmes.clock import today
from programmes.models import Call
from selection.motions import Ask, Matter, Table, register

MATTER = "loan_relief"
# What a session page offers at once; what waits longer comes first.
MOST = 100


def facts_of(request, on):
    """The plain values that the committee reads, as of `on`. Amounts: minor units. Raises Invalid for stale terms."""
    loan, owed = request.loan, owed_on(request.loan, on)
    instalments = list(loan.instalments.filter(version=loan.current_version).in_turn())
    found = {
        "kind": request.kind,
        "loan": loan.ref,
        "currency": loan.currency,
        "as_of": on.isoformat(),
        "lent": loan.amount,
        "principal": owed.principal,
        "interest": owed.interest,
        "charges": owed.charges,
        "days_late": figures_of(loan, instalments, on).days_late,
        "rescheduled": loan.ever_rescheduled,
    }
    if request.kind == ReliefRequest.Kind.RESCHEDULE:
        rows = proposed_rows(loan, on=on, **request.terms)
        found |= {
            "instalments": request.instalments_number,
            "grace": request.grace_months,
            "capitalise": request.capitalise,
            "before": loan.matures_on.isoformat(),
            "rows": _as_facts(rows),
        }
    elif request.kind == ReliefRequest.Kind.WAIVE:
        check_waiver(loan, on=on, **request.terms)
        found |= {"component": request.component, "waived": request.waived_amount}
    elif request.kind == ReliefRequest.Kind.RATE:
        found |= {
            "rate": str(request.annual_rate_pct),
            "rate_before": str(loan.annual_rate_pct),
            "rows": _as_facts(rows_at_rate(loan, on=on, **request.terms)),
        }
    return found


def _as_facts(rows):
    return [[row.due.isoformat(), row.principal, row.interest, row.fee + row.penalty] for row in rows]


def _waiting_rows(session):
    """Requests about active loans of the programme; none for a committee that does not decide on loans."""
    if session.call.instrument != Call.Instrument.LOAN:
        return ReliefRequest.objects.none()
    return ReliefRequest.objects.filter(
        state=ReliefRequest.State.ASKED, loan__state=Loan.State.ACTIVE, loan__programme=session.programme_id
    )


def count(session):
    return _waiting_rows(session)[:MOST].count()


def waiting(session):
    """The Ask of each request that the session could decide on, with the facts of today."""
    parents = ("application__applicant", "application__window", "programme", "borrower", "product", "line")
    rows = _waiting_rows(session).select_related(*(f"loan__{name}" for name in parents))
    return [_ask(row) for row in rows.order_by("asked_on", "pk")[:MOST]]


def _ask(request):
    facts, why_not = {}, ""
    try:
        facts = facts_of(request, today(request.programme))
    except Refusal as refusal:
        why_not = f"{request.ref}: {refusal.sentence}"
    loan = request.loan
    return Ask(
        subject_ref=request.ref,
        name=str(loan.application.applicant),
        applications=Application.objects.filter(pk=loan.application_id),
        asked_by_id=request.asked_by_id,
        amounts={loan.currency: request.amount},
        facts=facts,
        why_not=why_not,
    )


def request_of(subject_ref):
    return ReliefRequest.objects.select_related("loan__application").get(ref=subject_ref)


def taken(subject_ref, *, motion, on, by):
    take_before(request=request_of(subject_ref), motion=motion, on=on, by=by)


def returned(subject_ref, *, on, by):
    take_back(request=request_of(subject_ref), on=on, by=by)


def moved_on(subject_ref):
    """Why the committee's decision stands for good, or ""."""
    request = request_of(subject_ref)
    other = open_request(request.loan)
    if other not in (None, request):
        words = {"ref": request.ref, "other": other.ref}
        return _("%(other)s was asked for since the committee decided on %(ref)s.") % words
    return no_longer_decided(request)


def no_longer_decided(request):
    """A sentence for a request that went on after the committee's decision, or ""."""
    if request.state in (request.State.APPROVED, request.State.REFUSED):
        return ""
    words = {"ref": request.ref, "state": request.state_label}
    return _("%(ref)s has moved on since: it is in the state “%(state)s”.") % words


def apart(subject_refs):
    """Whoever signed the contract or advised on it before a handover takes no part."""
    return hands_in(ReliefRequest.objects.filter(ref__in=subject_refs), "ref")


def hands_in(rows, ref):
    """[(reference, id)] of who signed the contract of the `loan` of these rows, or handed it to another adviser."""
    signed = rows.exclude(loan__signed_by=None).values_list(ref, "loan__signed_by")
    handed = rows.filter(loan__handovers__isnull=False).values_list(ref, "loan__handovers__handover__giver")
    return [*signed.order_by().distinct(), *handed.order_by().distinct()]


def about(facts):
    return ""


def title(facts):
    kind = ReliefRequest.Kind(facts["kind"]).label
    return _("%(kind)s, loan %(loan)s") % {"kind": kind, "loan": facts["loan"]}


def rows(motion):
    """[(label, text)] of what the members read; the reason is read from the request, where it can be forgotten.

    So is a death or a move abroad: it stands on the page, and not in the minutes.
    """
    request = request_of(motion.subject_ref)
    asked = f"{motion.asked_by}, {request.asked_on:%d.%m.%Y}"
    happened = [
        (event.get_kind_display(), f"{event.happened_on:%d.%m.%Y}")
        for event in request.loan.life_events.order_by("happened_on", "pk")
    ]
    return [(_("Why"), request.reason), *happened, (_("Asked for by"), asked), *told(motion.facts)]


def told(facts):
    """[(label, text)] of the facts alone, which the minutes keep: what is owed, and the terms that are asked for."""
    currency, late = facts["currency"], facts["days_late"]

    def money(name):
        return str(Money(facts[name], currency))

    found = [
        (_("Lent"), money("lent")),
        (_("Principal owed"), money("principal")),
        (_("Interest due and unpaid"), money("interest")),
        (_("Fees and penalties unpaid"), money("charges") if facts["charges"] else ""),
        (_("Late"), ngettext("%(count)s day", "%(count)s days", late) % {"count": late} if late else _("Not late")),
        (_("Rescheduled before"), _("yes") if facts["rescheduled"] else _("no")),
    ]
    if facts["kind"] == ReliefRequest.Kind.RESCHEDULE:
        found += _terms(facts)
    elif facts["kind"] == ReliefRequest.Kind.WAIVE:
        component = Waiver.Component(facts["component"]).label
        found.append((_("To be waived"), f"{component}, {money('waived')}"))
    elif facts["kind"] == ReliefRequest.Kind.RATE:
        rates = {"before": _rate(facts["rate_before"]), "after": _rate(facts["rate"])}
        found.append(
            (_("Interest a year"), _("%(before)s%% now, %(after)s%% from the day on which it is put in force") % rates)
        )
    return [(label, text) for label, text in found if text]


def _terms(facts):
    schedule = facts["rows"]
    return [
        (_("Instalments from now"), str(facts["instalments"])),
        (_("First new instalment"), _day(schedule[0][0])),
        (_("First months without principal"), str(facts["grace"]) if facts["grace"] else ""),
        (_("Unpaid interest becomes principal"), _("yes") if facts["capitalise"] else ""),
        (_("Last instalment before"), _day(facts["before"])),
        (_("Last instalment after"), _day(schedule[-1][0])),
        (_("Interest of the new schedule"), str(Money(sum(row[2] for row in schedule), facts["currency"]))),
    ]


def _rate(text):
    return f"{Decimal(text).normalize():f}"


def _day(text):
    return f"{date.fromisoformat(text):%d.%m.%Y}"


def table(facts):
    """The schedule as it was shown to the committee; None for an end. Charges where there are any."""
    if not facts.get("rows"):
        return None
    charged = any(row[3] for row in facts["rows"])
    head = [_("Due"), _("Principal"), _("Interest"), *([_("Fees, penalties")] if charged else []), _("Instalment")]
    lines = []
    for due, principal, interest, other in facts["rows"]:
        parts = [principal, interest, *([other] if charged else []), principal + interest + other]
        lines.append([_day(due), *(Money(part, facts["currency"]) for part in parts)])
    return Table(_("The schedule as it would be"), head, lines)


def connect():
    register(
        Matter(MATTER, waiting, count, taken, returned, moved_on, apart, about, title, rows, told, table),
    )
