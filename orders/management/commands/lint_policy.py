from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.management.json_files import read_json
from orders.planning.grammar import InvalidPolicyError
from orders.planning.linter import lint


class Command(BaseCommand):
    help = "Check a policy file: what the grammar refuses (exit 1), and what is doubtful."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a policy as JSON")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            findings = lint(read_json(file))
        except InvalidPolicyError as error:
            refusals = (f"{problem.place or 'document'}: {problem.message}" for problem in error.problems)
            raise CommandError("\n".join(["The rules have errors.", *refusals])) from error
        for finding in findings:
            self.stdout.write(f"{finding.kind} {finding}")
        self.stdout.write(f"{len(findings)} finding{'' if len(findings) == 1 else 's'}")
