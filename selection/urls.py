"""Addresses of the committee."""

from django.urls import path

from selection.views import appeals, cases, declaring, letters, minutes, reviewing, sessions, setup, versions, voting

app_name = "selection"
urlpatterns = [
    path("committee/", sessions.sessions, name="sessions"),
    path("committee/new/", sessions.plan, name="plan"),
    path("committee/committees/", setup.committees, name="committees"),
    path("committee/committees/<int:pk>/", setup.committee, name="committee"),
    path("committee/committees/<int:pk>/seats/<int:seat>/end/", setup.end_seat, name="end_seat"),
    path("committee/rules/<slug:key>/", versions.versions, name="rules"),
    path("committee/appeals/", appeals.appeals, name="appeals"),
    path("committee/appeals/<int:pk>/", appeals.appeal, name="appeal"),
    path("committee/appeals/new/<str:ref>/", appeals.record, name="record_appeal"),
    path("committee/calls/<slug:key>/letters/", letters.call_letters, name="call_letters"),
    path("committee/calls/<slug:key>/letters.pdf", letters.call_letters_pdf, name="call_letters_pdf"),
    path("committee/calls/<slug:key>/letters/sent/", letters.call_letters_sent, name="call_letters_sent"),
    path("committee/calls/<slug:key>/words/", letters.letter_texts, name="letter_texts"),
    path("committee/calls/<slug:key>/words/<slug:kind>/<slug:language>/", letters.letter_text, name="letter_text"),
    path("committee/<str:ref>/", sessions.session, name="session"),
    path("committee/<str:ref>/add/", sessions.add_cases, name="add_cases"),
    path("committee/<str:ref>/attendance/", sessions.attendance, name="attendance"),
    path("committee/<str:ref>/declare/", declaring.declare, name="declare"),
    path("committee/<str:ref>/vote/", voting.vote, name="vote"),
    path("committee/<str:ref>/minutes/", minutes.minutes, name="minutes"),
    path("committee/<str:ref>/minutes.pdf", minutes.minutes_pdf, name="minutes_pdf"),
    path("committee/<str:ref>/letters/", letters.letters, name="letters"),
    path("committee/<str:ref>/letters.pdf", letters.letters_pdf, name="letters_pdf"),
    path("committee/<str:ref>/letters/sent/", letters.letters_sent, name="letters_sent"),
    path("committee/<str:ref>/do/decide_all/", sessions.decide_all, name="decide_all"),
    path("committee/<str:ref>/do/<slug:verb>/", sessions.move, name="move"),
    path("committee/<str:ref>/cases/<int:position>/", cases.case, name="case"),
    path("committee/<str:ref>/cases/<int:position>/photos/<int:pk>/", reviewing.photo, name="photo"),
    path("committee/<str:ref>/cases/<int:position>/do/<slug:verb>/", cases.move, name="case_move"),
]
