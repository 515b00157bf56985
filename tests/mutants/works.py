"""Guards of works: bids, certificates, what a builder is paid against, attendance."""

from tests.mutants.list import Mutant

WORKS = ("tests/test_works.py",)

WORKS_GUARDS: list[Mutant] = [
    Mutant(
        "works: who measured certifies",
        "grants/rules.py",
        "certificate is None or certificate.measured_by_id != user.pk",
        "True",
        WORKS,
    ),
    Mutant(
        "works: a builder is paid without a certificate",
        "grants/conditions_works.py",
        "    if not certificates_for(tranche).exists():",
        "    if False:",
        WORKS,
    ),
    Mutant(
        "works: what was paid before is paid again",
        "grants/works_account.py",
        "net=done - held - before.paid",
        "net=done - held",
        WORKS,
    ),
    Mutant(
        "works: another than the lowest bid needs no reason",
        "grants/services/tenders.py",
        "    if winner.amount > comparable[0].amount and not why:",
        "    if False:",
        WORKS,
    ),
    Mutant(
        "works: contracts may pass the tranches of the award",
        "grants/conditions_works.py",
        "    if taken + contract.total_amount > room:",
        "    if False:",
        WORKS,
    ),
    Mutant(
        "works: a worker is on two sites on one day",
        "monitoring/attendance.py",
        "        if both:",
        "        if False:",
        ("tests/test_attendance.py",),
    ),
]
