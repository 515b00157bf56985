"""The house keeps its own rules: pins, layers, size of modules, words that must not be left in the code."""

import itertools
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from django.conf import settings

from applicants.models import Application
from grants.models import Award, Tranche
from loans.models import Loan
from monitoring.models import MonitoringVisit
from pages.history import word_for
from payments.models import PaymentOrder
from tests import conftest
from tests.mutants.__main__ import EVERY, judge
from tests.mutants.list import Mutant

# What stands here says the same on every database.
pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[1]
OURS = [name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()]


def python_files():
    return [path for name in [*OURS, "tests", "benchmarks"] for path in (ROOT / name).rglob("*.py")]


def shipped_files():
    """What users meet. The tests are left out: they hold the very texts that pages must not obey."""
    templates = [path for folder in ("templates", "static", *OURS) for path in (ROOT / folder).rglob("*.html")]
    return [path for path in python_files() if path.parts[len(ROOT.parts)] != "tests"] + templates


def test_one_and_only_one_package_provides_the_state_machine():
    names = {dist.metadata["Name"].lower().replace("_", "-") for dist in metadata.distributions()}
    assert names & {"django-fsm", "django-fsm-2"} == {"django-fsm-2"}


def pins():
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-")):
                yield line


@pytest.mark.parametrize("line", pins())
def test_each_package_is_pinned_to_the_version_that_the_lock_names(line):
    name, version = re.fullmatch(r"([A-Za-z0-9_.-]+)(?:\[[a-z,]+\])?==([0-9.]+)", line).groups()
    locked = dict(
        entry.lower().replace("_", "-").split("==")
        for entry in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in entry
    )
    assert locked[name.lower().replace("_", "-")] == version


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_each_package_says_why_it_is_there(file):
    lines = (ROOT / file).read_text().splitlines()
    bare = [line for above, line in itertools.pairwise(lines) if "==" in line and not above.startswith("#")]
    assert bare == []


def contract():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_every_app_has_its_layer_and_no_import_is_excepted():
    layered = [name.strip() for layer in contract()["contracts"][0]["layers"] for name in layer.split("|")]
    assert sorted(layered) == sorted(OURS) == sorted(contract()["root_packages"])
    assert "ignore_imports" not in contract()["contracts"][0]


def test_no_module_is_longer_than_six_hundred_lines():
    long = {str(path.relative_to(ROOT)): lines for path in python_files() if (lines := _lines(path)) > 600}
    assert long == {}


def _lines(path):
    return 0 if "migrations" in path.parts else len(path.read_text().splitlines())


# Everywhere, tests too. Written in parts, so that this file does not find itself.
FORBIDDEN_EVERYWHERE = {
    "a check that was silenced": "# " + "noqa",
    "a reminder instead of the work": r"\b(TO" + "DO|FIX" + r"ME|X" + r"XX)\b",
    "files of another folder": r"\.\./sha" + "red",
}
FORBIDDEN = {
    "text that escapes the escaping": "mark_" + "safe",
    "the same in a template": r"\|\s*sa" + r"fe\b",
    "a style that the page's policy drops": r"<[a-z][^>]*\s" + "style=",
    "a handler that the page's policy drops": r"<[a-z][^>]*\son" + "(click|change|submit|load)=",
    "a script that the page's policy drops": "<script" + r">\s*\S",
}


def lines_with(pattern, files):
    pattern = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("what", FORBIDDEN_EVERYWHERE)
def test_nothing_is_left_in_any_file_that_the_house_forbids(what):
    assert lines_with(FORBIDDEN_EVERYWHERE[what], {*python_files(), *shipped_files()}) == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_is_shipped_that_the_house_forbids(what):
    assert lines_with(FORBIDDEN[what], shipped_files()) == []


def test_the_readme_names_the_command_that_the_examination_runs():
    section = (ROOT / "README.md").read_text().split("## Run the tests", 1)[1]
    assert section.split("```", 2)[1].strip() == "make test"


def test_what_is_left_out_says_why_and_is_a_failure_when_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(conftest, "REQUIRED", set())
    with pytest.raises(pytest.skip.Exception, match="needs Chromium"):
        conftest.leave_out("browser", "needs Chromium")
    monkeypatch.setattr(conftest, "REQUIRED", {"browser"})
    with pytest.raises(pytest.fail.Exception, match="needs Chromium, and SEEDBED_REQUIRE asks for browser"):
        conftest.leave_out("browser", "needs Chromium")


@pytest.fixture
def small_project(tmp_path):
    (tmp_path / "till.py").write_text("def pay(amount):\n    assert amount > 0\n    return amount\n")
    (tmp_path / "test_till.py").write_text(
        "import pytest, till\n\n"
        "def test_refuses():\n    with pytest.raises(AssertionError):\n        till.pay(0)\n\n"
        "def test_pays():\n    assert till.pay(5) == 5\n\n"
        "def test_broken():\n    assert till.pay(5) == 6\n"
    )
    return tmp_path


def test_each_mutant_finds_its_one_place_and_its_tests():
    lost = [one.name for one in EVERY if (ROOT / one.file).read_text().count(one.old) != 1]
    named = {test for one in EVERY for test in one.tests}
    texts = {file: (ROOT / file).read_text() for file in {test.partition("::")[0] for test in named}}
    gone = [
        test
        for test in named
        if f"def {test.partition('::')[2].partition('[')[0]}" not in texts[test.partition("::")[0]]
    ]
    assert (lost, gone) == ([], [])


@pytest.mark.parametrize(
    ("old", "test", "verdict"),
    [
        ("    assert amount > 0\n", "test_till.py::test_refuses", "red"),
        ("    assert amount > 0\n", "test_till.py::test_pays", "GREEN"),
        ("    assert amount >= 0\n", "test_till.py::test_refuses", "LOST"),
        ("amount", "test_till.py::test_refuses", "LOST"),
        ("    assert amount > 0\n", "test_till.py::test_broken", "BROKEN"),
        ("    assert amount > 0\n", "test_till.py::test_absent", "BROKEN"),
    ],
)
def test_a_mutant_counts_only_when_its_test_turns_red_because_of_it(small_project, old, test, verdict):
    mutant = Mutant(name="the till takes nothing", file="till.py", old=old, new="", tests=(test,))
    before = (small_project / "till.py").read_text()
    assert judge(mutant, small_project, "", {})[0] == verdict
    assert (small_project / "till.py").read_text() == before


@pytest.mark.parametrize("model", [Application, Award, Loan, MonitoringVisit, PaymentOrder, Tranche])
def test_every_move_that_a_history_shows_is_named_by_a_word_of_the_trade(model):
    verbs = {move.name for move in model._meta.get_field("state").get_all_transitions(model)}
    bare = [verb for verb in sorted(verbs) if word_for(f"{model._meta.model_name}.{verb}") == verb.capitalize()]
    assert verbs
    assert bare == []
