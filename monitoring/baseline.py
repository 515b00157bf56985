"""Posts that were there before the support: which of them count, and what became of them.

A business that is supported again is visited again before the committee sits, and the posts found then are the same
ones, with those that it made meanwhile. So a business has one baseline in a programme: that of its first paid case.
"""

from dataclasses import replace
from datetime import date

from django.db.models import Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from applicants.figures import Scope
from applicants.models import Application, BaselineJob, FieldVerification
from grants import figures as grants
from loans import figures as loans
from monitoring.models import BaselineLoss, JobPlace, MonitoringVisit

CASE = "post__verification__application"


def _paid(scope, path="pk"):
    """Q: the application at `path` had money paid in the scope."""
    return Q(**{f"{path}__in": grants.paid_applications(scope)}) | Q(**{f"{path}__in": loans.paid_applications(scope)})


def first_cases(scope):
    """Subquery: of each business with money paid by the last day, whoever gave it, the first case."""
    ever = replace(scope, from_on=None, donor=None)
    rows = Application.objects.filter(_paid(ever), programme=scope.programme).order_by()
    return rows.values(party=Coalesce("business", "applicant")).annotate(first=Min("pk")).values("first")


def baseline_posts(scope):
    """Posts found at the last field verification of the first case of each business, of cases paid in the scope."""
    newest = FieldVerification.objects.filter(application=OuterRef("verification__application")).values("pk")[:1]
    cases = FieldVerification.objects.filter(
        _paid(scope, "application"), application__in=first_cases(scope), application__programme=scope.programme
    )
    return BaselineJob.objects.filter(verification__in=cases, verification=Subquery(newest))


def losses(scope, *what):
    """What became, at any time, of the posts of the baseline of cases paid by the last day."""
    posts = baseline_posts(replace(scope, from_on=None))
    return BaselineLoss.objects.filter(post__in=posts, what__in=what)


# One business ---------------------------------------------------------------------------------------------------------


def posts_of(application, on):
    """The posts of the baseline of the business that the application is for, as they count on the day."""
    business = application.business_id or application.applicant_id
    party = Coalesce("verification__application__business", "verification__application__applicant")
    scope = Scope(programme=application.programme, to_on=on)
    return baseline_posts(scope).annotate(party=party).filter(party=business).order_by("pk")


def counts_at(post, application):
    """Is the post of the baseline, by what was paid until now?"""
    return posts_of(application, date.max).filter(pk=post.pk).exists()


def standing_posts(application, on):
    """(posts made with the support, posts of the baseline) of the business of the application that stand on the day."""
    business = application.business_id or application.applicant_id
    made = JobPlace.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=on),
        business=business,
        application__programme=application.programme,
        created_on__lte=on,
    )
    gone = BaselineLoss.objects.filter(what=BaselineLoss.What.POST)
    return made, posts_of(application, on).exclude(pk__in=gone.values("post"))


def seen_open_after(visit):
    """Did a later visit, that another person verified, find the business open or paused?"""
    application = visit.application
    business = application.business_id or application.applicant_id
    party = Coalesce("application__business", "application__applicant")
    open_ = (MonitoringVisit.Business.OPEN, MonitoringVisit.Business.PAUSED)
    later = MonitoringVisit.objects.filter(programme=visit.programme, made_on__gt=visit.made_on)
    verified = later.filter(state=MonitoringVisit.State.VERIFIED, business_state__in=open_)
    return verified.annotate(party=party).filter(party=business).exists()
