"""The way of a draft, as its pages show it above: each step is a page of its own, and none must be gone in order."""

import rules
from django.urls import reverse
from django.utils.translation import gettext as _

from reports.models import Issue


def steps_of(row, user, now):
    """[(label, url, is it this page)] of the way from the first look to publishing; nothing once it is published."""
    if row.state != Issue.State.DRAFT or not rules.test_rule("reports.draft", user, row):
        return []
    steps = [("quality", _("Data quality")), ("issue", _("Preview")), ("write", _("Words"))]
    if not row.programme.confidential:
        steps.append(("stories", _("Stories")))
    found = [(label, reverse(f"reports:{name}", args=[row.ref]), name == now) for name, label in steps]
    if rules.test_rule("reports.publish", user, row):
        found.append((_("Publish"), reverse("reports:move", args=[row.ref, "publish"]), False))
    return found
