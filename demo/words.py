"""What the reports of the demonstration say in words: agreements with donors, and passages with figures in them.

The facts about each programme are the published ones; what was learned and comes next is invented, and says so.
"""

from dataclasses import dataclass

EUROPE = (
    "This report was produced with the financial support of the European Union. Its contents do not necessarily "
    "reflect the views of the European Union."
)
INVENTED = "Written for this demonstration."


@dataclass(frozen=True)
class AgreementOf:
    """What a donor agreement says. Its days, currency, place and second language are those of the programme.

    record_lists: the donor may have its records one by one, under pseudonyms.
    """

    donor: str
    number: str
    title: str
    every: str = "half"
    visibility: str = ""
    record_lists: bool = False


@dataclass(frozen=True)
class WordsOf:
    """The agreement of a programme, and the passages of its published report by their boxes."""

    agreement: AgreementOf
    passages: dict


def _words(agreement, summary, lessons, ahead, **chapters):
    ends = {"lessons": f"{lessons} {INVENTED}", "next": f"{ahead} {INVENTED}"}
    return WordsOf(agreement, {"summary": summary, **chapters, **ends})


WORDS = {
    "med-armenia": _words(
        AgreementOf("med-donors", "MED-1997/1", "Microenterprise development", every="year", record_lists=True),
        "The fund has made [[loans]] loans, [[loans_disbursed]] in all, to [[businesses_supported]] businesses; "
        "[[women_run_share]] of those whose manager is known are run by women.",
        "Those who come back for a further loan need less of their adviser's time, and pay as well as before.",
        "The money that is paid back is lent again in the villages.",
        people="[[trained_completed]] persons completed a training; [[direct_beneficiaries]] gain directly.",
    ),
    "msme-kosovo": _words(
        AgreementOf("eu", "EU-MSME-2014/341-062", "Enterprise grants", visibility=EUROPE),
        "[[awards]] enterprises were given grants: [[awards_micro]] micro and [[awards_sme]] small and medium-sized. "
        "[[grants_disbursed]] were paid, and the grantees brought [[cofinancing_accepted]] of their own.",
        "Quotes that are gathered before the agreement is signed save the grantee a month.",
        "Machines are visited until the months after which they become the grantees' own are over.",
        cofinancing="Of what the grantees pledged, [[cofinancing_accepted]] are accepted by a second person.",
    ),
    "social-georgia": _words(
        AgreementOf("fom", "FOM-2014-118", "Social enterprise grants"),
        "[[awards]] partners run social enterprises with grants of [[grants_disbursed]] in all.",
        "A post that is held in turn gives more people a start than one that is held for good.",
        "The partners keep the posts from their own sales.",
        jobs="[[jobs_created]] posts were made; people hold them in turn.",
    ),
    "mine-azerbaijan": _words(
        AgreementOf("cssf", "CSSF-2014-27", "Livelihood grants", every="quarter"),
        "[[trained_completed]] persons completed the training and [[awards]] small grants were given, mostly in kind.",
        "Animals that are bought near the village stay healthier than those that travel.",
        "The last visits are made six months after the handover.",
    ),
    "beautiful-kosovo": _words(
        AgreementOf("eu", "EU-BK-2011/270-415", "Community works", visibility=EUROPE),
        "[[projects_completed]] projects are completed. [[short_term_jobs]] persons had work on them for a time; of "
        "those whose answer is known, [[registered_share]] were registered at an employment centre.",
        "Wage sheets that are signed on the site each week leave nothing to be reckoned later.",
        "The municipalities take over the upkeep.",
        jobs="The works gave [[person_days]] person-days of work.",
    ),
    "remittance-tajikistan": _words(
        AgreementOf("tj-donor", "DFMH-2014-03", "Household credit and community projects"),
        "[[loans]] credits of [[loans_disbursed]] in all were paid out to households that live from remittances.",
        "A family budget that is drawn up before the credit shows which month can carry the instalment.",
        "The revolving fund goes on with what households pay back.",
    ),
    "remittance-match": _words(
        AgreementOf("kg-donor", "GIF-2015-12", "Matching grants"),
        "Households invested [[cofinancing_accepted]] from remittances; the programme matched them with "
        "[[grants_disbursed]].",
        "A transfer slip is the simplest proof that money came from abroad.",
        "Each household is visited once more after a year.",
    ),
}
