from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.urls import include, path, register_converter
from django.views.generic import RedirectView

from backlog.health import views as health
from backlog.live import live
from backlog.live_seats import SignOut
from backlog.preferences import preferences, time_zone
from backlog.styles import styles
from kernel.addresses import CodeConverter

# Before the apps' addresses, which use it.
register_converter(CodeConverter, "code")

handler500 = "backlog.failures.server_error"

urlpatterns = [
    path("", RedirectView.as_view(url="/triage/"), name="home"),
    path("sign-in/", LoginView.as_view(redirect_authenticated_user=True), name="sign-in"),
    path("sign-out/", SignOut.as_view(), name="sign-out"),
    path("preferences/", preferences, name="preferences"),
    path("time-zone/", time_zone, name="time-zone"),
    path("live/", live, name="live"),
    path("styles.css", styles, name="styles"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/v1/", include("backlog.api.urls")),
    path("", include("inventory.urls")),
    path("", include("notifications.urls")),
    path("", include("orders.urls")),
]
