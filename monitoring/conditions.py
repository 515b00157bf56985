"""Facts that a visit's moves ask for."""

from django.utils.translation import gettext_lazy as _

from audit.moves import fact


@fact(_("Every counted job has dated evidence."))
def jobs_have_evidence(visit):
    bare = visit.employments.filter(evidence_kind="").count()
    return _("A job of this visit has no evidence.") if bare else None
