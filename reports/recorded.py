"""How each kind of record behind a figure is listed: who may see it, what it is called, where its page is."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from applicants.models import Application, BaselineJob, Party, Referral, Waiver
from grants.models import Asset, Award, Contribution
from ledger.models import Leg
from ledger.money import Money
from loans.models import Instalment, Loan
from monitoring.models import BaselineLoss, JobPlace, Measurement, MonitoringVisit, ShortTermJob
from programmes.models import Commitment, FundingLine, Programme
from programmes.roles import held_by
from reports.models import REPORT_ROLES


@dataclass(frozen=True)
class Kind:
    """`seen(user)`: Q for the rows that the user may see. `page`, `day`, `amount`, `said` are functions of a row.

    people: the rows tell about persons, so that whoever reads them is noted. related: what is fetched with a row.
    """

    model: type
    title: str
    seen: Callable
    page: Callable
    name: Callable = str
    said: Callable = lambda row: ""
    day: Callable = lambda row: None
    amount: Callable = lambda row: None
    related: tuple = ()
    people: bool = False

    def rows(self):
        return self.model.objects.select_related(*self.related)

    def visible(self, user, keys):
        """Of these keys (rising), those of rows that the user may see."""
        if not keys:
            return []
        rows = self.model.objects.filter(self.seen(user), pk__range=(keys[0], keys[-1]))
        seen = set(rows.values_list("pk", flat=True))
        return [key for key in keys if key in seen]


def _own(model):
    """Rows that the model's own rule shows."""
    return lambda user: Q(pk__in=model.objects.visible_to(user).values("pk"))


def _through(path, model):
    """Rows that hang on one that the user sees."""
    return lambda user: Q(**{f"{path}__in": model.objects.visible_to(user).values("pk")})


def _in_books(path):
    """Rows of the programmes of whose reports the user reads."""

    def seen(user):
        return Q(**{f"{path}__in": [held.programme_id for held in held_by(user) if held.role in REPORT_ROLES]})

    return seen


def _legs(user):
    mine = [held.programme_id for held in held_by(user) if held.role in REPORT_ROLES]
    return Q(account__book__key__in=Programme.objects.filter(pk__in=mine).values("key"))


def _subject(row):
    """The page of what an account of the ledger is about: an award, a loan, or nothing with a page."""
    ref = row.account.subject
    name = {"G": "grants:award", "L": "loans:loan"}.get(ref[:1])
    try:
        return reverse(name, args=[ref]) if name else ""
    except NoReverseMatch:
        return ""


def _line_page(row):
    if row.kind == FundingLine.Kind.REVOLVING:
        return reverse("loans:fund", args=[row.key])
    return reverse("programmes:programme", args=[row.programme.key])


def _measured(row):
    return Money(row.amount, row.currency) if row.amount is not None else row.number


def _case(row):
    return row.application.get_absolute_url()


