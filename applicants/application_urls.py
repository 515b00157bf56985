"""Addresses of applications; the register's are beside them in urls.py."""

from django.urls import path

from applicants.views import applications, checks, plan, vulnerability

urlpatterns = [
    path("applications/", applications.applications, name="applications"),
    path("applications/new/", applications.new_application, name="new_application"),
    path("applications/<str:ref>/", applications.application, name="application"),
    path("applications/<str:ref>/do/<slug:verb>/", applications.move, name="move_application"),
    path("applications/<str:ref>/history/", applications.history, name="application_history"),
    path("applications/<str:ref>/plan/", plan.plan, name="plan"),
    path("applications/<str:ref>/plan/about/", plan.facts, name="plan_facts"),
    path("applications/<str:ref>/plan/check/", plan.check_answers, name="check_answers"),
    path("applications/<str:ref>/plan/<slug:code>/", plan.section, name="plan_section"),
    path("applications/<str:ref>/checks/", checks.checks, name="checks"),
    path("applications/<str:ref>/checks/<slug:code>/", checks.answer, name="answer_check"),
    path("applications/<str:ref>/checks/<slug:code>/confirm/", checks.confirm, name="confirm_failure"),
    path("applications/<str:ref>/field-verification/", checks.field_verification, name="field_verification"),
    path("applications/<str:ref>/opinion/", checks.opinion, name="opinion"),
    path("applications/<str:ref>/vulnerability/", vulnerability.vulnerability, name="vulnerability"),
    path("applications/<str:ref>/waive/<int:rule>/", checks.waive, name="waive_training"),
]
