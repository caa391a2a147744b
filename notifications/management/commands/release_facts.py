from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import DomainError
from notifications.releasing import release_facts, set_aside


class Command(BaseCommand):
    help = "Hand facts on anew that were set aside because their listeners failed; mend the cause first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", metavar="ID", type=int, nargs="*", help="facts; without any, all of them")
        parser.add_argument("--kind", default="", help="only facts of this kind, such as orders.eta_slipped")
        parser.add_argument("--by", metavar="EMAIL", default="", help="who releases them, for the record")
        parser.add_argument("--dry-run", action="store_true", help="show what is set aside and change nothing")

    def handle(self, *, ids: list[int], kind: str, by: str, dry_run: bool, **options: Any) -> None:
        if dry_run:
            for each in set_aside():
                self.stdout.write(f"{each.count} {each.kind} since {each.oldest_at:%Y-%m-%d %H:%M}: {each.error}")
            return
        actor = get_user_model().objects.filter(email=by).first() if by else None
        if by and actor is None:
            raise CommandError(f"There is nobody with the address {by}.")
        try:
            count = release_facts(kind=kind, ids=ids, actor=actor, now=timezone.now())
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"{count:,} fact{' is' if count == 1 else 's are'} handed on anew.")
