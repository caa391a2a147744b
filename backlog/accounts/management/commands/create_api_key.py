from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backlog.accounts.models import ApiKey, Scope, User


class Command(BaseCommand):
    help = "Makes an API key that acts for a colleague, and prints it. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scope", choices=Scope.values, default=Scope.WRITE, help="read: only to look")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody active signs in as {options['email']}.")
        _key, text = ApiKey.issue(user, scope=options["scope"])
        self.stdout.write(text)
