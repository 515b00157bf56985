"""People and businesses, jobs, income and trade."""

from django.utils.translation import gettext_lazy as _

from monitoring import figures as monitoring
from reports import measures
from reports.figure import COUNT, MONEY, NUMBER, SHARE
from reports.indicators.kinds import PEOPLE, Indicator, read

GAINING = (
    Indicator(
        "businesses_supported",
        "people",
        _("Businesses supported"),
        COUNT,
        _(
            "Distinct businesses with a grant or loan paid. Somebody without an enterprise is their own business; "
            "municipalities are none."
        ),
        measures.businesses_supported,
        by=("sex", "region", "sector"),
        headline=True,
    ),
    Indicator(
        "women_run_share",
        "people",
        _("Women-run businesses"),
        SHARE,
        _(
            "Businesses supported whose manager is a woman / those whose manager's sex is known. Who owns them is "
            "another fact."
        ),
        measures.women_run_share,
        rule="women_run",
        of_people=True,
        headline=True,
        total_of=("businesses_supported", "sex"),
    ),
    Indicator(
        "women_owned_share",
        "people",
        _("Woman-owned businesses (IFC)"),
        SHARE,
        _(
            "Businesses supported of which women own at least 51 percent, or at least 20 percent with a woman as chief "
            "executive, chief operating officer, president or vice-president and at least 30 percent women on the "
            "board where there is one / those of which it is known. Definition of the International Finance "
            "Corporation. Somebody without an enterprise owns their own business."
        ),
        measures.women_owned_share,
        of_people=True,
        total_of=("businesses_supported", ""),
    ),
    Indicator(
        "women_2x_share",
        "people",
        _("2X-aligned businesses"),
        SHARE,
        _(
            "Businesses supported that meet the minimum of 2X and one of its criteria / those of which it is known. "
            "Entrepreneurship: women own at least 51 percent, or a woman founded it and is still active in it. "
            "Leadership and employment: at the thresholds of the programme; where it has none, that criterion is not "
            "asked. Criteria of 2X as of November 2024."
        ),
        measures.women_2x_share,
        rule="two_x",
        of_people=True,
        total_of=("businesses_supported", ""),
    ),
    Indicator(
        "clients",
        "people",
        _("Persons who received a grant or loan"),
        COUNT,
        _("Persons behind the awards and loans paid, each once: each member of a group, the head of a household."),
        measures.clients,
        **PEOPLE,
    ),
    Indicator(
        "direct_beneficiaries",
        "people",
        _("Direct beneficiaries"),
        COUNT,
        _("Persons who gain directly, each once, by the rule of the programme."),
        measures.direct_beneficiaries,
        rule="direct",
        headline=True,
        by_line=False,
        **PEOPLE,
    ),
    Indicator(
        "indirect_beneficiaries",
        "people",
        _("Indirect beneficiaries"),
        COUNT,
        _("Other members of the households of direct beneficiaries, each once, who are not direct themselves."),
        measures.indirect_beneficiaries,
        rule="direct",
        headline=True,
        by_line=False,
        **PEOPLE,
    ),
    *(
        Indicator(
            f"survival_{months}",
            "people",
            name,
            SHARE,
            _(
                "Of the businesses first paid so many months ago or longer, and of which a verified visit knows: those "
                "found open or paused on or after that day."
            ),
            measures.survival(months),
        )
        for months, name in (
            (12, _("Open after 12 months")),
            (24, _("Open after 24 months")),
            (36, _("Open after 36 months")),
        )
    ),
)

