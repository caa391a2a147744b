from __future__ import annotations

from django.urls import path

from notifications import unsubscribing, views
from notifications.channels import page
from notifications.channels.hook import take_mail_events
from notifications.replies import hook
from notifications.rules import facts_page, rules_page, send_rules_page, thresholds_page
from notifications.webhooks import page as webhooks_page

app_name = "notifications"

urlpatterns = [
    path("messages/", views.messages_page, name="messages"),
    path("messages/rules/", rules_page.rules, name="rules"),
    path("messages/rules/pause/", rules_page.pause, name="pause"),
    path("messages/rules/resume/", rules_page.resume, name="resume"),
    path("messages/rules/sending/", send_rules_page.add, name="add_send_rule"),
    path("messages/rules/sending/<int:rule_id>/", send_rules_page.change, name="change_send_rule"),
    path("messages/rules/sending/<int:rule_id>/restore/", send_rules_page.restore, name="restore_send_rule"),
    path("messages/rules/thresholds/", thresholds_page.add, name="add_threshold"),
    path("messages/rules/thresholds/<int:rule_id>/", thresholds_page.change, name="change_threshold"),
    path("messages/rules/thresholds/<int:rule_id>/restore/", thresholds_page.restore, name="restore_threshold"),
    path("messages/rules/facts/", facts_page.release, name="release_facts"),
    path("messages/webhooks/", webhooks_page.webhooks, name="webhooks"),
    path("messages/webhooks/add/", webhooks_page.add, name="add_webhook"),
    path("messages/webhooks/<int:webhook_id>/", webhooks_page.change, name="change_webhook"),
    path("messages/channels/", page.channels, name="channels"),
    path("messages/channels/<slug:channel>/", page.save, name="channel_save"),
    path("messages/channels/<slug:channel>/try/", page.attempt, name="channel_try"),
    path("messages/<int:delivery_id>/", views.message, name="message"),
    path("messages/<int:delivery_id>/html/", views.message_html, name="message_html"),
    path("messages/<int:delivery_id>/stop/", views.stop, name="stop"),
    path("messages/<int:delivery_id>/send-again/", views.send_again, name="send_again"),
    path("inbound/mail-events/", take_mail_events, name="take_mail_events"),
    path("inbound/mail/", hook.take_mail, name="take_mail"),
    path("u/<slug:key>/", unsubscribing.unsubscribe_page, name="unsubscribe"),
]
