"""Loans of a group: its act and shares, what each member paid, a member who leaves, a claim within the group."""

from django.utils.translation import gettext as _

from applicants.models import Party, PartyMember
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from ledger.money import Money, split
from loans.group_account import account_of, divide_paid
from loans.models import GroupClaim, GroupLoan, GroupShare, Loan, MemberPayment, Repayment
from loans.services.access import demand, lock_loan, need_state, need_text
from programmes.services import check_date


@service
def constitute_group(*, loan, leader, constituted_on, act, shares, on, by, key=None):
    """The members' shares (pairs of Party and minor units) of a group's loan that is not signed yet, by its signed act.

    A second act before the signature replaces the first. Raises Invalid when shares miss the loan by a cent.
    """
    loan = lock_loan(loan)
    demand("loans.group", by, loan)
    need_state(loan, Loan.State.APPROVED)
    check_date(on=on, programme=loan.programme, by=by)
    if loan.borrower.kind != Party.Kind.GROUP:
        raise Invalid(_("The borrower is not a group."))
    if constituted_on > on:
        raise Invalid(_("The act was signed today or before."), field="constituted_on")
    shares = {member: amount for member, amount in shares if amount}
    known = set(PartyMember.objects.filter(party=loan.borrower).values_list("person", flat=True))
    for member, amount in shares.items():
        if member.pk not in known:
            raise Invalid(_("%(name)s is no member of the group.") % {"name": member}, field="shares")
        if amount < 0:
            raise Invalid(_("A share is more than zero."), field="shares")
    if len(shares) < 2:
        raise Invalid(_("A group has two members with a share at least."), field="shares")
    if leader not in shares:
        raise Invalid(_("The leader is one of the members with a share."), field="leader")
    if sum(shares.values()) != loan.amount:
        raise Invalid(
            _("The shares add up to %(shares)s, the loan is %(loan)s.")
            % {"shares": Money(sum(shares.values()), loan.currency), "loan": Money(loan.amount, loan.currency)},
            field="shares",
        )
    group, _made = GroupLoan.objects.update_or_create(
        loan=loan, defaults={"constituted_on": constituted_on, "act": act, "leader": leader, "recorded_by": by}
    )
    loan.shares.all().delete()
    GroupShare.objects.bulk_create(
        [GroupShare(loan=loan, member=member, amount=amount, since=constituted_on) for member, amount in shares.items()]
    )
    body = {
        "act": act.pk,
        "leader": leader.ref,
        "shares": {member.ref: amount for member, amount in sorted(shares.items(), key=lambda pair: pair[0].pk)},
    }
    record("group.constitute", loan.ref, by=by, on=on, programme=loan.programme.key, body=body)
    return group


@service
def leave_group(*, loan, member, reason, on, by, takers=None, leader=None, key=None):
    """A member leaves from `on`; the others take the share over: as `takers` (pairs like shares) say, or by shares.

    Of 100.01 over three equal members each of the first two takes 33.34 and the last 33.33. When the leader leaves,
    `leader` is the new one. Returns the GroupLoan.
    """
    loan = lock_loan(loan)
    demand("loans.group", by, loan)
    need_state(loan, Loan.State.APPROVED, Loan.State.SIGNED, Loan.State.ACTIVE)
    check_date(on=on, programme=loan.programme, by=by)
    need_text(reason, "reason", _("Say why the member leaves."))
    rows = {row.member_id: row for row in loan.shares.filter(until=None).select_related("member")}
    if member.pk not in rows:
        raise Invalid(_("%(name)s has no share in this loan.") % {"name": member}, field="member")
    if any(row.since >= on for row in rows.values()):
        raise Blocked(_("The shares changed on that day or later."))
    gone = rows.pop(member.pk)
    if len(rows) < 2:
        raise Blocked(_("Two members are left at least. Otherwise the loan is decided anew."))
    taken = _taken(gone, rows, takers)
    group = loan.group
    if group.leader_id == member.pk:
        if leader is None or leader.pk not in rows:
            raise Invalid(_("Name one of the other members as the new leader."), field="leader")
        group.leader = leader
        group.save()
    changed = [row for pk, row in rows.items() if taken.get(pk)]
    loan.shares.filter(pk__in=[gone.pk, *(row.pk for row in changed)]).update(until=on)
    GroupShare.objects.bulk_create(
        [
            GroupShare(
                loan=loan,
                member=row.member,
                amount=row.amount + taken[row.member_id],
                since=on,
                reason=reason[:300],
            )
            for row in changed
        ]
    )
    body = {
        "member": member.ref,
        "share": gone.amount,
        "taken": {row.member.ref: taken[row.member_id] for row in changed},
        "leader": group.leader.ref,
    }
    record("group.leave", loan.ref, by=by, on=on, programme=loan.programme.key, body=body, reason=reason)
    return group


