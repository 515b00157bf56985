"""The pages of payments and grants in a real browser: AA in light and dark, no policy violation, no overflow."""

import pytest

from grants.models import Award
from payments.models import Statement
from payments.services import change_account, receive_capital
from programmes.clock import standing_at
from tests.browser import LOOKS
from tests.office import DAY, grant_office
from tests.steps_grants import (
    accepted_contribution,
    approved_award,
    certified_tranche,
    ordered_tranche,
    paid_tranche,
    ready_award,
    signed_award,
)
from tests.steps_payments import IBAN, OTHER_IBAN, entered_account, own_account, sent_order
from tests.steps_statements import loaded, moved
from tests.test_pages_browser import reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy(live_server, settings):
    """An office with money in every state; the server's clock stands at DAY too."""
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        office = grant_office()
        people = office.people
        receive_capital(line=office.line, amount=6_000_000, reference="B-1", on=DAY, by=people.maker)
        first = signed_award(office, parts=[1_200_000, 800_000])
        paid_tranche(office, first.tranches.get(number=1))
        accepted_contribution(office, first.contributions.get())
        sent = sent_order(office, ordered_tranche(office, first.tranches.get(number=2)))
        changed = ordered_tranche(office, signed_award(office, amount=900_000, own=300_000).tranches.get())
        change_account(account=changed.account, version=1, number=OTHER_IBAN, on=DAY, by=people.maker, reason="letter")
        entered_account(office, first.applicant, number=OTHER_IBAN, by=people.checker)
        certified_tranche(office, signed_award(office, amount=500_000, own=200_000).tranches.get())
        ready_award(office, amount=400_000, own=200_000)
        approved_award(office, amount=300_000, own=100_000)
        lines = [
            moved(
                -sent.amount, "BANK-7", name=sent.payee.name, account=IBAN, end_to_end=sent.ref, text="Small business"
            ),
            moved(sent.amount, "BANK-8", name=sent.payee.name, end_to_end=sent.ref, reason="AC04 account closed"),
            moved(-sent.amount, "BANK-9", text="Paid by hand"),
            moved(-350, "FEE-1", text="Charge for one transfer"),
            moved(1_500_000, "GIFT", name="Seed Foundation", text="Second instalment of the agreement"),
        ]
        loaded(office, own_account(office), lines)
    return live_server.url, office, sent, changed


def pages(order, changed):
    statement = Statement.objects.get()
    settling = statement.lines.first()
    awards = [award.get_absolute_url() for award in Award.objects.order_by("pk")]
    return {
        "checker": [
            *(f"/money/queue/?tab={tab}" for tab in ("prepare", "approve", "send", "sent", "settled")),
            changed.get_absolute_url(),
            changed.account.get_absolute_url(),
            f"/money/accounts/{changed.account_id}/confirm/",
            f"{order.get_absolute_url()}do/settle/",
            f"/money/accounts/new/?party={order.payee.ref}",
            "/money/orders/",
            "/money/batches/",
            order.batch.get_absolute_url(),
            "/money/statements/",
            "/money/statements/load/",
            statement.get_absolute_url(),
            f"{statement.get_absolute_url()}take/",
            settling.get_absolute_url(),
            f"{settling.get_absolute_url()}do/settle/",
            "/money/lines/",
            "/money/lines/spring-line/",
            "/money/lines/spring-line/receive/",
        ],
        "manager": [
            "/grants/",
            *awards,
            f"{awards[3]}do/sign/",
            f"{awards[4]}plan/",
            f"{awards[0]}do/terminate/",
            f"{awards[0]}own-part/new/",
            f"{awards[0]}assets/new/",
        ],
        "adviser": [awards[1]],
    }


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_money_pages_are_readable_in_both_themes_and_on_a_phone(busy, live_browser, theme, width):
    base, office, order, changed = busy
    found = []
    for who, paths in pages(order, changed).items():
        visitor = reader(live_browser, base, theme, width).enter(getattr(office.people, who))
        for path in paths:
            visitor.open(path)
            found += [f"{path}: {fault}" for fault in visitor.faults()]
            if visitor.overflow() > 0:
                found.append(f"{path}: {visitor.overflow()} px too wide")
        found += [f"{who}: {complaint}" for complaint in visitor.complaints]
        visitor.page.context.close()
    assert found == []
