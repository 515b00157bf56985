"""Signing in: who may, how often, with which second step; and the accounts that administrators make."""

import re
from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache

from accounts.models import User
from accounts.services import create_user, edit_user, reset_second_factor
from audit.models import Event, Remark
from audit.refusals import Invalid, NotAllowed
from tests.markup import read
from tests.office import DAY, PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.once]

LOGIN = "/accounts/login/"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


def sign_in(client, user, password=PASSWORD, **headers):
    return client.post(LOGIN, {"login": user if isinstance(user, str) else user.email, "password": password}, **headers)


def once_more(client, path):
    """What guards the account asks for the password again."""
    asked = client.get(path)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == path


def code_now(secret=SECRET):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_the_right_password_leads_to_what_waits(office, client):
    response = sign_in(client, office.people.adviser)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


def test_a_wrong_password_and_an_unknown_address_read_the_same(office, client):
    known = read(sign_in(client, office.people.adviser, "wrong"))
    unknown = read(sign_in(client, "nobody@seedbed.test", "wrong"))
    words = [page.one("div", class_="sb-errors").text for page in (known, unknown)]
    assert words[0] == words[1]
    assert known.one("title").text.startswith("Error:")


def test_a_closed_account_does_not_come_in(office, client):
    User.objects.filter(pk=office.people.adviser.pk).update(is_active=False)
    sign_in(client, office.people.adviser)
    assert client.get("/").status_code == 302


