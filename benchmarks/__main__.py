"""`make bench`: every figure beside its target and its floor. Losses stay in the table.

    python -m benchmarks [--only NAME] [--quick]     NAME is one of BENCHMARKS

Works in a database of its own in a temporary folder, and leaves its result in var/bench.json.
"""

import argparse
import os
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

BENCHMARKS = (
    "lists",
    "imports",
    "figures",
    "reporting",
    "committee",
    "votes",
    "packet",
    "bank_files",
    "statements",
    "queue",
    "tagged",
    "workbook",
    "schedules",
    "portfolio",
    "daily",
    "donors",
)
ROOT = Path(__file__).resolve().parents[1]
DATABASE, EMPTY = "bench.sqlite3", "empty.sqlite3"


def alone(name, quick, folder):
    """The figures of one benchmark, taken in a process and on a database of its own: no rows of another are in it."""
    import_module("django.db").connections.close_all()
    for old in folder.glob(f"{DATABASE}*"):
        old.unlink()
    shutil.copy(folder / EMPTY, folder / DATABASE)
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as one:
        return one.submit(figures_of, name, quick).result()


def figures_of(name, quick):
    return import_module(f"benchmarks.{name}").run(quick=quick)


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--only", choices=BENCHMARKS, action="append")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, to see that it runs")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="seedbed-bench-") as folder:
        os.environ.update(
            SEEDBED_MODE="test",
            SEEDBED_VAR=folder,
            DATABASE_URL=f"sqlite:///{folder}/{DATABASE}",
            DJANGO_SETTINGS_MODULE="config.settings",
        )
        Path(folder, "static").mkdir()
        import_module("django").setup()
        measure = import_module("benchmarks.measure")
        import_module("benchmarks.ground").prepare()
        import_module("django.db").connections.close_all()
        shutil.copy(Path(folder, DATABASE), Path(folder, EMPTY))
        found = []
        for name in chosen.only or BENCHMARKS:
            print(f"\n{name}", flush=True)
            for figure in alone(name, chosen.quick, Path(folder)):
                print(figure.line(), flush=True)
                if figure.note:
                    print(f"    {figure.note}", flush=True)
                found.append(figure)
    (ROOT / "var").mkdir(exist_ok=True)
    measure.write(found, ROOT / "var" / "bench.json")
    print(f"\nload {os.getloadavg()}; figures kept in var/bench.json")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
