"""What is stored of loans on the schedules now in force, read for many loans in as many queries as for one."""

from dataclasses import dataclass, field

from django.db.models import Q

from loans.models import Allocation, Instalment, Recall, Refund, Repayment, ScheduleVersion, Waiver


@dataclass(slots=True)
class Facts:
    """Of one loan: its schedule version, and what counts on it. Instalments by number, money by its value date."""

    version: ScheduleVersion | None = None
    instalments: list[Instalment] = field(default_factory=list)
    repayments: list[Repayment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    recalls: list[Recall] = field(default_factory=list)


def facts_of(loans):
    """{loan id: Facts} of these Loans, each row with the very loan that was given.

    The schedule in force is the one that the given loan names: it may have been changed and not saved yet.
    """
    given = {loan.pk: loan for loan in loans}
    found = {pk: Facts() for pk in given}
    numbers = {loan.current_version for loan in given.values()}
    for version in ScheduleVersion.objects.filter(loan__in=given, number__in=numbers):
        if version.number == given[version.loan_id].current_version:
            found[version.loan_id].version = version
    gone = Q(returned_on=None) | Q(after_end=True)
    on_schedule = {"loan__in": given, "version__in": numbers}
    for name, rows in (
        ("instalments", Instalment.objects.filter(**on_schedule).order_by("number")),
        ("repayments", Repayment.objects.counted().filter(**on_schedule).order_by("value_on", "pk")),
        ("refunds", Refund.objects.filter(gone, **on_schedule).order_by("value_on", "pk")),
        ("recalls", Recall.objects.filter(**on_schedule).order_by("due_on", "pk")),
        ("waivers", Waiver.objects.live().filter(**on_schedule).order_by("value_on", "pk")),
    ):
        for row in rows:
            loan = given[row.loan_id]
            if row.version == loan.current_version:
                row.loan = loan
                getattr(found[loan.pk], name).append(row)
    return found


def parts_of(repayments):
    """{repayment id: {(instalment id, component): minor units}} as they are stored."""
    found = {row.pk: {} for row in repayments if row.pk}
    for share in Allocation.objects.filter(repayment__in=found):
        found[share.repayment_id][(share.instalment_id, share.component)] = share.amount
    return found
