from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from orders.studying.chance_record import Band, chance_record


class Command(BaseCommand):
    help = "Judge the chances of keeping a promise by past deliveries: what was said beside what came true."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> None:
        record = chance_record(timezone.localdate())
        if record is None:
            raise CommandError("There are too few deliveries to judge by.")
        if options["json"]:
            self.stdout.write(json.dumps(asdict(record), indent=2))
            return
        self.stdout.write(f"{record.deliveries} deliveries; {record.statements} statements about the newest two fifths")
        self.stdout.write(
            f"Brier score {record.brier:.4f}; always saying the base rate of {record.base_rate:.1%} "
            f"{record.brier_base_rate:.4f}"
        )
        if record.own is not None:
            self.stdout.write(
                f"The same curve with numbers from the other three fifths {record.brier_own:.4f}, "
                f"an isotonic one {record.brier_isotonic:.4f}"
            )
            self.stdout.write(", ".join(f"{name} {number}" for name, number in asdict(record.own).items()))
        for band in record.bands:
            self.stdout.write(f"{band.low:.2f} to {band.high:.2f}: {_words(band)}")
        between = "none" if record.between is None else _words(record.between)
        self.stdout.write(f"Between the day named and a later usual one: {between}")


def _words(band: Band) -> str:
    return f"said {band.mean_chance:.1%}, came true {band.came_true:.1%} ({band.said})"
