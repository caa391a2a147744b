from __future__ import annotations

from django_filters.rest_framework import DjangoFilterBackend


class StrictFilterBackend(DjangoFilterBackend):
    """Typed filters of a filterset; a wrong value is a 422."""
