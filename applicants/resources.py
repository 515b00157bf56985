"""What an import file looks like: its columns, how each cell is read, and the same rows as an export.

A cell that cannot be read raises ValueError with one sentence for the user; the plan (applicants/importing.py) names
row, column and value beside it.
"""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget

from applicants.models import Application, Consent, Enrolment, Ownership, Party
from applicants.models.ownership import FACTS
from applicants.names import latin
from audit.letters import unseen_letter
from audit.refusals import Invalid
from pages.numbers import parse_amount, plain

SEXES = {
    "woman": "female",
    "female": "female",
    "f": "female",
    "w": "female",
    "man": "male",
    "male": "male",
    "m": "male",
    "unknown": "unknown",
    "not known": "unknown",
    "": "unknown",
}


class Choice(Widget):
    """One of some words, whatever their case; `words` maps what may stand in the cell to what is stored."""

    def __init__(self, words):
        super().__init__()
        self.words = words

    def clean(self, value, row=None, **kwargs):
        found = self.words.get(value.strip().lower())
        if found is None:
            raise ValueError(_("Use one of: %(words)s.") % {"words": ", ".join(word for word in self.words if word)})
        return found


class Whole(Widget):
    """A whole number, or nothing."""

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        if not value.isascii() or not value.isdigit() or len(value) > 9:
            raise ValueError(_("This is not a whole number."))
        return int(value)


class Percent(Widget):
    """From 0 to 100 with two digits at most, or nothing."""

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        try:
            share = Decimal(value.strip(" %").replace(",", "."))
        except InvalidOperation as wrong:
            raise ValueError(_("This is not a number.")) from wrong
        if not share.is_finite() or not 0 <= share <= 100 or share != round(share, 2):
            raise ValueError(_("A share lies between 0 and 100 percent."))
        return share


class Answer(Widget):
    """Yes, no, or nothing where it is not known."""

    WORDS = {"yes": True, "no": False, "": None}

    def clean(self, value, row=None, **kwargs):
        try:
            return self.WORDS[value.strip().lower()]
        except KeyError as wrong:
            raise ValueError(_("Use one of: %(words)s.") % {"words": "yes, no"}) from wrong


class Day(Widget):
    """A date as 2026-03-27 or 27.03.2026, or nothing."""

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        try:
            if value[4:5] == "-":
                return date.fromisoformat(value[:10])
            day, month, year = value.split(".")
            return date(int(year), int(month), int(day))
        except ValueError as wrong:
            raise ValueError(_("This is not a date. Write it as 27.03.2026.")) from wrong


class Known(Widget):
    """Something that exists: looked up among `found`, {folded word: row}, filled for each import."""

    def __init__(self, what):
        super().__init__()
        self.what = what
        self.found = {}

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        match = self.found.get(value) or self.found.get(fold(value))
        if match is None:
            raise ValueError(_("There is no such %(what)s here.") % {"what": self.what})
        return match


def fold(text):
    """A word as it is looked up: e-mail addresses and keys by their letters, names of places in any script."""
    return text.lower() if "@" in text else latin(text)


class Column(Field):
    """A column of the file. `about` stands in the template; `required` columns must be there and filled."""

    def __init__(self, name, about, *, required=False, **kwargs):
        super().__init__(column_name=name, **kwargs)
        self.about = about
        self.required = required

    def clean(self, row, **kwargs):
        value = row.get(self.column_name, "")
        if self.required and not value:
            raise ValueError(_("This must be filled in."))
        refused = None if self.column_name == "phone" else unseen_letter(value)
        if refused:
            raise ValueError(refused)
        return self.widget.clean(value, row=row)


class Text(Widget):
    def clean(self, value, row=None, **kwargs):
        return value


OF_BUSINESSES = gettext_lazy("of an enterprise or group: percent of women, or yes or no; empty means not known")


