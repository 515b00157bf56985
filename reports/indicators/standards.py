"""What proves a figure, what it divides by what, and what donors' own catalogues call it. Data, by our code.

Codes stand here when the catalogue's definition was read and counts the same: IRIS+ (GIIN), JII (Joint Impact
Indicators), GERF (the EU's results framework), EEA Grants; SDG names the target of the 2030 Agenda that it serves.
"""

from django.utils.translation import gettext_lazy as _

LEDGER, DECISION, SECOND, ENTERED = "ledger", "decision", "second", "entered"
PROOFS = {
    LEDGER: _("The ledger"),
    DECISION: _("A recorded decision or signed paper"),
    SECOND: _("A second person verified each record"),
    ENTERED: _("Entered by one person"),
}

PROOF = {
    **dict.fromkeys(
        (
            "referred",
            "oriented",
            "trained_started",
            "trained_completed",
            "trained_dropped_out",
            "applied",
            "cofinancing_pledged",
            "cofinancing_evidenced",
            "direct_beneficiaries",
            "indirect_beneficiaries",
            "women_owned_share",
            "women_2x_share",
        ),
        ENTERED,
    ),
    **dict.fromkeys(
        (
            "training_waived",
            "eligible",
            "approved",
            "signed",
            "days_to_decision",
            "awards",
            "awards_signed",
            "projects_completed",
            "assets_handed_over",
            "budget",
            "committed",
        ),
        DECISION,
    ),
    **dict.fromkeys(
        (
            "visited",
            "alive",
            "cofinancing_accepted",
            "cofinancing_share_of_total",
            "cofinancing_over_grant",
            "cofinancing_in_kind",
            "survival_12",
            "survival_24",
            "survival_36",
            "jobs_baseline",
            "jobs_created",
            "jobs_lost",
            "jobs_net",
            "jobs_attributable",
            "jobs_fte",
            "jobs_at_work",
            "jobs_maintained",
            "jobs_new",
            "jobs_sustained_6",
            "jobs_sustained_12",
            "jobs_with_contract",
            "jobs_insured",
            "jobs_minimum_wage",
            "employed_persons",
            "short_term_jobs",
            "person_days",
            "short_term_fte",
            "wages_paid",
            "registered_share",
            "cost_per_job",
            "cost_per_attributable_job",
            "sales_baseline",
            "sales_latest",
            "sales_change",
            "profit_latest",
            "profit_change",
            "household_income_latest",
            "household_income_change",
            "exports_latest",
            "imports_replaced_latest",
            "users_served",
        ),
        SECOND,
    ),
}
# Everything else comes from the ledger, or from what was paid by it.

CODES = {
    "trained_completed": (("SDG", "4.4"),),
    "grants_disbursed": (("SDG", "9.3"),),
    "cofinancing_accepted": (("SDG", "17.3"),),
    "cofinancing_over_grant": (("GERF", "3.5"),),
    "loans": (("SDG", "8.10"),),
    "loans_disbursed": (("SDG", "9.3"),),
    "women_run_loans_share": (("SDG", "5.a"),),
    "women_run_amount_share": (("SDG", "5.a"),),
    "loans_outstanding": (("IRIS", "PI7569"), ("SDG", "9.3")),
    "loans_outstanding_number": (("IRIS", "PI1478"),),
    "active_borrowers": (("IRIS", "PI8732"), ("SDG", "8.10")),
    "par30_rescheduled": (("IRIS", "FP2635"),),
    "par90_rescheduled": (("IRIS", "FP6373"),),
    "repaid_on_time": (("IRIS", "FP9954"),),
    "clients": (("IRIS", "PI4060"), ("SDG", "1.4")),
    "businesses_supported": (("SDG", "8.3"),),
    "women_run_share": (("SDG", "5.5"),),
    "direct_beneficiaries": (("SDG", "1.4"),),
    "jobs_created": (("SDG", "8.3"),),
    "jobs_fte": (("JII", "J-011"), ("EEA Grants", "ALL-006"), ("SDG", "8.3")),
    "jobs_at_work": (("IRIS", "PI4874"), ("JII", "J-009")),
    "jobs_maintained": (("IRIS", "PI5691"),),
    "jobs_new": (("IRIS", "PI3687"),),
    "employed_persons": (("SDG", "8.5"),),
    "jobs_with_contract": (("SDG", "8.8"),),
    "jobs_insured": (("SDG", "1.3"),),
    "users_served": (("SDG", "1.4"),),
}

