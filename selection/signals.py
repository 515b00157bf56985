from django.dispatch import Signal

# Sent inside the transaction that closes a session, with `session`, `decisions`, `by`, `on`, and the `motions` that it
# decided (none when a case is approved from the reserve list).
decisions_effective = Signal()
# Sent inside the transaction of a vote for other months to repay, with `application` and `months`: a receiver raises
# Invalid for months that no contract of that window can have.
months_voted = Signal()
