"""What a held plan would tell customers: how many messages of each kind, and some of them as they would read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date

from notifications.texts.rendering import Mail, render
from orders.dialogue.snapshots import customer_payloads
from orders.models import Order, PlanRun

SAMPLES = 5


@dataclass(frozen=True, slots=True)
class WouldTell:
    """One order that the plan delays, with the message to its customer; None where they know the day already."""

    ref: str
    customer: str
    mail: Mail | None


def run_messages(run: PlanRun, *, today: date) -> tuple[list[tuple[str, int]], Sequence[WouldTell]]:
    """Return (kind, messages) of a judged run, the most first, and messages of the orders that it delays most."""
    verdict = run.verdict or {}
    counts = sorted(verdict.get("messages", {}).items(), key=lambda item: (-item[1], item[0]))
    moves = verdict.get("losers", [])[:SAMPLES]
    ids = Order.objects.filter(ref__in=[move["ref"] for move in moves]).values_list("pk", flat=True)
    payloads = {payload["order"]["ref"]: payload for payload in customer_payloads(ids).values()}
    told = [
        WouldTell(move["ref"], move["customer"], _mail({**payloads[move["ref"]], "eta_on": move["eta_after"]}, today))
        for move in moves
        if move["ref"] in payloads
    ]
    return [(kind, count) for kind, count in counts if count], told


def _mail(payload: dict[str, Any], today: date) -> Mail | None:
    eta_on, told_on = (parse_date(payload[name] or "") for name in ("eta_on", "told_on"))
    if eta_on == told_on:
        return None
    kind = "eta_improved" if eta_on and told_on and eta_on < told_on else "eta_slipped"
    return render(kind, payload, language=payload["customer"]["language"], told_on=told_on, today=today)
