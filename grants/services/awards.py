"""The award from the committee's decision to its end."""

import secrets

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, Stale
from audit.services import record, service
from grants.final_account import final_account
from grants.funding import promises_of
from grants.models import Award, Tranche
from grants.services.access import begin_act, locked
from grants.services.budget import seed_budget
from grants.services.recoveries import ask_back
from programmes.models import Commitment
from programmes.services import check_date, commit, release, take_references


def make_awards(decisions, by, on):
    """Follow the decisions of a closed session on applications for grants: a promise is born, renewed or undone."""
    grants = [row for row in decisions if row.application.call.instrument == "grant"]
    held = {
        award.application_id: award
        for award in Award.objects.filter(application__in=[row.application for row in grants])
    }
    fresh = []
    for row in grants:
        award = held.get(row.application.pk)
        if row.outcome == "approve" and award is None:
            fresh.append(row)
        elif award is not None:
            _follow(award, row, by, on)
    if fresh:
        _found(fresh, by, on)


def _found(decisions, by, on):
    refs = [decision.application.ref for decision in decisions]
    promised = Commitment.objects.live().filter(case_ref__in=refs).select_related("line")
    # The first of the lines that share it is the window's own.
    lines = {row.case_ref: row.line for row in promised.order_by("-pk")}
    for ref, decision in zip(take_references("G", len(decisions), on.year), decisions, strict=True):
        application = decision.application
        award = Award.objects.create(
            ref=ref,
            programme=application.programme,
            application=application,
            window=application.window,
            region=application.region,
            applicant=application.applicant,
            business=application.business,
            line=lines[application.ref],
            amount=decision.amount,
            currency=application.currency,
            decision_ref=decision.ref,
            conditions_text=decision.conditions,
            approved_on=on,
        )
        seed_budget(award)
        begin(award, by=by, on=on, body=_body(award))


def _follow(award, decision, by, on):
    """A second decision on the same application, after the sitting was reopened: nothing was signed in between."""
    if decision.outcome == "approve":
        # First what it promised before: the new amount may be less.
        for tranche in award.tranches.kept():
            tranche.award = award
            advance(tranche, "drop", by=by, on=on)
        advance(
            award,
            "renew",
            by=by,
            on=on,
            body={"decision": decision.ref, "amount": decision.amount},
            decision_ref=decision.ref,
            amount=decision.amount,
            conditions_text=decision.conditions,
        )
        seed_budget(award)
    elif award.state == Award.State.APPROVED:
        advance(award, "undo", by=by, on=on, body={"decision": decision.ref})


def _body(award):
    return {
        "application": award.application.ref,
        "decision": award.decision_ref,
        "amount": award.amount,
        "currency": award.currency,
        "line": award.line.key,
    }


def _note(kind, award, by, on, body=None, reason=""):
    record(kind, award.ref, by=by, on=on, programme=award.programme.key, body=body, reason=reason)


@service
def meet_conditions(*, award, on, by, note):
    """The committee's conditions are met; `note` says how."""
    award = begin_act(award, "grants.manage", on=on, by=by)
    if award.state != Award.State.APPROVED or not award.conditions_text or award.conditions_met_on:
        raise Blocked(_("No condition of the approval is open."))
    if not note.strip():
        raise Invalid(_("Say how the conditions are met."), field="note")
    award.conditions_met_on, award.conditions_met_by = on, by
    award.save()
    _note("award.meet_conditions", award, by, on, reason=note)
    return award


@service
def sign_award(*, award, ends_on, on, by, key=None, version=None, reason=""):
    """The agreement is dated `on`: the reserved money is committed, and tranches can be requested."""
    award = locked(award)
    if ends_on <= on:
        raise Invalid(_("The implementation ends after the agreement is signed."), field="ends_on")
    body = {"amount": award.amount, "currency": award.currency, "ends_on": ends_on}
    # What the code on the paper leads to: whoever holds the paper can ask whether it is genuine.
    code = secrets.token_urlsafe(16)
    advance(award, "sign", by=by, on=on, version=version, body=body, ends_on=ends_on, code=code)
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    if on < award.approved_on:
        raise Invalid(
            _("The award was approved on %(date)s; it cannot be signed before.")
            % {"date": award.approved_on.strftime("%d.%m.%Y")},
            field="on",
        )
    commit(case_ref=award.application.ref, by=by, on=on)
    return award


@service
def suspend_award(*, award, reason, on, by, version=None):
    """No tranche is requested or paid until the award is resumed."""
    return _move(award, "suspend", reason, on, by, version)


@service
def resume_award(*, award, reason, on, by, version=None):
    return _move(award, "resume", reason, on, by, version)


@service
def close_award(*, award, reason, on, by, version=None):
    """The final account is done: what was not paid goes back to the line, and what was paid beyond it is asked back."""
    award = locked(award)
    excess = min(final_account(award).excess, _not_asked_back(award))
    body = {"recovery": excess, "currency": award.currency}
    advance(award, "close", by=by, on=on, version=version, reason=reason, body=body, recovery_amount=excess)
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    _release_rest(award, by, on)
    if excess:
        ask_back(award, excess, f"recovery:{award.ref}", on=on, by=by, reason=reason)
    return award


@service
def cancel_award(*, award, reason, on, by, version=None):
    """Approved and never signed: the promise is given up and its money is free again."""
    award = _move(award, "cancel", reason, on, by, version)
    _release_rest(award, by, on)
    return award


def _move(award, verb, reason, on, by, version):
    award = locked(award)
    advance(award, verb, by=by, on=on, version=version, reason=reason)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    return award


def _release_rest(award, by, on):
    if any(row.unused_amount for row in promises_of(award)):
        release(case_ref=award.application.ref, by=by, on=on)


def recovery_due(award):
    """Minor units that come back when the award ends now: paid, less the cost of the assets handed over."""
    paid = award.tranches.filter(state=Tranche.State.PAID).total_amount()
    used = award.assets.exclude(handed_over_on=None).aggregate(total=Sum("amount", default=0))["total"]
    return max(0, min(paid - used, _not_asked_back(award)))


def _not_asked_back(award):
    """Minor units that were paid, less what is asked back for assets that were let go early."""
    return award.tranches.filter(state=Tranche.State.PAID).total_amount() - award.recovery_amount


@service
def terminate_award(*, award, reason, on, by, version=None):
    """The award ends early: the recovery is computed and booked, the rest of the money goes back to the line."""
    award = locked(award)
    if version is not None and int(version) != award.version:
        raise Stale()
    recovery = recovery_due(award)
    body = {"recovery": recovery, "currency": award.currency}
    advance(award, "terminate", by=by, on=on, reason=reason, body=body, recovery_amount=recovery)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    _release_rest(award, by, on)
    if recovery:
        ask_back(award, recovery, f"recovery:{award.ref}", on=on, by=by, reason=reason)
    return award
