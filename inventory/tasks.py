from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from inventory.suppliers import refresh_delays


@shared_task
def refresh_supplier_delays() -> None:
    refresh_delays(timezone.now())
