"""The database's own guard on the promise: the tranches of an award never add up to more than the award."""

from audit.guards import Guard, declare

_OVER = """SELECT COALESCE(SUM(amount), 0) FROM grants_tranche WHERE award_id = NEW.award_id AND state <> 'dropped'"""
_AWARD = """SELECT amount FROM grants_award WHERE id = NEW.award_id"""
_SENTENCE = "grants_tranche: the tranches are more than the award"


def _sqlite(name, event):
    return Guard(
        name=name,
        table="grants_tranche",
        sqlite=f"CREATE TRIGGER {name} AFTER {event} ON grants_tranche WHEN NEW.state <> 'dropped' "
        f"AND ({_OVER}) > ({_AWARD}) BEGIN SELECT RAISE(ABORT, '{_SENTENCE}'); END",
    )


_PLANNED = """SELECT COALESCE(SUM(amount), 0) FROM grants_tranche WHERE award_id = NEW.id AND state <> 'dropped'"""
_LESS = "grants_award: the award is less than its tranches"


def declare_guards():
    declare(
        Guard(
            name="guard_grants_award_less",
            table="grants_award",
            sqlite=f"CREATE TRIGGER guard_grants_award_less AFTER UPDATE OF amount ON grants_award "
            f"WHEN NEW.amount < OLD.amount AND ({_PLANNED}) > NEW.amount BEGIN SELECT RAISE(ABORT, '{_LESS}'); END",
            postgresql=f"BEGIN IF NEW.amount < OLD.amount AND ({_PLANNED}) > NEW.amount THEN "
            f"RAISE EXCEPTION '{_LESS}'; END IF; RETURN NEW; END;",
            events="AFTER UPDATE",
        ),
        _sqlite("guard_grants_tranche_new", "INSERT"),
        _sqlite("guard_grants_tranche_changed", "UPDATE OF amount, award_id, state"),
        Guard(
            name="guard_grants_tranche_sum",
            table="grants_tranche",
            postgresql=f"BEGIN IF NEW.state <> 'dropped' AND ({_OVER}) > ({_AWARD}) THEN "
            f"RAISE EXCEPTION '{_SENTENCE}'; END IF; RETURN NEW; END;",
            events="AFTER INSERT OR UPDATE",
        ),
    )
