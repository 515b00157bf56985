"""camt.053 (ISO 20022, BankToCustomerStatement), versions .02 to .08: elements are found by their local names.

An entry of several payments is read as one line for each, where the bank gives their amounts; else as one line with
the reference of the batch. Entries that are only pending are left out: they are no money yet.
"""

import re
from datetime import date
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext_lazy as _

from ledger.money import known_currencies
from payments.statements.facts import StatementFacts, StatementLineFacts, joined, minor, refuse, spaced

FORM = "camt053"
_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:([a-z]+\.\d{3})\.\d{3}\.(\d{2})\}")
VERSIONS = {f"{number:02d}" for number in range(2, 9)}
# What a bank writes where nobody gave a reference.
NOTHING = ("", "NOTPROVIDED", "NONREF", "NONE")


def read(content):
    """The facts of a camt.053 file (bytes). Raises Invalid."""
    root = _root(content)
    bodies = _all(root, "BkToCstmrStmt")
    if not bodies:
        refuse(_("This XML file is no bank statement (camt.053). Ask the bank for camt.053, MT940 or CSV."))
    return joined([_statement(one) for body in bodies for one in _all(body, "Stmt")])


def _root(content):
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        refuse(
            _(
                "The file declares a document type or entities, as no bank's statement does. "
                "It was not read: take the file from the bank's page yourself."
            )
        )
    except ParseError as wrong:
        line, column = wrong.position
        refuse(
            _("The file breaks off or is damaged at line %(line)s, column %(column)s. Take it from the bank again."),
            line=line,
            column=column,
        )
    except (LookupError, ValueError):
        refuse(_("The file is written in letters that cannot be read. Ask the bank for it in UTF-8."))
    namespace = _NAMESPACE.match(root.tag)
    if namespace and (namespace[1] != "camt.053" or namespace[2] not in VERSIONS):
        refuse(
            _("This file is %(name)s, and not camt.053 of version 02 to 08. Ask the bank for the account statement."),
            name=f"{namespace[1]}.001.{namespace[2]}",
        )
    return root


# Elements by local name ----------------------------------------------------------------------------------------------


def _local(element):
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _all(element, name):
    return [child for child in element if _local(child) == name] if element is not None else []


def _one(element, path):
    """The first element at "Bal/Tp/CdOrPrtry", or None."""
    found = element
    for name in path.split("/"):
        found = next(iter(_all(found, name)), None)
    return found


def _text(element, *paths):
    """The text at the first of the paths that has one."""
    for path in paths:
        found = _one(element, path)
        if found is not None and (found.text or "").strip():
            return found.text.strip()
    return ""


def _day(element, path, where):
    """The day at `path` (a Dt, or a DtTm as the bank's clock says it), or None where there is none."""
    text = _text(element, f"{path}/Dt", f"{path}/DtTm")
    return _date(text, where) if text else None


def _date(text, where):
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        refuse(_("%(where)s: “%(text)s” is not a date. Ask the bank for a right file."), where=where, text=text)


def _sign(element, where):
    mark = _text(element, "CdtDbtInd")
    if mark not in ("CRDT", "DBIT"):
        refuse(_("%(where)s does not say whether money came or went (CdtDbtInd). Ask the bank again."), where=where)
    return 1 if mark == "CRDT" else -1


def _amount(element, currency, where, path="Amt"):
    """Minor units at `path`, without a sign. Raises Invalid for another currency than the account's."""
    found = _one(element, path)
    if found is None or not (found.text or "").strip():
        refuse(_("%(where)s has no amount (Amt). Ask the bank for a right file."), where=where)
    given = found.get("Ccy", currency)
    if given != currency:
        refuse(
            _("%(where)s is in %(given)s and the account in %(currency)s. Ask the bank for a right file."),
            where=where,
            given=given,
            currency=currency,
        )
    return minor(found.text, currency, where)


# A statement ---------------------------------------------------------------------------------------------------------


def _statement(stmt):
    account = _text(stmt, "Acct/Id/IBAN", "Acct/Id/Othr/Id")
    if not account:
        refuse(_("The statement does not name its account (Acct/Id). Ask the bank for a right file."))
    first = _one(stmt, "Bal/Amt")
    currency = _text(stmt, "Acct/Ccy") or (first.get("Ccy", "") if first is not None else "")
    if currency not in known_currencies():
        refuse(_("The statement does not name the currency of its account (Acct/Ccy). Ask the bank for a right file."))
    balances = {}
    for balance in _all(stmt, "Bal"):
        code = _text(balance, "Tp/CdOrPrtry/Cd")
        where = _("The balance %(code)s") % {"code": code}
        amount = _sign(balance, where) * _amount(balance, currency, where)
        balances.setdefault(code, []).append((amount, _day(balance, "Dt", where)))
    opening, from_on = _balance(balances, ("OPBD", "PRCD", "ITBD"), 0, _("opening balance (OPBD)"))
    closing, to_on = _balance(balances, ("CLBD", "ITBD"), -1, _("closing balance (CLBD)"))
    lines = []
    for position, entry in enumerate(_all(stmt, "Ntry"), 1):
        lines += _entry(entry, currency, _("Entry %(position)s") % {"position": position})
    period = _text(stmt, "FrToDt/FrDtTm"), _text(stmt, "FrToDt/ToDtTm")
    if period[0] and period[1]:
        from_on, to_on = (_date(text, _("The period of the statement (FrToDt)")) for text in period)
    to_on = to_on or max((line.booked_on for line in lines), default=from_on)
    if to_on is None:
        refuse(_("The statement does not say of which days it is. Ask the bank for a right file."))
    return StatementFacts(
        form=FORM,
        account=account,
        currency=currency,
        number=_text(stmt, "LglSeqNb", "ElctrncSeqNb", "Id")[:35],
        from_on=from_on or min((line.booked_on for line in lines), default=to_on),
        to_on=to_on,
        opening_amount=opening,
        closing_amount=closing,
        lines=tuple(lines),
    )


