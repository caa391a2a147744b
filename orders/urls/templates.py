"""Addresses of the screens of message templates, below ``messages/templates/``."""

from __future__ import annotations

from django.urls import path

from orders.views import wording

SLOT = "<slug:channel>/<slug:kind>/<slug:language>/"

urlpatterns = [
    path("", wording.templates, name="templates"),
    path(SLOT, wording.template, name="template"),
    path(f"{SLOT}frame/", wording.frame, name="template_frame"),
    path(f"{SLOT}start/", wording.start, name="template_start"),
    path(f"{SLOT}edit/", wording.edit, name="template_edit"),
    path(f"{SLOT}discard/", wording.discard, name="template_discard"),
    path(f"{SLOT}shipped/", wording.use_shipped, name="template_shipped"),
    path(f"{SLOT}test/", wording.test, name="template_test"),
    path(f"{SLOT}<int:version>/restore/", wording.restore, name="template_restore"),
    path(f"{SLOT}<int:version>/activate/", wording.activate, name="template_activate"),
]
