"""The browser that the machine has, started for tests."""

from __future__ import annotations

from playwright.sync_api import Browser, Playwright

from backlog.devservices import browser as browsers

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch(playwright: Playwright) -> Browser:
    """Start Chromium without a window."""
    program = browsers.find()
    assert program, browsers.ADVICE
    return playwright.chromium.launch(executable_path=program, args=FLAGS)
