"""The composition root: settings, routes, processes. It imports every app; no app imports it."""

from backlog.celery import app as celery_app

__all__ = ["celery_app"]
