"""How much a customer matters: orders rank by it, messages may be written by other rules for it."""

from __future__ import annotations

from django.db import models


class Tier(models.TextChoices):
    PLATINUM = "platinum", "Platinum"
    GOLD = "gold", "Gold"
    SILVER = "silver", "Silver"
    STANDARD = "standard", "Standard"
