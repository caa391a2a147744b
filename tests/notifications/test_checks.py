from __future__ import annotations

from pytest_django import Settings

from notifications.checks import listeners_resolve, scheduled_tasks_resolve


def test_every_listener_that_the_settings_name_exists() -> None:
    assert listeners_resolve() == []


def test_a_listener_that_does_not_exist_is_named(settings: Settings) -> None:
    settings.FACT_LISTENERS = {"orders.shipped": ["notifications.delivering.announcing.shout"]}

    [error] = listeners_resolve()

    assert "orders.shipped" in error.msg
    assert "notifications.delivering.announcing.shout" in error.msg


def test_every_scheduled_task_exists() -> None:
    assert scheduled_tasks_resolve() == []


def test_a_scheduled_task_that_does_not_exist_is_named(settings: Settings) -> None:
    settings.CELERY_BEAT_SCHEDULE = {"nap": {"task": "notifications.tasks.nap", "schedule": 1.0}}

    [error] = scheduled_tasks_resolve()

    assert "notifications.tasks.nap" in error.msg
