"""Lists: every row on exactly one page in the order asked for, at a cost that does not grow; the same rows as files."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import django_filters
import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Length
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from accounts.models import User
from audit.models import Event
from audit.refusals import Invalid
from ledger.money import Money
from pages import lists
from pages.lists import Column, ListPage
from tests.markup import read

pytestmark = pytest.mark.django_db


class PeopleFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Name", field_name="name", lookup_expr="icontains")
    language = django_filters.ChoiceFilter(label="Language", choices=[("en", "English"), ("hy", "Armenian")])
    since = django_filters.DateFilter(label="Since", field_name="date_joined", lookup_expr="date__gte")

    class Meta:
        model = User
        fields = ["q", "language", "since"]


class PeopleList(ListPage):
    key = "people"
    title = "People"
    noun = ("%(count)s person", "%(count)s people")
    columns = (
        Column("name", "Name", head=True, sort="name", link=lambda user: f"/people/{user.pk}/"),
        Column("language", "Language", sort="language"),
        Column("last", "Last sign-in", value="last_login", sort="last_login"),
        Column("owed", "Owed", value=lambda user: Money(-120_050, "EUR"), number=True),
        Column("phone", "Phone", only="file"),
        Column("act", "Act", value=lambda user: "Open", only="page"),
    )
    filterset = PeopleFilter
    ordering = "name"


MORNING = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)


def people(count):
    """Names repeat, so that ties are real; every third never signed in."""
    User.objects.bulk_create(
        User(
            email=f"u{number}@seedbed.test",
            staff_number=f"N-{number}",
            name=f"Name {number % 7}",
            language="hy" if number % 2 else "en",
            phone="+374 93",
            last_login=None if number % 3 == 0 else MORNING + timedelta(hours=number % 5),
        )
        for number in range(count)
    )


@pytest.fixture
def reader(db):
    return User.objects.create_user("reader@seedbed.test", "x", name="Reader", staff_number="R-1")


def listed(reader, query="", queryset=None, kind=PeopleList, **given):
    request = RequestFactory().get(f"/people/{query}")
    request.user = reader
    return kind(request, User.objects.exclude(pk=reader.pk) if queryset is None else queryset, **given)


def walked(reader, query, forwards=True):
    """Primary keys page by page, as a reader follows the links; then back to the first page."""
    page = listed(reader, query)
    pages = [[row.pk for row in page.page_rows[0]]]
    while page.page.after:
        page = listed(reader, page.page.after)
        pages.append([row.pk for row in page.page_rows[0]])
    back = [pages[-1]]
    while page.page.before:
        page = listed(reader, page.page.before)
        back.append([row.pk for row in page.page_rows[0]])
    return pages, back[::-1]


@pytest.mark.parametrize("sort", ["", "?sort=name", "?sort=-name", "?sort=language", "?sort=last", "?sort=-last"])
def test_following_the_links_shows_every_row_once_in_order_and_back_again(reader, sort):
    people(173)
    pages, back = walked(reader, sort)
    assert [len(page) for page in pages] == [50, 50, 50, 23]
    assert back == pages
    field = {"": "name", "?sort=last": "last_login", "?sort=-last": "-last_login"}.get(sort, sort[6:])
    down = field.startswith("-")
    order = getattr(F(field.lstrip("-")), "desc" if down else "asc")(nulls_last=True)
    rows = User.objects.exclude(pk=reader.pk).order_by(order, "-pk" if down else "pk")
    assert [pk for page in pages for pk in page] == list(rows.values_list("pk", flat=True))


def test_a_row_that_comes_while_somebody_reads_shifts_no_page(reader):
    people(60)
    first = listed(reader, "?sort=name")
    last_seen = first.page_rows[0][-1]
    User.objects.create_user("new@seedbed.test", "x", name="Aaa", staff_number="NEW")
    second = listed(reader, first.page.after)
    assert last_seen.pk not in [row.pk for row in second.page_rows[0]]
    assert len(second.page_rows[0]) == 10


def test_a_list_can_be_ordered_by_something_computed(reader):
    people(55)
    queryset = User.objects.exclude(pk=reader.pk).annotate(size=Length("staff_number"))

    class Sized(PeopleList):
        columns = (Column("size", "Size", sort="size"),)
        ordering = "-size"

    first = listed(reader, "", queryset, Sized)
    second = listed(reader, first.page.after, queryset, Sized)
    assert [row.size for row in first.page_rows[0]] == [4] * 45 + [3] * 5
    assert [row.size for row in second.page_rows[0]] == [3] * 5


def test_the_address_of_a_page_cannot_be_forged_or_moved_to_another_order(reader):
    people(60)
    after = re.search(r"after=([^&]+)", listed(reader, "?sort=name").page.after).group(1)
    for query in ("?after=forged", f"?sort=language&after={after}"):
        with pytest.raises(Invalid, match="Open the list again"):
            _ = listed(reader, query).page_rows


def test_counting_stops_at_a_thousand(reader, monkeypatch):
    people(30)
    assert listed(reader).counted == "30 people"
    assert listed(reader, "?q=Name+1").counted == "5 people"
    monkeypatch.setattr(lists, "COUNTED", 20)
    assert listed(reader).counted == "More than 20 people"


def test_a_page_costs_two_queries_whatever_the_number_of_rows(reader):
    people(170)
    page = listed(reader, "?q=Name&language=en&sort=name")
    with CaptureQueriesContext(connection) as queries:
        page.response()
    assert len(queries) == 2
    for query in queries:
        assert "OFFSET" not in query["sql"]
        assert "LIMIT" in query["sql"]


def test_filters_in_use_are_chips_that_take_themselves_away(reader):
    people(30)
    chips = listed(reader, "?q=Name&language=hy&since=2020-01-31&sort=name&after=x").chips
    assert [chip["text"] for chip in chips] == ["Name: Name", "Language: Armenian", "Since: 31.01.2020"]
    assert chips[1]["url"] == "?q=Name&since=2020-01-31&sort=name"


def test_a_wrong_filter_shows_its_error_and_no_rows(reader):
    people(5)
    page = read(listed(reader, "?since=yesterday").response())
    assert page.one("div", class_="sb-errors").one("a")["href"] == "#id_since"
    assert page.all("tbody") == []


def test_the_page_is_a_table_with_heads_that_sort_and_cells_that_say_their_column(reader):
    people(3)
    page = read(listed(reader, "?sort=-name").response())
    heads = page.one("thead").all("th")
    assert [head.get("aria-sort") for head in heads] == ["descending", None, None, None, None]
    assert heads[0].one("a")["href"] == "?sort=name"
    row = page.one("tbody").all("tr")[0]
    assert row.one("th").one("a")["href"].startswith("/people/")
    assert [cell["data-label"] for cell in row.all("td")] == ["Language", "Last sign-in", "Owed", "Act"]
    assert row.all("td")[2].text == "EUR \u22121,200.50"


def test_an_empty_list_says_what_it_would_show(reader):
    page = read(listed(reader, "?q=Nobody").response())
    assert page.one("div", class_="sb-empty").one("h2").text == "Nothing matches."


def body(response):
    return b"".join(response.streaming_content)


def test_csv_xlsx_and_json_hold_the_same_rows_all_of_them_in_the_order_of_the_page(reader):
    people(120)
    User.objects.filter(staff_number="N-2").update(name='=HYPERLINK("x")')
    query = "?q=n&sort=-name"
    rows = list(csv.reader(io.StringIO(body(listed(reader, f"{query}&format=csv").response()).decode("utf-8-sig"))))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body(listed(reader, f"{query}&format=xlsx").response())))
    table = sheet.get_sheet_by_index(0).to_python()
    values = json.loads(body(listed(reader, f"{query}&format=json").response()))["rows"]
    assert rows[0] == table[0] == ["Name", "Language", "Last sign-in", "Owed", "Phone"]
    assert [row[0] for row in rows[1:]] == [row[0] for row in table[1:]]
    assert len(rows) == len(table) == len(values) + 1 == 120 + 1
    assert values[0] == {
        "name": "Name 6",
        "language": "en",
        "last": values[0]["last"],
        "owed": "-1200.50",
        "phone": "+374 93",
    }
    assert {row[3] for row in rows[1:]} == {"-1200.50"}
    assert {row[3] for row in table[1:]} == {-1200.5}
    assert rows[-1][0] == '\'=HYPERLINK("x")'
    assert values[-1]["name"] == '=HYPERLINK("x")'
    assert {row[4] for row in rows[1:]} == {"'+374 93"}


def test_taking_a_file_is_recorded_with_the_filters_but_not_what_was_looked_for(reader):
    people(3)
    listed(reader, "?q=Secret&format=csv").response()
    event = Event.objects.get(kind="list.export")
    assert (event.subject, event.actor_id) == ("list:people", reader.pk)
    assert json.loads(event.body) == {"filters": ["q"], "format": "csv"}


def test_an_unknown_format_is_refused(reader):
    with pytest.raises(Invalid, match="csv, xlsx or json"):
        listed(reader, "?format=pdf").response()


def test_a_file_is_read_row_by_row_and_not_into_memory(reader, monkeypatch):
    people(40)
    monkeypatch.setattr(lists, "CHUNK", 10)
    taken = []

    class Watched(PeopleList):
        columns = (Column("name", "Name", value=lambda user: taken.append(user.pk) or user.name),)

    stream = iter(listed(reader, "?format=csv", kind=Watched).response().streaming_content)
    next(stream), next(stream)
    assert len(taken) == 1


def test_names_from_users_stay_text_on_the_page(reader):
    people(1)
    User.objects.filter(staff_number="N-0").update(name="<img src=x onerror=alert(1)>")
    queryset = User.objects.exclude(pk=reader.pk).annotate(kind=Value("x"))
    page = listed(reader, "?q=img", queryset).response()
    assert b"<img" not in page.content
    assert read(page).one("tbody").one("th").text == "<img src=x onerror=alert(1)>"


def test_rows_can_be_picked_and_the_buttons_say_what_happens_with_them(reader):
    people(3)

    class Picking(PeopleList):
        pick = staticmethod(lambda user: user.staff_number if user.staff_number != "N-1" else None)
        acts = (("close", "Close the accounts", "stop"),)
        summary = "none of them paid"

    page = read(listed(reader, "?sort=name", kind=Picking).response())
    assert [box["value"] for box in page.all("input", type="checkbox")] == ["N-0", "N-2"]
    assert page.one("button", name="do").text == "Close the accounts"
    assert page.one("p", role="status").text == "3 people, none of them paid"
    labels = {label["for"]: label.text for label in page.all("label")}
    assert [labels[box["id"]] for box in page.all("input", type="checkbox")] == ["Select Name 0", "Select Name 2"]
