from __future__ import annotations

from django.urls import path

from inventory.views import purchase_orders, receive

app_name = "inventory"

urlpatterns = [
    path("receive/", receive.receive, name="receive"),
    path("purchase-orders/", purchase_orders.purchase_orders, name="purchase_orders"),
    path("purchase-orders/<code:ref>/", purchase_orders.purchase_order, name="purchase_order"),
    path("purchase-orders/<code:ref>/redate/", purchase_orders.redate, name="redate"),
    path("purchase-orders/<code:ref>/cancel/", purchase_orders.cancel, name="cancel_purchase_order"),
    path("purchase-orders/<code:ref>/receive/", purchase_orders.receive, name="receive_purchase_order"),
]
