"""Addresses of the register and of applications."""

from django.urls import path, register_converter

from applicants import application_urls, complaint_urls
from applicants.views import doubles, facts, files, imports, ownership, party, referrals, register, training


class PartyReference:
    """P-000123, H-000007, E-000042."""

    regex = r"[PHE]-\d{6,}"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class ApplicationReference(PartyReference):
    """A-2026-00123."""

    regex = r"A-\d{4}-\d{5,}"


register_converter(PartyReference, "party")
register_converter(ApplicationReference, "application")

app_name = "applicants"
urlpatterns = [
    path("applicants/", register.parties, name="parties"),
    path("applicants/new/", register.new_person, name="register_person"),
    path("applicants/new/<slug:kind>/", register.new_business, name="register_business"),
    path("applicants/<party:ref>/", party.party, name="party"),
    path("applicants/<party:ref>/edit/", register.edit, name="edit_party"),
    path("applicants/<party:ref>/enrol/", register.enrol, name="enrol_party"),
    path("applicants/<party:ref>/members/new/", register.new_member, name="new_member"),
    path("applicants/<party:ref>/members/<int:pk>/end/", register.leave, name="end_member"),
    path("applicants/<party:ref>/ownership/", ownership.new_ownership, name="new_ownership"),
    path("applicants/<party:ref>/consents/new/", facts.new_consent, name="new_consent"),
    path("applicants/<party:ref>/consents/<int:pk>/withdraw/", facts.end_consent, name="withdraw_consent"),
    path("applicants/<party:ref>/numbers/new/", facts.new_identity, name="new_identity"),
    path("applicants/<party:ref>/numbers/<int:pk>/", facts.show_identity, name="show_identity"),
    path("applicants/<party:ref>/groups/<slug:key>/new/", facts.new_group, name="new_group"),
    path("applicants/<party:ref>/groups/<slug:key>/", facts.show_groups, name="show_groups"),
    path("applicants/<party:ref>/files/new/", files.new_file, name="new_file"),
    path("applicants/<party:ref>/doubles/", doubles.doubles, name="doubles"),
    path("applicants/<party:ref>/doubles/hidden/", doubles.hidden, name="hidden_double"),
    path("applicants/<party:ref>/doubles/<party:other>/", doubles.compare, name="compare"),
    path("applicants/<party:ref>/doubles/answers/<int:pk>/agree/", doubles.agree, name="agree_double"),
    path("applicants/<party:ref>/doubles/answers/<int:pk>/withdraw/", doubles.withdraw, name="withdraw_double"),
    path("files/<int:pk>/", files.download, name="file"),
    path("files/<int:pk>/withdraw/", files.withdraw, name="withdraw_file"),
    path("referrals/", referrals.referrals, name="referrals"),
    path("referrals/new/", referrals.new_referral, name="new_referral"),
    path("referrals/<int:pk>/", referrals.referral, name="referral"),
    path("referrals/<int:pk>/answer/", referrals.answer, name="answer_referral"),
    path("caseloads/", referrals.caseload, name="caseload"),
    path("caseloads/<slug:key>/<int:adviser_pk>/", referrals.hand_over, name="hand_over"),
    path("trainings/", training.courses, name="courses"),
    path("trainings/new/", training.new_course, name="new_course"),
    path("trainings/<int:pk>/", training.course, name="course"),
    path("trainings/<int:pk>/places/", training.enrol, name="course_places"),
    path("trainings/<int:pk>/attendance/", training.attendance, name="course_attendance"),
    path("trainings/<int:pk>/outcomes/", training.outcomes, name="course_outcomes"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.new_import, name="new_import"),
    path("imports/<int:pk>/", imports.import_page, name="import"),
    path("imports/<int:pk>/do/confirm/", imports.confirm, name="confirm_import"),
    path("imports/template/<slug:kind>.<slug:ending>", imports.template, name="import_template"),
    path("imports/export/<slug:kind>.<slug:ending>", imports.export, name="import_export"),
    *application_urls.urlpatterns,
    *complaint_urls.urlpatterns,
]

# Every page of a case under its address in the register as well: /applicants/A-2026-00123/.
CASE = "applications/<str:ref>/"
urlpatterns += [
    path(str(one.pattern).replace(CASE, "applicants/<application:ref>/", 1), one.callback)
    for one in application_urls.urlpatterns
    if str(one.pattern).startswith(CASE)
]
