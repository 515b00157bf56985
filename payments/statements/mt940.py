"""MT940 (SWIFT, Customer Statement Message), with the two usual ways of writing field 86: "?20.." and "/EREF/..".

Read here and not by a library: those that exist leave out what they do not understand, and a statement with a line
left out must be refused, with the number of the line.
"""

import re
from datetime import date

from django.utils.translation import gettext_lazy as _

from ledger.money import known_currencies
from payments.statements.facts import StatementFacts, StatementLineFacts, joined, minor, refuse, spaced

FORM = "mt940"
_TAG = re.compile(r":(\d{2}[A-Z]?):(.*)", re.DOTALL)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15},\d*)")
_MOVEMENT = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R?[CD])(?P<funds>[A-Z])?(?P<amount>\d{1,15},\d*)"
    r"(?P<kind>[A-Z][A-Z0-9]{3})(?P<own>[^/\n]*(?:/[^/\n]+)*)(?://(?P<bank>[^\n]*))?(?:\n(?P<more>.*))?",
    re.DOTALL,
)
_CODED = re.compile(r"\?(\d{2})")
_SLASHED = re.compile(r"(?:^|/)(EREF|KREF|MREF|PREF|NAME|BENM|ORDP|IBAN|ACCT|REMI|RTRN|BIC|CSID|ID)/")
_PLUS = re.compile(r"(EREF|KREF|MREF|SVWZ|IBAN|ABWA)\+")
KNOWN = {"20", "21", "25", "25P", "28C", "28", "60F", "60M", "61", "86", "62F", "62M", "64", "65", "13", "13D", "34F"}
NOTHING = ("", "NONREF", "NOTPROVIDED")
RETURNS = ("RTI", "RTN", "RET")


def is_one(text):
    """True when the text looks like MT940, also when it is damaged further on."""
    start = text.lstrip()[:400]
    return start.startswith(("{1:", ":20:")) or "\n:20:" in start


