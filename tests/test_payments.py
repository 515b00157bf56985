"""Payment orders: maker, checker, bank. Who may, what is booked, and what happens when the money comes back."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from applicants.models import Part
from audit.models import Event
from audit.refusals import Blocked, Invalid, KeyReused, NotAllowed, Stale
from ledger.models import Account, Entry
from payments.models import PayeeAccount, PaymentOrder
from payments.services import (
    approve_payment,
    cancel_payment,
    change_account,
    close_account,
    confirm_account,
    prepare_payment,
    read_number,
    return_payment,
    send_payments,
    settle_payment,
)
from programmes.clock import standing_at
from programmes.models import Commitment, Membership
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_grants import ordered_tranche, signed_award
from tests.steps_payments import (
    OTHER_IBAN,
    approved_order,
    entered_account,
    payable_account,
    sent_order,
    settled_order,
)

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def order(office):
    """A tranche of 20,000.00 EUR, prepared by the maker."""
    award = signed_award(office)
    return ordered_tranche(office, award.tranches.get())


def balance(code, subject=""):
    account = Account.objects.filter(code=code, subject=subject).first()
    return account.balance_amount if account else 0


def state_of(order):
    order.refresh_from_db()
    return order.state


# Maker and checker ---------------------------------------------------------------------------------------------------


def test_a_prepared_payment_says_who_is_paid_from_which_line_and_for_what(order, office):
    line = order.lines.get()
    assert (order.ref, order.kind, order.source_ref) == ("O-2026-00001", "grant", "G-2026-0001/1")
    assert (order.amount, order.currency, order.purpose) == (2_000_000, "EUR", "Programme spring G-2026-0001/1")
    assert (line.line, line.debit_code, line.subject, line.amount) == (office.line, "5000", "G-2026-0001", 2_000_000)
    assert Part.objects.get(application=order.application, part="maker").user == office.people.maker


def test_the_maker_does_not_approve_the_own_payment(order, office):
    with pytest.raises(NotAllowed, match="Another finance officer"):
        approve_payment(order=order, on=DAY, by=office.people.maker)
    assert state_of(order) == "prepared"


def test_a_superuser_does_not_approve_and_neither_does_a_maker_made_superuser(order, office):
    power = make_user("Power User", "SPRING-96")
    for user in (power, office.people.maker):
        user.is_superuser = user.is_staff = True
        user.save()
        with pytest.raises(NotAllowed):
            approve_payment(order=order, on=DAY, by=user)
    assert state_of(order) == "prepared"


def test_who_plays_another_part_on_the_dossier_does_not_check_it_with_a_second_role(order, office):
    people = office.people
    Part.objects.create(application=order.application, user=people.monitor, part="verifier", since=DAY)
    for user in (people.adviser, people.member1, people.monitor):
        seat(user, office.programme, "finance")
        with pytest.raises(NotAllowed):
            approve_payment(order=order, on=DAY, by=user)


def test_other_roles_do_not_approve(order, office):
    for who in ("adviser", "manager", "secretary", "loan_officer", "monitor", "donor", "administrator"):
        with pytest.raises(NotAllowed):
            approve_payment(order=order, on=DAY, by=getattr(office.people, who))


def test_a_finance_officer_of_another_programme_sees_and_approves_nothing(order, office):
    other = grant_office("autumn")
    assert not PaymentOrder.objects.visible_to(other.people.checker).exists()
    with pytest.raises(NotAllowed):
        approve_payment(order=order, on=DAY, by=other.people.checker)


def test_an_approval_counts_once_and_the_checker_holds_the_part(order, office):
    approve_payment(order=order, on=DAY, by=office.people.checker)
    assert state_of(order) == "approved"
    assert Part.objects.get(application=order.application, part="checker").user == office.people.checker
    with pytest.raises(Blocked, match="Approved"):
        approve_payment(order=order, on=DAY, by=office.people.checker)


def test_the_database_itself_refuses_a_payment_approved_by_its_maker(order):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_paymentorder SET approved_by_id = prepared_by_id WHERE id = %s", [order.pk])


def test_an_approval_of_what_was_not_on_the_page_is_stale(order, office):
    with pytest.raises(Stale):
        approve_payment(order=order, on=DAY, by=office.people.checker, version=order.version - 1)


def test_what_is_asked_for_has_one_live_payment(order, office):
    with pytest.raises(Blocked, match="prepared already"):
        prepare_payment(**again(order), on=DAY, by=office.people.maker)
    cancel_payment(order=order, reason="typing error", on=DAY, by=office.people.maker)
    second = prepare_payment(**again(order), on=DAY, by=office.people.maker)
    assert second.ref == "O-2026-00002"


def again(order, **changed):
    part = order.lines.get()
    facts = {
        "application": order.application,
        "kind": order.kind,
        "source_ref": order.source_ref,
        "payee": order.payee,
        "account": order.account,
        "lines": [{"line": part.line, "debit_code": part.debit_code, "subject": part.subject, "amount": part.amount}],
    }
    return {**facts, **changed}


def test_a_payment_is_made_only_to_the_payees_own_account_in_the_lines_currency(order, office):
    cancel_payment(order=order, reason="typing error", on=DAY, by=office.people.maker)
    dollars = payable_account(office, order.payee, currency="USD", number=OTHER_IBAN)
    with pytest.raises(Invalid, match="The account is in USD and the money in EUR"):
        prepare_payment(**again(order, account=dollars), on=DAY, by=office.people.maker)
    other = grant_office("autumn")
    other_people = PayeeAccount.objects.create(
        programme=other.programme,
        party=order.payee,
        kind="cash",
        holder="A",
        currency="EUR",
        entered_by=other.people.maker,
        entered_on=DAY,
    )
    with pytest.raises(Invalid, match="not an account of the payee"):
        prepare_payment(**again(order, account=other_people), on=DAY, by=office.people.maker)
    line = {**again(order)["lines"][0], "debit_code": "5100"}
    with pytest.raises(Invalid, match="does not belong"):
        prepare_payment(**again(order, lines=[line]), on=DAY, by=office.people.maker)
    with pytest.raises(NotAllowed):
        prepare_payment(**again(order), on=DAY, by=office.people.manager)
    Part.objects.create(application=order.application, user=office.people.checker, part="checker", since=DAY)
    with pytest.raises(NotAllowed, match="You are already the payment checker"):
        prepare_payment(**again(order), on=DAY, by=office.people.checker)


# The bank ------------------------------------------------------------------------------------------------------------


def test_approved_payments_go_out_as_one_batch_with_its_control_sum(order, office):
    with pytest.raises(Blocked, match="Prepared"):
        send_payments(orders=[order], on=DAY, by=office.people.maker)
    batch = send_payments(orders=[approved_order(office, order)], on=DAY, by=office.people.maker)
    assert (batch.ref, batch.control_amount, batch.currency) == ("B-2026-001", 2_000_000, "EUR")
    assert state_of(order) == "sent"
    with pytest.raises(Blocked):
        send_payments(orders=[order], on=DAY, by=office.people.maker)
    with pytest.raises(Invalid, match="Choose"):
        send_payments(orders=[], on=DAY, by=office.people.maker)


def test_a_settled_payment_is_booked_to_the_cent_and_the_promise_is_used(order, office):
    order = settled_order(office, order)
    entry = Entry.objects.get(kind="grant_paid")
    assert entry.event_key == f"settle:O-2026-00001:{order.lines.get().pk}"
    assert entry.value_on == DAY
    assert sorted(entry.legs.values_list("account__code", "account__line", "account__subject", "amount")) == [
        ("1000", "spring-line", "", -2_000_000),
        ("5000", "spring-line", "G-2026-0001", 2_000_000),
    ]
    assert (order.state, order.bank_reference, order.value_on) == ("settled", "BANK-1", DAY)
    commitment = Commitment.objects.get()
    assert (commitment.state, commitment.used_amount) == ("used", 2_000_000)


def test_a_payment_settles_once(order, office):
    order = sent_order(office, order)
    facts = {"order": order, "bank_reference": "BANK-1", "on": DAY, "by": office.people.maker}
    first = settle_payment(**facts, key="click")
    assert settle_payment(**facts, key="click") == first
    with pytest.raises(Blocked, match="Settled"):
        settle_payment(**facts, key="another click")
    with pytest.raises(KeyReused):
        settle_payment(**{**facts, "bank_reference": "BANK-2"}, key="click")
    assert Entry.objects.filter(kind="grant_paid").count() == 1
    assert balance("5000", "G-2026-0001") == 2_000_000


def test_settling_needs_a_reference_and_a_value_date_between_sending_and_today(order, office):
    order = sent_order(office, order)
    facts = {"order": order, "bank_reference": "BANK-1", "on": DAY, "by": office.people.maker}
    for changed, sentence in [
        ({"bank_reference": "  "}, "reference"),
        ({"on": DAY + timedelta(days=1)}, "future"),
        ({"on": DAY - timedelta(days=1)}, r"before 12\.03\.2026"),
    ]:
        with pytest.raises(Invalid, match=sentence):
            settle_payment(**{**facts, **changed})
    for who in ("adviser", "manager", "monitor", "administrator"):
        with pytest.raises(NotAllowed):
            settle_payment(**{**facts, "by": getattr(office.people, who)})
    assert state_of(order) == "sent"
    assert not Entry.objects.exists()


def test_a_payment_that_was_not_sent_does_not_settle(order, office):
    facts = {"bank_reference": "BANK-1", "on": DAY, "by": office.people.maker}
    with pytest.raises(Blocked, match="Prepared"):
        settle_payment(order=order, **facts)
    with pytest.raises(Blocked, match="Approved"):
        settle_payment(order=approved_order(office, order), **facts)


def test_a_payment_that_the_bank_refuses_books_nothing(order, office):
    order = sent_order(office, order)
    with pytest.raises(Invalid, match="Say why"):
        return_payment(order=order, reason=" ", on=DAY, by=office.people.maker)
    return_payment(order=order, reason="account closed", on=DAY, by=office.people.maker)
    assert state_of(order) == "returned"
    assert not Entry.objects.exists()
    assert Commitment.objects.get().used_amount == 0


def test_money_that_comes_back_days_later_is_reversed_on_its_own_day(order, office):
    order = settled_order(office, order)
    back = date(2026, 3, 16)
    with pytest.raises(Invalid, match="cannot come back before"):
        return_payment(order=order, reason="account closed", on=DAY - timedelta(days=1), by=office.people.maker)
    with standing_at(back):
        return_payment(order=order, reason="account closed", on=back, by=office.people.maker)
        with pytest.raises(Blocked):
            return_payment(order=order, reason="account closed", on=back, by=office.people.maker)
    paid, reversal = Entry.objects.order_by("seq")
    assert (reversal.reverses, reversal.value_on, reversal.reason) == (paid, back, "account closed")
    assert (balance("1000"), balance("5000", "G-2026-0001")) == (0, 0)
    commitment = Commitment.objects.get()
    assert (commitment.state, commitment.used_amount) == ("committed", 0)


def test_a_prepared_or_approved_payment_can_be_cancelled_with_a_reason_and_a_sent_one_cannot(order, office):
    with pytest.raises(Invalid, match="Say why"):
        cancel_payment(order=order, reason="", on=DAY, by=office.people.maker)
    with pytest.raises(NotAllowed):
        cancel_payment(order=order, reason="no", on=DAY, by=office.people.adviser)
    sent_order(office, order)
    with pytest.raises(Blocked, match="Sent"):
        cancel_payment(order=order, reason="no", on=DAY, by=office.people.maker)


# Accounts ------------------------------------------------------------------------------------------------------------


def test_a_payment_to_an_account_that_one_person_entered_is_not_approved(order, office):
    cancel_payment(order=order, reason="typing error", on=DAY, by=office.people.maker)
    account = entered_account(office, order.payee, number=OTHER_IBAN)
    order = prepare_payment(**again(order, account=account), on=DAY, by=office.people.maker)
    with pytest.raises(Blocked, match="not confirmed by a second person"):
        approve_payment(order=order, on=DAY, by=office.people.checker)
    with pytest.raises(NotAllowed, match="Another finance officer"):
        confirm_account(account=account, on=DAY, by=office.people.maker)
    confirm_account(account=account, on=DAY, by=office.people.checker)
    with standing_at(NEXT):
        approve_payment(order=order, on=NEXT, by=office.people.checker)
    with pytest.raises(Blocked, match="confirmed already"):
        confirm_account(account=account, on=DAY, by=office.people.checker)


def test_a_changed_account_voids_the_approval_and_waits_for_a_second_person(order, office):
    people = office.people
    order = approved_order(office, order)
    account = change_account(
        account=order.account, version=order.account.version, number=OTHER_IBAN, on=DAY, by=people.maker
    )
    assert (account.is_confirmed, account.number_tail, account.version) == (False, "3000", 2)
    assert state_of(order) == "prepared"
    assert (order.approved_by, order.account_version) == (None, 2)
    with pytest.raises(Blocked, match="not confirmed"):
        approve_payment(order=order, on=DAY, by=people.checker)
    confirm_account(account=account, on=DAY, by=people.checker)
    with standing_at(NEXT):
        approve_payment(order=order, on=NEXT, by=people.checker)
    events = Event.objects.about(order.ref).order_by("seq")
    assert [event.kind.split(".")[1] for event in events] == ["create", "approve", "void_approval", "approve"]


def test_a_prepared_payment_follows_the_changed_account_and_needs_it_confirmed(order, office):
    account = change_account(
        account=order.account, version=1, bank="Second Bank", on=DAY, by=office.people.maker, reason="new branch"
    )
    order.refresh_from_db()
    assert (order.state, order.account_version) == ("prepared", account.version)
    with pytest.raises(Blocked, match="not confirmed"):
        approve_payment(order=order, on=DAY, by=office.people.checker)


def test_a_change_from_an_old_page_or_of_nothing_is_refused(order, office):
    facts = {"account": order.account, "on": DAY, "by": office.people.maker}
    with pytest.raises(Stale):
        change_account(**facts, version=7, bank="B")
    with pytest.raises(Invalid, match="Nothing was changed"):
        change_account(**facts, version=1, bank="First Bank")
    with pytest.raises(NotAllowed):
        change_account(**{**facts, "by": office.people.manager}, version=1, bank="B")
    with pytest.raises(Blocked, match="under way"):
        close_account(**facts, reason="old")
    cancel_payment(order=order, reason="no", on=DAY, by=office.people.maker)
    close_account(**facts, reason="old")
    with pytest.raises(Invalid, match="closed"):
        prepare_payment(**again(order), on=DAY, by=office.people.maker)


def test_the_whole_number_is_encrypted_and_its_reading_is_written_down(order, office):
    account = order.account
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, number_index, number_tail FROM payments_payeeaccount")
        stored, index, tail = cursor.fetchone()
    assert "GE29" not in stored
    assert (len(index), tail) == (64, "4917")
    assert read_number(account=account, by=office.people.checker, on=DAY) == "GE29NB0000000101904917"
    event = Event.objects.get(kind="account.read")
    assert (event.subject, event.actor_id) == (f"account:{account.pk}", office.people.checker.pk)
    for who in ("monitor", "manager", "adviser"):
        with pytest.raises(NotAllowed):
            read_number(account=account, by=getattr(office.people, who), on=DAY)
    assert not Event.objects.filter(body__contains="101904917").exists()


def test_no_event_or_bank_text_of_a_confidential_programme_names_it(db):
    with standing_at(DAY):
        office = grant_office("shelter", confidential=True)
        order = ordered_tranche(office, signed_award(office).tranches.get())
    assert order.purpose == "Small business support G-2026-0001/1"
    assert "shelter" not in order.purpose.lower()


def test_leave_cover_does_not_let_one_person_be_maker_and_checker(order, office):
    Membership.objects.filter(user=office.people.checker).update(ends_on=DAY - timedelta(days=1))
    with pytest.raises(NotAllowed):
        approve_payment(order=order, on=DAY, by=type(office.people.checker).objects.get(pk=office.people.checker.pk))
