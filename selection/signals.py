from django.dispatch import Signal

# Sent inside the transaction that closes a session, with `session`, `decisions`, `by`, `on`.
decisions_effective = Signal()
