from django.urls import path

from monitoring import sheets, views, workers

app_name = "monitoring"

urlpatterns = [
    path("monitoring/visits/", views.visits, name="visits"),
    path("monitoring/visits/plan/<slug:ref>/", views.plan, name="plan"),
    path("monitoring/visits/<slug:ref>/", views.visit, name="visit"),
    path("monitoring/visits/<slug:ref>/do/<slug:verb>/", views.move, name="move"),
    path("monitoring/visits/<slug:ref>/action/", views.add_action, name="add_action"),
    path("monitoring/actions/<int:pk>/done/", views.close_action, name="close_action"),
    path("monitoring/job-places/<int:pk>/end/", views.end_place, name="end_place"),
    path("monitoring/baseline-posts/<int:pk>/lost/", views.lose_post, name="lose_post"),
    path("monitoring/workers/", workers.registers, name="registers"),
    path("monitoring/workers/<slug:ref>/", workers.register, name="workers"),
    path("monitoring/workers/<slug:ref>/add/", workers.add, name="add_workers"),
    path("monitoring/workers/<slug:ref>/verify/", workers.verify, name="verify_workers"),
    path("monitoring/workers/<slug:ref>/sheets/", sheets.sheets, name="sheets"),
    path("monitoring/workers/<slug:ref>/sheets/new/", sheets.new_sheet, name="new_sheet"),
    path("monitoring/workers/<slug:ref>/sheets/register/", sheets.register_sheets, name="register_sheets"),
]
