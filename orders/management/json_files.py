"""Files that people write as JSON, for commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError


def read_json(file: Path) -> Any:
    """Return what is in a file. Raises CommandError where it cannot be read, is not JSON, or gives a name twice."""
    try:
        return json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_object)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    except (ValueError, RecursionError) as error:  # also what is no UTF-8, and numbers too long to read
        raise CommandError(f"{file} is not JSON: {error}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; the second of two members of one name would silently replace the first."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise ValueError(f"the name {twice} is given twice in one object")
    return found
