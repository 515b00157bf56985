"""The words of a call's agreements."""

import rules
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid, NotAllowed, Stale
from audit.services import record, service
from grants.models import AgreementText
from programmes.models import Call
from programmes.services import check_date


@service
def write_agreement_text(*, call, language, clauses, on, by, version=None):
    """A new version of what the parties agree, for agreements signed from now on.

    `version`: the one that was read; Stale when somebody has written another since.
    """
    call = Call.objects.select_for_update().select_related("programme").get(pk=call.pk)
    if not rules.test_rule("grants.manage", by, call):
        raise NotAllowed()
    check_date(on=on, programme=call.programme, by=by)
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": language}, field="language")
    lines = [" ".join(line.split()) for line in clauses.splitlines() if line.strip()]
    if not lines:
        raise Invalid(_("Write at least one clause."), field="clauses")
    last = call.agreement_texts.filter(language=language).order_by("-version").first()
    number = last.version if last else 0
    if version is not None and int(version) != number:
        raise Stale()
    text = AgreementText.objects.create(
        call=call, language=language, version=number + 1, clauses="\n".join(lines), made_by=by, made_on=on
    )
    body = {"call": call.key, "language": language, "version": text.version}
    record("agreement.write_text", f"call:{call.key}", by=by, on=on, programme=call.programme.key, body=body)
    return text
