"""Prove at start-up that every listener and every scheduled task that the settings name exists."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string


def listeners_resolve(**_: Any) -> list[CheckMessage]:
    """Report each listener that cannot be imported or called, with the kind that names it."""
    return [
        Error(f"FACT_LISTENERS[{kind!r}] names {name}, which is not a function.", id="notifications.E001")
        for kind, names in settings.FACT_LISTENERS.items()
        for name in names
        if not _resolves(name)
    ]


def scheduled_tasks_resolve(**_: Any) -> list[CheckMessage]:
    """Report each entry of Celery's schedule whose task cannot be imported."""
    return [
        Error(f"CELERY_BEAT_SCHEDULE[{job!r}] names {entry['task']}, which is no task.", id="notifications.E002")
        for job, entry in settings.CELERY_BEAT_SCHEDULE.items()
        if not _resolves(str(entry["task"]))
    ]


def _resolves(name: str) -> bool:
    try:
        return callable(import_string(name))
    except ImportError:
        return False
