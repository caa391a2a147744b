from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.chromium import WIDE, launch
from tests.browser.person import Person, Watch, sign_in
from tests.browser.stack import Stack, running

HERE = Path(__file__).parent

ComeIn = Callable[..., Person]

# Other tests run beside these.
PATIENCE_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Package-wide, not session-wide: while Playwright runs, Django takes its thread for an asynchronous one.


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = launch(playwright)
    yield started
    started.close()


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("product")) as started:
        yield started


@pytest.fixture(scope="package")
def sessions() -> dict[str, Any]:
    """Keep what a sign-in left in the browser, so that each role signs in once."""
    return {}


@pytest.fixture
def come_in(browser: Browser, stack: Stack, sessions: dict[str, Any]) -> Iterator[ComeIn]:
    """Return a function that opens a browser of its own for somebody with a role; fail on what it complained about."""
    people: list[Person] = []

    def session(role: str) -> Any:
        if role not in sessions:
            sessions[role] = sign_in_once(browser, stack, role)
        return sessions[role]

    def enter(role: str, *, signed_in: bool = True, **options: Any) -> Person:
        options = {"viewport": WIDE, "reduced_motion": "reduce", **options}
        state = session(role) if signed_in else None
        context = browser.new_context(base_url=stack.url, storage_state=state, **options)
        context.set_default_timeout(PATIENCE_MS)
        watch = Watch()
        watch.follow(context)
        people.append(Person(role, context, context.new_page(), watch))
        return people[-1]

    yield enter
    for person in people:
        person.context.close()
    assert not [complaint for person in people for complaint in person.watch.complaints]


def sign_in_once(browser: Browser, stack: Stack, role: str) -> Any:
    """Sign in by the form; return the cookies that it left."""
    context = browser.new_context(base_url=stack.url)
    sign_in(context.new_page(), role)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def ops(come_in: ComeIn) -> Person:
    return come_in("ops")


@pytest.fixture
def agent(come_in: ComeIn) -> Person:
    return come_in("agent")


@pytest.fixture(scope="package")
def api_key(stack: Stack) -> str:
    return stack.manage("create_api_key", "ops@example.com").split()[-1]
