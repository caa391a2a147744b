"""A process beside others in a benchmark. It begins without Django, so nothing here may import a model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.synchronize import Barrier

import django
from django.db import connection


@contextmanager
def beside(database: str, together: Barrier) -> Iterator[None]:
    """Set Django up on ``database``; who leaves by an error makes the others stop waiting at ``together``."""
    django.setup()
    connection.settings_dict["NAME"] = database
    with ExitStack() as on_error:
        on_error.callback(together.abort)
        connection.ensure_connection()
        yield
        on_error.pop_all()
