from __future__ import annotations

from django.urls import path

from orders.views import actions, board, order, plan_runs, products

app_name = "orders"

urlpatterns = [
    path("triage/", board.board, name="board"),
    path("orders/<str:ref>/", order.order, name="order"),
    path("orders/<str:ref>/hold/", actions.hold, name="hold"),
    path("orders/<str:ref>/release/", actions.release, name="release"),
    path("orders/<str:ref>/expedite/", actions.expedite, name="expedite"),
    path("orders/<str:ref>/unexpedite/", actions.unexpedite, name="unexpedite"),
    path("orders/<str:ref>/eta/", actions.eta, name="eta"),
    path("orders/<str:ref>/ship/", actions.ship, name="ship"),
    path("orders/<str:ref>/cancel/", actions.cancel, name="cancel"),
    path("orders/<str:ref>/note/", actions.note, name="note"),
    path("inventory/", products.products, name="products"),
    path("inventory/<str:sku>/", products.product, name="product"),
    path("inventory/<str:sku>/adjust/", products.adjust, name="adjust"),
    path("plan-runs/", plan_runs.plan_runs, name="plan_runs"),
    path("plan-runs/start/", plan_runs.plan_now, name="plan_now"),
    path("plan-runs/<int:run_id>/", plan_runs.plan_run, name="plan_run"),
]
