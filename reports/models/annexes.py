"""What is published with an Issue and is too long for its body: single grants, and lists of records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.issues import Issue


class IssueAnnex(models.Model):
    """Rows frozen with an Issue, whose body carries their hash. `packed`: zlib-compressed JSON, `sha256` of its text.

    No name stands in them: a grant names its business by primary key, and who may be named is asked when it is read.
    """

    class Kind(models.TextChoices):
        GRANTS = "grants", _("Single grants")
        RECORDS = "records", _("Pseudonymised lists of records")

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="annexes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    sha256 = models.CharField(max_length=64)
    packed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "kind"], name="issue_annex_once")]
