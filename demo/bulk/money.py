"""From the approved loan to its last repayment: contract, account, order, bank, instalments, entries."""

from datetime import timedelta
from types import SimpleNamespace

from accounts.encryption import blind_index
from applicants.models import Part
from demo.bulk.plans import ORDERED_AFTER, PAID_AFTER, SIGNED_AFTER
from demo.lending import next_collection
from ledger.postings import loan_disbursed
from loans.cycles import cycle_of
from loans.models import Allocation, Instalment, Loan, Repayment, ScheduleVersion
from loans.services.agreement import facts_of, instalments_of, product_for
from loans.services.restating import allocations_of, apply_standing, event_body, legs_of, set_parts
from loans.standing import Receipt, fold
from loans.terms import first_due_after, instalments_in, interest_grace_of, rows_for, terms_of
from payments.clearance import people_behind
from payments.models import Batch, OwnAccount, PayeeAccount, PaymentLine, PaymentOrder, Screening, ScreeningList
from payments.numbers import clean_number, tail
from payments.services.orders import bank_text, event_key
from payments.services.screening import body_of, compare_parties, screening_of
from programmes.models import Commitment

MODELS = (
    Loan,
    ScheduleVersion,
    Instalment,
    Screening,
    Screening.lists.through,
    PayeeAccount,
    Batch,
    PaymentOrder,
    PaymentLine,
    Repayment,
    Allocation,
)


