"""Direct beneficiaries of several programmes together, each person once by the one register.

Belonging to a confidential programme is itself the sensitive fact, and beside the numbers of the programmes the total
tells how many people they have in common. So a confidential programme is in a total only for those who read its own
figures, and only where it has nobody or no few people in common with the others; and the total is broken down by sex
only where that holds of women and men as well.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from applicants.models import Party
from programmes.models import Programme
from reports.figure import COUNT, Cell, Figure
from reports.indicators import BY_CODE, scope_of
from reports.indicators.collect import LABELS, SEX_ORDER
from reports.measures import direct
from reports.suppression.donors import for_donors
from reports.suppression.together import LEAST

CODE = "direct_beneficiaries"


@dataclass(frozen=True)
class Counted:
    """A programme with the number of its direct beneficiaries and its rule; `left_out` of the total."""

    programme: Programme
    number: int
    rule: str
    left_out: bool = False


@dataclass(frozen=True)
class Across:
    """rows: [Counted]; figure: the total by sex, hidden where it is small; sum_: of the programmes counted in it."""

    rows: tuple
    figure: Figure
    sum_: int

    @property
    def shared(self):
        """By how many the sum is above the total; None where the total is hidden."""
        return None if self.figure.hidden else self.sum_ - self.figure.value


def across(programmes):
    """The Across of these programmes, of each up to its own today; None where fewer than two say whom they count."""
    people = [(one, definition, _people(one, definition)) for one, definition in _defined(programmes)]
    if len(people) < 2:
        return None
    # The open ones first: of the others each is asked what it would tell.
    people.sort(key=lambda one: (one[0].confidential, one[0].name))
    rows, everybody, total, whole = [], {}, 0, True
    for programme, definition, found in people:
        both = [found[pk] for pk in found.keys() & everybody.keys()] if programme.confidential else []
        tells = _few(len(both))
        rows.append(Counted(programme, len(found), definition.get_direct_rule_display(), tells))
        if not tells:
            everybody |= found
            total += len(found)
            whole = whole and not any(_few(both.count(sex)) for sex in SEX_ORDER)
    strict = any(row.programme.confidential and not row.left_out for row in rows)
    (figure,) = for_donors([_figure(everybody, by_sex=whole)], strict=strict)
    return Across(tuple(rows), figure, total)


def _few(number):
    return 0 < number < LEAST


def _defined(programmes):
    found = ((one, one.definition_at(scope_of(one).to_on)) for one in programmes)
    return [(one, definition) for one, definition in found if definition]


def _people(programme, definition):
    """{id: sex} of the direct beneficiaries of a programme, as its own figure counts them."""
    rows = Party.objects.persons().filter(direct(scope_of(programme), definition.direct_rule))
    return dict(rows.order_by().values_list("pk", "sex"))


def _figure(people, *, by_sex):
    number = {}
    for sex in people.values():
        number[sex] = number.get(sex, 0) + 1
    cells = [
        Cell("sex", sex, str(LABELS["sex"][sex]), number[sex], records=number[sex], units=number[sex])
        for sex in sorted(number, key=SEX_ORDER.get)
        if by_sex
    ]
    return Figure(
        code=CODE,
        name=str(BY_CODE[CODE].name),
        section="people",
        unit=COUNT,
        definition=_(
            "Persons who gain directly in one of these programmes or several, by the rule of each, each once."
        ),
        version="v1",
        value=len(people),
        records=len(people),
        units=len(people),
        of_people=True,
        by=tuple(cells),
    )
