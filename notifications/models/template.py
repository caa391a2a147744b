from __future__ import annotations

import pghistory
from django.db import models
from django.utils import timezone


class TemplateStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    ARCHIVED = "archived", "Archived"


@pghistory.track()
class Template(models.Model):
    """The words of one kind of message in one language. Placeholders only: ``{customer_name}``, never code."""

    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=20, default="email")
    language = models.CharField(max_length=10, default="en")
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=TemplateStatus, default=TemplateStatus.DRAFT)
    subject_line = models.CharField(max_length=300)
    body_text = models.TextField()
    body_html = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        permissions = [
            ("edit_template", "Draft message templates"),
            ("activate_template", "Activate message templates"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "channel", "language", "version"], name="notifications_template_version"
            ),
            models.UniqueConstraint(
                fields=["kind", "channel", "language"],
                condition=models.Q(status="active"),
                name="notifications_template_one_active",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.language} v{self.version}"
