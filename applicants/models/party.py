"""Party: one register of persons, households, groups, enterprises and municipalities, for all programmes."""

import re

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.encryption import EncryptedField
from applicants.models.name_words import NameWord, named
from applicants.names import phone_digits, search_key
from audit.models import Versioned
from programmes.models import Programme, Region, Role, Village
from programmes.roles import CASE_ROLES, held_by, rows_for

REFERENCE = re.compile(r"[PHE]-\d{6,}")
REGISTER_ROLES = (*CASE_ROLES, Role.FIELD_AGENT)


def called(text, party=""):
    """A condition on rows that have a Party at the look-up path `party` (the row itself, when empty): it has the
    reference `text`, or is in a village that begins with it, or has a name, in any script, whose words begin with those
    of `text`, in any order.
    """
    text, path = text.strip(), f"{party}__" if party else ""
    if REFERENCE.fullmatch(text.upper()):
        return Q(**{f"{path}ref": text.upper()})
    # Asked first: a condition on either of two things, one of them another query, reads every row.
    villages = list(Village.objects.filter(name__istartswith=text).values_list("pk", flat=True)) if text else []
    words = search_key(text).split()
    found = named(words, party or "pk") if words else Q(pk__in=[])
    return found | Q(**{f"{path}village__in": villages}) if villages else found


class PartyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Parties enrolled where the user works: their programme, their region, and for a field agent their villages.

        Belonging to a confidential programme shows to that programme's own roles alone, because only an Enrolment
        makes a row visible.
        """
        everywhere, in_villages = Q(), Q(pk__in=[])
        for held in held_by(user):
            place = Q(programme_id=held.programme_id)
            if held.region_id:
                place &= Q(region_id=held.region_id)
            if held.role in CASE_ROLES:
                everywhere |= place
            elif held.role == Role.FIELD_AGENT:
                enrolled = Enrolment.objects.filter(place, party=OuterRef("pk"))
                in_villages |= Q(Exists(enrolled), village_id__in=held.village_ids)
        if not everywhere:
            return self.filter(in_villages)
        return self.filter(Q(Exists(Enrolment.objects.filter(everywhere, party=OuterRef("pk")))) | in_villages)

    def persons(self):
        return self.filter(kind=Party.Kind.PERSON)

    def matching(self, text):
        """Those that `called` finds."""
        return self.filter(called(text))

    def in_programme(self, programme):
        return self.filter(Exists(Enrolment.objects.filter(party=OuterRef("pk"), programme=programme)))


class Party(Versioned):
    """Somebody or something on the register. `name` is as given; `search_key` finds it in every script."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        HOUSEHOLD = "household", _("Household")
        GROUP = "group", _("Group")
        ENTERPRISE = "enterprise", _("Enterprise")
        MUNICIPALITY = "municipality", _("Municipality")

    class Sex(models.TextChoices):
        FEMALE = "female", _("Woman")
        MALE = "male", _("Man")
        UNKNOWN = "unknown", _("Not known")

    class Size(models.TextChoices):
        MICRO = "micro", _("Micro")
        SMALL = "small", _("Small")
        MEDIUM = "medium", _("Medium")

    LETTERS = {"person": "P", "household": "H", "group": "H", "enterprise": "E", "municipality": "E"}

    ref = models.CharField(_("reference"), max_length=12, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=160)
    name_script = models.CharField(_("name in its own script"), max_length=160, blank=True)
    script_language = models.CharField(_("language of that script"), max_length=10, blank=True)
    search_key = models.CharField(max_length=340, db_index=True, editable=False)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    phone_digits = models.CharField(max_length=8, blank=True, db_index=True, editable=False)
    village = models.ForeignKey(Village, models.PROTECT, null=True, blank=True, verbose_name=_("town or village"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    sex = models.CharField(_("sex"), max_length=8, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    sector = models.CharField(_("sector"), max_length=60, blank=True)
    legal_form = models.CharField(_("legal form"), max_length=60, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True)
    size = models.CharField(_("size"), max_length=6, choices=Size.choices, blank=True)
    started_on = models.DateField(_("trading since"), null=True, blank=True)
    manager = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="managed", verbose_name=_("manager")
    )
    manager_sex = models.CharField(_("sex of the manager"), max_length=8, choices=Sex.choices, default=Sex.UNKNOWN)
    registered_on = models.DateField(_("on the register since"))
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    anonymised_on = models.DateField(null=True, blank=True)

    objects = PartyQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search_key", "phone_digits"])

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("party")
        verbose_name_plural = _("register")
        constraints = [
            models.CheckConstraint(condition=~Q(manager=F("id")), name="party_not_own_manager"),
            models.CheckConstraint(
                condition=Q(birth_year=None) | Q(birth_year__range=(1900, 2100)), name="party_birth_year"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "id"], name="party_kind"),
            models.Index(fields=["birth_year"], name="party_born"),
        ]

    def __str__(self):
        return self.name

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        row._key_read = row.__dict__.get("search_key")
        return row

    def save(self, *args, **kwargs):
        self.fold()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_key", "phone_digits"}
        super().save(*args, **kwargs)
        if getattr(self, "_key_read", None) != self.search_key:
            self.name_words.all().delete()
            NameWord.objects.write([self])
            self._key_read = self.search_key

    @property
    def words(self):
        """The folded words that the name is found by."""
        return self.search_key.split()

    def fold(self):
        """Set what the row is found by. A bulk path calls it itself, and NameWord.objects.write."""
        # A name in two scripts folds to the same words: each is kept once.
        self.search_key = " ".join(dict.fromkeys(search_key(f"{self.name} {self.name_script}").split()))
        self.phone_digits = phone_digits(self.phone)

    @property
    def is_person(self):
        return self.kind == self.Kind.PERSON

    def get_absolute_url(self):
        return reverse("applicants:party", args=[self.ref])

    @property
    def place(self):
        return f"{self.village}, {self.village.district.region}" if self.village else ""


class PartyMember(models.Model):
    """A person in a household or group, or behind an enterprise: role, share, from when to when."""

    class Role(models.TextChoices):
        HEAD = "head", _("Head of household")
        MEMBER = "member", _("Member")
        OWNER = "owner", _("Owner")
        MANAGER = "manager", _("Manager")

    party = models.ForeignKey(Party, models.PROTECT, related_name="members")
    person = models.ForeignKey(Party, models.PROTECT, related_name="member_of")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    share_pct = models.DecimalField(_("share, percent"), max_digits=5, decimal_places=2, null=True, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["party", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["party", "person", "role"], name="party_member_once"),
            models.CheckConstraint(condition=~Q(party=F("person")), name="party_not_own_member"),
            models.CheckConstraint(
                condition=Q(share_pct=None) | Q(share_pct__gt=0, share_pct__lte=100), name="party_member_share"
            ),
        ]

    def __str__(self):
        return f"{self.person} / {self.party}"


class EnrolmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Enrolments in the user's own programmes and regions: the others are nobody's business."""
        return self.filter(rows_for(user, REGISTER_ROLES))


class Enrolment(models.Model):
    """A party belongs to a programme, in a region, with an adviser. On this row hangs who may see the party."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="enrolments")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="enrolments")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    adviser = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="caseload")
    enrolled_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "party"]
        constraints = [models.UniqueConstraint(fields=["party", "programme"], name="enrolment_once")]
        indexes = [models.Index(fields=["programme", "region", "party"], name="enrolment_visible")]

    def __str__(self):
        return f"{self.party.ref} {self.programme.key}"


