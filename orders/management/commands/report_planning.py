from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.benchmark.report import as_peer_table, as_plot, as_table


class Command(BaseCommand):
    help = "Print a table of several results of bench_planning --json, one more for those of peers, and draw them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--plot", type=Path, help="write an SVG here")

    def handle(self, *, files: list[Path], plot: Path | None, **options: Any) -> None:
        try:
            runs = [json.loads(file.read_text()) for file in files]
        except (OSError, ValueError) as error:
            raise CommandError(f"A file cannot be read: {error}") from error
        own = [run for run in runs if run.get("profile") != "peers"]
        peers = [run for run in runs if run.get("profile") == "peers"]
        if plot and own:
            plot.write_text(as_plot(own))
        tables = ([as_table(own)] if own else []) + ([as_peer_table(peers)] if peers else [])
        self.stdout.write("\n\n".join(tables))
