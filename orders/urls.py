from __future__ import annotations

from django.urls import include, path

from orders.views import actions, board, bulk, customer, export, find, order, plan_runs, products, saved_views, telling

app_name = "orders"

urlpatterns = [
    path("triage/", board.board, name="board"),
    path("find/", find.find_anything, name="find"),
    path("triage/export.csv", export.export_csv, name="export_csv"),
    path("triage/export.xlsx", export.export_xlsx, name="export_xlsx"),
    path("triage/views/", saved_views.save, name="save_view"),
    path("triage/views/<int:view_id>/delete/", saved_views.delete, name="delete_view"),
    path("bulk-actions/", bulk.start, name="bulk_start"),
    path("bulk-actions/<int:job_id>/", bulk.bulk_job, name="bulk_job"),
    path("bulk-actions/<int:job_id>/undo/", bulk.undo, name="bulk_undo"),
    path("orders/<code:ref>/", order.order, name="order"),
    path("orders/<code:ref>/help/", order.order_help, name="order_help"),
    path("orders/<code:ref>/hold/", actions.hold, name="hold"),
    path("orders/<code:ref>/release/", actions.release, name="release"),
    path("orders/<code:ref>/expedite/", actions.expedite, name="expedite"),
    path("orders/<code:ref>/unexpedite/", actions.unexpedite, name="unexpedite"),
    path("orders/<code:ref>/eta/", actions.eta, name="eta"),
    path("orders/<code:ref>/ship/", actions.ship, name="ship"),
    path("orders/<code:ref>/pick/", actions.pick, name="pick"),
    path("orders/<code:ref>/unpick/", actions.unpick, name="unpick"),
    path("orders/<code:ref>/substitute/", actions.substitute, name="substitute"),
    path("orders/<code:ref>/cancel/", actions.cancel, name="cancel"),
    path("orders/<code:ref>/note/", actions.note, name="note"),
    path("inventory/", products.products, name="products"),
    path("inventory/<code:sku>/", products.product, name="product"),
    path("inventory/<code:sku>/adjust/", products.adjust, name="adjust"),
    path("exceptions/", include("orders.exception_urls")),
    path("rules/", include("orders.policy_urls")),
    path("simulations/", include("orders.simulation_urls")),
    path("plan-runs/", plan_runs.plan_runs, name="plan_runs"),
    path("plan-runs/start/", plan_runs.plan_now, name="plan_now"),
    path("plan-runs/<int:run_id>/", plan_runs.plan_run, name="plan_run"),
    path("plan-runs/<int:run_id>/changes/", plan_runs.plan_run_changes, name="plan_run_changes"),
    path("plan-runs/<int:run_id>/release/", plan_runs.release_run, name="release_run"),
    path("plan-runs/<int:run_id>/withdraw/", plan_runs.withdraw_run, name="withdraw_run"),
    path("eta/", telling.workspace, name="telling"),
    path("eta/<code:ref>/tell/", telling.tell, name="tell"),
    path("eta/<code:ref>/untell/", telling.untell, name="untell"),
    path("orders/<code:ref>/customer-link/", customer.make_link, name="customer_link"),
    path("o/<slug:key>/", customer.open_order, name="open_order"),
    path("my-order/<code:ref>/", customer.my_order, name="my_order"),
    path("my-order/<code:ref>/choose/", customer.choose, name="choose"),
    path("my-order/<code:ref>/feedback/", customer.give_feedback, name="give_feedback"),
]
