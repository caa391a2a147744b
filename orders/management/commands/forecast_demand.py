from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orders.studying.forecast_demand import forecast_demand


class Command(BaseCommand):
    help = "Forecast every active product's weekly demand now, as the nightly task does, and store it."

    def handle(self, **options: Any) -> None:
        run = forecast_demand(timezone.now)
        if run is None:
            raise CommandError("A forecast is being made already; wait for it to finish.")
        self.stdout.write(f"{run.products} products forecast from {run.weeks_of_history} weeks of demand.")
