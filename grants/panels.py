"""What grants show and answer on lower pages: panels, files of their cases, tranches that wait for a payment."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants import cases
from applicants.eligibility import register_finished
from applicants.panels import Panel, PanelRow
from applicants.panels import register as register_panel
from grants.models import Award, Tranche
from grants.services import order_tranche
from ledger.money import Money
from pages.states import shape_of
from payments import sources
from payments.models import PaymentOrder
from payments.sources import Source
from programmes.models import Role
from programmes.roles import rows_for

OVER = (Award.State.CLOSED, Award.State.TERMINATED, Award.State.CANCELLED)
TO_ORDER = (Tranche.State.CERTIFIED, Tranche.State.RETURNED)


def _rows(awards):
    for award in awards.order_by("-pk")[:20]:
        yield PanelRow(
            title=award.ref,
            url=award.get_absolute_url(),
            why=award.application.title,
            state=award.state_label,
            state_class=shape_of("award", award.state),
            figure=str(Money(award.amount, award.currency)),
        )


def rows_of_application(user, application):
    return _rows(Award.objects.visible_to(user).filter(application=application).select_related("application"))


def rows_of_party(user, party):
    mine = Award.objects.visible_to(user).select_related("application")
    return _rows(mine.filter(applicant=party) | mine.filter(business=party))


def award_visible(user, ref):
    return Award.objects.visible_to(user).filter(ref=ref).exists()


def finished(case_refs):
    """Of these applications, those whose award is closed, terminated or cancelled."""
    over = Award.objects.filter(application__ref__in=case_refs, state__in=OVER)
    return set(over.values_list("application__ref", flat=True))


def waiting(user):
    """Certified tranches without a payment, and those whose payment came back, of active awards."""
    mine = rows_for(user, [Role.FINANCE], programme="award__programme", region="award__region")
    tranches = Tranche.objects.filter(mine, award__state=Award.State.ACTIVE, state__in=TO_ORDER)
    return [
        Source(
            title=str(tranche.payee or tranche.award.applicant),
            ref=tranche.ref,
            amount=tranche.amount,
            currency=tranche.award.currency,
            url=reverse("grants:tranche_move", args=[tranche.award.ref, tranche.number, "order"]),
            why=_("Returned by the bank") if tranche.state == Tranche.State.RETURNED else _("Grant tranche, certified"),
            since=tranche.certified_on,
            programme_id=tranche.award.programme_id,
            application_id=tranche.award.application_id,
            parties=(tranche.payee_id or tranche.award.applicant_id,),
            order=partial(order_tranche, tranche=tranche),
        )
        for tranche in tranches.select_related("award__applicant", "award__application", "payee").order_by("pk")
    ]


def url_of(order):
    return reverse("grants:award", args=[order.source_ref.partition("/")[0]])


def register():
    """Called once, from AppConfig.ready()."""
    register_panel(Panel("application", gettext_lazy("Award"), rows=rows_of_application, order=40))
    register_panel(Panel("party", gettext_lazy("Awards"), rows=rows_of_party, order=40))
    cases.register("G", award_visible)
    register_finished(finished)
    sources.register(waiting)
    sources.register_link(PaymentOrder.Kind.GRANT, url_of)
