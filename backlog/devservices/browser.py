"""A Chromium for the tests that drive a real browser."""

import os
import shutil
import subprocess

from backlog.devservices.console import say

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = "Install a Chromium (Debian: apt install chromium), or name one in CHROMIUM."


def find() -> str | None:
    """Return the browser that $CHROMIUM names or that the machine has."""
    named = os.environ.get("CHROMIUM")
    return next((found for name in (named, *PROGRAMS) if name and (found := shutil.which(name))), None)


def ensure() -> str | None:
    """See to it that there is a browser; return why there is none, None when there is one.

    As root on Debian it is installed: a machine that runs tests is its owner's to change.
    """
    if find():
        return None
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing Debian's chromium for the browser tests")
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=quiet, check=False)
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"]
        subprocess.run(install, env=quiet, check=False)
    return None if find() else f"No Chromium was found. {ADVICE}"


def environment() -> dict[str, str]:
    """Return what tells the tests where the browser is."""
    found = find()
    return {"CHROMIUM": found} if found else {}
