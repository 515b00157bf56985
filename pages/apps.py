from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """What every page, sheet and paper of the product shares; no models."""

    name = "pages"
    verbose_name = _("Pages")
