"""What the schedule engine says is wrong, in the reader's language. The engine itself knows no Django and says it in
English; its sentences are marked where they are raised, so that catalogues hold them."""

from datetime import date

from django.utils.translation import gettext


def in_words(wrong):
    """The sentence of a ScheduleError, its days as pages write them."""
    values = {name: f"{value:%d.%m.%Y}" if isinstance(value, date) else value for name, value in wrong.values.items()}
    return gettext(wrong.template) % values if values else gettext(wrong.template)
