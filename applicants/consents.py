"""The texts that people agree to, one for each purpose, with the version that is stored beside the consent."""

from django.utils.translation import gettext_lazy as _

# A changed text gets a new version: what somebody agreed to is the text of the version that their consent names.
TEXT_VERSION = "1"
TEXTS = {
    "processing": _(
        "We write down your name, where you live, your phone and facts about your business, to decide on support and "
        "to follow it. Only the staff of the programme see them. You can ask what we keep, have it corrected, and take "
        "your consent back at any time; support that you have already received stays yours."
    ),
    "sharing": _("We pass results to the donors of the programme in figures in which nobody can be recognised."),
    "photo": _("We may take photos of you and your business and use them to show the work of the programme."),
    "credit": _("We may ask other lenders whether you owe them money."),
    "messages": _("We may remind you of instalments by text messages to your phone. They name nothing but the money."),
    "naming": _(
        "We may name your business, with the grant that it received, in open data that everybody can read on the "
        "internet. Without it the grant stands there under a number."
    ),
}
