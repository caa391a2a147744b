"""A database for one benchmark: made, migrated, used, dropped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection


@contextmanager
def own_database() -> Iterator[str]:
    """Point this process at a new database named after it, and drop that in the end; yield its name."""
    home = connection.settings_dict["NAME"]
    name = f"bench_{os.getpid()}"
    _execute(f'CREATE DATABASE "{name}"')
    try:
        _switch_to(name)
        call_command("migrate", verbosity=0)
        yield name
    finally:
        _switch_to(home)
        _execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _switch_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
