from __future__ import annotations

from rest_framework.pagination import CursorPagination


class KeyPagination(CursorPagination):
    """Pages by key, newest first unless the list says otherwise: ``{"next", "previous", "results"}``."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 200
