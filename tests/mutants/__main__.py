"""Break one guard at a time in a copy of the project, and see that its tests turn red.

    python -m tests.mutants [PART OF A NAME ...]

Exit 1 when a mutant stays green, when its text is not found once, or when its tests are red without it.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.agreements import AGREEMENTS
from tests.mutants.arrears import ARREARS
from tests.mutants.bulk_money import BULK_MONEY
from tests.mutants.committee import COMMITTEE
from tests.mutants.donors import DONORS
from tests.mutants.lending import LENDING
from tests.mutants.list import MUTANTS
from tests.mutants.loan_people import LOAN_PEOPLE
from tests.mutants.open_data import OPEN_DATA
from tests.mutants.purchases import PURCHASES
from tests.mutants.relief import RELIEF_GUARDS
from tests.mutants.reporting import REPORTING
from tests.mutants.reports import REPORTS
from tests.mutants.tranches import TRANCHE_GUARDS
from tests.mutants.works import WORKS_GUARDS
from tests.postgres import NoServer, server

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis", "node_modules", "*.sqlite3*", "htmlcov"
)
TESTS_FAILED = 1
PATIENCE = 300  # seconds; a mutant without its lock may also hang, which is noticed too


def run_tests(copy, tests, url):
    """The exit code of pytest in `copy`, and the end of what it said. A hang counts as a failed test."""
    # The copy must not inherit what a run around this one has set, such as its settings or its database.
    inherited = ("DATABASE_URL", "DJANGO_", "PYTEST_", "SEEDBED_")
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(inherited)}
    surroundings["PYTHONDONTWRITEBYTECODE"] = "1"
    if url:
        surroundings["DATABASE_URL"] = url
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=copy, env=surroundings, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return TESTS_FAILED, f"no end after {PATIENCE} s"
    return done.returncode, (done.stdout + done.stderr)[-2000:]


def judge(mutant, copy, url, sane):
    """One word and, where it went wrong, the reason."""
    path = copy / mutant.file
    original = path.read_text() if path.exists() else ""
    found = original.count(mutant.old)
    if found != 1:
        return "LOST", f"the text to change occurs {found} times in {mutant.file}"
    before = (mutant.tests, bool(url))
    if before not in sane:
        sane[before] = run_tests(copy, mutant.tests, url)
    code, said = sane[before]
    if code:
        return "BROKEN", f"its tests are not green without the mutation (exit {code})\n{said}"
    path.write_text(original.replace(mutant.old, mutant.new))
    try:
        code, said = run_tests(copy, mutant.tests, url)
    finally:
        path.write_text(original)
    if code == TESTS_FAILED:
        return "red", ""
    return "GREEN" if code == 0 else "BROKEN", said


EVERY = [
    *MUTANTS,
    *COMMITTEE,
    *AGREEMENTS,
    *PURCHASES,
    *WORKS_GUARDS,
    *BULK_MONEY,
    *LENDING,
    *LOAN_PEOPLE,
    *TRANCHE_GUARDS,
    *RELIEF_GUARDS,
    *ARREARS,
    *REPORTING,
    *OPEN_DATA,
    *REPORTS,
    *DONORS,
]


def main(wanted):
    chosen = [mutant for mutant in EVERY if not wanted or any(part in mutant.name for part in wanted)]
    if wanted and not chosen:
        sys.exit(f"no mutant is named like {' or '.join(wanted)}")
    faults, sane = [], {}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seedbed-mutants-")))
        copy = folder / "seedbed"
        shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
        url = ""
        if any(mutant.postgresql for mutant in chosen):
            try:
                url, _description = stack.enter_context(server())
            except NoServer as reason:
                print(f"mutants that need PostgreSQL are left out: {reason}")
                chosen = [mutant for mutant in chosen if not mutant.postgresql]
        for mutant in chosen:
            started = time.monotonic()
            verdict, reason = judge(mutant, copy, url if mutant.postgresql else "", sane)
            print(f"{verdict:<7} {time.monotonic() - started:6.1f} s  {mutant.name}", flush=True)
            if verdict != "red":
                faults.append((mutant.name, verdict, reason))
    for name, verdict, reason in faults:
        print(f"\n--- {verdict} {name} ---\n{reason}")
    print(f"\n{len(chosen)} mutants, {len(chosen) - len(faults)} noticed, {len(faults)} not")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
