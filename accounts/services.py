"""Writes about users. An administrator makes accounts; roles are given in the programmes."""

import rules
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.refusals import Invalid, NotAllowed
from audit.services import record, service


def demand_manager(by):
    """Raises NotAllowed unless `by` may manage users (the rule "accounts.manage_users" of the programmes)."""
    if not rules.test_rule("accounts.manage_users", by, None):
        raise NotAllowed()


def _free(email, staff_number, but=None):
    others = User.objects.exclude(pk=but.pk) if but else User.objects.all()
    if others.filter(email__iexact=email).exists():
        raise Invalid(_("There is an account with this e-mail."), field="email")
    if others.filter(staff_number__iexact=staff_number).exists():
        raise Invalid(_("This staff number has an account. One person has one."), field="staff_number")


@service
def create_user(*, email, name, staff_number, on, by, phone="", language="en", key=None):
    """A new account without a password: its owner sets one through "I cannot sign in". Returns the User."""
    demand_manager(by)
    _free(email, staff_number)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email, None, name=name, staff_number=staff_number, phone=phone, language=language
            )
    except IntegrityError as taken:
        raise Invalid(_("There is an account with this e-mail or staff number.")) from taken
    record("user.create", user.ref, by=by, on=on)
    return user


@service
def edit_user(*, user, email, name, phone, is_active, on, by, reason=""):
    """Change name, e-mail, phone, and whether the account may sign in. Nobody locks themselves out."""
    demand_manager(by)
    user = User.objects.select_for_update().get(pk=user.pk)
    _free(email, user.staff_number, but=user)
    if user.pk == by.pk and not is_active:
        raise Invalid(_("You cannot close your own account."), field="is_active")
    facts = {"email": email.lower(), "name": name, "phone": phone, "is_active": is_active}
    changed = sorted(field for field, value in facts.items() if getattr(user, field) != value)
    if not changed:
        return user
    for field in changed:
        setattr(user, field, facts[field])
    user.save(update_fields=changed)
    record("user.edit", user.ref, by=by, on=on, body={"changed": changed}, reason=reason)
    return user


@service
def reset_second_factor(*, user, reason, on, by):
    """Take the second step from an account whose owner lost the phone; they set a new one at the next sign-in."""
    demand_manager(by)
    if user.pk == by.pk:
        raise NotAllowed(_("Another administrator resets your second step."))
    gone, _kinds = Authenticator.objects.filter(user=user).delete()
    if not gone:
        raise Invalid(_("This account has no second step."))
    record("user.reset_second_factor", user.ref, by=by, on=on, reason=reason)
    return user


@service
def set_preferences(*, user, language, theme, phone, on, by):
    """What a person chooses for themselves: language, light or dark, phone."""
    if user.pk != by.pk:
        raise NotAllowed()
    User.objects.filter(pk=user.pk).update(language=language, theme=theme, phone=phone)
    user.language, user.theme, user.phone = language, theme, phone
    return user