KINDS = {
    kind.model._meta.label_lower: kind
    for kind in (
        Kind(
            Party,
            _("Persons and businesses"),
            _own(Party),
            lambda row: row.get_absolute_url(),
            name=lambda row: row.ref,
            said=lambda row: row.name,
            people=True,
        ),
        Kind(
            Referral,
            _("Referrals"),
            _own(Referral),
            lambda row: row.party.get_absolute_url() if row.party else "",
            name=lambda row: row.party.ref if row.party else row.name,
            said=lambda row: row.source,
            day=lambda row: row.referred_on,
            related=("party",),
            people=True,
        ),
        Kind(
            Application,
            _("Applications"),
            _own(Application),
            lambda row: row.get_absolute_url(),
            name=lambda row: row.ref,
            said=lambda row: row.get_state_display(),
            day=lambda row: row.submitted_on,
            people=True,
        ),
        Kind(
            Waiver,
            _("Trainings waived"),
            _through("application", Application),
            _case,
            name=lambda row: row.application.ref,
            said=lambda row: row.get_reason_code_display(),
            day=lambda row: row.decided_on,
            related=("application",),
            people=True,
        ),
        Kind(
            BaselineJob,
            _("Posts before the support"),
            _through("verification__application", Application),
            lambda row: row.verification.application.get_absolute_url(),
            name=lambda row: row.verification.application.ref,
            said=lambda row: row.title,
            related=("verification__application",),
        ),
        Kind(
            Award,
            _("Awards"),
            _own(Award),
            lambda row: row.get_absolute_url(),
            name=lambda row: row.ref,
            said=lambda row: row.get_state_display(),
            day=lambda row: row.approved_on,
            amount=lambda row: Money(row.amount, row.currency),
        ),
        Kind(
            Contribution,
            _("Contributions of grantees"),
            _own(Contribution),
            lambda row: row.award.get_absolute_url(),
            name=lambda row: row.award.ref,
            said=lambda row: row.get_source_display(),
            day=lambda row: row.accepted_on or row.evidenced_on or row.pledged_on,
            amount=lambda row: Money(
                next(
                    amount
                    for amount in (row.accepted_amount, row.evidenced_amount, row.pledged_amount)
                    if amount is not None
                ),
                row.award.currency,
            ),
            related=("award",),
        ),
        Kind(
            Asset,
            _("Goods"),
            _own(Asset),
            lambda row: row.award.get_absolute_url(),
            name=lambda row: row.award.ref,
            said=lambda row: row.label,
            day=lambda row: row.handed_over_on,
            amount=lambda row: Money(row.amount, row.award.currency),
            related=("award",),
        ),
        Kind(
            Leg,
            _("Lines of the ledger"),
            _legs,
            _subject,
            name=lambda row: row.account.subject or str(row.account),
            said=lambda row: f"{row.entry.book.key} {row.entry.seq}, {row.account.code}",
            day=lambda row: row.entry.value_on,
            amount=lambda row: Money(row.amount, row.currency),
            related=("account", "entry__book"),
        ),
        Kind(
            Loan,
            _("Loans"),
            _own(Loan),
            lambda row: row.get_absolute_url(),
            name=lambda row: row.ref,
            said=lambda row: row.get_state_display(),
            day=lambda row: row.disbursed_on,
            amount=lambda row: Money(row.amount, row.currency),
        ),
        Kind(
            Instalment,
            _("Instalments"),
            _through("loan", Loan),
            lambda row: row.loan.get_absolute_url(),
            name=lambda row: row.loan.ref,
            said=lambda row: _("Instalment %(number)s") % {"number": row.number},
            day=lambda row: row.due_on,
            amount=lambda row: Money(row.principal_amount + row.interest_amount + row.fee_amount, row.loan.currency),
            related=("loan",),
        ),
        Kind(
            MonitoringVisit,
            _("Visits"),
            _own(MonitoringVisit),
            lambda row: row.get_absolute_url(),
            name=lambda row: row.ref,
            said=lambda row: row.get_business_state_display(),
            day=lambda row: row.made_on,
        ),
        Kind(
            JobPlace,
            _("Posts"),
            _through("application", Application),
            lambda row: row.found_at.get_absolute_url(),
            name=lambda row: row.application.ref,
            said=lambda row: row.title,
            day=lambda row: row.created_on,
            related=("application", "found_at"),
        ),
        Kind(
            BaselineLoss,
            _("Posts from before the support that were lost"),
            _through("post__verification__application", Application),
            lambda row: row.post.verification.application.get_absolute_url(),
            name=lambda row: row.post.verification.application.ref,
            said=lambda row: f"{row.post.title}: {row.get_what_display()}",
            day=lambda row: row.lost_on,
            related=("post__verification__application",),
        ),
        Kind(
            Measurement,
            _("Measurements at visits"),
            _through("visit", MonitoringVisit),
            lambda row: row.visit.get_absolute_url(),
            name=lambda row: row.visit.ref,
            said=lambda row: row.get_code_display(),
            day=lambda row: row.visit.made_on,
            amount=_measured,
            related=("visit",),
        ),
        Kind(
            ShortTermJob,
            _("Short-term work"),
            _through("worker", Party),
            _case,
            name=lambda row: row.worker.ref,
            said=lambda row: row.application.ref,
            day=lambda row: row.starts_on,
            amount=lambda row: Money(row.wage_amount, row.currency),
            related=("application", "worker"),
            people=True,
        ),
        Kind(
            FundingLine,
            _("Funding lines"),
            _in_books("programme"),
            _line_page,
            name=lambda row: row.name,
            said=lambda row: row.get_kind_display(),
            day=lambda row: row.starts_on,
            amount=lambda row: Money(row.ceiling_amount, row.currency),
            related=("programme",),
        ),
        Kind(
            Commitment,
            _("Money promised"),
            _in_books("line__programme"),
            lambda row: reverse("applicants:application", args=[row.case_ref]),
            name=lambda row: row.case_ref,
            said=lambda row: row.line.name,
            day=lambda row: row.made_on,
            amount=lambda row: Money(row.amount - row.released_amount, row.currency),
            related=("line",),
        ),
    )
}
