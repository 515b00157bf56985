"""How a report comes about: its agreement and period, what is written into it, and how good its data is."""
