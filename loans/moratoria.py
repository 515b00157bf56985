"""Moratoria as committees read them: how many loans of which area, and what resting does to the money. No names."""

from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applicants.models import Application
from ledger.money import Money
from loans.models import Loan, Moratorium, MoratoriumLoan
from loans.requests import hands_in, no_longer_decided
from loans.services.moratorium import totals_of
from loans.services.requests import take_back, take_before
from programmes.models import Call
from selection.motions import Ask, Matter, Table, register

MATTER = "moratorium"
# What a session page offers at once; what waits longer comes first.
MOST = 20
# Towns and villages that are named; of more only the number is.
MOST_VILLAGES = 5


def facts_of(moratorium):
    """The plain values that the committee reads, as they were kept when it was prepared. Amounts: minor units."""
    totals = totals_of(moratorium)
    return {
        "loans": sum(row["number"] for row in totals),
        "region": str(moratorium.region or ""),
        "villages": list(moratorium.villages.order_by("name").values_list("name", flat=True)),
        "sector": moratorium.sector,
        "months": moratorium.months,
        "interest": moratorium.interest,
        "from": moratorium.starts_on.isoformat(),
        "totals": totals,
    }


def _waiting_rows(session):
    """Those of the programme; none for a committee that does not decide on loans."""
    if session.call.instrument != Call.Instrument.LOAN:
        return Moratorium.objects.none()
    return Moratorium.objects.filter(state=Moratorium.State.ASKED, programme=session.programme_id)


def count(session):
    return _waiting_rows(session)[:MOST].count()


def waiting(session):
    rows = _waiting_rows(session).select_related("region").order_by("asked_on", "pk")
    return [_ask(row) for row in rows[:MOST]]


def _ask(moratorium):
    facts = facts_of(moratorium)
    return Ask(
        subject_ref=moratorium.ref,
        name=about(facts),
        applications=Application.objects.filter(pk__in=moratorium.loans.values("loan__application")),
        asked_by_id=moratorium.asked_by_id,
        amounts={row["currency"]: row["principal"] for row in facts["totals"]},
        facts=facts,
        why_not=_changed(moratorium),
    )


def _changed(moratorium):
    """A sentence when more is owed on a loan of the list than was shown. People pay on; that is within the decision."""
    more = moratorium.loans.filter(loan__state=Loan.State.ACTIVE, loan__principal_amount__gt=F("principal_amount"))
    row = more.select_related("loan").first()
    if row is None:
        return ""
    return _("More is owed on %(ref)s than when this was prepared. Cancel it and prepare it anew.") % {
        "ref": row.loan.ref
    }


def moratorium_of(subject_ref):
    return Moratorium.objects.select_related("programme").get(ref=subject_ref)


def taken(subject_ref, *, motion, on, by):
    take_before(request=moratorium_of(subject_ref), motion=motion, on=on, by=by)


def returned(subject_ref, *, on, by):
    take_back(request=moratorium_of(subject_ref), on=on, by=by)


def moved_on(subject_ref):
    """Why the committee's decision stands for good, or ""."""
    return no_longer_decided(moratorium_of(subject_ref))


def apart(subject_refs):
    return hands_in(MoratoriumLoan.objects.filter(moratorium__ref__in=subject_refs), "moratorium__ref")


def about(facts):
    number = facts["loans"]
    loans = ngettext("%(count)s loan", "%(count)s loans", number) % {"count": number}
    return f"{loans}, {area_of(facts)}"


def area_of(facts):
    villages = facts["villages"]
    if len(villages) > MOST_VILLAGES:
        villages = [_("%(count)s towns and villages") % {"count": len(villages)}]
    return ", ".join(filter(None, [facts["region"], *villages, facts["sector"]])) or _("the whole programme")


def title(facts):
    months = facts["months"]
    words = {"count": months, "day": _day(facts)}
    return (
        ngettext("Moratorium of %(count)s month from %(day)s", "Moratorium of %(count)s months from %(day)s", months)
        % words
    )


def rows(motion):
    """[(label, text)] of what the members read beside the table; the reason is read from the moratorium."""
    moratorium = moratorium_of(motion.subject_ref)
    asked = f"{motion.asked_by}, {moratorium.asked_on:%d.%m.%Y}"
    return [(_("Why"), moratorium.reason), (_("Asked for by"), asked), *_terms(motion.facts)]


def told(facts):
    """[(label, text)] of the facts alone, which the minutes keep: the terms, and the sums of each currency."""
    return [*_terms(facts), *(_sums(row) for row in facts["totals"])]


def _terms(facts):
    return [
        (_("Area"), area_of(facts)),
        (_("Loans"), str(facts["loans"])),
        (_("Months without instalments"), str(facts["months"])),
        (_("Interest of these months"), str(Moratorium.Interest(facts["interest"]).label)),
        (_("In effect from"), _day(facts)),
    ]


def _sums(row):
    names = ("principal", "before", "after", "waived")
    words = {name: str(Money(row[name], row["currency"])) for name in names}
    loans = ngettext("%(count)s loan", "%(count)s loans", row["number"]) % {"count": row["number"]}
    said = _("principal %(principal)s, interest %(before)s before, %(after)s after, %(waived)s not charged") % words
    return row["currency"], f"{loans}, {said}"


def _day(facts):
    return f"{date.fromisoformat(facts['from']):%d.%m.%Y}"


def table(facts):
    """What resting does to the money of each currency."""
    head = [
        _("Currency"),
        _("Loans"),
        _("Principal owed"),
        _("Interest before"),
        _("Interest after"),
        _("Interest not charged"),
    ]
    lines = []
    for row in facts["totals"]:
        sums = [Money(row[name], row["currency"]) for name in ("principal", "before", "after", "waived")]
        lines.append([row["currency"], row["number"], *sums])
    return Table(_("What it does to the money"), head, lines)


def connect():
    register(Matter(MATTER, waiting, count, taken, returned, moved_on, apart, about, title, rows, told, table))
