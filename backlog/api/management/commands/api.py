from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import HttpResponse

from backlog.accounts.models import ApiKey, Scope, User

ROOT = "/api/v1/"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Command(BaseCommand):
    help = "Ask the API as a colleague, without a key or a running server, and print the answer; a refusal is exit 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="who asks: the answer is what their role may do")
        parser.add_argument("method", type=str.upper, choices=METHODS)
        parser.add_argument("path", help='below /api/v1/, such as "orders/?ordering=rank" or policies/7/publish/')
        parser.add_argument("--file", type=Path, help="the body as JSON; nothing without it")

    def handle(self, *, email: str, method: str, path: str, file: Path | None, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody active signs in as {email}.")
        answer = _ask(user, method, ROOT + path.removeprefix(ROOT).lstrip("/"), _read(file))
        text = answer.content.decode()
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise CommandError(_refusal(answer.status_code, text))
        self.stdout.write(_indented(text) if answer.get("Content-Type", "").endswith("json") else text)


def _ask(user: User, method: str, path: str, body: str) -> HttpResponse:
    # Only this command needs it: the framework's own way to run a request through everything but the server.
    from rest_framework.test import APIClient

    client = APIClient(raise_request_exception=False)
    key: Any = ApiKey(user=user, scope=Scope.WRITE)  # not kept; to keys contact data of customers is hidden
    client.force_authenticate(user, token=key)
    host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    answer: HttpResponse = client.generic(method, path, body, "application/json", secure=True, HTTP_HOST=host)
    return answer


def _read(file: Path | None) -> str:
    try:
        return "" if file is None else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error


def _refusal(status: int, text: str) -> str:
    try:
        said = json.loads(text)
        places = (f"{place}: {words}" for place, words in said["fields"].items())
        return "\n".join([f"{status} {said['code']}: {said['detail']}", *places])
    except (ValueError, KeyError, TypeError):  # no answer of the API's, such as a path outside of it
        return f"{status} {HTTPStatus(status).phrase}"


def _indented(text: str) -> str:
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