class PartyResource(ModelResource):
    """People, households, groups, enterprises and municipalities, one in a row."""

    label = gettext_lazy("People and businesses")

    kind = Column(
        "kind",
        gettext_lazy("person, household, group, enterprise or municipality; empty means person"),
        attribute="kind",
        widget=Choice({**{kind: kind for kind in Party.Kind.values}, "": "person"}),
    )
    name = Column("name", gettext_lazy("as in the identity document, in any script"), attribute="name", required=True)
    name_script = Column("name_in_own_script", gettext_lazy("if the name is in another"), attribute="name_script")
    sex = Column("sex", gettext_lazy("woman, man or unknown; persons only"), attribute="sex", widget=Choice(SEXES))
    birth_year = Column(
        "birth_year", gettext_lazy("for example 1984; persons only"), attribute="birth_year", widget=Whole()
    )
    region = Column(
        "region", gettext_lazy("a region of the programme"), widget=Known(gettext_lazy("region")), required=True
    )
    village = Column(
        "village",
        gettext_lazy("town or village as in the list of places"),
        widget=Known(gettext_lazy("town or village")),
    )
    phone = Column("phone", gettext_lazy("for example 093 00 01 23"), attribute="phone")
    address = Column("address", gettext_lazy("street and number"), attribute="address")
    sector = Column("sector", gettext_lazy("for example cheese"), attribute="sector")
    registration_number = Column(
        "registration_number", gettext_lazy("of an enterprise"), attribute="registration_number"
    )
    women_owned_pct = Column("women_owned_pct", OF_BUSINESSES, widget=Percent())
    founded_by_woman = Column("founded_by_woman", OF_BUSINESSES, widget=Answer())
    woman_chief = Column("woman_chief", OF_BUSINESSES, widget=Answer())
    has_board = Column("has_board", OF_BUSINESSES, widget=Answer())
    women_board_pct = Column("women_board_pct", OF_BUSINESSES, widget=Percent())
    women_leaders_pct = Column("women_leaders_pct", OF_BUSINESSES, widget=Percent())
    women_workers_pct = Column("women_workers_pct", OF_BUSINESSES, widget=Percent())
    women_jobs_quality = Column("women_jobs_quality", OF_BUSINESSES, widget=Answer())
    two_x_minimum = Column("two_x_minimum", OF_BUSINESSES, widget=Answer())
    adviser = Column(
        "adviser", gettext_lazy("e-mail of the adviser; empty means nobody yet"), widget=Known(gettext_lazy("adviser"))
    )
    consent = Column(
        "consent",
        gettext_lazy("how consent was given: paper, witness or electronic"),
        widget=Choice({means: means for means in Consent.Means.values}),
        required=True,
    )
    consent_on = Column("consent_on", gettext_lazy("date of the consent; empty means today"), widget=Day())

    class Meta:
        model = Party
        fields = (
            "kind",
            "name",
            "name_script",
            "sex",
            "birth_year",
            "region",
            "village",
            "phone",
            "address",
            "sector",
            "registration_number",
            *FACTS,
            "adviser",
            "consent",
            "consent_on",
        )
        import_order = export_order = fields

    def __init__(self, *, programme, **kwargs):
        super().__init__(**kwargs)
        self.programme = programme

    def rows_of(self, parties):
        """Parties with all that an export of them reads."""
        return parties.select_related("village").prefetch_related(*self.about_party(""))

    def about_party(self, path):
        """Where a party belongs in the programme, and the consents that it gave there."""
        enrolments = Enrolment.objects.filter(programme=self.programme).select_related("region", "adviser")
        consents = Consent.objects.filter(programme=self.programme, purpose="processing", withdrawn_on=None)
        return (
            Prefetch(f"{path}enrolments", enrolments, to_attr="here"),
            Prefetch(f"{path}ownerships", Ownership.objects.order_by("as_of", "pk"), to_attr="owned"),
            Prefetch(f"{path}consents", consents.order_by("given_on", "pk"), to_attr="agreed"),
        )

    def party_of(self, row):
        return row

    def dehydrate_kind(self, row):
        return self.party_of(row).kind

    def dehydrate_name(self, row):
        return self.party_of(row).name

    def dehydrate_name_script(self, row):
        return self.party_of(row).name_script

    def dehydrate_sex(self, row):
        words = {"female": "woman", "male": "man"}
        return words.get(self.party_of(row).sex, "") if self.party_of(row).is_person else ""

    def dehydrate_birth_year(self, row):
        return str(self.party_of(row).birth_year or "")

    def dehydrate_village(self, row):
        return str(self.party_of(row).village or "")

    def dehydrate_phone(self, row):
        return self.party_of(row).phone

    def dehydrate_address(self, row):
        return self.party_of(row).address

    def dehydrate_sector(self, row):
        return self.party_of(row).sector

    def dehydrate_registration_number(self, row):
        return self.party_of(row).registration_number

    def owned(self, row, name):
        """A fact of who owns and leads the business, as it was said last."""
        said = self.party_of(row).owned
        value = getattr(said[-1], name) if said else None
        words = {None: "", True: "yes", False: "no"}
        return words[value] if value is None or isinstance(value, bool) else f"{value.normalize():f}"

    def dehydrate_women_owned_pct(self, row):
        return self.owned(row, "women_owned_pct")

    def dehydrate_founded_by_woman(self, row):
        return self.owned(row, "founded_by_woman")

    def dehydrate_woman_chief(self, row):
        return self.owned(row, "woman_chief")

    def dehydrate_has_board(self, row):
        return self.owned(row, "has_board")

    def dehydrate_women_board_pct(self, row):
        return self.owned(row, "women_board_pct")

    def dehydrate_women_leaders_pct(self, row):
        return self.owned(row, "women_leaders_pct")

    def dehydrate_women_workers_pct(self, row):
        return self.owned(row, "women_workers_pct")

    def dehydrate_women_jobs_quality(self, row):
        return self.owned(row, "women_jobs_quality")

    def dehydrate_two_x_minimum(self, row):
        return self.owned(row, "two_x_minimum")

    def dehydrate_region(self, row):
        return next((str(one.region) for one in self.party_of(row).here), "")

    def dehydrate_adviser(self, row):
        return next((one.adviser.email for one in self.party_of(row).here if one.adviser), "")

    def dehydrate_consent(self, row):
        return next((one.means for one in self.party_of(row).agreed), "")

    def dehydrate_consent_on(self, row):
        return next((one.given_on.isoformat() for one in self.party_of(row).agreed), "")


