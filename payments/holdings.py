"""What payments hold about a person."""

from applicants.personal import declare, declare_references
from payments.models import Match, PayeeAccount, PaymentOrder, PaySheetRow, Screening, StatementLine


def connect():
    declare(PayeeAccount, "party", holder="-", number="", number_index="", number_tail="", bank="")
    declare(PaymentOrder, "payee", purpose="-")
    # Kept inside: whoever is looked for must not be told.
    declare(Screening, "party", inside=True, facts_hash="")
    declare(Match, "screening__party", inside=True, note="")
    declare(PaySheetRow, "order__payee", witness_name="-", witness_role="-", why_unpaid="-")
    # A line is known to be somebody's once it settled their payment; the bank's own file is kept as the law says.
    said = {
        "counterparty": "-",
        "text": "-",
        "counterparty_number": "",
        "counterparty_index": "",
        "counterparty_tail": "",
    }
    declare(StatementLine, "order__payee", **said)
    declare_references(lambda parties: PaymentOrder.objects.filter(payee__in=parties).values_list("ref", flat=True))