def _taken(gone, rows, takers):
    """{pk of a member: minor units taken over} of the share `gone` by the members of `rows`."""
    taken = {party.pk: amount for party, amount in takers or () if amount}
    if taken:
        if set(taken) - set(rows) or any(amount < 0 for amount in taken.values()):
            raise Invalid(_("Only the other members take the share over."), field="takers")
        if sum(taken.values()) != gone.amount:
            raise Invalid(_("What the others take over is not the share of the one who leaves."), field="takers")
        return taken
    order = sorted(rows.values(), key=lambda row: row.pk)
    parts = split(gone.amount, [row.amount for row in order])
    return {row.member_id: part for row, part in zip(order, parts, strict=True)}


def divide_repayment(loan, repayment):
    """Book a new repayment of a group's loan on its members by what each owes on the value date; idle otherwise.

    Called as the repayment is booked. Money that was held already counted for the members when it came.
    """
    if loan.borrower.kind != Party.Kind.GROUP or repayment.means == Repayment.Means.HELD:
        return
    # Who left pays by name: what comes from the group is the money of those who stayed.
    account = [line for line in account_of(loan, repayment.value_on, without=repayment) if line.share]
    if not account:
        return
    parts = divide_paid(account, repayment.amount)
    MemberPayment.objects.bulk_create(
        [
            MemberPayment(repayment=repayment, member=line.member, amount=part)
            for line, part in zip(account, parts, strict=True)
            if part
        ]
    )


@service
def type_member_payments(*, repayment, amounts, reason, on, by, key=None):
    """Who of the group brought what of a repayment: pairs of Party and minor units, to the cent. Returns it."""
    loan = lock_loan(repayment.loan)
    demand("loans.group", by, loan)
    check_date(on=on, programme=loan.programme, by=by)
    repayment = Repayment.objects.get(pk=repayment.pk)
    if repayment.reversed_on:
        raise Blocked(_("This repayment was reversed."))
    need_text(reason, "reason", _("Say why it is not divided by what each owes."))
    amounts = {member: amount for member, amount in amounts if amount}
    known = set(loan.shares.values_list("member", flat=True))
    if any(member.pk not in known or amount < 0 for member, amount in amounts.items()):
        raise Invalid(_("Only members of the group pay for it."), field="amounts")
    if sum(amounts.values()) != repayment.amount:
        raise Invalid(
            _("The members' parts add up to %(parts)s, the repayment is %(whole)s.")
            % {
                "parts": Money(sum(amounts.values()), loan.currency),
                "whole": Money(repayment.amount, loan.currency),
            },
            field="amounts",
        )
    repayment.member_payments.all().delete()
    MemberPayment.objects.bulk_create(
        [
            MemberPayment(repayment=repayment, member=member, amount=amount, typed=True)
            for member, amount in amounts.items()
        ]
    )
    body = {"repayment": repayment.pk, "parts": {member.ref: amount for member, amount in amounts.items()}}
    record("group.pay", loan.ref, by=by, on=on, programme=loan.programme.key, body=body, reason=reason)
    return repayment


@service
def claim_of_group(*, loan, member, amount, reason, on, by, key=None):
    """The group paid for a member who did not: it claims up to what that one fell short by `on`."""
    loan = lock_loan(loan)
    demand("loans.group", by, loan)
    check_date(on=on, programme=loan.programme, by=by)
    need_text(reason, "reason", _("Say what happened."))
    line = next((line for line in account_of(loan, on) if line.member.pk == member.pk), None)
    if line is None:
        raise Invalid(_("%(name)s has no share in this loan.") % {"name": member}, field="member")
    if not 0 < amount <= line.short:
        raise Invalid(
            _("%(name)s fell short by %(short)s that is not claimed yet.")
            % {"name": member, "short": Money(line.short, loan.currency)},
            field="amount",
        )
    claim = GroupClaim.objects.create(
        loan=loan, member=member, amount=amount, claimed_on=on, reason=reason[:300], recorded_by=by
    )
    body = {"member": member.ref, "amount": amount}
    record("group.claim", loan.ref, by=by, on=on, programme=loan.programme.key, body=body, reason=reason)
    return claim


@service
def settle_claim(*, claim, on, by, key=None):
    """The member gave the others back what they had paid. It moves no money of the programme."""
    loan = lock_loan(claim.loan)
    demand("loans.group", by, loan)
    check_date(on=on, programme=loan.programme, by=by)
    if not GroupClaim.objects.filter(pk=claim.pk, settled_on=None, claimed_on__lte=on).update(settled_on=on):
        raise Blocked(_("This claim was settled already, or made after that day."))
    record("group.settle_claim", loan.ref, by=by, on=on, programme=loan.programme.key, body={"claim": claim.pk})
    claim.refresh_from_db()
    return claim
