from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from orders.models import Order
from orders.queries.explanation import Explanation, Gating, LineExplanation, explain_order
from orders.rules import policies


class Command(BaseCommand):
    help = "Say why an order waits, what its gating item costs it, and what would free each line. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ref", metavar="REF", help="the order")

    def handle(self, *, ref: str, **options: Any) -> None:
        order = Order.objects.filter(ref=ref).first()
        found = order and explain_order(order, policies.published(), today=timezone.localdate())
        if not found:
            raise CommandError(f"There is no open order {ref}.")
        for words in _say(found):
            self.stdout.write(words)


def _say(found: Explanation) -> list[str]:
    words = [f"All lines: {_on(found.all_lines_on)}{', on hold' if found.is_held else ''}"]
    if found.gating:
        words.append(_say_gating(found.gating))
    for line in found.lines:
        words += _say_line(line)
    return words


def _say_gating(gating: Gating) -> str:
    won = "" if gating.days_won is None else f", {gating.days_won} days won"
    others = f"; {gating.others} more lines are as late" if gating.others else ""
    return f"Gating item: {gating.sku}. Were it here, all would leave {_on(gating.without_on)}{won}{others}"


def _say_line(line: LineExplanation) -> list[str]:
    words = [f"{line.position}. {line.sku}: {line.reason.label}, {_on(line.eta_p50)}"]
    if line.waits_for:
        words.append(f"   waits for line {line.waits_for}")
    if line.frees.short_qty:
        received = "" if line.frees.queue_qty is None else f", or {line.frees.queue_qty} received"
        words.append(
            f"   freed by {line.frees.short_qty} units pinned{received}; {line.frees.lacking_qty} not ordered yet"
        )
    if line.kept_qty:
        words.append(f"   {line.kept_qty} units on hand are kept for others by the rules")
    words += [f"   behind {one.order} ({one.customer}): {one.rule}" for one in line.ahead]
    return words


def _on(day: date | None) -> str:
    return day.isoformat() if day else "nobody can say when"
