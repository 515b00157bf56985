"""The rules of a programme's payments: what holds, what waits for a second person, and a form to propose."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from payments.forms import ConfirmRuleForm, MoneyRuleForm
from payments.models import MONEY_ROLES, MoneyRule
from payments.services import confirm_money_rule, propose_money_rule
from payments.views.access import chosen, for_money_roles
from programmes.clock import today
from programmes.models import Programme
from programmes.roles import held_by


def _programmes(request):
    mine = {held.programme_id for held in held_by(request.user) if held.role in MONEY_ROLES}
    rows = Programme.objects.filter(pk__in=mine).order_by("name")
    one = request.desk.programme
    return rows.filter(pk=one.pk) if one else rows


def currencies_of(programme):
    """The programme's currency and those of its funding lines."""
    lines = programme.funding_lines.order_by("currency").values_list("currency", flat=True)
    return list(dict.fromkeys([programme.currency, *lines]))


@for_money_roles
@require_GET
def money_rules(request):
    waiting = chosen(request, MoneyRule.objects.visible_to(request.user)).waiting()
    rows = []
    for programme in _programmes(request):
        for currency in currencies_of(programme):
            rows.append(
                {
                    "programme": programme,
                    "currency": currency,
                    "advance_amount": MoneyRule.objects.advance_amount(programme.pk, currency),
                    "cooling_days": MoneyRule.objects.cooling_days(programme.pk, currency),
                    "may_propose": rules.test_rule("payments.set_money_rule", request.user, programme),
                }
            )
    context = {
        "title": _("Rules of payments"),
        "crumbs": ((_("Payments"), reverse("payments:queue")),),
        "rows": rows,
        "waiting": [
            {"rule": row, "may_confirm": rules.test_rule("payments.confirm_money_rule", request.user, row)}
            for row in waiting.select_related("programme", "proposed_by")
        ],
    }
    return render(request, "payments/money_rules.html", context)


def _crumbs():
    return ((_("Payments"), reverse("payments:queue")), (_("Rules of payments"), reverse("payments:money_rules")))


@login_required
def propose_rule(request, key, currency):
    programme = get_object_or_404(_programmes(request), key=key)
    if currency not in currencies_of(programme):
        raise Http404
    if not rules.test_rule("payments.set_money_rule", request.user, programme):
        raise NotAllowed(_("The manager of the programme sets this up."))
    initial = {
        "advance_amount": MoneyRule.objects.advance_amount(programme.pk, currency),
        "cooling_days": MoneyRule.objects.cooling_days(programme.pk, currency),
    }
    form = MoneyRuleForm(request.POST or None, currency=currency, initial=initial)
    given = {"programme": programme, "currency": currency, "on": today(programme), "by": request.user}
    if request.method == "POST" and attempt(form, propose_money_rule, **given) is not None:
        return done(request, _("The rule is proposed. A second person must confirm it."), _crumbs()[-1][1])
    return form_page(
        request,
        form,
        title=_("Rules of payments of %(programme)s in %(currency)s") % {"programme": programme, "currency": currency},
        submit=_("Propose"),
        back=_crumbs()[-1][1],
        crumbs=_crumbs(),
        lead=_("Until another person confirms it, what was said before holds."),
    )


@login_required
def confirm_rule(request, pk):
    rule = get_object_or_404(MoneyRule.objects.visible_to(request.user).select_related("programme"), pk=pk)
    if not rules.test_rule("payments.confirm_money_rule", request.user, rule):
        raise NotAllowed(_("Another person than the one who proposed the rule must confirm it."))
    form = ConfirmRuleForm(request.POST or None, instance=rule)
    given = {"rule": rule, "on": today(rule.programme), "by": request.user}
    if request.method == "POST" and attempt(form, confirm_money_rule, **given) is not None:
        return done(request, _("The rule is in force."), _crumbs()[-1][1])
    return form_page(
        request,
        form,
        title=_("Confirm the rules of payments of %(programme)s") % {"programme": rule.programme},
        submit=_("Confirm"),
        back=_crumbs()[-1][1],
        crumbs=_crumbs(),
        lead=_("A paymaster carries at most %(most)s. A changed account waits %(days)s days.")
        % {"most": rule.most, "days": rule.cooling_days},
    )
