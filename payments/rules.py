"""Permissions on money, asked through `rules`. Nobody gets one by a superuser flag."""

import rules

from applicants.models import Part
from programmes.models import Role
from programmes.roles import has_role

is_finance = has_role(Role.FINANCE)


@rules.predicate
def may_check(user, order):
    """Neither the maker of this order nor somebody who plays another part on its dossier."""
    if order is None:
        return True
    if order.prepared_by_id == user.pk:
        return False
    others = Part.objects.filter(application_id=order.application_id, user_id=user.pk)
    return not others.exclude(part=Part.Name.CHECKER).exists()


@rules.predicate
def did_not_enter(user, account):
    return account is None or account.entered_by_id != user.pk


@rules.predicate
def did_not_screen(user, match):
    """Neither who screened nor who is looked at."""
    return match is None or user.pk not in (match.screened_by_id, match.screening.staff_id)


rules.add_rule("payments.load_list", has_role(Role.FINANCE, Role.MANAGER))
rules.add_rule("payments.screen", has_role(Role.FINANCE, Role.MANAGER, Role.LOAN_OFFICER))
rules.add_rule("payments.decide_match", has_role(Role.FINANCE, Role.MANAGER) & did_not_screen)
rules.add_rule("payments.book", is_finance)
rules.add_rule("payments.prepare", is_finance)
rules.add_rule("payments.approve", is_finance & may_check)
rules.add_rule("payments.send", is_finance)
rules.add_rule("payments.settle", is_finance)
rules.add_rule("payments.load_statement", is_finance)
rules.add_rule("payments.cancel", has_role(Role.FINANCE, Role.MANAGER))
rules.add_rule("payments.enter_account", is_finance)
rules.add_rule("payments.confirm_account", is_finance & did_not_enter)
rules.add_rule("payments.read_account", is_finance)

is_manager = has_role(Role.MANAGER)


@rules.predicate
def is_paymaster(user, row):
    """The one who carries the money of this advance or sheet."""
    return row is not None and paymaster_of(row) == user.pk


def paymaster_of(row):
    return row.paymaster_id if hasattr(row, "paymaster_id") else row.advance.paymaster_id


@rules.predicate
def is_not_paymaster(user, row):
    return row is None or not hasattr(row, "ref") or paymaster_of(row) != user.pk


@rules.predicate
def did_not_prepare(user, advance):
    return advance is None or advance.prepared_by_id != user.pk


rules.add_rule("payments.prepare_advance", is_finance)
rules.add_rule("payments.pay_out_advance", is_finance & did_not_prepare & is_not_paymaster)
rules.add_rule("payments.make_sheet", is_finance)
rules.add_rule("payments.record_run", is_paymaster)
rules.add_rule("payments.confirm_run", is_finance & is_not_paymaster)
rules.add_rule("payments.bring_back_cash", is_finance & is_not_paymaster)
rules.add_rule("payments.count_loss", is_manager & is_not_paymaster)
rules.add_rule("payments.set_money_rule", is_manager)


@rules.predicate
def did_not_propose(user, rule):
    return rule is None or rule.proposed_by_id != user.pk


rules.add_rule("payments.confirm_money_rule", has_role(Role.MANAGER, Role.FINANCE) & did_not_propose)
