from django.db import models


class AmountField(models.BigIntegerField):
    """A whole number of minor units; the currency stands beside it on the row or its parent.

    Name it `amount` or `*_amount`.
    """


class CurrencyField(models.CharField):
    """ISO 4217 code."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 3)
        super().__init__(*args, **kwargs)
