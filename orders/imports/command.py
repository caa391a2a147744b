"""What import commands share: their arguments, what they print, and when they fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.imports.running import Outcome
from kernel.errors import DomainError

MOST_ERRORS = 50


class ImportCommand(BaseCommand):
    """Reads one CSV file. Exit code 1 when anything was refused, whether or not the rest was imported."""

    run_import: ClassVar[Callable[..., Outcome]]
    things: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV in UTF-8 with a header line")
        parser.add_argument(
            "--good-rows", action="store_true", help="import what is right even if something else is wrong"
        )
        parser.add_argument("--encoding", default="utf-8", help="of the file, such as cp1252 (default: utf-8)")

    def handle(self, *args: Any, file: Path, good_rows: bool, encoding: str, **options: Any) -> None:
        run_import = type(self).run_import
        try:
            outcome = run_import(file, good_rows=good_rows, encoding=encoding, actor=None, now=timezone.now())
        except DomainError as error:
            raise CommandError(error.detail) from error
        for wrong in outcome.errors[:MOST_ERRORS]:
            self.stderr.write(str(wrong))
        if len(outcome.errors) > MOST_ERRORS:
            self.stderr.write(f"… and {len(outcome.errors) - MOST_ERRORS:,} more.")
        self.stdout.write(f"{outcome.done:,} {self.things} imported, {outcome.unchanged:,} there already.")
        if outcome.errors:
            rest = (
                "The rest was imported." if good_rows else "Nothing was imported. Correct the file, or use --good-rows."
            )
            raise CommandError(f"{len(outcome.errors):,} errors. {rest}")
