"""Statements that every event runs: PostgreSQL thinks of how to run each once a connection, not once an event.

Planning them costs more than running them on the few dozen lines of an ordinary product. A plan made without looking
at the parameters suits few rows only, so what may be many is sent as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

FEW = 1_000  # rows; of more, a plan for just these parameters is worth its while

# Without it PostgreSQL would try five times, and then keep to plans of its own for arrays, which it takes for longer.
USE_PREPARED = "SET LOCAL plan_cache_mode TO force_generic_plan"

_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def execute(cursor: Any, query: str, params: Mapping[str, Any], *, first: str = "") -> None:
    """Execute a query with named parameters, each cast where the query uses it, as a prepared statement.

    The query has no percent sign but those of its parameters. Statements to run ``first``, each ended by a semicolon,
    travel with it.
    """
    name, prepare, names = _prepared(query)
    known = _known.setdefault(cursor.connection, set())
    if name not in known:
        cursor.execute(first + prepare)
        known.add(name)  # whatever becomes of the transaction
    arguments = f" ({', '.join(['%s'] * len(names))})" if names else ""
    cursor.execute(f"{first}EXECUTE {name}{arguments}", [params[each] for each in names])


def execute_as_it_is(cursor: Any, query: str, params: Mapping[str, Any], *, first: str = "") -> None:
    """Execute a query that may have much to do, planned for just these parameters."""
    cursor.execute(first + query, params)


@lru_cache
def _prepared(query: str) -> tuple[str, str, tuple[str, ...]]:
    """Return a query's name as a prepared statement, what prepares it, and the names of its parameters in order."""
    numbers = _Numbers()
    text = query % numbers
    name = f"plan_{sha256(text.encode()).hexdigest()[:16]}"
    return name, f"PREPARE {name} AS {text}", tuple(numbers.names)


class _Numbers(dict[str, str]):
    """Numbers the names that it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __missing__(self, name: str) -> str:
        self.names.append(name)
        self[name] = f"${len(self.names)}"
        return self[name]
