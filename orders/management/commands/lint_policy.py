from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.planning.grammar import InvalidPolicyError
from orders.planning.linter import lint


class Command(BaseCommand):
    help = "Check a policy file: what the grammar refuses (exit 1), and what is doubtful."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a policy as JSON")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            findings = lint(_read(file))
        except InvalidPolicyError as error:
            refusals = (f"{problem.place or 'document'}: {problem.message}" for problem in error.problems)
            raise CommandError("\n".join(["The rules have errors.", *refusals])) from error
        for finding in findings:
            self.stdout.write(f"{finding.kind} {finding}")
        self.stdout.write(f"{len(findings)} finding{'' if len(findings) == 1 else 's'}")


def _read(file: Path) -> Any:
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
