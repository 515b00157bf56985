"""Guards of what is owed late: reminders, promises, the portfolio that is kept up, rates that are in force."""

from tests.mutants.list import Mutant

REMINDERS = ("tests/test_reminders.py",)
PORTFOLIO = ("tests/test_portfolio.py",)

ARREARS: list[Mutant] = [
    Mutant(
        "reminders: somebody who took the consent back is reminded",
        "loans/services/messages.py",
        "        and agreed.exists()",
        "        and True",
        REMINDERS,
    ),
    Mutant(
        "reminders: a text may name a group",
        "loans/services/messages.py",
        "    if betraying:",
        "    if False:",
        REMINDERS,
    ),
    Mutant(
        "reminders: what may have arrived is sent again",
        "loans/services/messages.py",
        "OPEN_STATES = (Reminder.State.WAITING, Reminder.State.FAILED)",
        "OPEN_STATES = (Reminder.State.WAITING, Reminder.State.FAILED, Reminder.State.SENDING)",
        REMINDERS,
    ),
    Mutant(
        "contacts: money from before the talk keeps the promise",
        "loans/models/contacts.py",
        '                value_on__gte=OuterRef("on"),\n',
        "",
        ("tests/test_loan_contacts.py",),
    ),
    Mutant(
        "portfolio: a posting does not keep it up",
        "loans/handlers.py",
        "    note_standing(instance, today(instance.programme))",
        "    return",
        PORTFOLIO,
    ),
    Mutant(
        "portfolio: what was rescheduled later counts already",
        "loans/portfolio.py",
        "number__gt=1, made_on__lte=as_of)",
        "number__gt=1)",
        PORTFOLIO,
    ),
    Mutant(
        "provisions: a table is changed after it was in force",
        "loans/services/provisions.py",
        "effective_from__gte=effective_from).exists()",
        "effective_from__gt=effective_from).exists()",
        ("tests/test_fund_views.py",),
    ),
    Mutant(
        "reminders: the borrower abroad is asked, and not who pays",
        "loans/services/messages.py",
        'Coalesce(Subquery(named), F("borrower"))',
        'F("borrower")',
        REMINDERS,
    ),
]
