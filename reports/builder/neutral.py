"""What leaves a confidential programme never names it: neither its papers nor the words that people write into them."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid


def ask_neutral(programme, text, field):
    """Raises Invalid when the text of a confidential programme has its name or key in it."""
    if not programme.confidential:
        return
    plain = " ".join(text.casefold().split())
    if any(word in plain for word in (programme.name.casefold(), programme.key.casefold())):
        said = {"neutral": programme.neutral_name}
        raise Invalid(_("This would name the confidential programme. Write “%(neutral)s” instead.") % said, field=field)