# A share is the first over the second; the third says who is left out of both. "" where nobody can be.
_LATE = _("Whole principal of the loans at risk")
_OUT = _("Outstanding principal")
_DUE = _("Principal, interest and fees that fell due")
_POSTS = _("Created posts for which it is known")
_BEFORE = _("Before, of the same cases")
_NO_BASELINE = _("Cases without a baseline")
_CASES = _("Businesses whose day has passed and of which a verified visit knows")
SIDES = {
    "alive": (_("Cases found open or paused"), _("Cases visited"), ""),
    "cofinancing_share_of_total": (_("Accepted co-financing"), _("Grants paid and accepted co-financing"), ""),
    "cofinancing_over_grant": (_("Accepted co-financing"), _("Grants paid"), ""),
    "cofinancing_in_kind": (_("Accepted co-financing in kind"), _("Accepted co-financing"), ""),
    "women_run_loans_share": (
        _("Loans to women-run businesses"),
        _("Loans to businesses whose manager's sex is known"),
        _("Loans to the others"),
    ),
    "women_run_amount_share": (
        _("Lent to women-run businesses"),
        _("Lent to businesses whose manager's sex is known"),
        _("Lent to the others"),
    ),
    "women_borrowers_share": (
        _("Women with principal to repay"),
        _("Borrowers whose sex is known"),
        _("Borrowers whose sex is not known"),
    ),
    "par1": (_LATE, _OUT, ""),
    "par30": (_LATE, _OUT, ""),
    "par30_rescheduled": (_LATE, _OUT, ""),
    "par90": (_LATE, _OUT, ""),
    "par90_rescheduled": (_LATE, _OUT, ""),
    "rescheduled_share": (_("Whole principal of the loans that were rescheduled"), _OUT, ""),
    "write_off_ratio": (_("Principal written off"), _("Mean of the outstanding principal at each month's end"), ""),
    "repaid_on_time": (_("Paid by its due date"), _DUE, ""),
    "repaid_of_due": (_("Paid by the last day"), _DUE, ""),
    "burn_rate": (_("Grants paid"), _("Ceilings of the funding lines"), ""),
    "women_run_share": (
        _("Women-run businesses"),
        _("Businesses whose manager's sex is known"),
        _("Businesses whose manager's sex is not known"),
    ),
    "women_owned_share": (
        _("Woman-owned businesses"),
        _("Businesses of which it is known"),
        _("Businesses of which it is not known"),
    ),
    "women_2x_share": (
        _("Businesses that are 2X-aligned"),
        _("Businesses of which it is known"),
        _("Businesses of which it is not known"),
    ),
    **dict.fromkeys(
        ("survival_12", "survival_24", "survival_36"),
        (_("Those found open or paused on or after the day"), _CASES, _("Those of which no verified visit knows")),
    ),
    "jobs_sustained_6": (_("Those that stood for 183 days"), _("Posts created 183 days ago or earlier"), ""),
    "jobs_sustained_12": (_("Those that stood for 365 days"), _("Posts created 365 days ago or earlier"), ""),
    "jobs_with_contract": (_("With a written contract"), _POSTS, _("Posts for which it is not known")),
    "jobs_insured": (_("With social insurance"), _POSTS, _("Posts for which it is not known")),
    "jobs_minimum_wage": (_("At or above the minimum wage"), _POSTS, _("Posts for which it is not known")),
    "registered_share": (
        _("Workers registered at an employment centre"),
        _("Workers whose answer is known"),
        _("Workers whose answer is not known"),
    ),
    "sales_change": (_("Sales at the last visit"), _BEFORE, _NO_BASELINE),
    "profit_change": (_("Profit at the last visit"), _BEFORE, _NO_BASELINE),
    "household_income_change": (_("Household income at the last visit"), _BEFORE, _NO_BASELINE),
}