def read(text):
    """The facts of a MT940 file. Raises Invalid."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parts = [_statement(fields) for fields in _messages(_fields(text))]
    return joined(parts)


def _fields(text):
    """(tag, value, line number) of each field; a value goes on over the lines that follow it."""
    found, inside = [], False
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip()
        if line.startswith("{1:") or line.startswith("{4:"):
            inside = "{4:" in line
            continue
        if line in ("-}", "-") or line.startswith("-}{5:"):
            inside = False
            continue
        tag = _TAG.fullmatch(line)
        if tag:
            if tag[1] not in KNOWN:
                refuse(_("Line %(line)s: field :%(tag)s: does not belong to MT940."), line=number, tag=tag[1])
            found.append([tag[1], tag[2], number])
        elif not line:
            continue
        elif found:
            found[-1][1] += f"\n{line}"
        else:
            refuse(_("Line %(line)s is not MT940. Load the file as the bank gave it."), line=number)
    if inside:
        _cut_off()
    return found


def _cut_off():
    refuse(_("The file breaks off before its closing balance (field 62F). Take it from the bank again."))


def _messages(fields):
    """The fields of each statement: field 20 begins a new one."""
    messages = []
    for field in fields:
        if field[0] == "20":
            messages.append([])
        if not messages:
            refuse(_("Line %(line)s: a statement begins with field :20:."), line=field[2])
        messages[-1].append(field)
    return messages


def _statement(fields):
    values = {tag: (value, line) for tag, value, line in fields}
    account = values.get("25", values.get("25P", ("", 0)))[0].split("\n")[0].strip()
    if not account:
        refuse(_("The statement does not name its account (field 25). Ask the bank for a right file."))
    opening = _balance(values, ("60F", "60M"))
    if opening is None:
        refuse(_("The statement has no opening balance (field 60F). Ask the bank for a right file."))
    closing = _balance(values, ("62F", "62M"))
    if closing is None:
        _cut_off()
    currency = opening[1]
    if currency not in known_currencies():
        refuse(_("%(code)s is not a currency code.") % {"code": currency})
    if closing[1] != currency:
        refuse(
            _("The closing balance is in %(closing)s and the opening balance in %(currency)s. Ask the bank again."),
            closing=closing[1],
            currency=currency,
        )
    lines = []
    for index, (tag, value, number) in enumerate(fields):
        if tag != "61":
            continue
        after = fields[index + 1] if index + 1 < len(fields) else ("", "", 0)
        lines.append(_line(value, after[1] if after[0] == "86" else "", currency, number))
    number = values.get("28C", values.get("28", ("", 0)))[0].strip() or values["20"][0].strip()
    return StatementFacts(
        form=FORM,
        account=account,
        currency=currency,
        number=number[:35],
        from_on=min([opening[2], *(line.booked_on for line in lines)]),
        to_on=max([closing[2], *(line.booked_on for line in lines)]),
        opening_amount=opening[0],
        closing_amount=closing[0],
        lines=tuple(lines),
    )


def _balance(values, tags):
    """(signed minor units, currency, day) of the first of these fields, or None."""
    for tag in tags:
        if tag not in values:
            continue
        text, line = values[tag]
        where = _("Line %(line)s") % {"line": line}
        match = _BALANCE.fullmatch(text.strip())
        if not match:
            refuse(
                _("%(where)s: “%(text)s” is not a balance. Take the file from the bank again."), where=where, text=text
            )
        sign = 1 if match[1] == "C" else -1
        return sign * _minor(match[4], match[3], where), match[3], _day(match[2], where)
    return None


def _minor(text, currency, where):
    whole, _comma, part = text.partition(",")
    return minor(f"{whole}.{part}" if part else whole, currency, where)


def _day(text, where):
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        refuse(_("%(where)s: “%(text)s” is not a date. Ask the bank for a right file."), where=where, text=text)


def _booked(text, value_on, where):
    """The day of booking, month and day, in the year that lies nearest to the value date."""
    if not text:
        return value_on
    days = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            days.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    if not days:
        refuse(_("%(where)s: “%(text)s” is not a date. Ask the bank for a right file."), where=where, text=text)
    return min(days, key=lambda day: abs((day - value_on).days))


def _line(value, about, currency, number):
    where = _("Line %(line)s") % {"line": number}
    match = _MOVEMENT.fullmatch(value)
    if not match:
        refuse(
            _("%(where)s: “%(text)s” is not a movement (field 61). The file is damaged: take it from the bank again."),
            where=where,
            text=value.split("\n")[0][:60],
        )
    value_on = _day(match["value"], where)
    # A reversed credit takes money, a reversed debit gives it back.
    sign = 1 if match["mark"] in ("C", "RD") else -1
    told = _about(about)
    own = match["own"].strip()
    end_to_end = told.get("end_to_end", "") or ("" if own.upper() in NOTHING else own)
    returned = told.get("returned", "")
    if not returned and (match["kind"][1:] in RETURNS or match["mark"] == "RD"):
        returned = match["kind"]
    bank = (match["bank"] or "").strip()
    return StatementLineFacts(
        where=str(where),
        booked_on=_booked(match["entry"], value_on, where),
        value_on=value_on,
        amount=sign * _minor(match["amount"], currency, where),
        name=told.get("name", "")[:160],
        number="".join(told.get("number", "").split()),
        text=spaced(told.get("text", ""), match["more"] or "")[:500],
        end_to_end="" if end_to_end.upper() in NOTHING else end_to_end[:35],
        batch=told.get("batch", "")[:35],
        bank_reference="" if bank.upper() in NOTHING else bank[:60],
        return_reason=returned[:140],
    )


def _about(text):
    """What field 86 says: name, number, text, end_to_end, batch, returned, as far as the bank gives them."""
    if _CODED.search(text):
        return _coded(text.replace("\n", ""))
    if _SLASHED.search(text):
        return _slashed(text.replace("\n", ""))
    return {"text": spaced(text.replace("\n", " "))}


def _coded(text):
    """Field 86 in numbered parts: 20 to 29 and 60 to 63 purpose, 31 account, 32 and 33 name, 34 why it came back."""
    pieces = _CODED.split(text)
    parts = {}
    for code, part in zip(pieces[1::2], pieces[2::2], strict=True):
        parts[code] = parts.get(code, "") + part
    purpose = [parts[code] for code in sorted(parts) if "20" <= code <= "29" or "60" <= code <= "63"]
    told = _plus("".join(purpose))
    return {
        **told,
        "text": spaced(parts.get("00", "") if not purpose else "", told["text"]),
        "name": spaced(parts.get("32", "") + parts.get("33", "")),
        "number": parts.get("31", ""),
        "returned": parts.get("34", ""),
    }


def _plus(purpose):
    """The purpose with its marks: EREF+ the end-to-end reference, KREF+ the batch, SVWZ+ the free text."""
    pieces = _PLUS.split(purpose)
    marked = dict(zip(pieces[1::2], (piece.strip() for piece in pieces[2::2]), strict=True))
    free = spaced(pieces[0], marked.get("SVWZ", ""))
    return {"text": free, "end_to_end": marked.get("EREF", ""), "batch": marked.get("KREF", "")}


def _slashed(text):
    pieces = _SLASHED.split(text)
    parts = dict(zip(pieces[1::2], (piece.strip("/ ") for piece in pieces[2::2]), strict=True))
    return {
        "text": spaced(pieces[0].strip("/"), parts.get("REMI", "")),
        "name": spaced(parts.get("NAME") or parts.get("BENM") or parts.get("ORDP") or ""),
        "number": parts.get("IBAN") or parts.get("ACCT") or "",
        "end_to_end": parts.get("EREF", ""),
        "batch": parts.get("PREF") or parts.get("KREF") or "",
        "returned": parts.get("RTRN", ""),
    }
