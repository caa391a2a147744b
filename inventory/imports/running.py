"""All or nothing: rehearse every part of a file first, then do it part by part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from inventory.imports.table import Row, RowError
from kernel.errors import DomainError

LISTS = {"lines", "substitutes"}  # what verbs call a list with an entry a row


@dataclass(frozen=True, slots=True)
class Part:
    """What one call of a verb imports: ``rows`` are its rows; ``do`` returns whether something changed.

    ``rehearse`` raises what ``do`` would raise and changes nothing. ``columns`` maps a verb's field names to ours.
    """

    rows: Sequence[Row]
    rehearse: Callable[[], None]
    do: Callable[[], bool]
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What came of a file: parts done, parts that were there already, and what was wrong."""

    done: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)


def run(parts: Sequence[Part], outcome: Outcome, *, good_rows: bool) -> Outcome:
    """Import the parts; with any error so far or in rehearsal, nothing at all unless ``good_rows``.

    Each part is its own transaction. Sending the same file again does what is still missing.
    """
    good = [part for part in parts if _try(part, part.rehearse, outcome) is not None]
    if outcome.errors and not good_rows:
        return outcome
    for part in good:
        changed = _try(part, part.do, outcome)
        if changed is not None:
            outcome.done += changed
            outcome.unchanged += not changed
    return outcome


def _try(part: Part, step: Callable[[], bool | None], outcome: Outcome) -> bool | None:
    """Return what the step returned (a rehearsal counts as False), or None after noting why it was refused."""
    try:
        return bool(step())
    except DomainError as error:
        outcome.refused += 1
        outcome.errors.extend(_row_errors(part, error))
        return None


def _row_errors(part: Part, error: DomainError) -> list[RowError]:
    if not error.fields:
        return [RowError(part.rows[0].line, "", error.detail)]
    return [_row_error(part, name, message) for name, message in error.fields.items()]


def _row_error(part: Part, name: str, message: str) -> RowError:
    """Find the row and column of a field such as ``lines.2.qty``, ``customer.tier`` or ``ref``."""
    head, _, rest = name.partition(".")
    index, _, leaf = rest.partition(".")
    if head in LISTS and index.isdigit() and int(index) < len(part.rows):
        return RowError(part.rows[int(index)].line, part.columns.get(leaf, leaf), message)
    return RowError(part.rows[0].line, part.columns.get(name, name.replace(".", "_")), message)
