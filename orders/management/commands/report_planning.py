from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.benchmark.report import as_plot, as_table


class Command(BaseCommand):
    help = "Print a table of several results of bench_planning --json, and draw them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--plot", type=Path, help="write an SVG here")

    def handle(self, *, files: list[Path], plot: Path | None, **options: Any) -> None:
        try:
            runs = [json.loads(file.read_text()) for file in files]
        except (OSError, ValueError) as error:
            raise CommandError(f"A file cannot be read: {error}") from error
        if plot:
            plot.write_text(as_plot(runs))
        self.stdout.write(as_table(runs))