def _balance(balances, codes, index, name):
    for code in codes:
        if code in balances:
            return balances[code][index]
    refuse(
        _("The statement has no %(name)s: it is not whole. Ask the bank for the statement of a closed day."), name=name
    )


def _entry(entry, currency, where):
    """The lines of one entry: one, or one for each of its payments where their amounts make the entry's."""
    status = _text(entry, "Sts/Cd", "Sts/Prtry", "Sts")
    sign, amount = _sign(entry, where), _amount(entry, currency, where)
    if status not in ("BOOK", ""):
        return []
    booked = _day(entry, "BookgDt", where) or _day(entry, "ValDt", where)
    if booked is None:
        refuse(_("%(where)s has no day on which it was booked (BookgDt). Ask the bank for a right file."), where=where)
    common = {"where": str(where), "booked_on": booked, "value_on": _day(entry, "ValDt", where) or booked}
    details = [one for group in _all(entry, "NtryDtls") for one in _all(group, "TxDtls")]
    parts = _amounts(details, currency, where) if len(details) > 1 else []
    if parts and sum(parts) == amount:
        return [
            _line(entry, detail, sign * part, common) for detail, part in zip(details, parts, strict=True) if part > 0
        ]
    return [_line(entry, details[0] if len(details) == 1 else None, sign * amount, common)] if amount else []


def _amounts(details, currency, where):
    """What each payment of an entry moved, or nothing where the bank does not say it in the account's currency."""
    found = []
    for detail in details:
        path = next((p for p in ("Amt", "AmtDtls/TxAmt/Amt") if _one(detail, p) is not None), None)
        if path is None or _one(detail, path).get("Ccy", currency) != currency:
            return []
        found.append(_amount(detail, currency, where, path))
    return found


def _line(entry, detail, amount, common):
    returned = _return_reason(entry, detail)
    name, number = _counterparty(detail, amount, bool(returned))
    end_to_end = _text(detail, "Refs/EndToEndId")
    free = [one.text or "" for one in _all(_one(detail, "RmtInf"), "Ustrd")] if detail is not None else []
    free.append(_text(detail, "RmtInf/Strd/CdtrRefInf/Ref"))
    extra = _text(detail, "AddtlTxInf"), _text(entry, "AddtlNtryInf")
    batch = _text(detail, "Refs/PmtInfId") or _text(entry, "NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId")
    return StatementLineFacts(
        **common,
        amount=amount,
        name=spaced(name)[:160],
        number="".join(number.split()),
        text=spaced(*free, *extra)[:500],
        end_to_end="" if end_to_end.upper() in NOTHING else end_to_end[:35],
        batch=(batch or _text(detail, "Refs/MsgId"))[:35],
        bank_reference=_reference(entry, detail)[:60],
        return_reason=returned[:140],
    )


def _reference(entry, detail):
    for found in (_text(detail, "Refs/AcctSvcrRef"), _text(entry, "AcctSvcrRef"), _text(detail, "Refs/TxId")):
        if found.upper() not in NOTHING:
            return found
    return _text(entry, "NtryRef")


def _return_reason(entry, detail):
    """Why a payment came back, in the bank's code and words; "" when it is no return."""
    reason = spaced(
        _text(detail, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
        *((one.text or "") for one in _all(_one(detail, "RtrInf"), "AddtlInf")),
    )
    family = _text(detail, "BkTxCd/Domn/Fmly/SubFmlyCd"), _text(entry, "BkTxCd/Domn/Fmly/SubFmlyCd")
    marked = "RRTN" in family or _text(entry, "RvslInd") == "true" or _one(detail, "RtrInf") is not None
    return reason or ("RRTN" if marked else "")


def _counterparty(detail, amount, returned):
    """(name, account number) of the other side: the payee of what went out or came back, else who paid."""
    side = "Cdtr" if amount < 0 or returned else "Dbtr"
    parties = _one(detail, "RltdPties") if detail is not None else None
    if parties is None:
        return "", ""
    name = _text(parties, f"{side}/Nm", f"{side}/Pty/Nm", f"Ultmt{side}/Nm", f"Ultmt{side}/Pty/Nm")
    return name, _text(parties, f"{side}Acct/Id/IBAN", f"{side}Acct/Id/Othr/Id")
