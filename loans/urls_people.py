"""Addresses about the people and things behind loans."""

from django.urls import path

from loans.views import areas, groups, people

patterns = [
    path("loans/areas/", areas.areas, name="areas"),
    path("loans/areas/<slug:key>/moratorium/", areas.new_moratorium, name="new_moratorium"),
    path("loans/areas/<slug:key>/handover/<int:adviser_pk>/", areas.new_handover, name="new_handover"),
    path("loans/moratoria/<slug:ref>/", areas.moratorium, name="moratorium"),
    path("loans/moratoria/<slug:ref>/do/<slug:verb>/", areas.move_moratorium, name="move_moratorium"),
    path("loans/handovers/<int:pk>/", areas.handover, name="handover"),
    path("loans/handovers/<int:pk>/sign/", areas.sign_one, name="sign_handover"),
    path("loans/<slug:ref>/guarantors/new/", people.new_guarantor, name="new_guarantor"),
    path("loans/<slug:ref>/guarantors/<int:pk>/release/", people.release_one_guarantor, name="release_guarantor"),
    path("loans/<slug:ref>/collateral/new/", people.new_collateral, name="new_collateral"),
    path("loans/<slug:ref>/collateral/<int:pk>/release/", people.release_one_collateral, name="release_collateral"),
    path("loans/<slug:ref>/notices/<int:pk>/sent/", people.send_notice, name="send_notice"),
    path("loans/<slug:ref>/events/new/", people.new_life_event, name="new_life_event"),
    path("loans/<slug:ref>/events/<int:pk>/decide/", people.decide_one_life_event, name="decide_life_event"),
    path("loans/<slug:ref>/events/<int:pk>/end/", people.end_one_attorney, name="end_attorney"),
    path("loans/<slug:ref>/group/", groups.constitute, name="constitute_group"),
    path("loans/<slug:ref>/group/leave/", groups.leave, name="leave_group"),
    path("loans/<slug:ref>/group/claim/", groups.claim, name="claim_of_group"),
    path("loans/<slug:ref>/group/claims/<int:pk>/settle/", groups.settle, name="settle_claim"),
    path("loans/<slug:ref>/repayments/<int:pk>/members/", groups.member_payments, name="member_payments"),
]