JOBS = (
    Indicator(
        "jobs_baseline",
        "jobs",
        _("Jobs before the support"),
        COUNT,
        _(
            "Posts found at the last field verification before the decision, of the first paid case of each business: "
            "one that is supported again is not counted again."
        ),
        read(monitoring.baseline_jobs),
        by=("region",),
        version=2,
    ),
    Indicator(
        "jobs_created",
        "jobs",
        _("Jobs created"),
        COUNT,
        _("Posts that did not exist before, found at a verified visit with dated evidence."),
        measures.jobs_created,
        by=("region", "window"),
        version=2,
        rule="lasting",
    ),
    Indicator(
        "jobs_lost",
        "jobs",
        _("Jobs lost"),
        COUNT,
        _(
            "Posts that ended: those made with the support, and those that were there before it. A business found "
            "closed has no posts."
        ),
        measures.jobs_lost,
        version=3,
        rule="lasting",
    ),
    Indicator(
        "jobs_net",
        "jobs",
        _("Net jobs"),
        COUNT,
        _("Jobs created less jobs lost."),
        measures.jobs_net,
        version=3,
        rule="lasting",
    ),
    Indicator(
        "jobs_attributable",
        "jobs",
        _("Net jobs owed to the programme"),
        NUMBER,
        _("Net jobs x the part owed to the programme, less the part of those that other businesses lost."),
        measures.jobs_attributable,
        rule="attribution",
    ),
    Indicator(
        "jobs_fte",
        "jobs",
        _("Jobs as full-time posts"),
        NUMBER,
        _("Weekly hours of the created posts open on the last day / the hours of a full-time week."),
        measures.full_time_equivalents,
        rule="full_time",
    ),
    Indicator(
        "jobs_at_work",
        "jobs",
        _("Jobs in the businesses supported"),
        NUMBER,
        _(
            "Weekly hours of the posts that stand on the last day, those from before the support and those made with "
            "it / the hours of a full-time week."
        ),
        measures.at_work(0),
        rule="full_time",
    ),
    Indicator(
        "jobs_maintained",
        "jobs",
        _("Jobs maintained"),
        NUMBER,
        _(
            "Weekly hours of the posts from before the support that stand on the last day, held by who held them then "
            "/ the hours of a full-time week."
        ),
        measures.at_work(1),
        rule="full_time",
    ),
    Indicator(
        "jobs_new",
        "jobs",
        _("New jobs, with those who replaced somebody"),
        NUMBER,
        _(
            "Jobs in the businesses supported less jobs maintained. Whoever took the place of somebody counts here, "
            "and lost posts are not taken off: it is no net figure."
        ),
        measures.at_work(2),
        rule="full_time",
    ),
    Indicator(
        "jobs_sustained_6",
        "jobs",
        _("Jobs that lasted 6 months"),
        SHARE,
        _("Of all posts created at least 183 days before the last day, those that stood for 183 days."),
        read(monitoring.jobs_sustained, monitoring.HALF_YEAR),
    ),
    Indicator(
        "jobs_sustained_12",
        "jobs",
        _("Jobs that lasted 12 months"),
        SHARE,
        _("Of all posts created at least 365 days before the last day, those that stood for 365 days."),
        read(monitoring.jobs_sustained, monitoring.YEAR),
    ),
    Indicator(
        "jobs_with_contract",
        "jobs",
        _("Jobs with a written contract"),
        SHARE,
        _("Of the created posts for which it is known, those with a written contract."),
        read(monitoring.job_quality, "with_contract"),
    ),
    Indicator(
        "jobs_insured",
        "jobs",
        _("Jobs with social insurance"),
        SHARE,
        _("Of the created posts for which it is known, those with social insurance."),
        read(monitoring.job_quality, "insured"),
    ),
    Indicator(
        "jobs_minimum_wage",
        "jobs",
        _("Jobs at or above the minimum wage"),
        SHARE,
        _("Of the created posts for which it is known, those paid the minimum wage or more."),
        read(monitoring.job_quality, "minimum_wage"),
    ),
    Indicator(
        "employed_persons",
        "jobs",
        _("Persons employed"),
        COUNT,
        _("Persons with a verified employment in a post, each once. Several may hold one post in turn."),
        read(monitoring.employed_persons),
        **PEOPLE,
    ),
    Indicator(
        "short_term_jobs",
        "jobs",
        _("Short-term jobs"),
        COUNT,
        _("Persons with short-term work by attendance and wage sheets that another person verified, each once."),
        read(monitoring.short_term_jobs),
        headline=True,
        **PEOPLE,
    ),
    Indicator(
        "person_days",
        "jobs",
        _("Person-days of short-term work"),
        COUNT,
        _("Days worked in verified short-term work."),
        measures.person_days,
    ),
    Indicator(
        "short_term_fte",
        "jobs",
        _("Short-term work as full-time years"),
        NUMBER,
        _("Days worked in verified short-term work / the days of a full-time year."),
        measures.short_term_fte,
        rule="full_time_year",
    ),
    Indicator(
        "wages_paid",
        "jobs",
        _("Wages of short-term work"),
        MONEY,
        _("Wages by the verified wage sheets."),
        measures.wages_paid,
    ),
    Indicator(
        "registered_share",
        "jobs",
        _("Workers registered at an employment centre"),
        SHARE,
        _("Short-term workers registered at an employment centre / those whose answer is known."),
        read(monitoring.registered_share),
        of_people=True,
        headline=True,
        total_of=("short_term_jobs", ""),
    ),
)


INCOME = (
    Indicator(
        "sales_baseline",
        "income",
        _("Sales a month, before"),
        MONEY,
        _("Sales of one month at the field verification, added over the cases with a verified visit later."),
        measures.before("sales"),
    ),
    Indicator(
        "sales_latest",
        "income",
        _("Sales a month, at the last visit"),
        MONEY,
        _("Sales of one month at the last verified visit, added over the cases."),
        measures.latest("sales"),
    ),
    Indicator(
        "sales_change",
        "income",
        _("Sales, last visit over before"),
        SHARE,
        _("Sales at the last visit / before, of the same cases; cases without a baseline are unknown."),
        measures.change("sales"),
    ),
    Indicator(
        "profit_latest",
        "income",
        _("Profit a month, at the last visit"),
        MONEY,
        _("Profit of one month at the last verified visit, added over the cases."),
        measures.latest("profit"),
    ),
    Indicator(
        "profit_change",
        "income",
        _("Profit, last visit over before"),
        SHARE,
        _("Profit at the last visit / before, of the same cases; cases without a baseline are unknown."),
        measures.change("profit"),
    ),
    Indicator(
        "household_income_latest",
        "income",
        _("Household income a month, at the last visit"),
        MONEY,
        _("Household income of one month at the last verified visit, added over the cases."),
        measures.latest("household_income"),
    ),
    Indicator(
        "household_income_change",
        "income",
        _("Household income, last visit over before"),
        SHARE,
        _("Household income at the last visit / before, of the same cases; cases without a baseline are unknown."),
        measures.change("household_income"),
    ),
    Indicator(
        "exports_latest",
        "income",
        _("Exports a month"),
        MONEY,
        _("Exports of one month at the last verified visit, added over the cases that were asked."),
        measures.latest("exports"),
    ),
    Indicator(
        "imports_replaced_latest",
        "income",
        _("Imports replaced a month"),
        MONEY,
        _("Sales of one month that replace imports, at the last verified visit, added over the cases that were asked."),
        measures.latest("imports_replaced"),
    ),
    Indicator(
        "users_served",
        "income",
        _("Users of community works"),
        COUNT,
        _("Users that the last verified visit of each object found, added over the objects."),
        measures.users_served,
    ),
)
