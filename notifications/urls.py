from __future__ import annotations

from django.urls import path

from notifications import rules_page, unsubscribing, views

app_name = "notifications"

urlpatterns = [
    path("messages/", views.messages_page, name="messages"),
    path("messages/rules/", rules_page.rules, name="rules"),
    path("messages/rules/pause/", rules_page.pause, name="pause"),
    path("messages/rules/resume/", rules_page.resume, name="resume"),
    path("messages/<int:delivery_id>/", views.message, name="message"),
    path("messages/<int:delivery_id>/html/", views.message_html, name="message_html"),
    path("messages/<int:delivery_id>/stop/", views.stop, name="stop"),
    path("messages/<int:delivery_id>/send-again/", views.send_again, name="send_again"),
    path("u/<slug:key>/", unsubscribing.unsubscribe_page, name="unsubscribe"),
]
