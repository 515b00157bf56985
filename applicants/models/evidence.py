"""Files: content-addressed outside the static root, served only through a view with permission."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applicants.models.party import Party
from programmes.models import Programme


class Evidence(models.Model):
    """A file as given. The bytes lie under their SHA-256 in EVIDENCE_DIR; several rows may share them."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    case_ref = models.CharField(_("case"), max_length=40, db_index=True)
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="evidence")
    purpose = models.SlugField(_("what it shows"), max_length=40)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=80)
    name = models.CharField(_("name as given"), max_length=160)
    dated = models.DateField(_("date of the fact"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return self.name
