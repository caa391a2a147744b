from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone


class TemplateStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "In force"
    ARCHIVED = "archived", "Replaced"
    DISCARDED = "discarded", "Discarded"


@pghistory.track()
class Template(models.Model):
    """One version of the words of a kind of message on a channel in a language, in place of those that we ship.

    Placeholders only: ``{customer_name}``, never code. A slot (kind, channel, language) has at most one draft.
    """

    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=20, default="email")
    language = models.CharField(max_length=10, default="en")
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=TemplateStatus, default=TemplateStatus.DRAFT)
    subject_line = models.CharField(max_length=300, blank=True, help_text="Empty where the channel has none.")
    body_text = models.TextField()
    body_html = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revision = models.PositiveIntegerField(default=1, help_text="Counts the edits of a draft.")
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    activated_at = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

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
            models.UniqueConstraint(
                fields=["kind", "channel", "language"],
                condition=models.Q(status="draft"),
                name="notifications_template_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.language} v{self.version}"
