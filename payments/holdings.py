"""What payments hold about a person."""

from applicants.personal import declare, declare_references
from payments.models import PayeeAccount, PaymentOrder


def connect():
    declare(PayeeAccount, "party", holder="-", number="", number_index="", number_tail="", bank="")
    declare(PaymentOrder, "payee", purpose="-")
    declare_references(lambda parties: PaymentOrder.objects.filter(payee__in=parties).values_list("ref", flat=True))
