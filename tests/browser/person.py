"""Somebody at a browser, and everything that went wrong in front of them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Response

PASSWORD = "backlog"
# Chromium says this of every answer above 399; those are watched by status.
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of")


@dataclass
class Watch:
    """What a browser complained about. ``expected`` are statuses that a test provokes."""

    expected: set[int] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not ANSWERED.match(message.text):
            self.complaints.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")


@dataclass
class Person:
    """One signed-in session and its first page."""

    role: str
    context: BrowserContext
    page: Page
    watch: Watch

    def see(self, path: str) -> Page:
        """Open ``path`` in the first page and wait until its stream is live."""
        self.page.goto(path)
        wait_until_live(self.page)
        return self.page

    def expects(self, *statuses: int) -> None:
        """Declare the refusals that this test provokes."""
        self.watch.expected.update(statuses)


def wait_until_live(page: Page) -> None:
    """Wait until the page's stream of events is open."""
    page.wait_for_selector("body[data-live='on']")


def forms_unchecked(page: Page) -> None:
    """Let the browser send whatever is typed, so that the server has to refuse it."""
    page.evaluate("for (const form of document.forms) form.noValidate = true")


def sign_in(page: Page, role: str) -> None:
    """Sign in by the form."""
    page.goto("/sign-in/")
    page.get_by_label("Work email").fill(f"{role}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/triage/")


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page when $BACKLOG_PICTURES names a directory."""
    if directory := os.environ.get("BACKLOG_PICTURES"):
        Path(directory).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(directory) / f"{name}.png")


def text_of(locator: Locator) -> str:
    """Return the words of an element with single spaces."""
    return re.sub(r"\s+", " ", locator.inner_text()).strip()
