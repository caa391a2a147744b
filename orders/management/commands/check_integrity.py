from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from notifications.integrity import delivery_counts
from orders.integrity import check, count_unplanned
from orders.integrity_checks import CHECKS


class Command(BaseCommand):
    help = "Compute every counter again, print what does not add up, and exit with 1 if anything does not."

    def handle(self, *args: Any, **options: Any) -> None:
        drifts = check()
        for drift in drifts:
            self.stdout.write(f"DRIFT  {drift.rule}: {drift.row}: {drift.detail}")
        unplanned = count_unplanned()
        if unplanned:
            self.stdout.write(f"{unplanned} open lines wait for their first plan; marks ask for it.")
        messages = ", ".join(f"{count} {state}" for state, count in delivery_counts().items() if count)
        self.stdout.write(f"Messages: {messages or 'none'}.")
        self.stdout.write(f"{len(CHECKS) + 1} rules checked, {len(drifts)} rows drift.")
        if drifts:
            sys.exit(1)