class Lending:
    """Writes loans and their money into a Store, as the services would have."""

    def __init__(self, store, cast, last_day):
        self.store, self.cast, self.last_day = store, cast, last_day
        self.officer, self.maker, self.checker = cast["loan_officer"], cast["finance_1"], cast["finance_2"]
        self.products, self.cycles, self.own_accounts = {}, {}, {}
        self.behind, self.lists = {}, ScreeningList.objects.newest(last_day)

    def screen(self, sittings):
        """Compare all people of these loans with the lists at once. Raises ValueError where somebody would be held."""
        for sitting in sittings:
            for application in (loan.application for loan in sitting.loans):
                pair = application.applicant, application.business
                self.behind[application.pk] = people_behind(pair, sitting.day + timedelta(days=SIGNED_AFTER))
        parties = {party.pk: party for people in self.behind.values() for party in people}
        for pk, found in compare_parties(list(parties.values()), self.lists).items():
            if found:
                raise ValueError(f"{parties[pk].ref} may stand on a sanctions list: it is not carried in bulk.")

    def add(self, loan_plan, decision, decided_on):
        """The loan of one decision, with all its money up to the last day. Returns the day of the pay-out."""
        application = loan_plan.application
        signed_on, ordered_on, paid_on = (
            decided_on + timedelta(days=after) for after in (SIGNED_AFTER, ORDERED_AFTER, PAID_AFTER)
        )
        if paid_on > self.last_day:
            raise ValueError(f"{application.ref}: its money would leave after the last day.")
        course = self._course(loan_plan, decision, decided_on, signed_on, paid_on)
        loan = loan_plan.loan = self.store.add(Loan(**course.facts))
        self.store.take("L", decided_on, loan)
        body = {"decision": decision.ref, "amount": loan.amount}
        self.store.born(loan, "loan", "approved", by=self.cast["secretary_1"], on=decided_on, body=body)
        self._sign(loan, course, signed_on)
        order = self._order(loan, ordered_on)
        self._pay(loan, order, paid_on)
        self._plan(loan, course, paid_on)
        self._repay(loan, course)
        return paid_on

    def _course(self, loan_plan, decision, decided_on, signed_on, paid_on):
        """All that becomes of the loan, reckoned by the services' pure functions before any row is made."""
        application = loan_plan.application
        product = self._product(application)
        facts = facts_of(application, product, decision, decided_on, self._cycle(application, decided_on, paid_on))
        terms = SimpleNamespace(penalty_pauses=[], **facts)
        if terms.prepay != "next_instalments":
            raise ValueError(f"{product}: money that is held is not carried in bulk.")
        first_due = next_collection(signed_on, 1 if signed_on.day <= 20 else 2)
        due = first_due_after(first_due, paid_on, terms)
        request, rows = rows_for(
            terms,
            principal=terms.amount,
            starts_on=paid_on,
            first_due=due,
            number=terms.instalments_number,
            grace=instalments_in(terms.grace_months, terms),
            **interest_grace_of(terms),
        )
        paid = [row for row in loan_plan.paying(loan_plan, rows) if row[0] <= self.last_day]
        days = [on for on, _amount, _reference in paid]
        if days != sorted(days) or (days and days[0] < paid_on):
            raise ValueError(f"{application.ref}: its repayments are not in the order of their days.")
        receipts = [Receipt(number, on, amount) for number, (on, amount, _reference) in enumerate(paid)]
        standing = fold(rows, receipts, terms_of(terms, request), max([paid_on, *days]))
        done = standing.settled_on
        if done is not None and done != days[-1]:
            raise ValueError(f"{application.ref} is repaid on {done}, and money is planned after it.")
        facts |= {
            "application": application,
            "signed_on": signed_on,
            "signed_by": self.officer,
            "disbursed_on": paid_on,
            "first_due_on": due,
            "matures_on": rows[-1].due,
            "principal_amount": standing.principal,
            "overpaid_amount": standing.overpaid,
            "reckoned_on": max([paid_on, *days]),
            "current_version": 1,
            "closed_on": done,
            "state": "active" if done is None else "overpaid" if standing.overpaid else "closed",
            # Approved, signed, ordered, activated, and once for each repayment.
            "version": 4 + len(paid),
        }
        return SimpleNamespace(
            facts=facts, first_due=first_due, request=request, rows=rows, paid=paid, standing=standing
        )

    def _product(self, application):
        key = (application.window_id, application.currency, application.term_months)
        if key not in self.products:
            self.products[key] = product_for(application, application.term_months)
        return self.products[key]

    def _cycle(self, application, decided_on, paid_on):
        """What cycle_of says on the day of the decision, of the stored loans and of those of this run."""
        pk = application.applicant_id
        if pk not in self.cycles:
            self.cycles[pk] = cycle_of(application.applicant, application.programme), []
        stored, paid = self.cycles[pk]
        cycle = stored + sum(day <= decided_on for day in paid)
        paid.append(paid_on)
        return cycle

    def _sign(self, loan, course, on):
        for party in self.behind[loan.application.pk]:
            row, matches = screening_of(party, loan.programme, self.lists, [], on, self.officer)
            self.store.add(row)
            for one in self.lists:
                self.store.add(Screening.lists.through(screening=row, screeninglist=one))
            body = body_of(row, self.lists, matches)
            self.store.note("screening.make", lambda row=row: row.ref, by=self.officer, on=on, body=body)
            if party.pk == loan.borrower_id:
                loan.cleared = row
        body = {"first_due": course.first_due, "instalments": loan.instalments_number, "amount": loan.amount}
        self.store.moved(loan, "loan.sign", ("approved", "signed"), by=self.officer, on=on, body=body)
        self._commitment("commit", loan, self.officer, on)

    def _commitment(self, verb, loan, by, on):
        facts = {"line": loan.line.key, "amount": loan.amount, "currency": loan.currency}
        self.store.note(f"commitment.{verb}", loan.application.ref, by=by, on=on, body=facts)

    def _account(self, loan, on):
        """A new account for each pay-out, entered by the maker and confirmed by the checker."""
        store, party = self.store, loan.borrower
        number = clean_number("domestic", f"DEMO{self.cast.blueprint.country}{self.cast.number('account'):08d}")
        account = store.add(
            PayeeAccount(
                programme=loan.programme,
                party=party,
                kind="domestic",
                holder=" ".join(party.name.split()),
                number=number,
                number_index=blind_index(number),
                number_tail=tail(number),
                bank="Demo Bank",
                currency=loan.currency,
                entered_by=self.maker,
                entered_on=on,
                confirmed_by=self.checker,
                confirmed_on=on,
            )
        )
        body = {"party": party.ref, "kind": "domestic", "currency": loan.currency}
        store.note("account.enter", lambda: account.ref, by=self.maker, on=on, body=body)
        store.note("account.confirm", lambda: account.ref, by=self.checker, on=on, body={"version": 1})
        return account

    def _order(self, loan, on):
        store, account = self.store, self._account(loan, on)
        order = store.add(
            PaymentOrder(
                programme=loan.programme,
                application=loan.application,
                kind=PaymentOrder.Kind.LOAN,
                payee=loan.borrower,
                account=account,
                account_version=1,
                amount=loan.amount - loan.fee_amount,
                currency=loan.currency,
                prepared_by=self.maker,
                prepared_on=on,
                approved_by=self.checker,
                screening=loan.cleared,
                state=PaymentOrder.State.SETTLED,
                version=4,
            )
        )
        store.take("O", on, order)
        order.part = store.add(
            PaymentLine(order=order, line=loan.line, debit_code="1100", amount=loan.amount, fee_amount=loan.fee_amount)
        )
        self._claim(loan, self.maker, Part.Name.MAKER, on)
        store.born(
            order,
            "paymentorder",
            "prepared",
            by=self.maker,
            on=on,
            body=lambda: {
                "source": loan.ref,
                "amount": order.amount,
                "currency": order.currency,
                "account": account.pk,
                "lines": [[loan.line.key, "1100", loan.ref, loan.amount, loan.fee_amount]],
            },
        )
        return order

    def _claim(self, loan, user, part, on):
        self.store.add(Part(application=loan.application, user=user, part=part, since=on))

    def _pay(self, loan, order, on):
        """Approved by the checker, sent in a batch of its own, settled: all on one day."""
        store = self.store
        order.approved_on = order.value_on = on
        order.bank_reference = f"BANK-{self.cast.number('bank'):06d}"
        batch = store.add(
            Batch(
                programme=loan.programme,
                own_account=self._own_account(loan.line),
                currency=order.currency,
                control_amount=order.amount,
                made_on=on,
                made_by=self.maker,
            )
        )
        store.take("B", on, batch)
        order.batch = batch
        step = self._step(order, on)
        step("approve", ("prepared", "approved"), self.checker, {"account_version": 1})
        self._claim(loan, self.checker, Part.Name.CHECKER, on)
        step("send", ("approved", "sent"), self.maker, lambda: {"batch": batch.ref})
        body = {"orders": 1, "amount": order.amount, "currency": order.currency}
        store.note("batch.make", lambda: batch.ref, by=self.maker, on=on, body=body)
        step("settle", ("sent", "settled"), self.maker, {"amount": order.amount, "currency": order.currency})
        store.book(
            kind="loan_disbursed",
            event_key=lambda: event_key(order, order.part),
            legs=lambda: loan_disbursed(loan.amount, loan.fee_amount, line=loan.line.key, loan=loan.ref),
            currency=loan.currency,
            on=on,
            by=self.maker,
        )
        self._commitment("use", loan, self.maker, on)
        loan.payout = order
        store.moved(
            loan,
            "loan.activate",
            ("signed", "active"),
            by=self.maker,
            on=on,
            body=lambda: {"order": order.ref, "first_due": loan.first_due_on},
        )

    def _own_account(self, line):
        """The programme's account from which the line is paid, if there is one."""
        if line.pk not in self.own_accounts:
            accounts = OwnAccount.objects.open().confirmed().paying([line])
            self.own_accounts[line.pk] = accounts.without_number().first()
        return self.own_accounts[line.pk]

    def _step(self, order, on):
        def step(verb, states, by, body):
            self.store.moved(order, f"paymentorder.{verb}", states, by=by, on=on, body=body)

        return step

    def _plan(self, loan, course, on):
        self.store.add(
            ScheduleVersion(loan=loan, number=1, made_on=loan.signed_on, starts_on=on, request=course.request)
        )
        course.numbers = {row.number: self.store.add(row) for row in instalments_of(loan, 1, course.rows)}
        for row in course.standing.rows:
            apply_standing(course.numbers[row.row.no], row)

    def _repay(self, loan, course):
        for number, (on, amount, reference) in enumerate(course.paid):
            self._repayment(loan, course.numbers, course.standing.parts[number], on, amount, reference)
        if loan.closed_on:
            verb = "finish_overpaid" if loan.overpaid_amount else "finish"
            self.store.moved(loan, f"loan.{verb}", ("active", loan.state), by=self.officer, on=loan.closed_on)

    def _repayment(self, loan, numbers, parts, on, amount, reference):
        repayment = Repayment(
            loan=loan,
            amount=amount,
            currency=loan.currency,
            value_on=on,
            means=Repayment.Means.BANK,
            reference=reference,
            version=1,
            recorded_by=self.officer,
        )
        set_parts(repayment, parts)
        self.store.add(repayment)
        for share in allocations_of(repayment, parts, numbers):
            self.store.add(share)
        repayment.entry_id = self.store.book(
            kind="repayment",
            event_key=lambda: f"repayment:{repayment.pk}",
            legs=lambda: legs_of(loan, repayment),
            currency=loan.currency,
            on=on,
            by=self.officer,
        )
        self.store.note(
            "repayment.record", lambda: loan.ref, by=self.officer, on=on, body=lambda: event_body(repayment)
        )

    def finish(self, loans):
        """What hangs on references: they are given now, before the rows are written."""
        for loan in loans:
            order = loan.payout
            order.source_ref = order.part.subject = loan.ref
            order.purpose = bank_text(loan.programme, loan.ref)
            loan.payee_order_ref = order.ref


def used(commitments):
    """The money of the loans is reserved, committed and used by now."""
    for commitment in commitments:
        commitment.used_amount = commitment.amount
        commitment.state = Commitment.State.USED
