"""What a bank or an operator of mobile money reads of a batch: pain.001.001.03 (ISO 20022), and lists as CSV.

The same batch gives the same bytes. IBAN accounts in euro are written by sepaxml, other accounts and currencies by our
own writer; both are held against the schema of ISO 20022, as sepaxml ships it, before a byte leaves. Amounts are minor
units here and major units in the file.
"""

import io
import re
import string
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import sepaxml
import xmlschema
from anyascii import anyascii
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import Blocked
from ledger.money import plain
from payments.models import OwnAccount, PayeeAccount, PaymentLine

PAIN = "pain.001.001.03"
SPACE = f"urn:iso:std:iso:20022:tech:xsd:{PAIN}"
NAME, TEXT = 70, 140
# The letters that banks of the euro area owe each other (EPC217-08), and that banks elsewhere accept as well.
ACCEPTED = frozenset(string.ascii_letters + string.digits + "/-?:().,'+ ")
AT_BANKS = (PayeeAccount.Kind.IBAN, PayeeAccount.Kind.DOMESTIC)


def bank_letters(text, most):
    """`text` in the letters that banks accept, at most `most` of them: "Smith & Sons <Ltd>" is "Smith + Sons Ltd"."""
    latin = anyascii(text).replace("&", "+")
    found = " ".join("".join(letter if letter in ACCEPTED else " " for letter in latin).split())
    # By the same rules a text neither begins nor ends with a slash, and has no two of them together.
    return re.sub("/{2,}", "/", found).lstrip(" /-:")[:most].rstrip(" /")


# Which file fits -----------------------------------------------------------------------------------------------------


def why_no_file(orders):
    """Why no file of these orders may leave at all, or nothing: an account is not the one that was approved."""
    for order in orders:
        if order.account.version != order.account_version:
            return _(
                "The payee's account of %(order)s changed after it was sent. "
                "Ask the bank to stop this payment, and mark it as returned."
            ) % {"order": order.ref}
    return ""


def why_no_pain(batch, orders):
    """What is missing for a pain.001 file of this batch, in a sentence; nothing when it can be made."""
    own = batch.own_account
    if own is None:
        return _why_no_account(batch)
    if own.closed_on is not None:
        return _("%(account)s, from which this batch is paid, is closed.") % {"account": own}
    if not bank_letters(own.holder, NAME):
        return _("The name of the holder of %(account)s is missing.") % {"account": own}
    for order in orders:
        if order.account.kind not in AT_BANKS:
            return _("%(order)s does not go to a bank account: %(kind)s. Send it in a batch of its own.") % {
                "order": order.ref,
                "kind": order.account.get_kind_display(),
            }
        if not bank_letters(order.account.holder, NAME):
            return _("The name of the account holder of %(order)s is missing.") % {"order": order.ref}
    return why_no_file(orders)


def _why_no_account(batch):
    lines = PaymentLine.objects.filter(order__batch=batch).values("line")
    accounts = list(OwnAccount.objects.open().paying(lines).without_number())
    waiting = [account for account in accounts if not account.is_confirmed]
    if waiting:
        return _("%(account)s, the programme's account at the bank, waits for a second person.") % {
            "account": waiting[0]
        }
    if accounts:
        return _("When this batch was sent, its lines were not paid from one confirmed account of the programme.")
    return _("No account of the programme at the bank is entered from which these lines are paid.")


def why_no_list(profile, orders):
    """Why the batch does not fit a list of this profile, in a sentence, or nothing."""
    for order in orders:
        if profile.kinds and order.account.kind not in profile.kinds:
            return _("%(order)s is not paid like this: %(kind)s.") % {
                "order": order.ref,
                "kind": order.account.get_kind_display(),
            }
    return why_no_file(orders)


# Lists ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Profile:
    """A list as CSV: `columns` are (heading, value of an order); `kinds` of account that it can carry, () for all."""

    key: str
    title: str
    columns: tuple[tuple[str, Callable], ...]
    kinds: tuple[str, ...] = ()

    def rows(self, orders):
        return [[value(order) for _heading, value in self.columns] for order in orders]

    @property
    def headings(self):
        return [heading for heading, _value in self.columns]


def _major(order):
    return plain(order.amount, order.currency)


BANK_LIST = Profile(
    key="bank-list",
    title=gettext_lazy("Payment list for the bank"),
    columns=(
        ("reference", lambda order: order.ref),
        ("holder", lambda order: order.account.holder),
        ("account", lambda order: order.account.number),
        ("bank", lambda order: order.account.bank),
        ("amount", _major),
        ("currency", lambda order: order.currency),
        ("text", lambda order: order.purpose),
    ),
)
MOBILE_MONEY = Profile(
    key="mobile-money",
    title=gettext_lazy("Payment list for mobile money"),
    columns=(
        # Digits alone: a spreadsheet takes a plus for the beginning of a formula.
        ("number", lambda order: order.account.number.lstrip("+")),
        ("amount", _major),
        ("name", lambda order: order.account.holder),
        ("reference", lambda order: order.ref),
    ),
    kinds=(PayeeAccount.Kind.MOBILE,),
)
PROFILES = {profile.key: profile for profile in (BANK_LIST, MOBILE_MONEY)}


