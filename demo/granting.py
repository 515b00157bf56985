"""From an approved grant to its last visit: agreement, co-financing, tranches, purchases, handover, closure."""

from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from applicants.services import add_evidence
from demo.buying import Buying
from demo.files import paper
from grants.models import Award
from grants.services import (
    accept_contribution,
    accept_deliverable,
    accept_expense,
    certify_tranche,
    close_award,
    declare_aid,
    enter_expense,
    evidence_contribution,
    hand_over_asset,
    order_tranche,
    plan_tranches,
    pledge_cofinancing,
    register_asset,
    request_tranche,
    show_deliverable,
    sign_award,
)
from ledger.money import split
from payments.clearance import missing
from payments.models import PaymentOrder
from payments.services import approve_payment, send_payments, settle_payment
from programmes.models import ExchangeRate


class Granting:
    """One award on its way. `visits(day, application)` is called when the money is out, to plan what is found."""

    def __init__(
        self,
        agenda,
        cast,
        plan,
        *,
        payee,
        payee_account,
        found,
        months=12,
        pace=30,
        stop="",
        paper_currency="",
        rivals=(),
    ):
        self.agenda, self.cast, self.plan = agenda, cast, plan
        self.payee, self.account = payee, payee_account
        self.found, self.months, self.pace, self.stop = found, months, pace, stop
        self.paper_currency = paper_currency
        self.adviser = cast.advisers[plan.region]
        self.buying = Buying(self, rivals) if rivals else None

    def begin(self, day):
        """The decision is effective: sign within weeks."""
        self.agenda.at(day + timedelta(days=self.pace // 2), self.sign)

    @property
    def award(self):
        return Award.objects.select_related("application", "window", "programme").get(application=self.plan.application)

    def file(self, day, purpose, *lines):
        award = self.award
        number = self.cast.number("file")
        return add_evidence(
            programme=self.cast.programme,
            case_ref=award.ref,
            purpose=purpose,
            content=paper(*lines, award.ref, f"No. {number}"),
            name=f"{purpose}-{number:04d}.pdf",
            on=day,
            by=self.adviser,
        )

    def sign(self, day):
        award, manager = self.award, self.cast["manager"]
        self.cast.screen(day, award.applicant, award.business, by=manager)
        self.contributions = []
        left = self.plan.own
        for number, (source, percent) in enumerate(self.plan.own_sources, 1):
            amount = left if number == len(self.plan.own_sources) else self.plan.own * percent // 100
            left -= amount
            if amount:
                self.contributions.append(
                    pledge_cofinancing(award=award, source=source, amount=amount, on=day, by=self.adviser)
                )
        parts = award.window.tranche_plan
        amounts = split(award.amount, [part["percent"] for part in parts])
        own = split(self.plan.own, [part["percent"] for part in parts]) if self.plan.own else [0] * len(parts)
        plan_tranches(
            award=award,
            tranches=[
                {
                    "amount": amount,
                    "cofinancing_amount": own_part,
                    "modality": award.window.modality,
                    "due_on": day + timedelta(days=self.pace * number),
                    "payee": self.payee,
                    "deliverables": [part["deliverable"]] if part["deliverable"] else [],
                }
                for number, (part, amount, own_part) in enumerate(zip(parts, amounts, own, strict=True), 1)
            ],
            on=day,
            by=self.adviser,
        )
        if award.window.aid_limit_amount:
            declare_aid(award=self.award, aid=self.aid(day), on=day, by=self.adviser)
        sign_award(award=self.award, ends_on=day + timedelta(days=30 * self.months), on=day, by=manager)
        if self.stop != "signed":
            self.agenda.at(day + timedelta(days=self.pace), self.prove, 1)

    def aid(self, day):
        """Every fourth grantee had a small grant of the municipality before."""
        if self.award.pk % 4:
            return []
        return [{"giver": "Municipality", "amount": 250_000, "given_on": day - timedelta(days=400)}]

    def show_costs(self, day, number):
        """What tranche `number` was spent on, one invoice for each line of the budget."""
        award = self.award
        if not award.window.accounted_pct:
            return
        tranche = award.tranches.get(number=number)
        lines = [line for line in award.budget.all() if line.grant_amount]
        for line, amount in zip(lines, split(tranche.amount, [line.grant_amount for line in lines]), strict=True):
            paper = self.on_paper(award, amount, day)
            enter_expense(
                award=award,
                line=line,
                supplier=f"Supplier {self.cast.random.randint(1, 40)}",
                invoice_number=f"COST-{self.cast.number('invoice'):05d}",
                invoice_on=day,
                net_amount=paper["amount"],
                currency=paper["currency"],
                tranche=tranche,
                evidence=self.file(day, "invoice", "Invoice for the grant", line.label),
                on=day,
                by=self.adviser,
            )

    def accept_costs(self, day):
        """The manager accepts what the adviser entered."""
        for expense in self.award.expenses.waiting():
            accept_expense(expense=expense, amount=expense.eligible_amount, on=day, by=self.cast["manager"])

    def prove(self, day, number):
        """The own part and the deliverables are shown, and accepted by another person a week later."""
        if number == 1:
            for place, contribution in enumerate(self.contributions):
                evidence_contribution(
                    contribution=contribution,
                    **self.on_paper(contribution.award, contribution.pledged_amount, day),
                    paper_on=day,
                    supplier=f"Supplier {self.cast.random.randint(1, 40)}",
                    invoice_number=f"INV-{self.cast.number('invoice'):05d}",
                    evidence=self.file(day, "invoice", "Invoice for the own part", str(place)),
                    on=day,
                    by=self.adviser,
                )
        else:
            self.show_costs(day, number - 1)
        tranche = self.award.tranches.get(number=number)
        if self.buying:
            self.buying.begin(day, tranche)
        for deliverable in tranche.deliverables.all():
            evidence = self.file(day, "deliverable", deliverable.text)
            show_deliverable(deliverable=deliverable, evidence=evidence, on=day, by=self.adviser)
        self.agenda.at(day + timedelta(days=7), self.accept, number)

    def on_paper(self, award, amount, day):
        """Amount and currency as a paper says them; another currency by the rate of the day, rounded up."""
        rate = self.paper_currency and ExchangeRate.objects.of_day(
            award.currency, self.paper_currency, day, award.line.rate_rule
        )
        if not rate:
            return {"amount": amount, "currency": award.currency}
        local = int((Decimal(amount) * rate.rate).to_integral_value(ROUND_CEILING))
        return {"amount": local, "currency": self.paper_currency}

    def accept(self, day, number):
        manager = self.cast["manager"]
        if number == 1:
            for contribution in self.award.contributions.all():
                accept_contribution(
                    contribution=contribution,
                    amount=min(contribution.evidenced_amount, contribution.pledged_amount),
                    on=day,
                    by=self.cast["monitoring"] if self.cast.people.get("acceptor") else manager,
                )
        tranche = self.award.tranches.get(number=number)
        for deliverable in tranche.deliverables.all():
            accept_deliverable(deliverable=deliverable, on=day, by=manager)
        self.accept_costs(day)
        request_tranche(tranche=tranche, on=day, by=self.adviser)
        certify_tranche(tranche=tranche, on=day, by=manager)
        if self.stop != "certified":
            self.agenda.at(day + timedelta(days=2), self.order, number)

    def order(self, day, number):
        tranche = self.award.tranches.get(number=number)
        order = order_tranche(tranche=tranche, account=self.account, on=day, by=self.cast["finance_1"])
        if self.stop == "ordered":
            return
        self.agenda.at(day + timedelta(days=1), pay, self.cast, order.pk)
        self.agenda.at(day + timedelta(days=4), self.paid, number)

    def paid(self, day, number):
        award = self.award
        tranche = award.tranches.get(number=number)
        if self.buying:
            self.buying.hand_over(day, number)
        else:
            self._equip(award, tranche, day)
        if number == 1:
            self.found(self, day)
        if award.tranches.filter(number=number + 1).exists():
            self.agenda.at(day + timedelta(days=self.pace * 2), self.prove, number + 1)
        else:
            self.agenda.at(day + timedelta(days=30 * self.months - 14), self.show_costs, number)
            self.agenda.at(day + timedelta(days=30 * self.months), self.close)

    def _equip(self, award, tranche, day):
        """Bought by the grantee without a purchase of its own."""
        asset = register_asset(
            award=award,
            tranche=tranche,
            label=f"Equipment of part {tranche.number}",
            amount=tranche.amount,
            serial_number=f"SN{self.cast.number('serial'):06d}",
            supplier=self.payee.name if self.payee else "",
            on=day,
            by=self.adviser,
        )
        hand_over_asset(asset=asset, on=day, by=self.adviser)

    def close(self, day):
        self.accept_costs(day)
        close_award(award=self.award, reason="The final account is done.", on=day, by=self.cast["manager"])


def approve(day, cast, order_pk):
    """The checker approves, once the payee has been compared with the lists. Returns the order."""
    order = PaymentOrder.objects.select_related("application__call", "payee", "programme").get(pk=order_pk)
    if missing([order.payee], order.programme, day, order.application.call.screening_days):
        cast.screen(day, order.payee, by=cast["finance_1"])
    return approve_payment(order=order, on=day, by=cast["finance_2"])


def pay(day, cast, order_pk):
    """Approved, the order goes to the bank, and the bank pays the same day."""
    order = approve(day, cast, order_pk)
    send_payments(orders=[order], on=day, by=cast["finance_1"])
    settle_payment(
        order=PaymentOrder.objects.get(pk=order_pk),
        bank_reference=f"BANK-{cast.number('bank'):06d}",
        on=day,
        by=cast["finance_1"],
    )
