"""From the application to the adviser's opinion: the rows and events of one dossier."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from applicants import conditions
from applicants.models import (
    Application,
    BaselineJob,
    BusinessPlan,
    CashLine,
    Check,
    FieldVerification,
    FinanceSource,
    InvestmentItem,
    JobPlan,
    Opinion,
    Part,
    Revision,
    Waiver,
)
from applicants.services.application import band_form, digest, first_of_next_month, frozen
from applicants.services.plan import TEXTS, hours
from demo import applying
from demo.bulk.plans import CHECKED_AFTER, VERIFIED_AFTER

MODELS = (
    Application,
    BusinessPlan,
    InvestmentItem,
    CashLine,
    FinanceSource,
    JobPlan,
    Waiver,
    Part,
    Check,
    FieldVerification,
    BaselineJob,
    Opinion,
)
PARTS = (Part,)
FINDINGS = {
    "ceiling": conditions.within_ceiling.met,
    "cofinancing": conditions.cofinancing_reached.met,
    "training": conditions.training_done.met,
    "consent": conditions.consent_recorded.met,
}
PASSED = {
    "live_award": _("No other live award in this window."),
    "duplicate": _("Nobody like this applicant is on the register twice."),
    "documents": _("The required documents are there."),
}


class Dossiers:
    """Writes applications of one call into a Store, as the services would have."""

    def __init__(self, store, cast, call):
        self.store, self.cast, self.call = store, cast, call
        self.secretary = cast["secretary_1"]
        self.training_rules = list(call.training_rules.all())
        self.eligibility_rules = [(rule, str(rule)) for rule in call.eligibility_rules.all()]
        self.forms = {}
        self.repeated = []

    def add(self, loan, sitting):
        """The whole dossier of a LoanPlan; the application is decided on the day of the sitting."""
        plan = loan.plan
        if loan.repeats is not None:
            plan.repeat_of = loan.repeats.application
        window = self.cast.windows[plan.window]
        adviser = self.cast.advisers[plan.region]
        texts = applying.texts_of(plan)
        facts = {
            "programme": self.cast.programme,
            "call": self.call,
            "window": window,
            "region": self.cast.regions[plan.region],
            "applicant": plan.applicant,
            "business": plan.business,
            "adviser": adviser,
            "title": plan.title,
            "asked_amount": plan.asked,
            "own_amount": plan.own,
            "currency": window.currency,
            "term_months": plan.term_months or 12,
            "plan_form": self._form(window, plan.asked, plan.repeat_of is not None),
            "repeat_of": plan.repeat_of if plan.repeat_of is not None and plan.repeat_of.pk else None,
            "revision": 1,
            "started_on": loan.applied_on,
            "submitted_on": loan.applied_on,
            "decided_on": sitting.day,
            "approved_amount": plan.approved or plan.asked,
            "state": Application.State.APPROVED,
            # Begun, four parts of the plan (five with an own part), submitted, passed, opened, approved.
            "version": 9 + bool(plan.own),
        }
        application = self.store.add(Application(**facts))
        application.texts = texts
        if plan.repeat_of is not None and plan.repeat_of.pk is None:
            self.repeated.append((application, plan.repeat_of))
        self.store.take("A", loan.applied_on, application)
        loan.application = plan.application = application
        self._plan(application, plan, texts, loan.applied_on, adviser)
        self._submit(application, plan, loan.applied_on, adviser)
        self._check(application, loan.applied_on + timedelta(days=CHECKED_AFTER))
        self._verify(application, plan, loan.applied_on + timedelta(days=VERIFIED_AFTER), adviser)
        return application

    def _form(self, window, asked, repeat):
        """The plan form that the amount asks for; the same question is asked once."""
        key = (window.pk, asked, repeat)
        if key not in self.forms:
            self.forms[key] = band_form(window, asked, repeat=repeat)
        return self.forms[key]

    def _plan(self, application, plan, texts, on, adviser):
        store, note = self.store, self._noting(application, adviser, on)
        body = {"call": self.call.key, "window": application.window.key, "applicant": plan.applicant.ref}
        body["asked"] = plan.asked
        if plan.repeat_of is not None:
            earlier = plan.repeat_of
            store.born(
                application, "application", "draft", by=adviser, on=on, body=lambda: {**body, "repeat_of": earlier.ref}
            )
        else:
            store.born(application, "application", "draft", by=adviser, on=on, body=body)
        store.add(
            BusinessPlan(
                application=application,
                first_month=first_of_next_month(on),
                cash_at_start_amount=plan.asked // 10,
                instalment_amount=applying.instalment_of(plan),
                version=3,
                **texts,
            )
        )
        carried = _texts_before(plan.repeat_of)
        changed = sorted(name for name in texts if texts[name] != carried.get(name, ""))
        note("plan.write", {"fields": changed})
        items = applying.investments_of(plan)
        for item in items:
            whole = item["quantity"] * item["unit_amount"]
            store.add(InvestmentItem(application=application, programme_amount=whole - item["own_amount"], **item))
        note("plan.investments", {"items": len(items), "asked": plan.asked, "own": plan.own})
        lines = applying.cash_lines_of(plan)
        for line in lines:
            store.add(CashLine(application=application, **line))
        note("plan.cash_flow", {"lines": len(lines)})
        if plan.own:
            sources = applying.sources_of(plan)
            for source in sources:
                store.add(FinanceSource(application=application, **source))
            names = sorted({source["source"] for source in sources})
            note("plan.finance", {"sources": names, "amount": sum(source["amount"] for source in sources)})
        jobs = applying.jobs_of(plan)
        for number, job in enumerate(jobs, 1):
            job = {**job, "hours_per_week": hours(job["hours_per_week"], number)}
            store.add(JobPlan(application=application, **job))
        note("plan.jobs", {"rows": len(jobs)})

    def _noting(self, application, by, on):
        def note(kind, body, reason=""):
            self.store.note(kind, lambda: application.ref, by=by, on=on, body=body, reason=reason)

        return note

    def _submit(self, application, plan, on, adviser):
        for rule in self.training_rules if plan.waiver else ():
            self.store.add(
                Waiver(
                    application=application,
                    rule=rule,
                    reason_code=plan.waiver,
                    reason=applying.WAIVED_BECAUSE,
                    decided_on=on,
                    decided_by=self.secretary,
                )
            )
            self._noting(application, self.secretary, on)(
                "application.waive",
                {"training": rule.course_kind, "reason": plan.waiver},
                applying.WAIVED_BECAUSE,
            )
        self.claim(application, adviser, Part.Name.ADVISER, on)
        self.store.moved(
            application,
            "application.submit",
            ("draft", "submitted"),
            by=adviser,
            on=on,
            body=lambda: {
                "revision": 1,
                "sha256": application.frozen_sha256,
                "asked": application.asked_amount,
                "own": application.own_amount,
            },
        )

    def claim(self, application, user, part, on):
        self.store.add(Part(application=application, user=user, part=part, since=on))

    def _check(self, application, on):
        results = {}
        for rule, question in self.eligibility_rules:
            results[rule.code] = "passed"
            self.store.add(
                Check(
                    application=application,
                    revision=1,
                    code=rule.code,
                    question=question,
                    result=Check.Result.PASSED,
                    finding=str(self._finding(rule, application))[:300],
                    checked_on=on,
                    checked_by=self.secretary,
                )
            )
        note = self._noting(application, self.secretary, on)
        note("application.run_checks", {"revision": 1, "results": results})
        self.store.moved(application, "application.pass_checks", ("submitted", "eligible"), by=self.secretary, on=on)

    def _finding(self, rule, application):
        if rule.kind in FINDINGS:
            return FINDINGS[rule.kind]
        if rule.kind == "region":
            return _("The business is in %(region)s.") % {"region": application.region}
        return PASSED[rule.kind]

    def _verify(self, application, plan, on, adviser):
        seen = applying.seen_of(plan)
        posts = seen.pop("jobs")
        verification = self.store.add(
            FieldVerification(application=application, visited_on=on, visited_by=adviser, **seen)
        )
        for number, post in enumerate(posts, 1):
            post = {**post, "hours_per_week": hours(post["hours_per_week"], number)}
            self.store.add(BaselineJob(verification=verification, **post))
        note = self._noting(application, adviser, on)
        note(
            "application.verify_in_field",
            {
                "confirmed": seen["confirmed"],
                "sales": seen["sales_amount"],
                "profit": seen["profit_amount"],
                "jobs": len(posts),
            },
        )
        opinion = applying.opinion_of(plan)
        self.store.add(Opinion(application=application, revision=1, given_on=on, given_by=adviser, **opinion))
        note("application.give_opinion", {"revision": 1, "verdict": opinion["verdict"]})

    def finish(self, applications):
        """When the rows are stored: repeats of the same batch are tied, and what was put forward is frozen."""
        for application, earlier in self.repeated:
            application.repeat_of = earlier
        Application.objects.bulk_update([pair[0] for pair in self.repeated], ["repeat_of"], batch_size=200)
        _freeze(applications)


def _texts_before(earlier):
    """The texts with which a repeat application opens: those of the earlier plan, but for what changed."""
    if earlier is None:
        return {}
    texts = getattr(earlier, "texts", None)
    if texts is None:
        texts = {name: getattr(earlier.plan, name) for name in TEXTS}
    return {**texts, "changes": ""}


def _freeze(applications):
    """The Revisions of stored applications, with their hashes, by the services' own function."""
    related = ("plan", "applicant", "business", "call", "window")
    lists = ("cash_lines", "investments", "finance_sources", "job_plans", "documents__evidence")
    stored = (
        Application.objects.select_related(*related)
        .prefetch_related(*lists)
        .in_bulk([application.pk for application in applications])
    )
    revisions = []
    for application in applications:
        body = frozen(stored[application.pk])
        application.frozen_sha256 = digest(body)
        revisions.append(
            Revision(
                application=application,
                number=1,
                body=body,
                sha256=application.frozen_sha256,
                made_on=application.submitted_on,
            )
        )
    Revision.objects.bulk_create(revisions, batch_size=500)
