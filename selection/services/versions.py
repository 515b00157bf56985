"""The versions of a call's rules: a session freezes the last one, or makes a new one where the call has changed."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid
from audit.services import record
from selection.call_rules import changed_rules, frozen_hash, rules_of_call
from selection.models import RulesVersion


def freeze_rules(call, *, on, by, reason):
    """The RulesVersion that holds for a session whose packet is sent on `on`. The caller holds the lock of the Call.

    Raises Invalid when the rules have changed since the last version and `reason` does not say why.
    """
    last = RulesVersion.objects.filter(call=call).order_by("number").last()
    if last is not None:
        body = rules_of_call(call, last.number)
        if frozen_hash(body) == last.sha256:
            return last
        if not reason.strip():
            raise Invalid(
                _("The rules of the call have changed since version %(number)s (%(what)s): say why.")
                % {"number": last.number, "what": ", ".join(str(name) for name in changed_rules(last.body, body))},
                field="reason",
            )
    number = last.number + 1 if last else 1
    body = rules_of_call(call, number)
    version = RulesVersion.objects.create(
        call=call,
        number=number,
        body=body,
        sha256=frozen_hash(body),
        effective_from=on,
        reason=reason.strip()[:300] if last else "",
        made_by=by,
    )
    record(
        "rules.freeze",
        f"call:{call.key}",
        by=by,
        on=on,
        programme=call.programme.key,
        body={"version": number, "rules": version.sha256},
        reason=version.reason,
    )
    return version
