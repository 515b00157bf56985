"""What a signed agreement says today, as the rows that an amendment keeps before and after. Reads only."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from ledger.money import Money


def standing(award, parts):
    """What the agreement says today of `parts` (keys of an amendment), as JSON values."""
    found = {}
    if "ends_on" in parts:
        found["ends_on"] = award.ends_on.isoformat()
    if "amount" in parts:
        found["amount"] = award.amount
    if "tranches" in parts:
        found["tranches"] = [tranche_row(row) for row in award.tranches.kept().filter(state="planned")]
    if "budget" in parts:
        found["budget"] = [budget_row(line) for line in award.budget.all()]
    return found


def tranche_row(tranche):
    return {
        "number": tranche.number,
        "kind": tranche.kind,
        "amount": tranche.amount,
        "cofinancing_amount": tranche.cofinancing_amount,
        "modality": tranche.modality,
        "due_on": tranche.due_on.isoformat() if tranche.due_on else None,
        "deliverables": [row.text for row in tranche.deliverables.all()],
    }


def budget_row(line):
    return {
        "position": line.position,
        "label": line.label,
        "net_amount": line.net_amount,
        "grant_amount": line.grant_amount,
    }


def differences(amendment):
    """[(what, it was, it is now)] of an amendment, row by row: only rows that differ, as text."""
    before, after, currency = amendment.before, amendment.after, amendment.award.currency
    rows = []
    if "ends_on" in after:
        rows.append((_("Implementation ends"), _day(before["ends_on"]), _day(after["ends_on"])))
    if "amount" in after:
        rows.append((_("Grant"), str(Money(before["amount"], currency)), str(Money(after["amount"], currency))))
    if "tranches" in after:
        rows += _paired(_("Tranche"), before["tranches"], after["tranches"], "number", _tranche_text, currency)
    if "budget" in after:
        rows += _paired(_("Budget"), before["budget"], after["budget"], "position", _budget_text, currency)
    return rows


def _paired(what, before, after, key, text, currency):
    was = {row[key]: text(row, currency) for row in before}
    now = {row[key]: text(row, currency) for row in after}
    return [
        (f"{what} {number}", was.get(number, "–"), now.get(number, "–"))
        for number in sorted({*was, *now})
        if was.get(number) != now.get(number)
    ]


def _day(text):
    return f"{date.fromisoformat(text):%d.%m.%Y}"


def _tranche_text(row, currency):
    parts = [str(Money(row["amount"], currency))]
    if row.get("kind") == "retention":
        parts.insert(0, str(_("Retention")))
    if row["cofinancing_amount"]:
        parts.append(f"+ {Money(row['cofinancing_amount'], currency)}")
    if row["due_on"]:
        parts.append(_day(row["due_on"]))
    return "\n".join([" ".join(parts), *row["deliverables"]])


def _budget_text(row, currency):
    return f"{row['label']}: {Money(row['grant_amount'], currency)} / {Money(row['net_amount'], currency)}"
