"""Who owns and leads a business, as of a day."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Ownership, Party
from applicants.models.ownership import FACTS, SHARES
from applicants.services.access import demand, programme_of_work
from audit.refusals import Invalid
from audit.services import record, service
from programmes.services import check_date

OWNED_KINDS = (Party.Kind.ENTERPRISE, Party.Kind.GROUP)


def clean_ownership(facts):
    """The facts as they are stored. Raises Invalid naming the field; used by one row and by many."""
    for name in SHARES:
        if facts.get(name) is not None and not 0 <= facts[name] <= 100:
            raise Invalid(_("A share lies between 0 and 100 percent."), field=name)
    if facts.get("women_board_pct") is not None and not facts.get("has_board"):
        raise Invalid(_("Say first that there is a board."), field="has_board")
    return facts


@service
def record_ownership(*, party, on, by, reason="", **facts):
    """Keep who owns and leads the business as of `on`; what is left out is not known. Returns the Ownership.

    `facts`: those of Ownership (shares as Decimal percent of women, answers True, False or None). Said twice for one
    day, the later word stands.
    """
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"an ownership has no {', '.join(sorted(unknown))}")
    demand("applicants.edit_party", by, party)
    if party.kind not in OWNED_KINDS:
        raise Invalid(_("Enterprises and groups have owners; somebody who works alone owns what they have."))
    programme = programme_of_work(by, party)
    check_date(on=on, programme=programme, by=by, reason=reason)
    whole = dict.fromkeys(FACTS) | clean_ownership(facts)
    row, _made = Ownership.objects.update_or_create(party=party, as_of=on, defaults={**whole, "recorded_by": by})
    known = sorted(name for name, value in whole.items() if value is not None)
    record("party.ownership", party.ref, by=by, on=on, programme=programme.key, body={"fields": known}, reason=reason)
    return row
