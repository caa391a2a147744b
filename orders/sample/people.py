"""The three sample sign-ins. Their password is public: they exist beside the sample only."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

PASSWORD = "backlog"
PEOPLE = (
    ("ops@example.com", "Olivia Marsh", "ops"),
    ("agent@example.com", "Sam Okafor", "agent"),
    ("admin@example.com", "Ada Lindgren", "admin"),
)


def create_people() -> dict[str, Any]:
    """Create the sample's users where they do not exist; return them by role. Existing passwords stay."""
    return {role: _create(email, name, role) for email, name, role in PEOPLE}


def _create(email: str, name: str, role: str) -> Any:
    users = get_user_model()
    user = users.objects.filter(email__iexact=email).first()
    if user is None:
        is_admin = role == "admin"
        user = users.objects.create_user(email, PASSWORD, name=name, is_staff=is_admin)
    user.groups.add(Group.objects.get(name=role))
    return user
