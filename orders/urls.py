from __future__ import annotations

from django.urls import path

from orders.views import board

app_name = "orders"

urlpatterns = [
    path("triage/", board.board, name="board"),
]
