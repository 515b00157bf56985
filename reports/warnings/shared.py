"""The same phone, account, address, identity number or file at people who are not one party, household or group."""

from collections import defaultdict

from django.db.models import Count
from django.utils.translation import gettext as _

from applicants.models import Application, Evidence, Identity
from applicants.names import folded_address
from grants.models import Award
from loans.models import Loan
from payments.models import PayeeAccount
from reports.warnings.circles import strangers
from reports.warnings.found import Finding
from reports.warnings.sides import SHORTEST_PHONE


def tokens_of(sides, facts):
    """{kind: {shared value: pks of the parties}}, and {kind: how many rows were looked at}."""
    tokens = {kind: defaultdict(set) for kind in ("phone", "account", "address", "identity")}
    looked = dict.fromkeys(tokens, 0)

    def add(kind, value, pk):
        tokens[kind][value].add(pk)
        looked[kind] += 1

    for pk, _ref, _name, digits, village, address, registration in facts:
        if len(digits) >= SHORTEST_PHONE:
            add("phone", digits, pk)
        if folded := folded_address(address):
            add("address", (village, folded), pk)
        if registration:
            add("identity", ("registration", registration.upper()), pk)
    known = set(sides.names)
    numbers = PayeeAccount.objects.filter(programme__in=sides.programmes).exclude(number_index="").order_by()
    for pk, index in numbers.values_list("party", "number_index"):
        if pk in known:
            add("account", index, pk)
    for pk, index in Identity.objects.order_by().values_list("party", "number_index"):
        if pk in known:
            add("identity", index, pk)
    looked["phone"] += len(sides.staff)
    return tokens, looked


def shared(sides, tokens, same, near):
    """Findings of the four facts. An identity number is a person's own: a household is no reason to share it."""
    for kind, values in tokens.items():
        joined = same if kind == "identity" else near
        for value, parties in values.items():
            staff = sides.staff_phones.get(value, set()) if kind == "phone" else set()
            if sides.here(parties) and (staff or strangers(parties, joined)):
                yield _finding(kind, sides, parties, staff)


def _finding(kind, sides, parties, staff):
    sentence = {
        "phone": _("The same phone number: %(names)s."),
        "account": _("Paid to the same account: %(names)s."),
        "address": _("The same address: %(names)s."),
        "identity": _("The same identity or registration number: %(names)s."),
    }[kind]
    return Finding(
        kind,
        sides.refs(parties, staff),
        sentence % {"names": sides.named(parties, staff)},
        parties=frozenset(parties),
        staff=frozenset(staff),
        cases=sides.cases_of(parties),
    )


def same_files(sides, near):
    """(findings, files looked at): one content that stands in the cases of strangers."""
    files = Evidence.objects.filter(programme__in=sides.programmes, withdrawn_on=None).order_by()
    twice = files.values("sha256").annotate(cases=Count("case_ref", distinct=True)).filter(cases__gt=1)
    rows = list(files.filter(sha256__in=twice.values("sha256")).values_list("sha256", "pk", "case_ref"))
    owners = _owners({ref.partition("/")[0] for _sha, _pk, ref in rows})
    groups = defaultdict(list)
    for sha, pk, ref in rows:
        owner = owners.get(ref.partition("/")[0])
        if owner in sides.names:
            groups[sha].append((pk, owner))
    found = []
    for members in groups.values():
        parties = {owner for _pk, owner in members}
        if sides.here(parties) and strangers(parties, near):
            sentence = _("The same file stands in the cases of %(names)s.") % {"names": sides.named(parties)}
            about = tuple(sorted(f"F{pk}" for pk, _owner in members))
            found.append(Finding("file", about, sentence, parties=frozenset(parties), cases=sides.cases_of(parties)))
    return found, files.count()


def _owners(refs):
    """{reference of a case: pk of its applicant}."""
    found = dict(Application.objects.filter(ref__in=refs).values_list("ref", "applicant"))
    found |= dict(Award.objects.filter(ref__in=refs).values_list("ref", "applicant"))
    return found | dict(Loan.objects.filter(ref__in=refs).values_list("ref", "borrower"))
