from __future__ import annotations

from django.urls import path

from orders.views import exceptions

urlpatterns = [
    path("", exceptions.exceptions, name="exceptions"),
    path("<code:ref>/snooze/", exceptions.snooze, name="snooze"),
    path("<code:ref>/wake/", exceptions.wake, name="wake"),
    path("<code:ref>/take/", exceptions.take, name="take"),
    path("<code:ref>/let-go/", exceptions.let_go, name="let_go"),
]
