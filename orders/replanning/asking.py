"""Reads that travel together: the first answer that is wanted fetches all that was asked until then.

An event waits for answers as long as it works, and twenty reads of a few rows each in one statement wait once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np
from django.db import connection

from orders.planning.types import NO_DAY
from orders.replanning.bulk import Columns, Types, copy_out
from orders.replanning.prepared import execute
from orders.replanning.shared_reads import Begin

_INTEGERS = {
    "date": f"COALESCE(CASE WHEN isfinite({{0}}) THEN {{0}} - DATE '0001-01-01' + 1 END, {NO_DAY})",
    "timestamptz": "(extract(epoch FROM {0}) * 1000000)",
    "bool": "{0}::int",
}
# A plan for any products expects as many lines as the hottest have; other processes would take 15 ms to come and help.
_ALONE = "SET LOCAL max_parallel_workers_per_gather TO 0; "
_A_ROW = "(SELECT to_json(found) FROM ({query}) AS found)"
_ROWS = "(SELECT string_agg({sent}, '') FROM ({query}) AS found ({names}))"


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions to the database, inside the caller's snapshot.

    Those about ``few`` rows travel together, as one statement that is prepared once a connection; their parameters of
    the same name have the same value. Others are asked one by one: each when its answer is wanted, unless they
    ``begin`` otherwise (``shared_reads``), as rows of a ``short`` backlog or of a long one (``bulk.copy_out``).
    """

    few: bool
    short: bool = False
    begin: Begin[Columns] = cache
    _open: list[_Question] = field(default_factory=list)

    def rows(self, query: str, params: Mapping[str, Any], types: Types) -> Callable[[], Columns]:
        """Ask for rows; the answer is what ``bulk.copy_out`` returns of them."""
        if not self.few:
            return self.begin(partial(copy_out, query, params, types, gathered=self.short))  # not self: a circle
        question = self._ask(_rows_of(query, tuple(types.items())), params)
        return cache(lambda: _decoded(self._answer(question), types))

    def row(self, query: str) -> Callable[[], Mapping[str, Any]]:
        """Ask for the one row that a query has; the answer is that row, by its columns' names, as JSON has it."""
        question = self._ask(_A_ROW.format(query=query), {})
        return lambda: dict(self._answer(question))

    def _ask(self, part: str, params: Mapping[str, Any]) -> _Question:
        question = _Question(part, params)
        self._open.append(question)
        return question

    def _answer(self, question: _Question) -> Any:
        if question in self._open:
            params = {name: value for asked in self._open for name, value in asked.params.items()}
            with connection.cursor() as cursor:
                execute(cursor, f"SELECT {', '.join(asked.part for asked in self._open)}", params, first=_ALONE)
                answers = cursor.fetchone()
            for asked, answer in zip(self._open, answers, strict=True):
                asked.answer = answer
            self._open.clear()
        return question.answer


@dataclass(slots=True, eq=False)
class _Question:
    """A part of a statement, its parameters by name, and what came of it."""

    part: str
    params: Mapping[str, Any]
    answer: Any = None


@lru_cache
def _rows_of(query: str, types: tuple[tuple[str, str], ...]) -> str:
    """Return what sends the rows of a query as bytes: eight for each number, column after column, row after row."""
    sent = " || ".join(_sent(name, type_) for name, type_ in types)
    return _ROWS.format(sent=sent, query=query, names=", ".join(name for name, _ in types))


def _sent(name: str, type_: str) -> str:
    if type_ == "float8":
        return f"float8send({name})"
    return f"int8send(({_INTEGERS.get(type_, '{0}').format(name)})::bigint)"


def _decoded(answer: memoryview | None, types: Types) -> Columns:
    dtype = np.dtype([(name, ">f8" if type_ == "float8" else ">i8") for name, type_ in types.items()])
    found = np.frombuffer(answer or b"", dtype=dtype)
    return {name: _column(found[name], type_) for name, type_ in types.items()}


def _column(values: Any, type_: str) -> Any:
    return values != 0 if type_ == "bool" else values.astype(np.float64 if type_ == "float8" else np.int64)
