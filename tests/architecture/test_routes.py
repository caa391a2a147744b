"""Who may call what: every address × method × role. An address that is not in the tables fails the build."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from backlog.accounts.models import ApiKey, User
from backlog.accounts.roles import ADMIN, AGENT, OPS, PERMISSIONS
from tests.architecture.api_routes import ENDPOINTS
from tests.architecture.page_routes import PAGES
from tests.architecture.permissions import METHODS, PUBLIC, SIGNED_IN
from tests.factories.orders import make_user

ROUTES = PAGES | ENDPOINTS

ONLY_ASKS = {"api:availability-list"}  # POSTs that write nothing

NOBODYS: dict[str, str | int] = {
    **dict.fromkeys(
        (
            "run_id",
            "change_id",
            "version",
            "simulation_id",
            "job_id",
            "mention_id",
            "delivery_id",
            "notice_id",
            "rule_id",
            "source_id",
            "webhook_id",
            "view_id",
            "feedback_id",
            "reply_id",
            "study_id",
            "macro_id",
            "step_id",
            "compensation_id",
        ),
        987654321,
    ),
    "ref": "NONE-1",
    "sku": "NONE-1",
    "code": "NONE-1",
    "pk": "987654321",
    "position": 1,
    "key": "opens-nothing",
    "channel": "none",
    "customer_code": "NONE-1",
    "kind": "none",
    "name": "none",
    "language": "none",
}


def _patterns(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every route's qualified name (or pattern, if nameless) and values for its parameters that name nothing."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _patterns(pattern.url_patterns, inside)
        else:
            names = pattern.pattern.regex.groupindex
            yield prefix + (pattern.name or str(pattern.pattern)), {name: NOBODYS[name] for name in names}


# One client for all: loading the middleware anew for each of a thousand calls would take most of the time.
CLIENT = Client(raise_request_exception=False)
FOUND = dict(_patterns(get_resolver().url_patterns))


def test_every_route_is_in_the_table_and_every_entry_is_a_route() -> None:
    assert set(FOUND) - set(ROUTES) == set(), "say who may call these"
    assert set(ROUTES) - set(FOUND) == set(), "these are gone"


def test_every_permission_of_the_table_is_one_that_roles_have() -> None:
    needed = {name for route in ROUTES.values() for method in METHODS for name in route.needs(method) or ()}

    assert needed - {*PUBLIC, *SIGNED_IN} <= set(PERMISSIONS)


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return {role: make_user(role) for role in (AGENT, OPS, ADMIN)}


@pytest.mark.parametrize("name", sorted((set(ROUTES) & set(FOUND)) - {"live"}))
def test_a_route_opens_to_those_whom_the_table_names(name: str, people: dict[str, User]) -> None:
    url = "/api/v1/nothing/" if name == "api:missing" else reverse(name, kwargs=FOUND[name])
    for method in METHODS:
        needed = ROUTES[name].needs(method)
        _assert_stranger(url, method, needed)
        for role, user in people.items():
            status = _call(url, method, user)
            said = f"{method} {url} as {role}: {status}"
            if needed is None:
                assert status == 405 or (status == 403 and not _may_anything(name, role)), said
            elif _is_allowed(role, needed):
                assert status not in (401, 403, 405), said
                assert status < 500 or name == "readyz", said
            else:
                assert status == 403, said


@pytest.mark.django_db(transaction=True)  # the stream gives its connection back, which would end a test's transaction
def test_the_live_stream_opens_to_everybody_who_is_signed_in() -> None:
    _assert_stranger("/live/", "GET", ROUTES["live"].get)

    assert [_call("/live/", "GET", make_user(role)) for role in (AGENT, OPS, ADMIN)] == [200, 200, 200]


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if name.startswith("api:") and name in FOUND))
def test_a_key_that_only_reads_writes_nowhere(name: str, people: dict[str, User]) -> None:
    url = "/api/v1/nothing/" if name == "api:missing" else reverse(name, kwargs=FOUND[name])
    _, text = ApiKey.issue(people[ADMIN], scope="read")

    status = Client().post(url, "{}", "application/json", headers={"Authorization": f"Bearer {text}"}).status_code

    if name in ONLY_ASKS:
        assert status == 422  # let in, and told what to ask
    else:
        assert status == (404 if name == "api:missing" else 403)


def _call(url: str, method: str, user: User | None) -> int:
    CLIENT.cookies.clear()
    if user is not None:
        CLIENT.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return CLIENT.generic(method, url, "{}", "application/json").status_code


def _assert_stranger(url: str, method: str, needed: tuple[str, ...] | None) -> None:
    """Somebody without a session gets to public routes, and elsewhere is sent to sign in (pages) or refused (API)."""
    status = _call(url, method, None)
    if needed == PUBLIC:
        assert status not in (401, 403, 405), f"{method} {url}: {status}"
    elif url.startswith("/api/"):
        assert status == 401, f"{method} {url}: {status}"
    else:
        assert status in (302, 401, 405), f"{method} {url}: {status}"


def _is_allowed(role: str, needed: tuple[str, ...]) -> bool:
    return needed in (PUBLIC, SIGNED_IN) or any(role in PERMISSIONS[name] for name in needed)


def _may_anything(name: str, role: str) -> bool:
    """Whether the role may use any method: a view may ask for the permission before it looks at the method."""
    needed = [ROUTES[name].needs(method) for method in METHODS]
    return any(_is_allowed(role, permissions) for permissions in needed if permissions)
