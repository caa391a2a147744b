from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class PolicyStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Awaiting approval"
    RELEASING = "releasing", "Awaiting its plan run"
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"
    DISCARDED = "discarded", "Discarded"


class Strategy(models.TextChoices):
    FIFO = "fifo", "First in, first out"
    PRIORITY = "priority", "Priority"
    LEXICOGRAPHIC = "lexicographic", "Criteria one after another"
    DEMAND_FORECAST = "demand_forecast", "Demand forecast"
    AUTOMATED = "automated", "Automated"
    HYBRID = "hybrid", "Hybrid"


@pghistory.track()
class Policy(models.Model):
    """One version of the rules that rank the backlog (grammar: orders.planning.grammar). Exactly one is published.

    The published one is in force: all runs plan by it. One that is releasing comes in force when the guard has let its
    full run pass, so that no order is planned by rules that the rest of the backlog is not (ADR 0008).
    """

    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField(unique=True)
    status = models.CharField(max_length=10, choices=PolicyStatus, default=PolicyStatus.DRAFT)
    strategy = models.CharField(max_length=20, choices=Strategy, default=Strategy.PRIORITY)
    rules = models.JSONField(default=dict, help_text="The whole document, as the grammar's schema describes it.")
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revision = models.PositiveIntegerField(default=1, help_text="Counts the edits of a draft.")
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="published"), name="orders_policy_one_published"
            ),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="releasing"), name="orders_policy_one_releasing"
            ),
        ]
        permissions = [
            ("edit_policy", "Edit draft rules"),
            ("publish_policy", "Publish and roll back rules"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
