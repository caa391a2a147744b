from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from orders.models import RiskVersion
from orders.studying.late_risk import as_dict, train_late_risk


class Command(BaseCommand):
    help = "Learn from our own past which lines become late, as the nightly task does, and say how good the model is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *, json: bool, **options: Any) -> None:
        version = train_late_risk(timezone.now, self._say)
        if version is None:
            raise CommandError("The model is being trained already; wait for it to finish.")
        self.stdout.write(_as_json(as_dict(version)) if json else _in_words(version))

    def _say(self, step: str) -> None:
        self.stderr.write(f"… {step}")


def _in_words(version: RiskVersion) -> str:
    words = [f"Version {version.pk}, from {version.cases} cases of which {version.late_cases} became late."]
    if version.judgement:
        words.append(
            "Brier score {brier:.4f}, base rate {brier_base_rate:.4f}, AUC {auc:.3f}, on {cases} cases it had not "
            "seen.".format(**version.judgement)
        )
    words.append((version.refusal and f"Not used: {version.refusal}") or "Planning uses it.")
    return "\n".join(words)


def _as_json(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=2)