def test_ten_wrong_passwords_lock_this_account_at_this_address_and_nobody_else(office, client, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    for _try in range(10):
        last = sign_in(client, office.people.adviser, "wrong", REMOTE_ADDR="10.0.0.1")
    assert last.status_code == 429
    assert read(last).one("h1").text == "Too many attempts"
    assert sign_in(client, office.people.adviser, REMOTE_ADDR="10.0.0.1").status_code == 429
    assert sign_in(client, office.people.manager, REMOTE_ADDR="10.0.0.1").status_code == 302
    client.logout()
    assert sign_in(client, office.people.adviser, REMOTE_ADDR="10.0.0.2").status_code == 302


def test_a_hundred_colleagues_sign_in_from_the_one_address_of_their_office(office, client):
    answers = []
    for _colleague in range(100):
        answers.append(sign_in(client, office.people.adviser, REMOTE_ADDR="10.0.0.7").status_code)
        client.logout()
    assert set(answers) == {302}


def test_nobody_signs_up_or_changes_an_address_alone(office, client):
    assert client.get("/accounts/signup/").status_code == 404
    client.force_login(office.people.adviser)
    assert client.get("/accounts/email/").status_code == 404


def test_a_forgotten_password_is_set_anew_by_a_link_and_strangers_get_the_same_answer(office, client):
    known = client.post("/accounts/password/reset/", {"email": office.people.adviser.email}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@seedbed.test"}, follow=True)
    assert read(known).one("main").text == read(unknown).one("main").text
    assert [message.to for message in mail.outbox] == [[office.people.adviser.email]]
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[0].body).group(1)
    form = client.get(link, follow=True)
    new = "seven brave sheep at noon"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in(client, office.people.adviser, new).status_code == 302


@pytest.mark.parametrize("role", ["manager", "maker", "member1", "secretary", "loan_officer"])
def test_who_touches_money_or_votes_sets_up_a_second_step_first(role, office, client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client, getattr(office.people, role))
    response = client.get("/")
    assert response["Location"] == "/accounts/2fa/totp/activate/"
    once_more(client, response["Location"])
    page = client.get(response["Location"])
    assert page.status_code == 200
    assert read(page).one("img", class_="sb-qr")["src"].startswith("data:image/svg+xml")
    secret = client.session["mfa.totp.secret"]
    after = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert after["Location"] == "/accounts/2fa/recovery-codes/"
    assert client.get("/").status_code == 200


def test_others_need_no_second_step_and_the_demo_asks_none(office, client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client, office.people.adviser)
    assert client.get("/").status_code == 200
    settings.SECOND_FACTOR_REQUIRED = False
    client.logout()
    sign_in(client, office.people.manager)
    assert client.get("/").status_code == 200


def test_with_a_second_step_the_password_alone_opens_nothing(office, client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    TOTP.activate(office.people.manager, SECRET)
    response = sign_in(client, office.people.manager)
    assert response["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/")["Location"].startswith(LOGIN)
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert read(wrong).one("div", class_="sb-errors").text.startswith("There is a problem")
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    assert client.get("/").status_code == 200


def test_a_recovery_code_opens_once(office, client):
    TOTP.activate(office.people.manager, SECRET)
    code = RecoveryCodes.activate(office.people.manager).get_unused_codes()[0]
    for expected in (200, 302):
        sign_in(client, office.people.manager)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert client.get("/").status_code == expected
        client.logout()


def test_whoever_takes_the_second_step_off_goes_no_further(office, client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    TOTP.activate(office.people.manager, SECRET)
    client.force_login(office.people.manager)
    assert client.get("/").status_code == 200
    Authenticator.objects.all().delete()
    assert client.get("/")["Location"] == "/accounts/2fa/totp/activate/"


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/password/change/",
        "/accounts/preferences/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/reauthenticate/",
    ],
)
def test_pages_of_the_account_are_in_our_frame_with_no_style_of_their_own(path, office, client):
    TOTP.activate(office.people.manager, SECRET)
    RecoveryCodes.activate(office.people.manager)
    sign_in(client, office.people.manager)
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    response = client.get(path)
    if response.status_code == 302:
        once_more(client, path)
        response = client.get(path)
    page = read(response)
    assert response.status_code == 200
    assert len(page.all("h1")) == 1
    assert page.all(style=None) == []
    assert [script for script in page.all("script") if not script.get("src")] == []
    labelled = {label["for"] for label in page.all("label")}
    controls = [one["id"] for one in page.one("main").all("input", "select", "textarea") if one.get("type") != "hidden"]
    assert set(controls) <= labelled


def test_a_preference_of_language_and_theme_holds_on_the_next_page(office, client):
    client.force_login(office.people.adviser)
    response = client.post("/accounts/preferences/", {"language": "hy", "theme": "dark", "phone": "+374 93 00 01 23"})
    assert response.status_code == 302
    page = read(client.get("/"))
    assert (page.one("html")["lang"], page.one("html")["data-bs-theme"]) == ("hy", "dark")
    wrong = client.post("/accounts/preferences/", {"language": "xx", "theme": "dark", "phone": "call me"})
    assert wrong.status_code == 400
    assert len(read(wrong).one("div", class_="sb-errors").all("a")) == 2


def test_on_a_new_device_the_language_of_the_person_holds_and_the_menu_keeps_a_choice(office, client):
    User.objects.filter(pk=office.people.adviser.pk).update(language="ka")
    client.force_login(office.people.adviser)
    assert read(client.get("/")).one("html")["lang"] == "ka"
    client.post("/i18n/setlang/", {"language": "ru", "next": "/"})
    assert read(client.get("/")).one("html")["lang"] == "ru"
    assert User.objects.get(pk=office.people.adviser.pk).language == "ru"


def test_before_signing_in_the_menu_of_languages_works_too(client):
    client.post("/i18n/setlang/", {"language": "az", "next": LOGIN})
    assert read(client.get(LOGIN)).one("html")["lang"] == "az"


def test_an_administrator_makes_an_account_whose_owner_sets_the_password(office, client):
    client.force_login(office.people.administrator)
    facts = {
        "name": "Նարե Գրիգորյան",
        "email": "Nare@Seedbed.test",
        "staff_number": "N-77",
        "phone": "",
        "language": "hy",
    }
    key = read(client.get("/users/new/")).one("input", name="key")["value"]
    response = client.post("/users/new/", {**facts, "key": key})
    user = User.objects.get(staff_number="N-77")
    assert (response.status_code, response["Location"]) == (302, f"/users/{user.pk}/")
    assert (user.email, user.has_usable_password()) == ("nare@seedbed.test", False)
    assert (
        Event.objects.filter(kind="user.create", subject=user.ref, actor_id=office.people.administrator.pk).count() == 1
    )
    again = client.post("/users/new/", {**facts, "key": key})
    assert (again.status_code, User.objects.filter(staff_number="N-77").count()) == (302, 1)
    client.logout()
    client.post("/accounts/password/reset/", {"email": user.email})
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_one_person_has_one_account(office):
    facts = {"name": "Twice", "on": DAY, "by": office.people.administrator}
    taken = office.people.adviser
    with pytest.raises(Invalid, match="There is an account with this e-mail") as refusal:
        create_user(email=taken.email.upper(), staff_number="N-1", **facts)
    assert refusal.value.field == "email"
    with pytest.raises(Invalid, match="One person has one"):
        create_user(email="other@seedbed.test", staff_number=taken.staff_number.lower(), **facts)


def test_only_administrators_manage_accounts_whatever_flags_somebody_has(office, client):
    boss = User.objects.create_superuser("boss@seedbed.test", PASSWORD, name="Boss", staff_number="B-1")
    for user in (office.people.manager, boss):
        client.force_login(user)
        for path in ("/users/", "/users/new/", f"/users/{office.people.adviser.pk}/"):
            assert client.get(path).status_code == 403
        with pytest.raises(NotAllowed):
            create_user(email="x@seedbed.test", name="X", staff_number="X-1", on=DAY, by=user)


def test_an_account_is_closed_with_a_reason_and_never_ones_own(office, client):
    administrator, adviser = office.people.administrator, office.people.adviser
    client.force_login(administrator)
    facts = {"name": adviser.name, "email": adviser.email, "phone": "", "reason": ""}
    refused = client.post(f"/users/{adviser.pk}/", facts)
    assert refused.status_code == 400
    assert read(refused).one("p", id="id_reason_error").text == "Error: Say why the account is closed."
    assert client.post(f"/users/{adviser.pk}/", {**facts, "reason": "Left on 1 March."}).status_code == 302
    adviser.refresh_from_db()
    assert not adviser.is_active
    event = Event.objects.get(kind="user.edit", subject=adviser.ref)
    assert event.body == '{"changed":["is_active"]}'
    assert Remark.objects.get(event_seq=event.seq).text == "Left on 1 March."
    own = {"name": administrator.name, "email": administrator.email, "phone": "", "is_active": False}
    with pytest.raises(Invalid, match="your own"):
        edit_user(user=administrator, on=DAY, by=administrator, **own)


def test_a_lost_second_step_is_taken_away_by_another_administrator(office):
    TOTP.activate(office.people.manager, SECRET)
    administrator = office.people.administrator
    reset_second_factor(user=office.people.manager, reason="Phone lost.", on=date(2026, 3, 12), by=administrator)
    assert Authenticator.objects.count() == 0
    with pytest.raises(NotAllowed, match="Another administrator"):
        reset_second_factor(user=administrator, reason="Lost.", on=DAY, by=administrator)
    with pytest.raises(Invalid, match="no second step"):
        reset_second_factor(user=office.people.maker, reason="Lost.", on=DAY, by=administrator)
