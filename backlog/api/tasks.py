from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from backlog.api.idempotency import forget

KEEP_ANSWERS = timedelta(days=7)


@shared_task
def forget_answers() -> None:
    """Drop the answers of keyed requests that nobody will repeat any more."""
    forget(before=timezone.now() - KEEP_ANSWERS)