# pain.001 ------------------------------------------------------------------------------------------------------------


def pain_001(batch, orders):
    """The file of a batch for which `why_no_pain` has nothing to say, as bytes. Raises Blocked with the schema's word.

    The orders come with their accounts, in the order in which they stand in the file.
    """
    content = _by_sepaxml(batch, orders) if is_sepa(batch, orders) else _by_hand(batch, orders)
    wrong = next(schema().iter_errors(io.BytesIO(content)), None)
    if wrong is not None:
        raise Blocked(
            _("The file would break the rules of ISO 20022 and was not made: %(reason)s")
            % {"reason": f"{wrong.reason} ({(wrong.path or '').replace('{' + SPACE + '}', '')})"}
        )
    return content


def is_sepa(batch, orders):
    """Euro from an IBAN to IBANs; everything else is a transfer by the rules of the bank."""
    kinds = {batch.own_account.kind, *(order.account.kind for order in orders)}
    return batch.currency == "EUR" and kinds == {PayeeAccount.Kind.IBAN}


@lru_cache(maxsize=1)
def schema():
    return xmlschema.XMLSchema(Path(sepaxml.__file__).parent / "schemas" / f"{PAIN}.xsd")


def _moment(batch):
    """The day of the batch: a file that is taken a second time is the same file."""
    return f"{batch.made_on.isoformat()}T00:00:00"


def _by_sepaxml(batch, orders):
    own = batch.own_account
    config = {
        "name": bank_letters(own.holder, NAME),
        "IBAN": own.number,
        "currency": batch.currency,
        "batch": True,
        "address": {"country": own.country},
    }
    if own.bic:
        config["BIC"] = own.bic
    file = sepaxml.SepaTransfer(config, schema=PAIN, clean=False)
    for order in orders:
        file.add_payment(
            {
                "name": bank_letters(order.account.holder, NAME),
                "IBAN": order.account.number,
                "amount": order.amount,
                "execution_date": batch.made_on,
                "description": bank_letters(order.purpose, TEXT),
                "endtoend_id": order.ref,
            }
        )
    content = file.export(validate=False)
    # It numbers files at random and dates them by the clock; ours are those of the batch.
    for tag, text in (("MsgId", batch.ref), ("CreDtTm", _moment(batch)), ("PmtInfId", batch.ref)):
        content = re.sub(f"<{tag}>[^<]*</{tag}>".encode(), f"<{tag}>{text}</{tag}>".encode(), content, count=1)
    # What the same rules say where the code of the bank is not known.
    return content.replace(b"<FinInstnId />", b"<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>", 1)


def _put(parent, path, text=None, **attributes):
    """Add the elements of `path` ("Amt/InstdAmt") under `parent`, the last of them with `text`; returns the last."""
    for name in path.split("/"):
        parent = ET.SubElement(parent, name)
    parent.text = text
    parent.attrib.update(attributes)
    return parent


def _by_hand(batch, orders):
    own, count, total = batch.own_account, str(len(orders)), plain(batch.control_amount, batch.currency)
    holder = bank_letters(own.holder, NAME)
    root = ET.Element("Document", xmlns=SPACE)
    body = _put(root, "CstmrCdtTrfInitn")
    head = _put(body, "GrpHdr")
    _put(head, "MsgId", batch.ref)
    _put(head, "CreDtTm", _moment(batch))
    _put(head, "NbOfTxs", count)
    _put(head, "CtrlSum", total)
    _put(head, "InitgPty/Nm", holder)
    block = _put(body, "PmtInf")
    _put(block, "PmtInfId", batch.ref)
    _put(block, "PmtMtd", "TRF")
    _put(block, "BtchBookg", "true")
    _put(block, "NbOfTxs", count)
    _put(block, "CtrlSum", total)
    _put(block, "PmtTpInf/InstrPrty", "NORM")
    _put(block, "ReqdExctnDt", batch.made_on.isoformat())
    debtor = _put(block, "Dbtr")
    _put(debtor, "Nm", holder)
    _put(debtor, "PstlAdr/Ctry", own.country)
    account = _put(block, "DbtrAcct")
    _put_number(account, own)
    _put(account, "Ccy", batch.currency)
    agent = _put(block, "DbtrAgt/FinInstnId")
    _put(agent, "BIC", own.bic) if own.bic else _put(agent, "Nm", bank_letters(own.bank, NAME))
    for order in orders:
        _put_transfer(_put(block, "CdtTrfTxInf"), order)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _put_transfer(transfer, order):
    _put(transfer, "PmtId/EndToEndId", order.ref)
    _put(transfer, "Amt/InstdAmt", plain(order.amount, order.currency), Ccy=order.currency)
    bank = bank_letters(order.account.bank, NAME)
    if bank:
        _put(transfer, "CdtrAgt/FinInstnId/Nm", bank)
    _put(transfer, "Cdtr/Nm", bank_letters(order.account.holder, NAME))
    _put_number(_put(transfer, "CdtrAcct"), order.account)
    _put(transfer, "RmtInf/Ustrd", bank_letters(order.purpose, TEXT))


def _put_number(parent, account):
    path = "Id/IBAN" if account.kind == PayeeAccount.Kind.IBAN else "Id/Othr/Id"
    _put(parent, path, account.number)