class Identity(models.Model):
    """An identity number: encrypted, found by its blind index alone. Every read of it is an Event."""

    class Kind(models.TextChoices):
        PASSPORT = "passport", _("Passport")
        NATIONAL = "national", _("National identity number")
        TAX = "tax", _("Tax number")
        OTHER = "other", _("Other document")

    party = models.ForeignKey(Party, models.PROTECT, related_name="identities")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    number = EncryptedField()
    number_index = models.CharField(max_length=64, db_index=True)
    seen_on = models.DateField()
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "kind", "number_index"], name="identity_once")]

    def __str__(self):
        return f"{self.get_kind_display()} of {self.party.ref}"


class SensitiveFact(models.Model):
    """That a person belongs to a target group, confirmed by a person. The group is stored encrypted.

    `group_index` is the blind index of "programme:group", so that a figure can count without reading.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="sensitive_facts")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    group_code = EncryptedField()
    group_index = models.CharField(max_length=64, db_index=True)
    detail = EncryptedField(blank=True)
    confirmed_on = models.DateField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "group_index"], name="sensitive_fact_once")]

    def __str__(self):
        return f"sensitive fact of {self.party.ref}"


class Consent(models.Model):
    """What the person agreed to: purpose, version of the text, when and how; withdrawn from a day on."""

    class Purpose(models.TextChoices):
        PROCESSING = "processing", _("Keeping and using the data for the programme")
        SHARING = "sharing", _("Passing results to donors")
        PHOTO = "photo", _("Photos and stories")
        CREDIT = "credit", _("Asking other lenders")
        MESSAGES = "messages", _("Reminders by text message")
        NAMING = "naming", _("Naming the business in open data")

    class Means(models.TextChoices):
        PAPER = "paper", _("On paper, signed")
        WITNESS = "witness", _("Spoken, before a witness")
        ELECTRONIC = "electronic", _("On a device")

    party = models.ForeignKey(Party, models.PROTECT, related_name="consents")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    text_version = models.CharField(_("version of the text"), max_length=20)
    means = models.CharField(max_length=10, choices=Means.choices, default=Means.PAPER)
    given_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["party", "-given_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("given_on")), name="consent_dates"
            )
        ]

    def __str__(self):
        return f"{self.get_purpose_display()} {self.given_on}"


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Referrals of the user's programmes and regions; a field agent sees those that they recorded."""
        return self.filter(rows_for(user, CASE_ROLES) | (rows_for(user, [Role.FIELD_AGENT]) & Q(recorded_by=user.pk)))


class Referral(models.Model):
    """Somebody was sent to us: from where, when, and what we answered."""

    class Answer(models.TextChoices):
        WAITING = "waiting", _("Not answered")
        ACCEPTED = "accepted", _("Accepted")
        ELSEWHERE = "elsewhere", _("Sent elsewhere")
        DECLINED = "declined", _("Declined")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="referrals")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="referrals")
    name = models.CharField(_("name"), max_length=160)
    source = models.CharField(_("sent by"), max_length=120)
    referred_on = models.DateField(_("referred"))
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.WAITING)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answer_note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-referred_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="waiting") | Q(answered_on__isnull=False), name="referral_answer_dated"
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("applicants:referral", args=[self.pk])
