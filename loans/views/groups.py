"""A loan of a group by its pages: the act, a member who leaves, who paid what, a claim within the group."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from applicants.models import Party
from ledger.money import Money
from loans import forms_people as forms
from loans.group_account import account_of
from loans.services import claim_of_group, leave_group, settle_claim, type_member_payments
from loans.services.access import demand
from loans.services.papers import act_with_papers
from loans.views.access import loan_or_404
from loans.views.people import act_page, form_of
from programmes.clock import today


def _group_loan(request, ref):
    """The loan, when its borrower is a group and the user keeps its group; 404 for a loan of somebody else."""
    loan = loan_or_404(request, ref)
    if loan.borrower.kind != Party.Kind.GROUP:
        raise Http404
    demand("loans.group", request.user, loan)
    return loan


def _sharers(loan):
    return list(Party.objects.filter(group_shares__loan=loan, group_shares__until=None).order_by("group_shares__pk"))


@login_required
def constitute(request, ref):
    loan = _group_loan(request, ref)
    members = Party.objects.filter(member_of__party=loan.borrower).order_by("member_of__pk").distinct()
    amounts = dict(loan.shares.filter(until=None).values_list("member", "amount"))
    return act_page(
        request,
        loan,
        form_of(request, forms.ConstituteForm, loan, members=members, amounts=amounts),
        act_with_papers,
        purpose="group-act",
        loan=loan,
        title=_("Act of the group"),
        said=_("The act and the shares are recorded."),
        lead=_("The members' shares add up to %(amount)s.") % {"amount": Money(loan.amount, loan.currency)},
    )


@login_required
def leave(request, ref):
    loan = _group_loan(request, ref)
    return act_page(
        request,
        loan,
        form_of(request, forms.LeaveForm, loan, members=_sharers(loan)),
        leave_group,
        loan=loan,
        title=_("A member leaves"),
        said=_("The others have taken the share over."),
        lead=_("Leave the amounts empty, and the others take the share over by their own shares."),
    )


@login_required
def claim(request, ref):
    loan = _group_loan(request, ref)
    return act_page(
        request,
        loan,
        form_of(
            request, forms.ClaimForm, loan, members=[line.member for line in account_of(loan, today(loan.programme))]
        ),
        claim_of_group,
        loan=loan,
        title=_("The group claims from a member"),
        said=_("The claim is recorded."),
        lead=_("The others paid for a member. It changes nothing of what the group owes."),
    )


@login_required
def settle(request, ref, pk):
    loan = _group_loan(request, ref)
    row = get_object_or_404(loan.group_claims.filter(settled_on=None), pk=pk)
    return act_page(
        request,
        loan,
        forms.NoticeForm(request.POST or None),
        settle_claim,
        claim=row,
        title=_("The claim is settled"),
        said=_("The claim is settled."),
        lead=_("%(name)s gave the others %(amount)s back.")
        % {"name": row.member, "amount": Money(row.amount, loan.currency)},
    )


@login_required
def member_payments(request, ref, pk):
    loan = _group_loan(request, ref)
    row = get_object_or_404(loan.repayments.live(), pk=pk)
    members = Party.objects.filter(group_shares__loan=loan).distinct().order_by("pk")
    amounts = dict(row.member_payments.values_list("member", "amount"))
    return act_page(
        request,
        loan,
        form_of(request, forms.MemberPaymentsForm, loan, members=members, amounts=amounts),
        type_member_payments,
        repayment=row,
        title=_("Who brought what"),
        said=_("The members' parts are recorded."),
        lead=_("The repayment of %(day)s is %(amount)s.")
        % {"day": f"{row.value_on:%d.%m.%Y}", "amount": Money(row.amount, loan.currency)},
    )
