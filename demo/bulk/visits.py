"""Visits after the pay-out: planned for the call's months, recorded by the adviser, verified by the M&E officer."""

from datetime import timedelta

from applicants.models import Part
from demo.bulk.plans import VISIT_RECORDED_AFTER, VISIT_VERIFIED_AFTER
from monitoring.models import Employment, JobPlace, Measurement, MonitoringVisit
from monitoring.services import MONEY_CODES
from programmes.clock import months_after

MODELS = (MonitoringVisit, Measurement, JobPlace, Employment)


class Visits:
    """Writes the visits of supported businesses into a Store, as the services would have."""

    def __init__(self, store, cast, last_day):
        self.store, self.cast, self.last_day = store, cast, last_day
        self.verifier = cast["monitoring"]

    def add(self, loan_plan, paid_on):
        application = loan_plan.application
        verified = []
        for month in application.call.visit_months:
            planned_on = months_after(paid_on, month)
            made_on = planned_on + timedelta(days=VISIT_RECORDED_AFTER)
            facts = loan_plan.visiting(month, made_on) if made_on <= self.last_day else None
            verified_on = planned_on + timedelta(days=VISIT_VERIFIED_AFTER)
            visit = self._visit(application, month, planned_on, made_on, facts, verified_on)
            self.store.take("V", paid_on, visit)
            self.store.born(
                visit,
                "monitoringvisit",
                "planned",
                by=self.cast["finance_1"],
                on=paid_on,
                body=lambda month=month: {"application": application.ref, "month": month},
            )
            if facts is not None:
                self._record(visit, made_on, facts)
            if visit.verified_on:
                verified.append(verified_on)
                step = ("recorded", "verified")
                self.store.moved(visit, "monitoringvisit.verify", step, by=self.verifier, on=verified_on)
        if verified:
            self.store.add(
                Part(application=application, user=self.verifier, part=Part.Name.VERIFIER, since=min(verified))
            )

    def _visit(self, application, month, planned_on, made_on, facts, verified_on):
        made = {}
        if facts is not None:
            made = {
                "made_on": made_on,
                "made_by": application.adviser,
                "business_state": facts["business_state"],
                "findings": facts["findings"],
                "state": "recorded",
                "version": 2,
            }
            if verified_on <= self.last_day:
                made |= {"verified_by": self.verifier, "verified_on": verified_on, "state": "verified", "version": 3}
        return self.store.add(
            MonitoringVisit(
                programme=application.programme,
                application=application,
                region=application.region,
                month=month,
                planned_on=planned_on,
                assigned_to=application.adviser,
                **made,
            )
        )

    def _record(self, visit, on, facts):
        if facts["business_state"] == MonitoringVisit.Business.CLOSED:
            raise ValueError(f"{visit.ref}: a closed business loses its posts, and only verify_visit takes them")
        measured, jobs = facts["measurements"], facts["jobs"]
        body = {"business": facts["business_state"], "measured": sorted(measured), "jobs": len(jobs)}
        by = visit.application.adviser
        self.store.moved(visit, "monitoringvisit.record", ("planned", "recorded"), by=by, on=on, body=body)
        for code, value in measured.items():
            money = code in MONEY_CODES
            self.store.add(
                Measurement(
                    visit=visit,
                    code=code,
                    amount=value if money else None,
                    number=None if money else value,
                    currency=visit.application.currency if money else "",
                )
            )
        for job in jobs:
            self._job(visit, **job)

    def _job(self, visit, *, employments, **facts):
        application = visit.application
        place = self.store.add(
            JobPlace(
                application=application,
                business=application.business or application.applicant,
                found_at=visit,
                **facts,
            )
        )
        for employment in employments:
            self.store.add(Employment(place=place, found_at=visit, **employment))
