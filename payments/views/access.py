"""How every money page finds its row: through `visible_to`, else 404; of the programme chosen in the top bar."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from audit.refusals import NotAllowed
from payments.models import (
    MONEY_ROLES,
    SCREENING_ROLES,
    Batch,
    Match,
    OwnAccount,
    PayeeAccount,
    PaymentOrder,
    Statement,
    StatementLine,
)
from payments.reading import lines_for
from programmes.clock import today
from programmes.roles import roles_of


def for_money_roles(view):
    """A list of money, for those who handle money in some programme; what they see of it says `visible_to`."""

    @login_required
    @wraps(view)
    def asked(request, *args, **kwargs):
        if not roles_of(request.user) & set(MONEY_ROLES):
            raise NotAllowed(_("Only finance officers and managers see payments."))
        return view(request, *args, **kwargs)

    return asked


def for_screening_roles(view):
    """Pages of screenings, for those who screen in some programme; what they see of it says `visible_to`."""

    @login_required
    @wraps(view)
    def asked(request, *args, **kwargs):
        if not roles_of(request.user) & set(SCREENING_ROLES):
            raise NotAllowed(_("Only finance officers, managers and loan officers see screenings."))
        return view(request, *args, **kwargs)

    return asked


def match_or_404(request, pk):
    return get_object_or_404(Match.objects.visible_to(request.user).for_pages(), pk=pk)


def chosen(request, queryset):
    """The rows of the programme chosen in the top bar, where one is chosen."""
    programme = request.desk.programme
    return queryset.filter(programme=programme) if programme else queryset


def orders_of(request):
    return chosen(request, PaymentOrder.objects.visible_to(request.user)).for_pages()


def order_or_404(request, ref):
    return get_object_or_404(PaymentOrder.objects.visible_to(request.user).for_pages().with_paid_before(), ref=ref)


def batch_or_404(request, ref):
    batches = Batch.objects.visible_to(request.user).select_related("programme", "made_by", "own_account")
    return get_object_or_404(batches.defer("own_account__number"), ref=ref)


def account_or_404(request, pk):
    related = ("party", "programme", "entered_by", "confirmed_by")
    accounts = PayeeAccount.objects.visible_to(request.user).select_related(*related).without_number()
    return get_object_or_404(accounts, pk=pk)


def own_account_or_404(request, pk):
    related = ("programme", "entered_by", "confirmed_by")
    accounts = OwnAccount.objects.visible_to(request.user).select_related(*related).without_number()
    return get_object_or_404(accounts, pk=pk)


def line_or_404(request, key):
    return get_object_or_404(lines_for(request.user), key=key)


def statement_or_404(request, pk):
    related = ("own_account", "programme", "loaded_by")
    rows = Statement.objects.visible_to(request.user).select_related(*related).defer("own_account__number")
    return get_object_or_404(rows, pk=pk)


def statement_line_or_404(request, pk):
    return get_object_or_404(StatementLine.objects.visible_to(request.user).for_pages(), pk=pk)


def day_of(row):
    return today(row.programme)
