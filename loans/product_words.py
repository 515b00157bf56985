"""How the set-up page of a loan product reads: its fields under headings, and what each of them means."""

from django.utils.translation import gettext_lazy as _

SECTIONS = (
    (_("The product"), ("key", "name", "windows", "least_months", "most_months")),
    (
        _("What an instalment is"),
        (
            "method",
            "harvest_months",
            "principal_parts",
            "interest_parts",
            "balloon_pct",
            "frequency",
            "frequency_days",
            "grace_months",
            "annuity",
            "instalment_given",
        ),
    ),
    (
        _("Interest"),
        (
            "annual_rate_pct",
            "reference_rate_pct",
            "day_count",
            "first_period",
            "interest_grace",
            "interest_grace_kind",
        ),
    ),
    (
        _("Rounding"),
        ("multiple_amount", "coin_amount", "rounding", "instalment_rounding", "remainder"),
    ),
    (_("Days off"), ("days_off", "weekend")),
    (_("Paying out"), ("fee_pct", "most_tranches", "on_disbursement", "interest_only")),
    (
        _("Repayments"),
        (
            "allocation_order",
            "prepay",
            "early",
            "early_interest",
            "penalty_pct",
            "penalty_grace_days",
            "penalty_cap_pct",
        ),
    ),
)

HELP = {
    "key": _("Short, without spaces; it names the product in addresses and files and never changes."),
    "name": _("As staff and committees read it."),
    "least_months": _("The shortest time in which a loan is repaid. It becomes a number of instalments."),
    "most_months": _("The longest time in which a loan is repaid."),
    "method": _(
        "Equal instalments: the same sum each time. Equal principal: the sum falls with the interest. Flat: interest on"
        " the whole loan to the end, however much is repaid."
    ),
    "balloon_pct": _("For a larger last instalment only: how much of the principal falls due with it."),
    "frequency": _("Months keep the day of the first instalment, cut to the end of a shorter month."),
    "frequency_days": _("For instalments every so many days only."),
    "grace_months": _("The most months at the start in which only interest falls due. The officer agrees on them."),
    "annuity": _(
        "For equal instalments. The first way counts the days of each period; the second is the usual formula, and the"
        " last instalment takes what it leaves."
    ),
    "instalment_given": _(
        "The officer may then agree on an amount, such as 10,000 a month. Instalments follow until nothing is owed:"
        " their number is what results."
    ),
    "annual_rate_pct": _("What the borrower pays. Per instalment where no days are counted."),
    "reference_rate_pct": _("For a subsidised rate: papers and pages show what the borrower is spared."),
    "day_count": _("How many days of interest a period has, and how many a year."),
    "first_period": _(
        "Where the first instalment falls due more or less than one period after the pay-out: how interest counts it."
    ),
    "interest_grace": _("How many instalments at the start show no interest."),
    "interest_grace_kind": _("For first instalments without interest only."),
    "rounding": _(
        "How amounts come to the smallest one. Half up: 0.5 becomes 1. To the even digit: 0.5 becomes 0, 1.5 becomes 2."
    ),
    "instalment_rounding": _("Always up makes the last instalment the smaller one."),
    "remainder": _("Rounded instalments do not add up to the loan exactly: which of them makes up for it."),
    "days_off": _("What a due date does that falls on a day off of the week, or on a holiday of the country."),
    "weekend": _("Days of the week on which nothing can be paid. Only where due dates move."),
    "fee_pct": _("Taken off what is paid out, in percent of the loan. The whole loan is owed."),
    "most_tranches": _("1: paid out at once. Each tranche is planned before the contract is signed."),
    "on_disbursement": _(
        "For loans in tranches: either each tranche makes the instalments larger, or they are those of the whole loan"
        " from the first, which repays the first tranches sooner."
    ),
    "prepay": _("What is done with money beyond what fell due, on a due date or once it reaches."),
    "early": _(
        "Where the loan becomes shorter or the instalments smaller: either money waits until it covers the coming one,"
        " with interest to its day, or any sum lowers the principal at once, and the interest falls due on its own day."
        " The second also goes with coming instalments: it is then principal of those."
    ),
    "early_interest": _("What a borrower pays who repays the whole loan before its time."),
    "penalty_pct": _("On principal that is overdue, for each day over 365. 0: none."),
    "penalty_grace_days": _("A penalty runs from the day after them."),
    "penalty_cap_pct": _("Empty: no limit."),
}
