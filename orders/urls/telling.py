from __future__ import annotations

from django.urls import path

from orders.views import compensation, line_etas, macros, proposals, tell_many, telling

urlpatterns = [
    path("", telling.workspace, name="telling"),
    path("bulk/", tell_many.tell_many, name="tell_many"),
    path("approvals/", proposals.decide, name="decide_proposals"),
    path("approvals/again/", proposals.think_again, name="think_again"),
    path("macros/", macros.macros, name="macros"),
    path("macros/<int:macro_id>/", macros.macro, name="macro"),
    path("macros/<int:macro_id>/remove/", macros.remove, name="remove_macro"),
    path("macros/<int:macro_id>/restore/", macros.restore, name="restore_macro"),
    path("compensation/", compensation.compensation, name="compensation"),
    path("compensation/budget/", compensation.change_budget, name="change_budget"),
    path("compensation/use/", compensation.use_code, name="use_code"),
    path("compensation/use/take-back/", compensation.take_use_back, name="take_use_back"),
    path("compensation/steps/", compensation.add_step, name="add_step"),
    path("compensation/steps/<int:step_id>/remove/", compensation.remove_step, name="remove_step"),
    path("compensation/steps/<int:step_id>/restore/", compensation.restore_step, name="restore_step"),
    path("compensation/given/<int:compensation_id>/take-back/", compensation.take_back, name="take_compensation_back"),
    path("<code:ref>/tell/", telling.tell, name="tell"),
    path("<code:ref>/remind/", telling.remind, name="remind"),
    path("<code:ref>/untell/", telling.untell, name="untell"),
    path("<code:ref>/compensate/", compensation.compensate, name="compensate"),
    path("<code:ref>/lines/<int:position>/", line_etas.change, name="line_eta"),
]
