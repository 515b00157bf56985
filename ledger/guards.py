"""The database's own guards on the ledger. The Entry's insert is the seal: it is refused unless its legs balance."""

from audit.guards import Guard, append_only, declare, suspended

__all__ = ["declare_guards", "suspended"]

_SEAL_SQLITE = """CREATE TRIGGER guard_ledger_entry_seal BEFORE INSERT ON ledger_entry BEGIN
SELECT RAISE(ABORT, 'ledger_entry needs two legs or more') WHERE
 (SELECT COUNT(*) FROM ledger_leg WHERE entry_id = NEW.id) < 2;
SELECT RAISE(ABORT, 'ledger_entry does not balance') WHERE EXISTS
 (SELECT 1 FROM ledger_leg WHERE entry_id = NEW.id GROUP BY currency HAVING SUM(amount) <> 0);
SELECT RAISE(ABORT, 'ledger_entry has a leg of another book or currency') WHERE EXISTS
 (SELECT 1 FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
  WHERE l.entry_id = NEW.id AND (a.book_id <> NEW.book_id OR a.currency <> l.currency));
SELECT RAISE(ABORT, 'ledger_entry is posted in a closed period') WHERE EXISTS
 (SELECT 1 FROM ledger_book WHERE id = NEW.book_id AND closed_through >= NEW.posted_on);
END"""

_SEAL_POSTGRESQL = """BEGIN
IF (SELECT COUNT(*) FROM ledger_leg WHERE entry_id = NEW.id) < 2 THEN
  RAISE EXCEPTION 'ledger_entry needs two legs or more'; END IF;
IF EXISTS (SELECT 1 FROM ledger_leg WHERE entry_id = NEW.id GROUP BY currency HAVING SUM(amount) <> 0) THEN
  RAISE EXCEPTION 'ledger_entry does not balance'; END IF;
IF EXISTS (SELECT 1 FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
  WHERE l.entry_id = NEW.id AND (a.book_id <> NEW.book_id OR a.currency <> l.currency)) THEN
  RAISE EXCEPTION 'ledger_entry has a leg of another book or currency'; END IF;
IF EXISTS (SELECT 1 FROM ledger_book WHERE id = NEW.book_id AND closed_through >= NEW.posted_on) THEN
  RAISE EXCEPTION 'ledger_entry is posted in a closed period'; END IF;
RETURN NEW; END;"""

_LATE_LEG_POSTGRESQL = """BEGIN
IF EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id) THEN
  RAISE EXCEPTION 'ledger_leg: the entry is sealed'; END IF;
RETURN NEW; END;"""


def declare_guards():
    declare(
        *append_only("ledger_entry"),
        *append_only("ledger_leg"),
        Guard(
            name="guard_ledger_entry_seal",
            table="ledger_entry",
            sqlite=_SEAL_SQLITE,
            postgresql=_SEAL_POSTGRESQL,
            events="BEFORE INSERT",
        ),
        Guard(
            name="guard_ledger_leg_late",
            table="ledger_leg",
            sqlite="CREATE TRIGGER guard_ledger_leg_late BEFORE INSERT ON ledger_leg "
            "WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id) "
            "BEGIN SELECT RAISE(ABORT, 'ledger_leg: the entry is sealed'); END",
            postgresql=_LATE_LEG_POSTGRESQL,
            events="BEFORE INSERT",
        ),
    )
