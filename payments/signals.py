from django.dispatch import Signal

# Both are sent inside the transaction that books the entry, with `order`, `by`, `on`.
payment_settled = Signal()
payment_returned = Signal()
