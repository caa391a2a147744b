"""Addresses of the screens of priority rules, below ``rules/``."""

from __future__ import annotations

from django.urls import path

from orders.views import policies, policy_actions, policy_publishing

urlpatterns = [
    path("", policies.rules, name="rules"),
    path("guard/", policy_publishing.guard, name="rules_guard"),
    path("start/", policy_actions.start, name="rules_start"),
    path("<int:version>/", policies.version, name="rules_version"),
    path("<int:version>/preview/", policies.version_preview, name="rules_preview"),
    path("<int:version>/test/", policies.version_trial, name="rules_trial"),
    path("<int:version>/changes/", policies.version_changes, name="rules_changes"),
    path("<int:version>/edit/", policy_actions.edit, name="rules_edit"),
    path("<int:version>/document/", policy_actions.document, name="rules_document"),
    path("<int:version>/rename/", policy_actions.rename, name="rules_rename"),
    path("<int:version>/back/", policy_actions.go_back, name="rules_back"),
    path("<int:version>/discard/", policy_actions.discard, name="rules_discard"),
    path("<int:version>/restore/", policy_actions.restore, name="rules_restore"),
    path("<int:version>/publish/", policy_publishing.publish, name="rules_publish"),
    path("<int:version>/submit/", policy_publishing.submit, name="rules_submit"),
    path("<int:version>/approve/", policy_publishing.approve, name="rules_approve"),
    path("<int:version>/send-back/", policy_publishing.send_back, name="rules_send_back"),
    path("<int:version>/release/", policy_publishing.release, name="rules_release"),
    path("<int:version>/withdraw/", policy_publishing.withdraw, name="rules_withdraw"),
    path("<int:version>/rollback/", policy_publishing.rollback, name="rules_rollback"),
]
