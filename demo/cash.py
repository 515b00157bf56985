"""Loans paid out in cash in villages: an advance to the field agent, a pay sheet for each village, before a witness."""

from datetime import timedelta

from demo.files import paper
from demo.granting import approve
from demo.lending import Lending
from loans.services import order_disbursement
from payments.cash import in_hand
from payments.models import CashAdvance, PaymentOrder
from payments.services import (
    bring_back_cash,
    confirm_money_rule,
    confirm_run,
    make_sheet,
    pay_out_advance,
    prepare_advance,
    propose_money_rule,
    record_run,
)

WITNESS = ("Саттор Ҳакимов", "head of the village council")
THURSDAY = 3


class Runs:
    """The paymaster goes out on Thursdays. Whoever is in `away` is not met the first time."""

    def __init__(self, agenda, cast, day, *, most, away=()):
        self.agenda, self.cast, self.due, self.away = agenda, cast, [], set(away)
        facts = {"programme": cast.programme, "currency": cast.programme.currency}
        rule = propose_money_rule(**facts, advance_amount=most, cooling_days=1, on=day, by=cast["manager"])
        confirm_money_rule(rule=rule, on=day, by=cast["finance_2"])

    def add(self, day, order, lending):
        thursday = day + timedelta(days=1 + (THURSDAY - day.weekday() - 1) % 7)
        self.due.append((thursday, order.pk, lending))
        self.agenda.at(thursday, self.go)

    def go(self, day):
        """One village after the other, each with an advance of its own that is back to zero before the next."""
        due = [row for row in self.due if row[0] <= day]
        self.due = [row for row in self.due if row[0] > day]
        villages = {}
        for _thursday, pk, lending in due:
            order = PaymentOrder.objects.select_related("payee", "application").get(pk=pk)
            villages.setdefault(order.payee.village_id, []).append((order, lending))
        while villages:
            _village, rows = villages.popitem()
            if not self._village(day, rows):
                break
        for order, lending in (row for rows in villages.values() for row in rows):
            # Some cash goes back to the bank first: the other villages are seen a week later.
            self.add(day, order, lending)

    def _village(self, day, rows):
        """True when all of it was paid out."""
        cast, orders = self.cast, [order for order, _lending in rows]
        advance = prepare_advance(
            line=orders[0].lines.first().line,
            paymaster=cast["field_agent"],
            amount=sum(order.amount for order in orders),
            on=day,
            by=cast["finance_1"],
        )
        facts = {"bank_reference": f"CASH-{cast.number('bank'):06d}", "on": day, "by": cast["finance_2"]}
        advance = pay_out_advance(advance=advance, **facts)
        sheet = make_sheet(advance=advance, orders=orders, on=day, by=cast["finance_1"])
        told = {row.number: self._told(row.order.payee_id) for row in sheet.rows.select_related("order")}
        record_run(sheet=sheet, results=told, on=day, by=cast["field_agent"])
        content = paper(f"Pay sheet {sheet.ref}", "Signed in the village")
        confirm_run(sheet=sheet, content=content, name=f"{sheet.ref}.pdf", on=day, by=cast["finance_2"])
        for order, lending in rows:
            if order.payee_id in self.away:
                self.away.discard(order.payee_id)
                self.agenda.at(day + timedelta(days=5), lending.order)
            else:
                self.agenda.at(day + timedelta(days=1), lending.out)
        if in_hand(advance):
            self.agenda.at(day + timedelta(days=1), self._bring_back, advance.pk)
        return not in_hand(advance)

    def _told(self, payee):
        if payee in self.away:
            return {"result": "unpaid", "why_unpaid": "Away to the market of the town."}
        name, role = WITNESS
        facts = {"identity_checked": True, "mark": "signature", "witness_name": name, "witness_role": role}
        return {"result": "paid", **facts}

    def _bring_back(self, day, advance_pk):
        advance = CashAdvance.objects.get(pk=advance_pk)
        reference = f"DEP-{self.cast.number('bank'):06d}"
        bring_back_cash(
            advance=advance, amount=in_hand(advance), reference=reference, on=day, by=self.cast["finance_1"]
        )


class CashLending(Lending):
    """A loan whose borrower takes the money in the village."""

    def __init__(self, agenda, cast, plan, *, runs, found):
        super().__init__(agenda, cast, plan, found=found)
        self.runs, self.account = runs, None

    def order(self, day):
        self.account = self.account or self.cast.account(day, self.plan.applicant, kind="cash")
        order = order_disbursement(loan=self.loan, account=self.account, on=day, by=self.cast["finance_1"])
        self.agenda.at(day + timedelta(days=1), self.approve, order.pk)

    def approve(self, day, order_pk):
        self.runs.add(day, approve(day, self.cast, order_pk), self)
