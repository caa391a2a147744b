from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from orders.models.order import Order


class OrderNote(models.Model):
    """What a colleague wrote about an order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notes")
    body = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    written_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.body[:60]


class Mention(models.Model):
    """That a note names a colleague, and when they read it."""

    note = models.ForeignKey(OrderNote, on_delete=models.PROTECT, related_name="mentions", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "person"], name="orders_mention_once")]
        indexes = [
            models.Index(fields=["person", "-id"], name="orders_mention_newest"),
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="orders_mention_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.person} in note {self.note_id}"

    @property
    def names(self) -> list[str]:
        """Everybody whom the note names; read the note's mentions and their people along."""
        return [str(mention.person) for mention in self.note.mentions.all()]
