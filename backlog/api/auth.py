"""Who calls the API, and what they may do.

``Authorization: Bearer KEY`` or the browser's session. A key acts for its user, within its scope: both the scope and
the user's role must allow the action. A view names the permission of each action; one it does not name is refused.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from backlog.accounts.models import ApiKey, Scope

KEY = re.compile(r"bk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
NOTE_USE_EVERY = timedelta(minutes=1)


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = _find(text.strip())
        if key is None:
            raise AuthenticationFailed("This key is unknown, expired or revoked.")
        _note_use(key)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _find(text: str) -> ApiKey | None:
    words = KEY.fullmatch(text)
    if words is None:
        return None
    now = timezone.now()
    key = (
        ApiKey.objects.select_related("user")
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), prefix=words[1], revoked_at__isnull=True)
        .first()
    )
    kept = key.secret_hash if key else ApiKey.digest("")
    is_same = secrets.compare_digest(kept, ApiKey.digest(words[2]))
    return key if key and is_same and key.user.is_active else None


def _note_use(key: ApiKey) -> None:
    """Keep when the key was last used, at most once a minute: a read should not cost a write."""
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - NOTE_USE_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


class HasScope(BasePermission):
    """Signed in, and a key that only reads does nothing else; ``reading_actions`` of a view are POSTs that only ask."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if request.method in SAFE_METHODS or getattr(view, "action", None) in getattr(view, "reading_actions", ()):
            return True
        return not (isinstance(request.auth, ApiKey) and request.auth.scope == Scope.READ)


class HasRole(BasePermission):
    """Any of the permissions that the view names for the action (``action_permissions``); none named: refused.

    A method that the viewset does not have at all passes, so that the answer is 405.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if view.action in (None, "metadata"):
            return True
        needed = view.action_permissions.get(view.action, ())
        return any(request.user.has_perm(name) for name in needed)


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """Describes the key in the OpenAPI document."""

    target_class = "backlog.api.auth.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key made by bin/manage create_api_key EMAIL."}
