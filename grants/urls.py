from django.urls import path

from grants.views import acts, awards, budget, genuine, texts

app_name = "grants"

urlpatterns = [
    path("grants/", awards.awards, name="awards"),
    path("grants/agreements/<slug:key>/<slug:language>/", texts.agreement_text, name="agreement_text"),
    path("grants/<slug:ref>/", awards.award, name="award"),
    path("grants/<slug:ref>/agreement.pdf", awards.agreement, name="agreement"),
    path("grants/<slug:ref>/do/<slug:verb>/", awards.move, name="move"),
    path("grants/<slug:ref>/screening/", acts.screen, name="screen"),
    path("grants/<slug:ref>/conditions/", acts.conditions, name="conditions"),
    path("grants/<slug:ref>/plan/", acts.plan, name="plan"),
    path("grants/<slug:ref>/budget/", budget.budget, name="budget"),
    path("grants/<slug:ref>/aid/", budget.aid, name="aid"),
    path("grants/<slug:ref>/visibility/", budget.waive, name="waive"),
    path("grants/<slug:ref>/signed-paper/", budget.scan, name="scan"),
    path("grants/<slug:ref>/costs/new/", budget.new_expense, name="new_expense"),
    path("grants/<slug:ref>/costs/<int:pk>/accept/", budget.expense, name="expense"),
    path("grants/<slug:ref>/amendments/new/", budget.amend, name="amend"),
    path("grants/<slug:ref>/amendments/<int:number>/", budget.amendment, name="amendment"),
    path("grants/<slug:ref>/amendments/<int:number>/do/<slug:verb>/", budget.amendment_move, name="amendment_move"),
    path("genuine/<str:code>/", genuine.genuine, name="genuine"),
    path("grants/<slug:ref>/own-part/new/", acts.pledge, name="pledge"),
    path("grants/<slug:ref>/own-part/<int:pk>/evidence/", acts.evidence, name="evidence"),
    path("grants/<slug:ref>/own-part/<int:pk>/accept/", acts.accept, name="accept"),
    path("grants/<slug:ref>/deliverables/<int:pk>/show/", acts.show, name="show"),
    path("grants/<slug:ref>/deliverables/<int:pk>/accept/", acts.accept_shown, name="accept_deliverable"),
    path("grants/<slug:ref>/assets/new/", acts.new_asset, name="new_asset"),
    path("grants/<slug:ref>/assets/<int:pk>/hand-over/", acts.hand_over, name="hand_over"),
    path("grants/<slug:ref>/recovery/received/", acts.recovery_received, name="recovery_received"),
    path("grants/<slug:ref>/recovery/given-up/", acts.recovery_given_up, name="recovery_given_up"),
    path("grants/<slug:ref>/tranches/<int:number>/", acts.tranche, name="tranche"),
    path("grants/<slug:ref>/tranches/<int:number>/do/<slug:verb>/", acts.tranche_move, name="tranche_move"),
]
