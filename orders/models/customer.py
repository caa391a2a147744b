from __future__ import annotations

import pghistory
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

from kernel.tiers import Tier


@pghistory.track()
class Customer(models.Model):
    """Who waits: how much they matter to us, and how they want to be told."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    contact_name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    tier = models.CharField(max_length=10, choices=Tier, default=Tier.STANDARD)
    country = models.CharField(max_length=60, blank=True)
    zone = models.CharField("time zone", max_length=60, default="Europe/London")
    language = models.CharField(max_length=10, default="en")
    wants_email = models.BooleanField("told by e-mail", default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(code=""), name="orders_customer_code_given")]
        indexes = [
            models.Index(fields=["name"], name="orders_customer_name"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="orders_customer_name_trgm"),
            models.Index(Upper("code"), name="orders_customer_code_upper"),  # for ``iexact``
        ]

    def __str__(self) -> str:
        return self.name
