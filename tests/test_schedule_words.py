"""What the schedule engine says is wrong is said on pages in the reader's language; its command says it in English."""

import ast
import io
import re
from datetime import date

import pytest
from babel.messages import mofile
from babel.messages.catalog import Catalog
from django.conf import settings as configured
from django.urls import reverse
from django.utils import translation

from loans.management.commands.loan_schedule import answer
from loans.schedule import ScheduleError
from loans.schedule.request import gettext_noop
from loans.schedule_words import in_words
from tests.steps_loans import approved_loan

FIRST = "%(first_due)s is not after the disbursement on %(disbursed_on)s; choose a later date."
HARVEST = "no instalment falls into a harvest month; choose another first day."
RUSSIAN = {
    FIRST: "%(first_due)s не позже выдачи %(disbursed_on)s; выберите более позднюю дату.",
    HARVEST: "ни один платёж не приходится на месяц урожая; выберите другой первый день.",
}


@pytest.fixture
def russian(settings, tmp_path):
    """Pages have a Russian catalogue that holds two sentences of the engine."""
    catalogue = Catalog(locale="ru")
    for text, said in RUSSIAN.items():
        catalogue.add(text, said)
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalogue)
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(buffer.getvalue())
    settings.LOCALE_PATHS = [tmp_path, *configured.LOCALE_PATHS]


@pytest.mark.once
def test_a_sentence_with_days_is_said_in_the_language_of_the_reader_and_in_english_by_the_command(russian):
    days = {"first_due": date(2026, 3, 12), "disbursed_on": date(2026, 4, 1)}
    wrong = ScheduleError("first_due", FIRST, **days)
    with translation.override("ru"):
        assert in_words(wrong) == "12.03.2026 не позже выдачи 01.04.2026; выберите более позднюю дату."
        english = "2026-03-12 is not after the disbursement on 2026-04-01; choose a later date."
        assert (wrong.sentence, str(wrong)) == (english, f"first_due: {english}")
        request = (
            b'{"currency_digits": 2, "principal": "100.00", "disbursed_on": "2026-04-01", "first_due": "2026-03-12",'
            b' "method": "flat", "n": 2, "period_rate_pct": "1", "frequency": {"every": 1, "unit": "month"},'
            b' "rounding": {"mode": "half_up"}}'
        )
        with pytest.raises(ScheduleError, match=english):
            answer(request)
    assert in_words(wrong) == "12.03.2026 is not after the disbursement on 01.04.2026; choose a later date."


@pytest.mark.django_db
def test_the_page_of_a_signature_says_in_russian_that_no_instalment_falls_into_the_harvest(lending, russian, client):
    loan = approved_loan(
        lending, months=3, terms={"method": "declining_weighted_principal", "harvest_months": {"9": 60, "10": 40}}
    )
    client.force_login(lending.people.loan_officer)
    client.cookies[configured.LANGUAGE_COOKIE_NAME] = "ru"
    sent = {"first_due_on": "12.04.2026", "version": str(loan.version), "key": "k"}
    page = client.post(reverse("loans:move", args=[loan.ref, "sign"]), sent)
    assert page.status_code == 400, page.content.decode()[:2000]
    assert RUSSIAN[HARVEST] in page.content.decode()


@pytest.mark.once
def test_every_sentence_that_a_page_may_show_is_marked_for_catalogues_with_its_values():
    """All but the reading of JSON, which pages never do with what somebody wrote."""
    root, found = configured.BASE_DIR / "loans", 0
    for path in [*(root / "schedule").glob("*.py"), root / "terms.py"]:
        if path.name == "exchange.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ScheduleError":
                template, named = node.args[1], {word.arg for word in node.keywords}
                if isinstance(template, ast.Name):
                    continue
                assert isinstance(template, ast.Call), (path.name, node.lineno)
                assert template.func.id == "_", (path.name, node.lineno)
                assert set(re.findall(r"%\((\w+)\)s", template.args[0].value)) == named, (path.name, node.lineno)
                found += 1
    assert found > 50
    assert gettext_noop(FIRST) == FIRST
