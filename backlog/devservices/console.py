"""What we tell the person at the keyboard."""

import os
import sys

NAME_WIDTH = 8


def say(text: str) -> None:
    """Tell what happens while things are being set up, apart from any command's own output."""
    print(f"[setup] {text}", file=sys.stderr, flush=True)


def show(name: str, line: str) -> None:
    """Print one line of the process `name`; a reader who has left does not stop the product."""
    try:
        print(f"{name:<{NAME_WIDTH}} | {line}", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
