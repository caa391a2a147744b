from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.benchmark.report import as_aims, as_peer_table, as_plot, as_table


class Command(BaseCommand):
    help = (
        "Print tables of several results of bench_planning --json: all figures, what is aimed at, and those of peers. "
        "Put them into a document, and draw them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--plot", type=Path, help="write an SVG here")
        parser.add_argument("--into", type=Path, help="a document whose marked places get the tables")

    def handle(self, *, files: list[Path], plot: Path | None, into: Path | None, **options: Any) -> None:
        try:
            runs = [json.loads(file.read_text()) for file in files]
        except (OSError, ValueError) as error:
            raise CommandError(f"A file cannot be read: {error}") from error
        own = [run for run in runs if run.get("profile") != "peers"]
        peers = [run for run in runs if run.get("profile") == "peers"]
        if plot and own:
            plot.write_text(as_plot(own))
        tables = {"figures": as_table(own), "aims": as_aims(own)} if own else {}
        tables |= {"peers": as_peer_table(peers)} if peers else {}
        if into:
            into.write_text(_filled(into.read_text(), tables))
        self.stdout.write("\n\n".join(tables.values()))


def _filled(document: str, tables: dict[str, str]) -> str:
    """Return the document with each table between the two comments that name it. Raises CommandError without them."""
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, found, rest = document.partition(begin)
        _, ended, after = rest.partition(end)
        if not found or not ended:
            raise CommandError(f"The document has no place for {name}: write {begin} and {end} on lines of their own.")
        document = f"{before}{begin}\n{table}\n{end}{after}"
    return document
