"""Who sits before an open page: the session that its stream of events was opened with, and whether that still holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.views import LogoutView
from django.contrib.sessions.models import Session
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from kernel.live import announce

SESSIONS_MOVED = "sessions"  # on the channel of live changes; for the web processes, not for pages


@dataclass(frozen=True, slots=True)
class Seat:
    """A session and its user; ``user_hash`` changes with their password."""

    session_key: str
    user_id: int
    user_hash: str


def seat_of(request: HttpRequest, user: AbstractBaseUser) -> Seat:
    return Seat(request.session.session_key or "", user.pk, user.get_session_auth_hash())


def empty_seats(seats: Collection[Seat]) -> set[Seat]:
    """Return the seats whose session ended, or whose user may not sign in any more. Two queries, however many.

    For a thread of its own: it leaves no connection behind.
    """
    try:
        keys = {seat.session_key for seat in seats}
        alive = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        sessions = set(alive.values_list("session_key", flat=True))
        users = get_user_model().objects.filter(pk__in={seat.user_id for seat in seats}, is_active=True)
        hashes = {user.pk: user.get_session_auth_hash() for user in users}
    finally:
        connections.close_all()
    return {seat for seat in seats if seat.session_key not in sessions or hashes.get(seat.user_id) != seat.user_hash}


class SignOut(LogoutView):
    """Django's, after which open pages of the session hear nothing more."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        announce(SESSIONS_MOVED, {})
        return response
