from django.urls import path

from reports.views import audit, donors, evaluation, issues, links, live, portal, warnings

app_name = "reports"

urlpatterns = [
    path("reports/", issues.issues, name="issues"),
    path("reports/new/", issues.new, name="new"),
    path("reports/compare/", portal.compare, name="compare"),
    path("reports/programmes/<slug:key>/figures/", portal.live, name="portal"),
    path("reports/programmes/<slug:key>/", live.programme, name="programme"),
    path("reports/programmes/<slug:key>/target/", live.target, name="target"),
    path("reports/programmes/<slug:key>/audit/", audit.sample, name="audit"),
    path("reports/programmes/<slug:key>/warnings/", warnings.warnings, name="warnings"),
    path("reports/programmes/<slug:key>/warnings/rule/", warnings.rule, name="warning_rule"),
    path("reports/programmes/<slug:key>/warnings/<slug:code>/", warnings.warning, name="warning"),
    path("reports/programmes/<slug:key>/warnings/<slug:code>/close/", warnings.close, name="warning_close"),
    path("reports/<slug:ref>/", issues.issue, name="issue"),
    path("reports/<slug:ref>/do/<slug:verb>/", issues.move, name="move"),
    path("reports/<slug:ref>/correct/", issues.correct, name="correct"),
    path("reports/<slug:ref>/links/", links.links, name="links"),
    path("reports/<slug:ref>/links/<int:pk>/revoke/", links.revoke, name="revoke"),
    path("reports/<slug:ref>/links/<int:pk>/log/", links.log, name="link_log"),
    path("committee/calls/<slug:key>/evaluation/", evaluation.evaluation, name="evaluation"),
    path("r/<str:token>/", donors.opened, name="opened"),
]
