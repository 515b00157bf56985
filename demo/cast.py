"""Everybody and everything of one programme that a story needs at hand."""

from functools import cached_property

from accounts.models import User
from applicants.services import answer_referral, record_referral, register_party, register_people
from demo.people import Names
from demo.sanctions import SANCTIONS, SANCTIONS_NAME
from payments.clearance import people_behind
from payments.models import ScreeningList
from payments.numbers import check_digits
from payments.services import (
    confirm_account,
    confirm_own_account,
    enter_account,
    enter_own_account,
    load_list,
    receive_capital,
    screen_many,
)
from programmes.models import Programme, Village, Window
from selection.models import Committee


class Cast:
    """The people, places and rules of a programme by their keys in the blueprint."""

    def __init__(self, blueprint, seed):
        self.blueprint = blueprint
        self.programme = Programme.objects.get(key=blueprint.key)
        self.names = Names(blueprint.country, f"{blueprint.key}-{seed}")
        self.random = self.names.random
        self.committee = Committee.objects.get(programme=self.programme)
        self.counters = {}

    @cached_property
    def people(self):
        users = User.objects.filter(email__endswith=f"@{self.blueprint.key}.example")
        return {user.email.split("@")[0].replace(".", "_"): user for user in users}

    def __getitem__(self, key):
        return self.people[key]

    @cached_property
    def regions(self):
        return {region.name: region for region in self.programme.regions.all()}

    @cached_property
    def windows(self):
        rows = Window.objects.filter(call__programme=self.programme).select_related("call__programme", "line")
        return {window.key: window for window in rows}

    @cached_property
    def advisers(self):
        """Region name -> adviser; one adviser for all regions where the blueprint names none."""
        found = {}
        for person in self.blueprint.people:
            if person.role == "adviser":
                for name in [person.region] if person.region else self.regions:
                    found[name] = self[person.key]
        return found

    @cached_property
    def villages(self):
        rows = Village.objects.filter(district__region__in=self.regions.values()).select_related("district__region")
        found = {}
        for village in rows:
            found.setdefault(village.district.region.name, []).append(village)
        return found

    @cached_property
    def groups(self):
        return {group.code: group for group in self.programme.target_groups.all()}

    @property
    def members(self):
        return [user for key, user in sorted(self.people.items()) if key.startswith("member_")]

    def number(self, name):
        """1, 2, 3 ... for each name: bank references, invoices, phones."""
        self.counters[name] = self.counters.get(name, 0) + 1
        return self.counters[name]

    def refer(self, day, region, person, source):
        """Somebody sent `person` to the programme; the adviser of the region has taken them up."""
        by = self.advisers[region]
        referral = record_referral(
            programme=self.programme, region=self.regions[region], name=person.name, source=source, on=day, by=by
        )
        return answer_referral(referral=referral, answer="accepted", party=person, on=day, by=by)

    def register(self, day, region, *, kind="person", by=None, **facts):
        """Register a party in a region by its adviser; persons get an invented name where none is given."""
        if kind == "person" and "name" not in facts:
            sex = facts.pop("sex", None) or self.random.choice(["female", "male"])
            facts = {**self.names.person(sex, day), **facts}
        adviser = by or self.advisers[region]
        facts.setdefault("village", self.random.choice(self.villages[region]))
        return register_party(
            kind=kind, programme=self.programme, region=self.regions[region], on=day, by=adviser, **facts
        )

    def register_people(self, day, region, sexes):
        """A list of persons of a region, with invented names, one for each of `sexes`."""
        people = [
            {**self.names.person(sex, day), "village": self.random.choice(self.villages[region])} for sex in sexes
        ]
        adviser = self.advisers[region]
        return register_people(people=people, programme=self.programme, region=self.regions[region], on=day, by=adviser)

    def account(self, day, party, kind=""):
        """A confirmed account of the party, at a bank unless `kind` is cash: entered by one, confirmed by another."""
        bank, number = "", ""
        if kind != "cash":
            bank, (kind, number) = "Demo Bank", self.invented(self.number("account"))
        account = enter_account(
            party=party,
            programme=self.programme,
            kind=kind,
            holder=party.name,
            number=number,
            bank=bank,
            currency=self.programme.currency,
            on=day,
            by=self["finance_1"],
        )
        return confirm_account(account=account, on=day, by=self["finance_2"])

    def invented(self, serial):
        """(kind, number) of an account that no bank has: an IBAN with right check digits in Kosovo, else domestic."""
        country = self.blueprint.country
        if country == "XK":
            rest = f"9900{serial:012d}"
            return "iban", f"XK{check_digits('XK', rest)}{rest}"
        return "domestic", f"DEMO{country}{serial:08d}"

    def open_own_accounts(self, day):
        """The programme's accounts at the bank, one for each currency of its funding lines."""
        lines = {}
        for line in self.programme.funding_lines.order_by("pk"):
            lines.setdefault(line.currency, []).append(line)
        for serial, (currency, paid) in enumerate(lines.items(), 90_000_001 + 100 * self.programme.pk):
            kind, number = self.invented(serial)
            account = enter_own_account(
                programme=self.programme,
                kind=kind,
                holder="Seedbed Demonstration Agency",
                number=number,
                bank="Demo Bank",
                country=self.blueprint.country,
                currency=currency,
                lines=paid,
                on=day,
                by=self["finance_1"],
            )
            confirm_own_account(account=account, on=day, by=self["finance_2"])

    def load_lists(self, day):
        """The invented sanctions list, once for all programmes."""
        if not ScreeningList.objects.exists():
            load_list(content=SANCTIONS, name=SANCTIONS_NAME, listed_on=day, on=day, by=self["finance_1"])

    def screen(self, day, *parties, by):
        """These parties and the people behind them are compared with the lists."""
        return screen_many(parties=people_behind(parties, day), programme=self.programme, on=day, by=by)

    def receive(self, day, line_key, amount):
        """Donor money arrives on a line; `amount` in minor units."""
        line = self.programme.funding_lines.get(key=line_key)
        reference = f"DONOR-{self.number('donor'):04d}"
        return receive_capital(
            line=line,
            amount=amount,
            reference=reference,
            on=day,
            by=self["finance_1"],
            reason="Instalment of the donor",
        )
