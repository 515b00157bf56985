from django.urls import path

from reports.views import agreements, audit, builder, donors, evaluation, figures, issues, live, restating, warnings

app_name = "reports"

urlpatterns = [
    path("reports/", issues.issues, name="issues"),
    path("reports/new/", builder.new, name="new"),
    path("reports/programmes/<slug:key>/", live.programme, name="programme"),
    path("reports/programmes/<slug:key>/target/", live.target, name="target"),
    path("reports/programmes/<slug:key>/agreements/", agreements.agreements, name="agreements"),
    path("reports/programmes/<slug:key>/agreements/new/", agreements.new_agreement, name="new_agreement"),
    path("reports/programmes/<slug:key>/agreements/<int:pk>/", agreements.agreement, name="agreement"),
    path("reports/programmes/<slug:key>/target/<int:pk>/withdraw/", live.withdraw, name="withdraw_target"),
    path("reports/programmes/<slug:key>/figures/<slug:code>/", figures.live_figure, name="live_figure"),
    path("reports/programmes/<slug:key>/audit/", audit.sample, name="audit"),
    path("reports/programmes/<slug:key>/warnings/", warnings.warnings, name="warnings"),
    path("reports/programmes/<slug:key>/warnings/rule/", warnings.rule, name="warning_rule"),
    path("reports/programmes/<slug:key>/warnings/<slug:code>/", warnings.warning, name="warning"),
    path("reports/programmes/<slug:key>/warnings/<slug:code>/close/", warnings.close, name="warning_close"),
    path("reports/<slug:ref>/", issues.issue, name="issue"),
    path("reports/<slug:ref>/figures/<str:number>/", figures.issue_figure, name="issue_figure"),
    path("reports/<slug:ref>/do/<slug:verb>/", issues.move, name="move"),
    path("reports/<slug:ref>/quality/", builder.data_quality, name="quality"),
    path("reports/<slug:ref>/write/", builder.write, name="write"),
    path("reports/<slug:ref>/write/<slug:box>/", builder.passage, name="passage"),
    path("reports/<slug:ref>/stories/", builder.stories, name="stories"),
    path("reports/<slug:ref>/stories/<int:pk>/", builder.story, name="story"),
    path("reports/<slug:ref>/stories/<int:pk>/take-out/", builder.take_out, name="take_out_story"),
    path("reports/<slug:ref>/next/", builder.follow_up, name="follow_up"),
    path("reports/<slug:ref>/restatements/", restating.restatements, name="restatements"),
    path("reports/<slug:ref>/correct/", issues.correct, name="correct"),
    path("reports/<slug:ref>/links/", issues.links, name="links"),
    path("reports/<slug:ref>/links/<int:pk>/revoke/", issues.revoke, name="revoke"),
    path("committee/calls/<slug:key>/evaluation/", evaluation.evaluation, name="evaluation"),
    path("r/<str:token>/", donors.opened, name="opened"),
]
