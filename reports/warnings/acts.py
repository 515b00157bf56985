"""Warnings about what was done: approvals, changed accounts, purchases, duties."""

from collections import Counter, defaultdict

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from applicants.models import Application, Part
from grants.flags import SPLIT, flags_of
from grants.models import Purchase
from payments.models import PayeeAccount, PaymentOrder
from reports.audit.duties import met_twice
from reports.warnings.found import Finding

State = Application.State
DECIDED = (State.APPROVED, State.RESERVE, State.REJECTED, State.INELIGIBLE)
PAID_OUT = ("approved", "sent", "settled")


def all_approved(programme, rule):
    """(findings, decided cases looked at). Asked again each time as many cases more were decided."""
    rows = Application.objects.filter(programme=programme, state__in=DECIDED).order_by()
    counted = list(
        rows.values("adviser").annotate(decided=Count("pk"), approved=Count("pk", filter=Q(state=State.APPROVED)))
    )
    decided, approved = (sum(row[name] for row in counted) for name in ("decided", "approved"))
    enough = max(rule.adviser_cases, 1)
    odd = [row for row in counted if row["decided"] == row["approved"] and row["decided"] >= enough]
    names = {user.pk: user for user in User.objects.filter(pk__in=[row["adviser"] for row in odd])}
    found = [
        Finding(
            "adviser",
            (names[row["adviser"]].ref, f"times:{row['decided'] // enough}"),
            _("All %(count)s decided cases of %(name)s were approved; in the programme %(share)s of 100.")
            % {"count": row["decided"], "name": names[row["adviser"]], "share": approved * 100 // decided},
            staff=frozenset([row["adviser"]]),
        )
        for row in odd
    ]
    return found, decided


def changed_accounts(programme, rule):
    """(findings, payments looked at): the account is another than before, since a few days before the payment."""
    accounts = PayeeAccount.objects.filter(programme=programme).order_by("pk")
    facts, had, changed = {}, Counter(), set()
    for pk, party, kind, version, entered_on in accounts.values_list("pk", "party", "kind", "version", "entered_on"):
        facts[pk] = entered_on
        if version > 1 or had[party]:
            changed.add(pk)
        had[party] += kind != PayeeAccount.Kind.CASH
    orders = PaymentOrder.objects.filter(programme=programme, state__in=PAID_OUT).order_by("pk")
    found, looked = [], 0
    fields = ("ref", "account", "value_on", "approved_on", "application", "payee")
    for ref, account, value_on, approved_on, case, payee in orders.values_list(*fields):
        looked += 1
        days = ((value_on or approved_on) - facts[account]).days if account in facts else -1
        if account in changed and 0 <= days <= rule.account_days:
            said = ngettext(
                "%(ref)s: the payee's account changed %(days)s day before the payment.",
                "%(ref)s: the payee's account changed %(days)s days before the payment.",
                days,
            ) % {"ref": ref, "days": days}
            found.append(
                Finding(
                    "changed",
                    (ref, f"account:{account}"),
                    said,
                    parties=frozenset([payee]),
                    cases=frozenset([case]),
                )
            )
    return found, looked


def purchase_findings(programme, near):
    """(findings, purchases looked at): what is asked and answered at the purchase (grants/flags.py), read there.

    Only those are read one by one that can have a finding: a supplier who sold before, or who belongs to the grantee.
    What supplier and grantee or staff share stands in the report under its own kind.
    """
    rows = Purchase.objects.live().filter(award__programme=programme).exclude(supplier=None).order_by("pk")
    keys = list(rows.values_list("pk", "supplier", "award__applicant", "award__business"))
    sold = Counter(supplier for _pk, supplier, *_sides in keys)
    likely = [
        pk
        for pk, supplier, *sides in keys
        if sold[supplier] > 1 or near.of(supplier) in {near.of(side) for side in sides if side}
    ]
    chosen = rows.filter(pk__in=likely).select_related(
        "supplier", "award__applicant", "award__business", "award__window"
    )
    found = []
    for purchase in chosen.prefetch_related("answers"):
        answered = {(answer.kind, answer.about): answer for answer in purchase.answers.all()}
        for flag in flags_of(purchase):
            if flag.kind == SPLIT or flag.about.partition(":")[0] in ("self", "people"):
                found.append(
                    Finding(
                        "purchase",
                        (purchase.ref, flag.kind, flag.about),
                        f"{purchase.ref}: {flag.sentence}",
                        parties=frozenset([purchase.supplier_id]),
                        cases=frozenset([purchase.award.application_id]),
                        url=purchase.get_absolute_url(),
                        settled=(flag.kind, flag.about) in answered,
                    )
                )
    return found, len(keys)


def two_duties(programme):
    """(findings, parts looked at): who met one applicant in two parts (reports/audit/duties.py)."""
    found = []
    twice = met_twice(programme)
    users = {user.pk: user for user in User.objects.filter(pk__in={user for user, _applicant in twice})}
    refs = {application for met in twice.values() for application, _part in met}
    known = dict(Application.objects.filter(ref__in=refs).values_list("ref", "pk"))
    for (user, applicant), met in sorted(twice.items()):
        said = ", ".join(f"{application} {Part.Name(part).label}" for application, part in met)
        found.append(
            Finding(
                "duties",
                (users[user].ref, applicant, *sorted(f"{application}:{part}" for application, part in met)),
                _("%(name)s met %(applicant)s in two parts: %(parts)s.")
                % {"name": users[user], "applicant": applicant, "parts": said},
                staff=frozenset([user]),
                cases=frozenset(known[application] for application, _part in met),
            )
        )
    return found, Part.objects.filter(application__call__programme=programme).count()


def people_on(cases):
    """{pk of an application: pks of the users who act on it}: adviser, the five parts, makers, buyers."""
    acting = defaultdict(set)
    sources = (
        Application.objects.values_list("pk", "adviser"),
        Part.objects.values_list("application", "user"),
        PaymentOrder.objects.values_list("application", "prepared_by"),
        Purchase.objects.values_list("award__application", "requested_by"),
        Purchase.objects.values_list("award__application", "chosen_by"),
    )
    paths = ("pk", "application", "application", "award__application", "award__application")
    for rows, path in zip(sources, paths, strict=True):
        for case, user in rows.order_by().filter(**{f"{path}__in": cases}):
            acting[case].add(user)
    return acting
