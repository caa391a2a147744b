from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import Invalid
from orders.queries.availability import Item, find_availability


class Command(BaseCommand):
    help = "Say when these could leave if they were ordered now, behind everybody who waits. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("items", nargs="+", type=_read_item, metavar="SKU:QTY", help="what is wanted together")

    def handle(self, *, items: list[Item], **options: Any) -> None:
        try:
            answer = find_availability(items, today=timezone.localdate())
        except Invalid as error:
            raise CommandError(
                "\n".join([error.detail, *(f"{at}: {why}" for at, why in error.fields.items())])
            ) from error
        for item in answer.items:
            parts = ", ".join(f"{part.qty} {_say(part.on)}" for part in item.parts)
            self.stdout.write(f"{item.sku}: {_say(item.eta_p50)}, safely {_say(item.eta_p90)} ({parts})")
        self.stdout.write(f"all: {_say(answer.all_eta_p50)}, safely {_say(answer.all_eta_p90)}")
        if answer.unplanned_changes:
            self.stdout.write(f"{answer.unplanned_changes} changes to these products are not planned yet.")


def _read_item(text: str) -> Item:
    sku, colon, qty = text.rpartition(":")
    if not (colon and sku and qty.isascii() and qty.isdigit()):
        raise ArgumentTypeError(f"{text!r}: write a product and a quantity, as in MUG:3")
    return Item(sku, int(qty))


def _say(day: date | None) -> str:
    return day.isoformat() if day else "nobody can say"