class ApplicationResource(PartyResource):
    """Draft applications, one in a row, each with its applicant: a new one, or one that is on the register."""

    label = gettext_lazy("Applicants with their applications")

    reference = Column("reference", gettext_lazy("for example P-000123, for an applicant who is on the register"))
    window = Column(
        "window", gettext_lazy("key of the window of the call"), widget=Known(gettext_lazy("window")), required=True
    )
    title = Column("title", gettext_lazy("what it is for"), required=True)
    amount = Column("amount", gettext_lazy("asked for, in the window's currency: 1200.00"), required=True)
    own_amount = Column("own_amount", gettext_lazy("own part: 300.00; empty means none"))
    term_months = Column("term_months", gettext_lazy("months to repay, for a loan"), widget=Whole())

    class Meta:
        model = Application
        fields = (
            "reference",
            *PartyResource.Meta.fields,
            "window",
            "title",
            "amount",
            "own_amount",
            "term_months",
        )
        import_order = export_order = fields

    def rows_of(self, applications):
        return applications.select_related("applicant__village", "adviser", "window").prefetch_related(
            *self.about_party("applicant__")
        )

    def party_of(self, row):
        return row.applicant

    def dehydrate_reference(self, row):
        return row.applicant.ref

    def dehydrate_adviser(self, row):
        return row.adviser.email

    def dehydrate_window(self, row):
        return row.window.key

    def dehydrate_title(self, row):
        return row.title

    def dehydrate_amount(self, row):
        return plain(row.asked_amount, row.currency)

    def dehydrate_own_amount(self, row):
        return plain(row.own_amount, row.currency)

    def dehydrate_term_months(self, row):
        return str(row.term_months or "")


def amount_of(text, currency, *, least):
    """Minor units of a cell such as "1200.00", "1 200,00" or "1,200.00". Raises ValueError."""
    try:
        minor = parse_amount(text, currency)
    except Invalid as wrong:
        raise ValueError(str(wrong.sentence)) from wrong
    if minor < least:
        raise ValueError(_("The amount must be above zero.") if least else _("The amount must not be below zero."))
    return minor


RESOURCES = {"applicants": PartyResource, "applications": ApplicationResource}
