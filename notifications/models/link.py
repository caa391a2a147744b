from __future__ import annotations

from django.db import models
from django.utils import timezone


class LinkPurpose(models.TextChoices):
    ORDER = "order", "See an order and choose"
    UNSUBSCRIBE = "unsubscribe", "Stop messages to an address"


class Link(models.Model):
    """A key that a customer holds: it opens one thing for one purpose, until it expires or is revoked.

    ``subject`` is the order's number or the address. The key itself is only in the mail; here is its hash.
    """

    purpose = models.CharField(max_length=12, choices=LinkPurpose)
    subject = models.CharField(max_length=254)
    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject"], name="notifications_link_subject")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject}"


class LinkMiss(models.Model):
    """How many keys that open nothing an address tried since ``since``: whoever guesses is slowed."""

    address = models.CharField(max_length=45, unique=True)
    since = models.DateTimeField()
    misses = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "link misses"

    def __str__(self) -> str:
        return f"{self.misses} from {self.address}"
