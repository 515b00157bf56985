"""Things behind the addresses of money that comes for many loans, for the crawl."""

from accounts.models import User
from applicants.services import prepare_import
from loans.services import collect_cash, deposit_cash, draw_balances
from tests.office import DAY
from tests.steps_payments import own_account
from tests.steps_statements import loaded, moved


def furnish_money(office, loan):
    """A line that waits, a day of the cash box with a receipt, a deposit on its way, a sample of balances."""
    people = office.people
    account = own_account(office)
    (line,) = loaded(
        office, account, [moved(8885, "IN-1", name="Unknown", text="loan")], currency=loan.currency
    ).lines.all()
    given = {"programme": office.programme, "on": DAY, "by": people.loan_officer}
    (receipt,) = collect_cash(rows=[(loan, 1000)], counted_amount=1000, **given)
    deposit = deposit_cash(own_account=account, amount=400, slip="S-1", on=DAY, by=people.loan_officer)
    sample = draw_balances(programme=office.programme, size=1, on=DAY, by=people.monitor)
    managers = User.objects.filter(memberships__programme=office.programme, memberships__role="manager").order_by("pk")
    batch = prepare_import(
        programme=office.programme,
        kind="loans",
        name="old.xlsx",
        content=b"PK" + office.programme.key.encode(),
        rows_total=1,
        totals=[{"currency": loan.currency, "name": "lent", "stated": 1000, "made": 1000}],
        on=DAY,
        by=managers.first(),
    )
    day, check = {"pk": receipt.day.pk}, {"pk": sample.checks.get().pk}
    return {
        "loans:claim": {"pk": line.pk},
        "loans:keep_receipt": {"pk": line.pk},
        "loans:release_receipt": {"pk": line.pk},
        "loans:cash_day": day,
        "loans:cash_day_move": day,
        "loans:slips": day,
        "loans:difference_found": day,
        "loans:portfolio_import": {"pk": batch.pk},
        "loans:confirm_portfolio": {"pk": batch.pk},
        "loans:portfolio_template": {"key": office.programme.key},
        "loans:deposit_arrived": {"pk": deposit.pk},
        "loans:balance_sample": {"pk": sample.pk},
        "loans:balance_list": {"pk": sample.pk},
        "loans:balance_check": check,
        "loans:paper": {"ref": loan.ref, "kind": "statement"},
        "loans:letter": {"ref": loan.ref, "kind": "first"},
    }
