"""The walk of tests/crawl_browser.py, in light and wide."""

import pytest

from tests.crawl_browser import look_at_half

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_second_page_of_every_role_is_accessible_obeys_the_policy_and_fits(
    live_server, settings, live_browser, capsys
):
    with capsys.disabled():
        wrong, complaints = look_at_half(0, live_server, settings, live_browser)
    assert wrong == {}
    assert complaints == []
